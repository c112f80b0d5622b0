import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../base/secret.ts'
import { encodeSnapshot } from '../access/snapshot.ts'
import type { ListingEntry } from '../access/listing-entry.ts'
import { entry, listable } from '../../test/support/listing-entries.ts'
import {
  askPolicy,
  FakeCore,
  startFakeCore,
  startTestEdge,
  testFolder,
  until,
} from '../../test/support/edge.ts'

const refused = /^550 5\.7\.606 /

function senders(first: number, count: number): ListingEntry[] {
  return Array.from({ length: count }, (_, nth) => entry(`2001:db8:${(first + nth).toString(16)}::/48`))
}

describe('an edge that follows core', () => {
  it('takes the table, says so, and answers from it', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')], { seq: 5 })
    const { policy } = await startTestEdge(test, folder)
    await core.acked(5)
    assert.match(await askPolicy(policy), refused)
    assert.equal(await askPolicy(policy, { client_address: '192.0.2.46' }), 'DUNNO')
    const [hello] = core.of('hello')
    assert.deepEqual([hello?.name, hello?.epoch, hello?.seq], ['test', '', 0])
  })

  it('applies every change, acknowledges it, and answers anew before core has the acknowledgement', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder)
    const { policy } = await startTestEdge(test, folder)
    await core.acked(1)
    for (let round = 0; round < 20; round++) {
      await core.acked(core.change({ kind: 'put', entry: entry('192.0.2.45') }))
      assert.match(await askPolicy(policy), refused)
      await core.acked(core.change({ kind: 'drop', prefix: listable('192.0.2.45') }))
      assert.equal(await askPolicy(policy), 'DUNNO')
    }
    const acked = core.of('ack').map(({ seq }) => seq)
    assert.deepEqual(
      acked,
      acked.toSorted((a, b) => a - b),
    )
  })

  it('answers a ping with an acknowledgement', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder)
    await startTestEdge(test, folder)
    await core.acked(1)
    const before = core.of('ack').length
    core.send({ type: 'ping', seq: 1, at: 0 })
    await until(() => core.of('ack').length > before, 'an answer to the ping')
  })

  it('is back within a second after core was away, with the number it had', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const { policy } = await startTestEdge(test, folder)
    await core.acked(1)
    await core.close()
    assert.match(await askPolicy(policy), refused)
    await sleep(300)
    const next = new FakeCore([entry('192.0.2.45')])
    test.after(async () => await next.close())
    await next.listen(`${folder}/feed.sock`)
    await until(() => next.of('hello').length === 1, 'a hello', 1000)
    assert.deepEqual([next.of('hello')[0]?.epoch, next.of('hello')[0]?.seq], ['first', 1])
  })

  for (const [what, spoil] of Object.entries({
    'a change is missing': (core: FakeCore) =>
      core.send({ type: 'change', seq: 3, change: { kind: 'put', entry: entry('192.0.2.99') } }),
    'a change comes twice': (core: FakeCore) =>
      core.send({ type: 'change', seq: 1, change: { kind: 'put', entry: entry('192.0.2.99') } }),
    'core is further than it told': (core: FakeCore) => core.send({ type: 'ping', seq: 2, at: 0 }),
  })) {
    it(`asks for the whole table when ${what}, and applies nothing`, async (test) => {
      const folder = testFolder(test)
      const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
      const { policy } = await startTestEdge(test, folder)
      await core.acked(1)
      spoil(core)
      await until(() => core.of('hello').length === 2, 'another hello')
      assert.deepEqual([core.of('hello')[1]?.epoch, core.of('hello')[1]?.seq], ['', 0])
      assert.equal(await askPolicy(policy, { client_address: '192.0.2.99' }), 'DUNNO')
      assert.match(await askPolicy(policy), refused)
    })
  }

  it('takes another epoch whole, even with a lower number', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')], { seq: 50 })
    const { policy, state } = await startTestEdge(test, folder)
    await core.acked(50)
    await core.close()
    const restored = new FakeCore([entry('192.0.2.46')], { epoch: 'second', seq: 7 })
    test.after(async () => await restored.close())
    await restored.listen(`${folder}/feed.sock`)
    await restored.acked(7)
    assert.deepEqual([state.epoch, state.seq], ['second', 7])
    assert.equal(await askPolicy(policy), 'DUNNO')
    assert.match(await askPolicy(policy, { client_address: '192.0.2.46' }), refused)
  })

  it('goes on answering while a large table comes in, and then answers from it', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const { policy, state } = await startTestEdge(test, folder)
    await core.acked(1)
    for (const each of senders(0, 60_000)) core.table.put(each)
    core.seq = 2
    core.sendSnapshot()
    let answered = 0
    while (state.seq < 2) {
      assert.match(await askPolicy(policy), refused)
      answered++
    }
    assert.ok(answered > 0)
    await core.acked(2)
    assert.match(await askPolicy(policy, { client_address: '2001:db8:1f::1' }), refused)
  })
})

