import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { changeFromJson } from '../access/feed-frame.ts'
import { decodeSnapshot, SnapshotError } from '../access/snapshot.ts'
import { ListingTable } from '../access/table.ts'
import { day } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { orThrow, Refusal } from '../base/refusal.ts'
import { parseListable } from '../standards/prefix.ts'
import { contentOf, decisionRecord, FeedEdge, letThrough } from '../../test/support/feed-edge.ts'
import { testContext, type TestContext } from '../../test/support/context.ts'
import { databases, forEachDatabase } from '../../test/support/database.ts'
import { transact } from '../core/context.ts'
import { decisionsAbout } from '../core/decisions/actions.ts'
import {
  acksOf,
  beginEpoch,
  changesAfter,
  feedHead,
  listEdges,
  tellEdges,
  tellEdgesToResync,
} from '../core/edges/actions.ts'
import { addListing, endListing, findListing } from '../core/listings/actions.ts'
import { importListings } from '../core/listings/import-actions.ts'
import { startFeed, type FeedOptions, type FeedServer } from './server.ts'
import { buildSnapshot, type Snapshot } from './snapshot.ts'

const listable = (ip: string) => orThrow(parseListable(ip))
const unit = listable('192.0.2.45')

interface Bench {
  readonly ctx: TestContext
  readonly feed: FeedServer
  readonly path: string
  /** Why core closed connections, in order. */
  readonly closings: readonly string[]
  readonly epoch: string
}

