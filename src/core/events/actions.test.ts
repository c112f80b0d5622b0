import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { message } from '../../../test/support/mail-events.ts'
import { hour, minute } from '../../base/clock.ts'
import { countEvents, eventsAfter, takeEvents, type GivenEvent } from './actions.ts'

const now = testContext().clock.now()

const line = (id: string, more: object = {}): string =>
  JSON.stringify({
    v: 1,
    id,
    at: new Date(now).toISOString(),
    type: 'message',
    ip: '192.0.2.45',
    outcome: 'accepted',
    ...more,
  })

/** What is kept: source, id and number of each, in order. */
async function kept(ctx: TestContext): Promise<{ seq: number; source: string; id: string; body: string }[]> {
  return await ctx.db.queries
    .selectFrom('mail_events')
    .select(['seq', 'source', 'id', 'body'])
    .orderBy('seq')
    .execute()
}

async function reasons(ctx: TestContext, given: readonly GivenEvent[], backfill = false): Promise<unknown> {
  const { accepted, refused } = await takeEvents(ctx, 'mx1', given, { backfill })
  return { accepted, refused: refused.map((each) => [each.line, each.reason.split(':')[0]]) }
}

forEachDatabase((_name, open) => {
  describe('mail events', () => {
    it('are kept once for each source, whatever is sent again, and numbered without gaps', async () => {
      const ctx = testContext({ db: await open() })
      const first = await takeEvents(ctx, 'mx1', [line('a'), line('b'), line('a')])
      assert.deepEqual([first.accepted, first.duplicates], [2, 1])
      const second = await takeEvents(ctx, 'mx1', [line('b'), line('c')])
      assert.deepEqual([second.accepted, second.duplicates], [1, 1])
      await takeEvents(ctx, 'filter', [line('a')])
      assert.deepEqual(
        (await kept(ctx)).map(({ seq, source, id }) => [seq, source, id]),
        [
          [1, 'mx1', 'a'],
          [2, 'mx1', 'b'],
          [3, 'mx1', 'c'],
          [4, 'filter', 'a'],
        ],
      )
      assert.deepEqual(ctx.woken, ['events', 'events', 'events'])
    })

    it('are read after a number without missing one, while several write at once', async () => {
      const db = await open()
      const [ctx, other] = [testContext({ db }), testContext({ db: await open({ sameAs: db }) })]
      const write = async (by: TestContext, source: string): Promise<void> => {
        const lines = Array.from({ length: 1500 }, (_, nth) => line(`${nth % 1400}`))
        const { accepted, duplicates } = await takeEvents(by, source, lines)
        assert.deepEqual([accepted, duplicates], [1400, 100])
      }
      let isWritten = false
      const writing = Promise.all([write(ctx, 'mx1'), write(other, 'mx2'), write(ctx, 'mx3')]).finally(
        () => (isWritten = true),
      )
      const seen: number[] = []
      for (let isOver = false; !isOver;) {
        const page = await eventsAfter(ctx, seen.at(-1) ?? 0, 700)
        seen.push(...page.map(({ seq }) => seq))
        if (page.length > 0) continue
        isOver = seen.length >= 4200 || isWritten
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await writing
      assert.deepEqual(
        seen,
        Array.from({ length: 4200 }, (_, nth) => nth + 1),
      )
    })

    it('that cannot be used are refused by number, each for its reason, and hold up no other', async () => {
      const ctx = testContext({ db: await open() })
      const given = [
        line('a'),
        line('b').slice(0, 40),
        'no JSON',
        '[]',
        line('c', { ip: '192.0.2.300' }),
        line('d', { recipients: 1e12 }),
        line('e', { recipients: -1 }),
        line('f', { unknownRecipients: 0.5 }),
        line('g', { type: 'gossip' }),
        line('h', { at: 'yesterday' }),
        line('i', { helo: 'x'.repeat(70_000) }),
        line('j\u0000'),
        '',
        line('k', { queueId: '\ud800' }),
        line('\udfff'),
        { line: 99, unusable: 'not a line of syslog' },
        line('z', { unheard: { of: 'field' } }),
      ]
      assert.deepEqual(await reasons(ctx, given), {
        accepted: 4,
        refused: [
          [2, 'not JSON'],
          [3, 'not JSON'],
          [4, 'Invalid input'],
          [5, 'ip'],
          [6, 'recipients'],
          [7, 'recipients'],
          [8, 'unknownRecipients'],
          [9, 'type'],
          [10, 'at'],
          [11, 'longer than 65536 characters'],
          [12, 'id'],
          [99, 'not a line of syslog'],
        ],
      })
      assert.ok((await kept(ctx)).every(({ body }) => !body.includes('unheard')))
    })

    it('of the future are drawn near, of last week refused unless old logs are read, and time zones understood', async () => {
      const ctx = testContext({ db: await open() })
      const iso = (at: number): string => new Date(at).toISOString()
      const given = [
        line('ahead', { at: iso(now + 30 * 24 * hour) }),
        line('behind', { at: iso(now - 71 * hour) }),
        line('week', { at: iso(now - 7 * 24 * hour) }),
        line('zone', { at: iso(now + 8 * hour).replace('Z', '+08:00') }),
        line('1970', { at: '0000-01-01T00:00:00Z' }),
      ]
      assert.deepEqual(await reasons(ctx, given), {
        accepted: 3,
        refused: [
          [3, 'at'],
          [5, 'at'],
        ],
      })
      assert.deepEqual(await reasons(ctx, given, true), { accepted: 1, refused: [[5, 'at']] })
      const events = await eventsAfter(ctx, 0, 10)
      assert.deepEqual(
        events.map(({ event, backfill }) => [event.id, event.at - now, backfill]),
        [
          ['ahead', 5 * minute, false],
          ['behind', -71 * hour, false],
          ['zone', 0, false],
          ['week', -7 * 24 * hour, true],
        ],
      )
    })

    it('name no mailbox: plain ones become hashes, the same for the spellings of one', async () => {
      const ctx = testContext({ db: await open() })
      const hash = 'b3f1'.repeat(8)
      await takeEvents(ctx, 'mx1', [
        line('a', { rcpt: ['Ada.L+x@Provider.example', hash, 'ada'] }),
        line('b', { type: 'complaint', kind: 'junk', reporter: 'adal@provider.example' }),
        message('192.0.2.7', now, { id: 'c', rcpt: ['"a b"@provider.example'] }),
      ])
      const bodies = (await kept(ctx)).map(({ body }) => body)
      assert.ok(
        bodies.every((body) => !/@provider|ada/i.test(body)),
        bodies.join('\n'),
      )
      const [first, second] = (await eventsAfter(ctx, 0, 9)).map(({ event }) => event)
      assert.ok(first?.type === 'message' && second?.type === 'complaint')
      assert.equal(first.rcpt?.[0], second.reporter)
      assert.equal(first.rcpt?.[1], hash)
    })

    it('are counted by source and by what became of them, however many sources there are', async () => {
      const ctx = testContext({ db: await open() })
      await takeEvents(ctx, 'mx1', [line('a'), line('a'), 'x', line('b', { at: '2020-01-01T00:00:00Z' })])
      const { taken, refused, ahead } = countEvents(ctx)
      assert.deepEqual(ahead, [])
      const later = line('c', { at: new Date(now + 8 * hour).toISOString() })
      await takeEvents(ctx, 'mx2', [later, line('d', { at: new Date(now + 4 * minute).toISOString() })])
      assert.deepEqual(countEvents(ctx).ahead, [{ labels: { source: 'mx2' }, count: 1 }])
      assert.deepEqual(taken, [
        { labels: { source: 'mx1', result: 'accepted' }, count: 1 },
        { labels: { source: 'mx1', result: 'duplicate' }, count: 1 },
      ])
      assert.deepEqual(refused, [
        { labels: { source: 'mx1', reason: 'not-json' }, count: 1 },
        { labels: { source: 'mx1', reason: 'too-old' }, count: 1 },
      ])
      for (let nth = 0; nth < 500; nth++) ctx.tally.add('events', { source: `s${nth}`, result: 'accepted' })
      assert.ok(countEvents(ctx).taken.length <= 201)
    })

    it('that were acknowledged are there after kill -9, and sent again count once', async () => {
      const db = await open()
      const ctx = testContext({ db })
      const acknowledged: string[] = []
      for (let round = 0; round < 3; round++) acknowledged.push(...(await killedWriter(open, db, round)))
      assert.ok(acknowledged.length > 0)
      const before = await kept(ctx)
      const ids = new Set(before.map(({ id }) => id))
      assert.deepEqual(
        acknowledged.filter((id) => !ids.has(id)),
        [],
      )
      assert.equal(ids.size, before.length)
      const again = await takeEvents(
        ctx,
        'mx1',
        [...ids].map((id) => line(id)),
      )
      assert.deepEqual([again.accepted, again.duplicates], [0, ids.size])
      await takeEvents(ctx, 'mx1', [line('after')])
      assert.deepEqual(
        (await kept(ctx)).map(({ seq }) => seq),
        Array.from({ length: ids.size + 1 }, (_, nth) => nth + 1),
      )
    })
  })
})

/** Ids that another process said were durable before it was killed in the middle of writing. */
async function killedWriter(
  open: Parameters<Parameters<typeof forEachDatabase>[0]>[1],
  db: TestContext['db'],
  round: number,
): Promise<readonly string[]> {
  const { url, file } = open.placeOf(db)
  const child = fork(join(import.meta.dirname, '../../../test/support/event-writer.ts'), [
    url,
    file,
    `${round}-`,
  ])
  const acknowledged: string[] = []
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.on('message', (ids: readonly string[]) => {
    acknowledged.push(...ids)
    // In the middle of a later batch.
    if (acknowledged.length >= 1500) setTimeout(() => child.kill('SIGKILL'), 3 * round)
  })
  await gone
  return acknowledged
}
