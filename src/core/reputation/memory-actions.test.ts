import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase, type OpenDatabase } from '../../../test/support/database.ts'
import { fuzzCount, fuzzSeed } from '../../../test/support/fuzz.ts'
import { pick, seededRandom, type Random } from '../../../test/support/listing-entries.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { ComplaintEvent, MailEvent, MessageEvent } from '../../access/mail-event.ts'
import { parseAddress } from '../../standards/ip.ts'
import { as } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { coveringListings, endListing } from '../listings/actions.ts'
import { Engine } from './engine-actions.ts'

/** `POSTERN_FUZZ_COUNT` random histories, `POSTERN_FUZZ_SEED` repeats a run. */
const histories = fuzzCount(6)
const seed = fuzzSeed()

/** What happens in one step, after `afterMs`. */
interface Happening {
  readonly afterMs: number
  readonly events: readonly MailEvent[]
  readonly isOld: boolean
  /** Somebody ends the listings of this address. */
  readonly freed: string | undefined
}

const ips = [
  ...Array.from({ length: 9 }, (_, nth) => `192.0.2.${20 + nth}`),
  ...Array.from({ length: 4 }, (_, nth) => `198.51.100.${7 + nth}`),
  ...Array.from({ length: 3 }, (_, nth) => `2001:db8:0:${40 + nth}::1`),
]

/** Who tells of an event. */
const sources = new WeakMap<MailEvent, string>()

/** Each source sends its own, in the order in which they are. */
async function take(ctx: TestContext, events: readonly MailEvent[], isOld: boolean): Promise<number> {
  let taken = 0
  for (let from = 0; from < events.length;) {
    const source = sourceOf(events[from])
    const other = events.findIndex((event, nth) => nth > from && sourceOf(event) !== source)
    const to = other === -1 ? events.length : other
    taken += (await takeEvents(ctx, source, events.slice(from, to), { backfill: isOld })).accepted
    from = to
  }
  return taken
}

function sourceOf(event: MailEvent | undefined): string {
  return (event && sources.get(event)) ?? 'mx1'
}

function historyOf(random: Random, start: number): readonly Happening[] {
  const said: MessageEvent[] = []
  let now = start
  return Array.from({ length: 25 }, () => {
    const afterMs = pick(random, [minute, 20 * minute, 3 * hour, day])
    now += afterMs
    const events: MailEvent[] = []
    for (let runs = random(4); runs >= 0; runs--) {
      const ip = pick(random, ips)
      const source = pick(random, ['mx1', 'mx1', 'mx2', 'mx3'])
      const verdict = pick(random, ['ham', 'ham', 'spam', 'spam', 'phish', 'bulk', 'unknown'] as const)
      const { ptr } = pick(random, [
        { ptr: `mx.${ips.indexOf(ip) % 3}.example` },
        { ptr: null },
        { ptr: undefined },
      ])
      for (let count = pick(random, [1, 2, 5, 25]); count > 0; count--) {
        const at = now - random(10 * minute)
        const reporters = Array.from({ length: 3 }, () => `r${random(12)}`)
        const event = message(ip, at, {
          ptr,
          verdict,
          spf: pick(random, ['pass', 'fail']),
          mailFrom: pick(random, ['sender.example', 'other.example']),
          rcpt: reporters,
          trapRecipients: random(25) === 0 ? 1 : 0,
          unknownRecipients: random(8) === 0 ? 2 : 0,
          isOurs: random(15) === 0,
        })
        events.push(event)
        said.push(event)
        if (random(5) === 0) events.push(complaintAbout(pick(random, said), now, random))
        for (const each of events.slice(-2)) if (!sources.has(each)) sources.set(each, source)
      }
    }
    const freed = random(4) === 0 ? pick(random, ips) : undefined
    return { afterMs, events, isOld: random(12) === 0, freed }
  })
}

function complaintAbout(about: MessageEvent, at: number, random: Random): ComplaintEvent {
  const { ip, address, id, rcpt = [] } = about
  const kind = random(5) === 0 ? 'not-junk' : 'junk'
  return {
    type: 'complaint',
    id: `c${random(1e9)}`,
    at,
    ip,
    address,
    kind,
    message: id,
    reporter: pick(random, rcpt),
  }
}

/** A judgement that keeps so many senders in memory. */
async function begin(open: OpenDatabase, mostSenders: number): Promise<TestContext> {
  const settings = testSettings()
  return testContext({
    db: await open(),
    actor: { kind: 'system', name: 'engine' },
    settings: { ...settings, reputation: { ...settings.reputation, mostSenders } },
  })
}

/**
 * The same, as unkind as the world is: events come in pieces, some of them again, late ones in between, and whoever judges may be killed
 * after each piece, before it has judged it or after.
 */
async function happenTwice(
  ctx: TestContext,
  engine: Engine,
  happening: Happening,
  before: readonly MailEvent[],
  random: Random,
): Promise<Engine> {
  const { afterMs, events, isOld } = happening
  ctx.clock.advance(afterMs)
  let judging = engine
  for (let from = 0; from < events.length;) {
    const to = from + 1 + random(20)
    const piece = [...again(before, random), ...events.slice(from, to), ...again(events.slice(0, to), random)]
    assert.equal(await take(ctx, piece, isOld), events.slice(from, to).length)
    from = to
    if (random(3) > 0) await judging.step(ctx)
    if (random(3) === 0) judging = await Engine.open(ctx)
  }
  return await happen(ctx, judging, { ...happening, afterMs: 0, events: [] }, async () => judging)
}