const folder = mkdtempSync(join(tmpdir(), 'postern-feed-'))
const sqlite = databases('SQLite')
const servers: FeedServer[] = []
after(async () => {
  for (const server of servers) await server.close()
  await sqlite.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A core of its own with its feed. */
async function bench(options: Partial<FeedOptions> = {}, db?: TestContext['db']): Promise<Bench> {
  const closings: string[] = []
  const log: Log = {
    info: (event, fields) => void (event === 'feed.closing' && closings.push(String(fields?.['why']))),
    warn() {},
    error: (event, fields) => assert.fail(`${event}: ${String(fields?.error)}`),
  }
  const ctx = testContext({ db: db ?? (await sqlite.open()), log })
  const epoch = await beginEpoch(ctx)
  const path = join(folder, `${servers.length}.sock`)
  const feed = await startFeed(ctx, { path, ...options })
  servers.push(feed)
  return { ctx, feed, path, closings, epoch }
}

async function list(ctx: TestContext, ip: string): Promise<number> {
  await addListing(ctx, { prefix: listable(ip), cause: 'spam' })
  return (await feedHead(ctx)).seq
}

async function* manyLines(count: number): AsyncGenerator<string> {
  for (let nth = 0; nth < count; nth++)
    yield JSON.stringify({
      ip: `2001:db8:${(nth >>> 16).toString(16)}:${(nth & 0xffff).toString(16)}::/64`,
      reason: 'spam',
    })
}

async function importMany(ctx: TestContext, count: number): Promise<number> {
  const { added } = await importListings(ctx, { lines: manyLines(count), format: 'ndjson', defaults: {} })
  assert.equal(added, count)
  return (await feedHead(ctx)).seq
}

describe('An edge that connects', () => {
  it('is not welcomed while core can write nothing down: it would ship its records in vain until it gave them up', async () => {
    const db = await sqlite.open()
    await sql`create trigger full before insert on edges begin select raise(abort, 'the disk is full'); end`.execute(
      db.queries,
    )
    const failed: string[] = []
    const log: Log = { info() {}, warn() {}, error: (event) => void failed.push(event) }
    const ctx = testContext({ db, log })
    await beginEpoch(ctx)
    const path = join(folder, 'full.sock')
    servers.push(await startFeed(ctx, { path }))
    const edge = await FeedEdge.greet(path, 'mx1')
    await edge.closes()
    assert.deepEqual([edge.came, failed[0]], [{}, 'feed.failed'])
    await sql`drop trigger full`.execute(db.queries)
    const again = await FeedEdge.greet(path, 'mx1')
    await again.next('welcome')
    again.end()
  })

  it('gets the welcome, the whole table, then every change as it is committed', async () => {
    const { ctx, path, epoch } = await bench()
    await list(ctx, '192.0.2.45')
    const edge = await FeedEdge.greet(path, 'mx1')
    const welcome = await edge.next('welcome')
    assert.deepEqual(
      { epoch: welcome.epoch, seq: welcome.seq, keyId: welcome.keyId, caseLinkKey: welcome.caseLinkKey },
      { epoch, seq: 1, keyId: 1, caseLinkKey: ctx.keys.caseLink('mx1').reveal().toString('hex') },
    )
    await edge.next('snapshot')
    assert.equal(edge.seq, 1)
    assert.equal(edge.table.now.get(unit)?.cause, 'spam')
    const { id } = await findListing(ctx, '192.0.2.45')
    await endListing(ctx, { id })
    const { seq, change } = await edge.next('change')
    assert.deepEqual([seq, change], [2, { kind: 'drop', prefix: unit }])
    await edge.reaches(await list(ctx, '2001:db8:1:2::'))
    assert.equal(edge.table.now.size, 1)
    edge.end()
  })

  it('goes on from the number it has, without the table', async () => {
    const { ctx, path, epoch } = await bench()
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await list(ctx, ip)
    const edge = await FeedEdge.greet(path, 'mx1', { epoch, seq: 1 })
    await edge.reaches(3)
    assert.deepEqual(edge.came, { welcome: 1, change: 2 })
    edge.end()
  })

  it('gets the whole table when it has another epoch, more than there is, or less than is kept', async () => {
    const { ctx, path, epoch } = await bench()
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await list(ctx, ip)
    await ctx.db.queries.deleteFrom('feed_changes').where('seq', '<=', 2).execute()
    for (const has of [
      { epoch: 'restored', seq: 3 },
      { epoch, seq: 1 },
    ]) {
      const edge = await FeedEdge.greet(path, 'mx1', has)
      await edge.next('snapshot')
      assert.equal(edge.table.now.size, 3, JSON.stringify(has))
      edge.end()
    }
    // An edge ahead of core refuses what it gets; that is its business (a restored core begins another epoch).
    const ahead = await FeedEdge.connect(path)
    ahead.send({ type: 'hello', name: 'mx2', version: '1.0.0', epoch, seq: 9, boot: 'b' })
    await ahead.next('snapshot')
    ahead.end()
  })

  it('gets the whole table anew after a bulk import, connected or not', async () => {
    const { ctx, path, epoch } = await bench()
    await list(ctx, '192.0.2.45')
    const edges = await Promise.all(['mx1', 'mx2'].map(async (name) => await FeedEdge.greet(path, name)))
    await Promise.all(edges.map(async (edge) => await edge.next('snapshot')))
    const seq = await importMany(ctx, 20_000)
    const late = await FeedEdge.greet(path, 'mx3', { epoch, seq: 1 })
    const all = [...edges, late]
    await Promise.all(all.map(async (edge) => await edge.reaches(seq)))
    for (const edge of all) assert.equal(edge.table.now.size, 20_001)
    assert.equal(new Set(all.map((edge) => edge.content())).size, 1)
    await Promise.all(all.map(async (edge) => await edge.reaches(await list(ctx, '192.0.2.46'))))
    for (const edge of all) edge.end()
  })

  it('replaces its own older connection, and is shown as connected until the last one ends', async () => {
    const { ctx, path, closings } = await bench()
    const isConnected = async (): Promise<boolean | undefined> =>
      (await listEdges(ctx)).find(({ name }) => name === 'mx1')?.connected
    const first = await FeedEdge.greet(path, 'mx1')
    await first.next('snapshot')
    const second = await FeedEdge.greet(path, 'mx1')
    await second.next('snapshot')
    await first.closes()
    assert.deepEqual(closings, ['replaced by a newer connection of the same name'])
    await settled(async () => (await isConnected()) === true)
    second.end()
    await settled(async () => (await isConnected()) === false)
  })

  it('finds a socket that only our user can open', async () => {
    const { path } = await bench()
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })
})

describe('What an edge says', () => {
  it('is written down: how far it is, and when it said so', async () => {
    const { ctx, path } = await bench()
    const seq = await list(ctx, '192.0.2.45')
    const edge = await FeedEdge.greet(path, 'mx1')
    await edge.next('snapshot')
    const askedAt = ctx.clock.now()
    edge.send({ type: 'ack', seq, at: 5 })
    await settled(async () => (await acksOf(ctx, seq, day))[0]?.at === askedAt)
    ctx.clock.advance(1000)
    edge.send({ type: 'ack', seq, at: 6 })
    const next = await list(ctx, '192.0.2.46')
    await edge.reaches(next)
    edge.send({ type: 'ack', seq: next, at: 7 })
    await settled(async () => (await acksOf(ctx, next, day))[0]?.at === askedAt + 1000)
    assert.deepEqual(
      await acksOf(ctx, seq, day),
      [{ name: 'mx1', seq, at: askedAt }],
      'the first time counts',
    )
    edge.end()
    await settled(async () => (await listEdges(ctx))[0]?.connected === false)
    assert.equal((await listEdges(ctx))[0]?.seq, next, 'it is shown where it was, also when it has gone')
  })

  it('about mail is kept, then confirmed; the same batch again changes nothing', async () => {
    const { ctx, path } = await bench()
    const edge = await FeedEdge.greet(path, 'mx1')
    await edge.next('snapshot')
    for (const batch of [7, 8]) {
      edge.send({
        type: 'records',
        batch,
        records: [decisionRecord({ count: 3 })],
        letThroughs: [letThrough()],
      })
      assert.equal((await edge.next('stored')).batch, batch)
    }
    const decisions = await decisionsAbout(ctx, unit, 10)
    assert.deepEqual(
      decisions.map(({ edge: name, ip, count }) => [name, ip, count]),
      [['mx1', '192.0.2.45', 3]],
    )
    edge.end()
  })

  const wrong: readonly (readonly [
    what: string,
    why: RegExp,
    say: (edge: FeedEdge, epoch: string) => void,
  ])[] = [
    [
      'something else before hello',
      /first frame must be hello/,
      (edge) => edge.send({ type: 'ack', seq: 0, at: 0 }),
    ],
    [
      'no frame at all',
      /not a frame: .*unknown type/,
      (edge) => edge.send(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
    ],
    [
      'a frame that is too long',
      /not a frame: hello frame of/,
      (edge) => edge.send(Buffer.from([0x7f, 0xff, 0xff, 0xff, 1, 0])),
    ],
    [
      'a hello that is no JSON',
      /not a frame: hello frame: not JSON/,
      (edge) => edge.send(Buffer.from([0, 0, 0, 3, 1, 0x7b, 0x7b])),
    ],
    [
      'what only core says',
      /not a frame: .*from edge/,
      (edge, epoch) => edge.send({ type: 'welcome', epoch, seq: 0, caseLinkKey: '0'.repeat(64), keyId: 1 }),
    ],
    [
      'hello twice',
      /said already/,
      (edge, epoch) => {
        edge.hello('mx1', { epoch, seq: 0 })
        edge.hello('mx2', { epoch, seq: 0 })
      },
    ],
    [
      'that it has what it was not sent',
      /acknowledges 2, which it was not sent/,
      (edge, epoch) => {
        edge.hello('mx1', { epoch, seq: 1 })
        edge.send({ type: 'ack', seq: 2, at: 0 })
      },
    ],
    [
      'what another edge saw',
      /records of mx2/,
      (edge, epoch) => {
        edge.hello('mx1', { epoch, seq: 1 })
        edge.send({ type: 'records', batch: 1, records: [decisionRecord({ edge: 'mx2' })], letThroughs: [] })
      },
    ],
  ]
  for (const [what, why, say] of wrong) {
    it(`ends the connection and changes nothing: ${what}`, async () => {
      const { ctx, path, closings, epoch } = await bench()
      await list(ctx, '192.0.2.45')
      const edge = await FeedEdge.connect(path)
      say(edge, epoch)
      await edge.closes()
      assert.equal(closings.length, 1)
      assert.match(closings[0] ?? '', why)
      assert.deepEqual(await decisionsAbout(ctx, unit, 10), [])
      assert.deepEqual(await acksOf(ctx, 2, day).then((acks) => acks.filter(({ at }) => at !== null)), [])
    })
  }

  it('must come in time: silence ends the connection', async () => {
    const { path, closings } = await bench({ patience: { helloMs: 60, silenceMs: 200 } })
    const mute = await FeedEdge.connect(path)
    await mute.closes()
    const hangs = await FeedEdge.greet(path, 'mx1')
    await hangs.next('snapshot')
    await hangs.closes()
    assert.deepEqual(closings, ['it did not say hello', 'it has been silent'])
  })

  it('is not waited for when core stops, hello or not', async () => {
    const { path, feed } = await bench()
    const [mute, named] = [await FeedEdge.connect(path), await FeedEdge.greet(path, 'mx1')]
    await named.next('snapshot')
    await feed.close()
    await Promise.all([mute.closes(), named.closes()])
  })
})

describe('An edge that does not read', () => {
  it('costs core a bounded amount of memory, holds up no other, and catches up', async () => {
    const { ctx, path } = await bench()
    await importMany(ctx, 20_000)
    const [slow, quick] = [await FeedEdge.greet(path, 'slow'), await FeedEdge.greet(path, 'quick')]
    await Promise.all([slow.next('snapshot'), quick.next('snapshot')])
    slow.pause()
    const rounds = 32
    const sizeOfTable = 20_000 * 24
    for (let round = 0; round < rounds; round++) {
      await transact(ctx, tellEdgesToResync)
      await quick.reaches((await feedHead(ctx)).seq)
    }
    assert.equal(quick.came.snapshot, rounds + 1)
    slow.resume()
    await slow.reaches((await feedHead(ctx)).seq)
    assert.equal(slow.content(), quick.content())
    assert.ok(slow.bytes < 12 << 20, `${slow.bytes} bytes waited for it`)
    assert.ok(rounds * sizeOfTable > 14 << 20, 'the quick one got far more')
    slow.end()
    quick.end()
  })
})

describe('The feed over TLS', () => {
  const keys = new Map<string, Buffer>([
    ['mx1', Buffer.alloc(32, 1)],
    ['mx2', Buffer.alloc(32, 2)],
  ])
  const tls = { host: '127.0.0.1', port: 0, edgeKey: (name: string) => keys.get(name) }

  async function place(feed: FeedServer, identity: string, key: Buffer) {
    const [host = '', port] = (feed.tls ?? '').split(':')
    return { host, port: Number(port), identity, key }
  }

  it('takes an edge with its own key', async () => {
    const { ctx, feed } = await bench({ tls })
    const seq = await list(ctx, '192.0.2.45')
    const edge = await FeedEdge.greet(await place(feed, 'mx1', Buffer.alloc(32, 1)), 'mx1')
    await edge.reaches(seq)
    edge.end()
  })

  it('takes nobody with another key or without a name that is known', async () => {
    const { feed, ctx } = await bench({ tls })
    for (const [name, byte] of [
      ['mx1', 2],
      ['mx9', 1],
      ['', 1],
    ] as const) {
      await assert.rejects(FeedEdge.connect(await place(feed, name, Buffer.alloc(32, byte))), name)
    }
    assert.deepEqual(await listEdges(ctx), [])
  })

  it('lets an edge say no other name than its key’s', async () => {
    const { feed, ctx, closings } = await bench({ tls })
    const edge = await FeedEdge.greet(await place(feed, 'mx1', Buffer.alloc(32, 1)), 'mx2')
    await edge.closes()
    assert.equal(edge.came.welcome, undefined, 'nor hear that other edge’s key')
    assert.deepEqual(closings, ['it came with the key of mx1 and says it is mx2'])
    assert.deepEqual(await listEdges(ctx), [])
  })

  it('sends an edge away when its key is revoked', async () => {
    const { feed, closings } = await bench({ tls })
    const edge = await FeedEdge.greet(await place(feed, 'mx2', Buffer.alloc(32, 2)), 'mx2')
    await edge.next('snapshot')
    keys.delete('mx2')
    await edge.closes()
    assert.deepEqual(closings, ['its key is not valid any more'])
  })
})

/** Sixteen prefixes that nest and meet. */
const prefixes = Array.from({ length: 16 }, (_, nth) =>
  nth < 12 ? `192.0.2.${nth * 4}/${nth % 3 === 0 ? 30 : 32}` : `2001:db8:${nth}::/48`,
)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      nth: fc.nat(15),
      cause: fc.constantFrom('spam', 'phish', 'traps' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), nth: fc.nat(15) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), nth: fc.nat(15) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), has: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('import' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(
  ctx: TestContext,
  path: string,
  epoch: string,
  each: Step,
  edges: FeedEdge[],
): Promise<void> {
  switch (each.do) {
    case 'list':
      return void (await addListing(ctx, { prefix: listable(prefixes[each.nth] ?? ''), cause: each.cause }))
    case 'end': {
      const found = await findListing(ctx, prefixes[each.nth] ?? '').catch(unlessRefused)
      if (found) await endListing(ctx, { id: found.id }).catch(unlessRefused)
      return
    }
    case 'watch': {
      const watched = { unit: listable(`192.0.2.${each.nth}/32`), until: ctx.clock.now() + day }
      return await transact(ctx, async (tx) => {
        await tx.queries
          .insertInto('watches')
          .values({ unit: `192.0.2.${each.nth}/32`, request_id: 'r', since_at: 0, until_at: watched.until })
          .onConflict((conflict) => conflict.column('unit').doNothing())
          .execute()
        await tellEdges(tx, { kind: 'watch', ...watched })
      })
    }
    case 'connect': {
      const { seq } = await feedHead(ctx)
      // A number that it cannot have with this content: a fresh edge, or one that comes back to the number it had.
      const known = edges[each.has % (edges.length + 1)]
      const again =
        known && known.epoch === epoch && known.seq <= seq ? { epoch, seq: known.seq } : { epoch: '', seq: 0 }
      const edge = await FeedEdge.connect(path)
      if (known && again.epoch !== '') edge.table.now = tableOf(known)
      edge.hello(`mx${edges.length}`, again)
      return void edges.push(edge)
    }
    case 'import':
      return void (await importListings(ctx, {
        lines: manyLines(20),
        format: 'ndjson',
        defaults: { cause: 'spam', ends: new Date(ctx.clock.now() + 30 * day).toISOString() },
      }))
  }
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}

/** A copy: what the other edge gets from now on is not in it. */
function tableOf(edge: FeedEdge): ListingTable {
  const copy = new ListingTable()
  for (const entry of edge.table.now.entries()) copy.put(entry)
  for (const watch of edge.table.now.watches()) copy.apply({ kind: 'watch', ...watch })
  return copy
}

async function settled(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it did not come about')
}

forEachDatabase((name, open) => {
  describe('Edges at the same number', () => {
    it('have the same table to the byte, however they came there while it changed', async () => {
      const { ctx, path, epoch, feed } = await bench({}, await open())
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 30 }),
          fc.boolean(),
          async (steps, atOnce) => {
            const edges = [await FeedEdge.greet(path, 'first')]
            const size = atOnce ? 5 : 1
            for (let from = 0; from < steps.length; from += size) {
              await Promise.all(
                steps.slice(from, from + size).map(async (each) => await take(ctx, path, epoch, each, edges)),
              )
            }
            edges.push(await FeedEdge.greet(path, 'last'))
            const { seq } = await feedHead(ctx)
            await Promise.all(edges.map(async (edge) => await edge.reaches(seq)))
            const contents = edges.map((edge) => edge.content())
            for (const edge of edges) edge.end()
            assert.equal(new Set(contents).size, 1)
          },
        ),
        { numRuns: name === 'SQLite' ? 30 : 10 },
      )
      await feed.close()
    })

    it('have what a replay of all changes gives: a snapshot read in pages is true for its number', async () => {
      const { ctx, feed } = await bench({}, await open())
      await importMany(ctx, 1100)
      const begin = await buildSnapshot(ctx)
      const changing = (async () => {
        for (let nth = 0; nth < 200; nth++) {
          const id =
            nth % 2 === 0
              ? (await findListing(ctx, `2001:db8:0:${((nth * 7919) % 1100).toString(16)}::`)).id
              : ''
          if (id !== '') await endListing(ctx, { id })
          else await list(ctx, `198.51.100.${nth}`)
          if (nth % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
      })()
      const snapshots = [await buildSnapshot(ctx), await buildSnapshot(ctx)]
      await changing
      snapshots.push(await buildSnapshot(ctx))
      assert.ok(new Set(snapshots.map(({ seq }) => seq)).size > 1, 'the table changed meanwhile')
      for (const snapshot of snapshots) {
        const replayed = tableIn(begin)
        for (const each of await changesAfter(ctx, begin.seq, snapshot.seq - begin.seq))
          replayed.apply(changeFromJson(JSON.parse(each.change)))
        assert.equal(contentOf(tableIn(snapshot)), contentOf(replayed), `at ${snapshot.seq}`)
      }
      await feed.close()
    })
  })
})

function tableIn({ bytes }: Snapshot): ListingTable {
  const decoded = decodeSnapshot(bytes)
  assert.ok(!(decoded instanceof SnapshotError))
  return decoded.table
}
