import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testSettings, type TestContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import type { EngineMode } from '../../access/standing.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { as, transact } from '../context.ts'
import { takeEvents } from '../events/actions.ts'
import { coveringListings, endListing } from '../listings/actions.ts'
import { listByEngine } from '../listings/engine-actions.ts'
import { listByPolicy } from '../listings/policy-actions.ts'
import { Engine } from '../reputation/engine-actions.ts'
import { turnBrake } from '../reputation/hand-brake-actions.ts'
import { explain } from './actions.ts'
import type { Explanation, Level } from './explanation.ts'

const ip = '192.0.2.45'
const prefix = orThrow(parseListable(ip))
const range = orThrow(parseListable('192.0.2.0/24'))

const { open, close } = databases('SQLite')
after(close)

/** Fields that everybody sees, and what each level adds (contracts 6). */
const ofAnyone = 'ip action mode code status reason reference class listing listings path who url'.split(' ')
const ofLink = 'evidence concerns ways'.split(' ')
const ofOperator =
  'standing counters sources onlySource rule bounds line prior recurrence firstSeen lastSeen name home days vouches'.split(
    ' ',
  )
const ofListing = 'scope reason class effect since ends'.split(' ')

interface Scene {
  readonly ctx: TestContext
  readonly send: (count: number, fields?: Partial<MessageEvent>, from?: string) => Promise<void>
  readonly judge: () => Promise<void>
  readonly see: () => Promise<Readonly<Record<Level, Explanation>>>
}

async function scene({
  mode = 'enforce',
  ...settings
}: { readonly mode?: EngineMode } & Parameters<typeof testSettings>[0] = {}): Promise<Scene> {
  const reputation = { ...testSettings().reputation, mode }
  const ctx = testContext({
    db: await open(),
    settings: testSettings({ ...settings, reputation }),
    actor: { kind: 'system', name: 'engine' },
  })
  const engine = await Engine.open(ctx)
  return {
    ctx,
    send: async (count, fields = {}, from = ip) => {
      const now = ctx.clock.now()
      const events = Array.from({ length: count }, (_, nth) =>
        message(from, now - (count - nth) * 1000, { verdict: 'spam', ...fields }),
      )
      await takeEvents(ctx, 'mx1', events)
    },
    judge: async () => {
      while (await engine.step(ctx));
    },
    see: async () => {
      const at = async (level: Level): Promise<Explanation> =>
        await explain(ctx, orThrow(parseAddress(ip)), level)
      const seen = { anyone: await at('anyone'), link: await at('link'), operator: await at('operator') }
      holdsItsLevels(seen)
      return seen
    },
  }
}

/** Each level has exactly its fields; nobody but operators learns of lines, bounds, grades and traps. */
function holdsItsLevels({ anyone, link, operator }: Readonly<Record<Level, Explanation>>): void {
  const optional = ['wouldBe', 'reply', 'concerns']
  const names = (seen: object): readonly string[] =>
    Object.keys(seen)
      .filter((name) => !optional.includes(name))
      .toSorted()
  const expected = (...some: readonly string[]): readonly string[] =>
    some.filter((name) => !optional.includes(name)).toSorted()
  assert.deepEqual(names(anyone), expected(...ofAnyone))
  assert.deepEqual(names(link), expected(...ofAnyone, ...ofLink))
  assert.deepEqual(names(operator), expected(...ofAnyone, ...ofLink, ...ofOperator))
  for (const [seen, fields] of [
    [anyone, ofListing],
    [link, [...ofListing, 'id', 'recurrence']],
    [operator, [...ofListing, 'id', 'recurrence', 'note', 'actor', 'cause']],
  ] as const)
    for (const listing of [...seen.listings, ...(seen.listing ? [seen.listing] : [])])
      assert.deepEqual(new Set(Object.keys(listing)), new Set(fields))
  for (const seen of [anyone, link]) {
    assert.doesNotMatch(JSON.stringify(seen), /trap/i)
    assert.ok(!('reply' in seen) && !('wouldBe' in seen))
  }
  assert.equal(operator.reply === undefined, operator.code === null)
  assert.ok((link.ways ?? []).length <= 2)
}