describe('an edge whose core has gone wrong', () => {
  /** An edge with 192.0.2.45 at number 10, and a core that then offers something else. */
  async function offer(
    test: Parameters<typeof startTestEdge>[0] & Parameters<typeof testFolder>[0],
    snapshot: (core: FakeCore) => Uint8Array,
  ): Promise<{ core: FakeCore; edge: Awaited<ReturnType<typeof startTestEdge>> }> {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')], { seq: 10 })
    const edge = await startTestEdge(test, folder, { protected: [listable('203.0.113.0/24')] })
    await core.acked(10)
    core.send({ type: 'snapshot', bytes: snapshot(core) })
    return { core, edge }
  }

  function tableOf(
    entries: readonly ListingEntry[],
    head: { readonly epoch: string; readonly seq: number },
  ): Uint8Array {
    const { table } = new FakeCore(entries)
    return encodeSnapshot(table, { ...head, at: 1000 })
  }

  for (const [what, bytes] of Object.entries({
    'goes back in its epoch': () => tableOf([], { epoch: 'first', seq: 9 }),
    'is of an epoch that core did not name': () => tableOf([], { epoch: 'other', seq: 99 }),
    'would refuse a fiftieth of the Internet': () =>
      tableOf(
        [1, 2, 3, 4, 5, 6].map((first) => entry(`${first}.0.0.0/8`)),
        { epoch: 'first', seq: 11 },
      ),
    'is spoilt': () =>
      tableOf([], { epoch: 'first', seq: 11 }).map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    'is cut short': () => tableOf([], { epoch: 'first', seq: 11 }).subarray(0, 90),
  })) {
    it(`keeps its table when the one offered ${what}`, async (test) => {
      const { core, edge } = await offer(test, bytes)
      await until(() => edge.state.counters.snapshotsRefused === 1, 'a refusal')
      assert.match(await askPolicy(edge.policy), refused)
      assert.equal(edge.state.seq, 10)
      assert.ok(core.of('ack').every(({ seq }) => seq === 10))
    })
  }

  it('leaves out listings of the networks that its own configuration protects', async (test) => {
    const entries = [entry('203.0.113.0/25'), entry('203.0.0.0/16'), entry('192.0.2.46')]
    const { core, edge } = await offer(test, () => tableOf(entries, { epoch: 'first', seq: 11 }))
    await core.acked(11)
    assert.equal(edge.state.table.size, 1)
    assert.equal(edge.state.counters.guarded, 2)
    core.seq = 11
    await core.acked(core.change({ kind: 'put', entry: entry('203.0.113.7') }))
    assert.equal(edge.state.table.size, 1)
    assert.equal(await askPolicy(edge.policy, { client_address: '203.0.113.7' }), 'DUNNO')
    assert.match(await askPolicy(edge.policy, { client_address: '192.0.2.46' }), refused)
  })

  it('drops what its files hold of networks that are protected since', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('203.0.113.7'), entry('192.0.2.45')])
    const before = await startTestEdge(test, folder)
    await core.acked(1)
    await before.close()
    await core.close()
    const { state, policy } = await startTestEdge(test, folder, { protected: [listable('203.0.113.0/24')] })
    await until(() => state.table.size === 1, 'the entry to go')
    assert.match(await askPolicy(policy), refused)
  })

  it('breaks off at garbage and comes again', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const { policy } = await startTestEdge(test, folder, { random: () => 0 })
    await core.acked(1)
    for (const socket of core.sockets) socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await until(() => core.of('hello').length === 2, 'another hello')
    assert.match(await askPolicy(policy), refused)
  })
})

describe('a feed over TLS', () => {
  const key = new Secret(Buffer.alloc(32, 9))

  async function listenTls(
    test: { after(fn: () => void): void },
    core: FakeCore,
  ): Promise<{ port: number; refusedHandshakes: () => number }> {
    let failed = 0
    const server = createTlsServer(
      {
        minVersion: 'TLSv1.2',
        maxVersion: 'TLSv1.2',
        ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
        pskIdentityHint: 'postern',
        pskCallback: (_socket, identity) => (identity === 'test' ? key.reveal() : null),
      },
      (socket) => core.take(socket),
    )
    server.on('tlsClientError', () => failed++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    test.after(() => {
      for (const socket of core.sockets) socket.destroy()
      server.close()
    })
    return { port: (server.address() as AddressInfo).port, refusedHandshakes: () => failed }
  }

  it('is followed with the key of the edge', async (test) => {
    const core = new FakeCore([entry('192.0.2.45')])
    const { port } = await listenTls(test, core)
    const { policy } = await startTestEdge(test, testFolder(test), { feed: { host: '127.0.0.1', port, key } })
    await core.acked(1)
    assert.match(await askPolicy(policy), refused)
  })

  it('is closed to every other key and every other name', async (test) => {
    const core = new FakeCore([entry('192.0.2.45')])
    const { port, refusedHandshakes } = await listenTls(test, core)
    const wrong = new Secret(Buffer.alloc(32, 8))
    await startTestEdge(test, testFolder(test), { feed: { host: '127.0.0.1', port, key: wrong } })
    await startTestEdge(test, testFolder(test), { name: 'other', feed: { host: '127.0.0.1', port, key } })
    await until(() => refusedHandshakes() >= 4, 'handshakes to fail')
    assert.deepEqual(core.heard, [])
  })
})