/** Some of them, as a source sends them that has not heard that they were taken. */
function again(events: readonly MailEvent[], random: Random): readonly MailEvent[] {
  if (events.length === 0 || random(2) === 0) return []
  const from = random(events.length)
  return events.slice(from, from + 1 + random(10))
}

async function happen(
  ctx: TestContext,
  engine: Engine,
  { afterMs, events, isOld, freed }: Happening,
  reopen: () => Promise<Engine>,
): Promise<Engine> {
  ctx.clock.advance(afterMs)
  await take(ctx, events, isOld)
  let judging = engine
  while (await judging.step(ctx)) judging = await reopen()
  if (freed === undefined) return await reopen()
  ctx.clock.advance(second)
  const operator = as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] })
  for (const { id } of await coveringListings(ctx, orThrow(parseAddress(freed))))
    await endListing(operator, { id })
  judging = await reopen()
  ctx.clock.advance(second)
  await judging.step(ctx)
  return await reopen()
}

/** Everything that is known afterwards. */
async function known({ db: { queries } }: TestContext): Promise<Record<string, readonly object[]>> {
  return {
    listings: await queries
      .selectFrom('listings')
      .select([
        'prefix',
        'cause',
        'class',
        'effect',
        'state',
        'since_at',
        'ends_at',
        'recurrence',
        'evidence',
      ])
      .select(['ended_at', 'ended_by', 'ended_why'])
      .orderBy('prefix')
      .orderBy('since_at')
      .execute(),
    senders: await queries.selectFrom('senders').selectAll().orderBy('unit').execute(),
    groups: await queries.selectFrom('sender_groups').selectAll().orderBy('key').execute(),
    reporters: await queries.selectFrom('reporters').selectAll().orderBy('name').execute(),
    hours: await queries
      .selectFrom('evidence_hours')
      .selectAll()
      .orderBy('unit')
      .orderBy('hour')
      .orderBy('source')
      .orderBy('era')
      .execute(),
  }
}

/** What the edges are told when every sender is heard of once more and nothing was told before: how often they are told is not what is known. */
async function toldAnew(
  ctx: TestContext,
  engine: Engine,
  events: readonly MailEvent[],
): Promise<readonly object[]> {
  await ctx.db.queries.deleteFrom('standings').execute()
  ctx.clock.advance(hour)
  await takeEvents(ctx, 'mx1', events)
  await engine.step(ctx)
  return await ctx.db.queries.selectFrom('standings').select(['key', 'standing']).orderBy('key').execute()
}

forEachDatabase((name, open) => {
  describe(`What the judgement knows, in ${histories} random histories (seed ${seed})`, () => {
    it('is the same with next to nobody in memory and opened anew after each step, as with everybody in memory all the time', async () => {
      const random = seededRandom(seed)
      let listed = 0
      for (let nth = 0; nth < (name === 'SQLite' ? histories : Math.ceil(histories / 3)); nth++) {
        const [calm, forgetful] = [await begin(open, 200_000), await begin(open, 2)]
        let one = await Engine.open(calm)
        let other = await Engine.open(forgetful)
        for (const [step, happening] of historyOf(random, calm.clock.now()).entries()) {
          one = await happen(calm, one, happening, async () => one)
          other = await happen(forgetful, other, happening, async () => await Engine.open(forgetful))
          const [expected, actual] = [await known(calm), await known(forgetful)]
          for (const [table, rows] of Object.entries(expected))
            assert.deepEqual(actual[table], rows, `history ${nth}, step ${step}: ${table}`)
        }
        const last = ips.map((ip) => message(ip, calm.clock.now(), { verdict: 'unknown' }))
        assert.deepEqual(await toldAnew(forgetful, other, last), await toldAnew(calm, one, last))
        listed += (await known(calm))['listings']?.length ?? 0
      }
      assert.ok(listed > 0)
    })

    it('is the same when events come in pieces and again, and whoever judges ends at any time, as when all come once', async () => {
      const random = seededRandom(seed + 1)
      let listed = 0
      for (
        let nth = 0;
        nth < (name === 'SQLite' ? Math.ceil(histories / 2) : Math.ceil(histories / 6));
        nth++
      ) {
        const [calm, unkind] = [await begin(open, 200_000), await begin(open, 200_000)]
        let one = await Engine.open(calm)
        let other = await Engine.open(unkind)
        let before: readonly MailEvent[] = []
        for (const [step, happening] of historyOf(random, calm.clock.now()).entries()) {
          one = await happen(calm, one, happening, async () => one)
          other = await happenTwice(unkind, other, happening, before, random)
          // An id is known for three days; later it is another event.
          before = [...before, ...happening.events].filter(({ at }) => calm.clock.now() - at < 2 * day)
          const [expected, actual] = [await known(calm), await known(unkind)]
          for (const [table, rows] of Object.entries(expected))
            assert.deepEqual(
              actual[table]?.map(asJudged),
              rows.map(asJudged),
              `history ${nth}, step ${step}: ${table}`,
            )
        }
        listed += (await known(calm))['listings']?.length ?? 0
      }
      assert.ok(listed > 0)
    })
  })
})

/** Without what is written of a sender for people alone: how those like it stood when it was last written down. */
function asJudged(row: object): object {
  return { ...row, prior: undefined }
}