const brief = ({ action, code, status, reason, class: itsClass }: Explanation) => [
  action,
  code,
  status,
  reason,
  itsClass,
]
const ways = ({ ways: list = [] }: Explanation): readonly string[] => list.map(({ kind }) => kind)

describe('What each level is told', () => {
  it('of a sender that the engine listed', async () => {
    const { send, judge, see } = await scene()
    await send(33)
    await judge()
    const { anyone, link, operator } = await see()
    for (const seen of [anyone, link, operator])
      assert.deepEqual(brief(seen), ['reject', 550, '5.7.606', 'spam', 'self-service'])
    assert.deepEqual([anyone.listing?.scope, anyone.listing?.effect], [ip, 'refuse'])
    assert.deepEqual(link.evidence, [
      { kind: 'messages', count: 20 },
      { kind: 'spam', count: 20 },
    ])
    assert.deepEqual([ways(link), link.concerns?.[0]?.kind], [['portal', 'wait'], 'unwanted-share'])
    assert.equal(operator.rule, 'over-line')
    assert.equal(operator.standing?.grade, 'bad')
    const { bounds, line = 1, recurrence } = operator
    assert.ok(bounds && bounds.lower > line && bounds.lower < bounds.mean && bounds.mean < bounds.upper)
    assert.equal(recurrence, 0)
    assert.match(operator.reply ?? '', /^550 5\.7\.606 .*\(PSN606\)$/)
  })

  it('of a member of a listed range', async () => {
    const { send, judge, see } = await scene()
    for (let last = 1; last <= 12; last++) await send(24, { ptr: null }, `192.0.2.${last}`)
    await judge()
    const { anyone, link, operator } = await see()
    assert.deepEqual(brief(anyone), ['reject', 550, '5.7.606', 'spam', 'self-service'])
    assert.equal(anyone.listing?.scope, '192.0.2.0/24')
    assert.deepEqual([ways(link), operator.rule], [['review', 'wait'], 'range'])
    assert.match(operator.reply ?? '', /of network 192\.0\.2\.0\/24/)
  })

  it('of a member that is let through', async () => {
    const { ctx, judge, see } = await scene()
    await judge()
    const endsAt = ctx.clock.now() + day
    await transact(ctx, async (tx) => {
      const wish = { cause: 'spam', class: 'self-service', endsAt, evidence: [] } as const
      await listByEngine(tx, { prefix: range, ...wish })
      await listByEngine(tx, { prefix, effect: 'pass', within: range })
    })
    const { anyone, operator } = await see()
    assert.deepEqual(brief(anyone).slice(0, 2), ['pass', null])
    assert.deepEqual(
      anyone.listings.map(({ scope, effect }) => [scope, effect]),
      [
        [ip, 'pass'],
        ['192.0.2.0/24', 'refuse'],
      ],
    )
    assert.equal(operator.rule, 'carve-out')
  })

  it('of a sender on trial: only who may see it learns that mail is put off, and why', async () => {
    const { send, judge, see } = await scene()
    await send(12)
    await judge()
    const { anyone, link, operator } = await see()
    assert.deepEqual(brief(anyone), ['pass', null, null, null, null])
    for (const seen of [link, operator])
      assert.deepEqual(brief(seen), ['defer', 451, '4.7.550', 'suspicious', null])
    assert.deepEqual(ways(link), ['stop-unwanted', 'retry'])
    assert.deepEqual([link.path, link.who], ['wait', 'nobody'])
    assert.equal(operator.rule, 'suspicious')
    const budget = operator.standing?.budget
    assert.ok(budget?.kind === 'hourly' && budget.left === 0)
    assert.match(operator.reply ?? '', /^451 4\.7\.550 /)
  })

  it('of a new sender before and after its budget is used up', async () => {
    const { send, judge, see } = await scene()
    // Where nearly all mail is judged, what nobody judged earns next to nothing.
    await send(900, { verdict: 'ham', ptr: 'mx.other.example' }, '198.51.100.9')
    await send(10, { verdict: 'unknown' })
    await judge()
    const early = await see()
    assert.deepEqual([early.operator.action, early.operator.rule], ['pass', 'new-sender'])
    await send(90, { verdict: 'unknown' })
    await judge()
    const { anyone, link, operator } = await see()
    assert.deepEqual(brief(anyone).slice(0, 2), ['pass', null])
    for (const seen of [link, operator])
      assert.deepEqual(brief(seen), ['defer', 451, '4.7.500', 'new-sender', null])
    assert.deepEqual(
      [ways(link), link.concerns],
      [['retry', 'clean'], [{ kind: 'unknown-sender', direction: 'steady' }]],
    )
    const budget = operator.standing?.budget
    assert.ok(budget?.kind === 'hourly' && budget.left === 0)
    assert.equal(operator.standing?.grade, 'new')
  })

  it('of a sender on probation', async () => {
    const { ctx, send, judge, see } = await scene()
    await send(33)
    await judge()
    const before = (await see()).operator.line ?? 0
    const [listing] = await coveringListings(ctx, orThrow(parseAddress(ip)))
    ctx.clock.advance(minute)
    await endListing(as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] }), {
      id: listing?.id ?? '',
    })
    ctx.clock.advance(minute)
    await judge()
    const { link, operator } = await see()
    assert.deepEqual([brief(link), ways(link)], [['pass', null, null, null, null], []])
    assert.deepEqual([operator.rule, operator.recurrence], ['probation', 1])
    assert.ok((operator.line ?? 1) < before)
  })

  it('of a listing that the brake holds: that the fault is ours and mail is only delayed', async () => {
    const { ctx, send, judge, see } = await scene()
    await send(33)
    await judge()
    ctx.clock.advance(minute)
    await turnBrake(ctx, { rule: 'spam', isOn: true })
    await judge()
    const { anyone, link, operator } = await see()
    for (const seen of [anyone, link, operator])
      assert.deepEqual(brief(seen), ['defer', 451, '4.7.700', 'own-trouble', 'self-service'])
    assert.deepEqual([anyone.listing?.effect, ways(link)], ['delay', ['retry', 'portal']])
    assert.deepEqual([anyone.path, anyone.who, operator.rule], ['wait', 'nobody', 'brake'])
    assert.match(operator.reply ?? '', /^451 4\.7\.700 Our own mail filter has a problem/)
  })

  it('of a protected sender', async () => {
    const { send, judge, see } = await scene({ protected: { networks: [range], names: [] } })
    await send(33)
    await judge()
    const { anyone, link, operator } = await see()
    assert.deepEqual(brief(anyone), ['pass', null, null, null, null])
    assert.deepEqual([ways(link), operator.rule], [[], 'protected'])
    assert.deepEqual([operator.standing?.grade, operator.standing?.budget], ['trusted', null])
  })

  it('of a listing that ends with a test', async () => {
    const { ctx, judge, see } = await scene()
    await judge()
    const endsAt = ctx.clock.now() + hour
    await listByPolicy(ctx, { prefix, cause: 'reverse-name', test: 'reverse-name', endsAt })
    const { anyone, link, operator } = await see()
    assert.deepEqual(brief(anyone), ['reject', 550, '5.7.25', 'reverse-name', 'policy'])
    assert.deepEqual([anyone.path, anyone.who], ['fix', 'sender'])
    assert.deepEqual(link.ways?.[0], { kind: 'test', test: 'reverse-name' })
    assert.equal(operator.rule, 'policy-test')
  })

  it('while the engine only observes: nothing to anybody, and to operators what would be', async () => {
    const { send, judge, see } = await scene({ mode: 'observe' })
    await send(33)
    await judge()
    const { anyone, link, operator } = await see()
    for (const seen of [anyone, link]) {
      assert.deepEqual(brief(seen), ['pass', null, null, null, null])
      assert.deepEqual([seen.listing, seen.listings, seen.ways ?? []], [null, [], []])
    }
    assert.deepEqual([operator.action, operator.wouldBe], ['pass', 'reject'])
    assert.deepEqual(brief(operator).slice(1), [550, '5.7.606', 'spam', 'self-service'])
    assert.deepEqual([operator.rule, operator.standing?.grade], ['over-line', 'bad'])
  })
})
