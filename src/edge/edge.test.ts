import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { day, fixedClock } from '../base/clock.ts'
import type { DecisionRecord } from '../access/feed-frame.ts'
import { formatPrefix } from '../standards/prefix.ts'
import { entry, listable } from '../../test/support/listing-entries.ts'
import {
  askPolicy,
  FakeCore,
  startFakeCore,
  startTestEdge,
  testFolder,
  until,
} from '../../test/support/edge.ts'
import { setBypass } from './bypass.ts'

const refused = /^550 5\.7\.606 .*\/c\/[A-Za-z0-9_-]+ \(PSN606\)$/

/** The last that core was told of each record. */
function lastTold(core: FakeCore): Map<string, DecisionRecord> {
  const records = core.of('records').flatMap((frame) => frame.records)
  return new Map(records.map((record) => [`${record.boot} ${record.seq}`, record]))
}

describe('an edge', () => {
  it('ships a record of each refusal, and of its count', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const edge = await startTestEdge(test, folder)
    await core.acked(1)
    assert.match(await askPolicy(edge.policy), refused)
    await until(() => lastTold(core).size === 1, 'a record', 1000)
    await askPolicy(edge.policy)
    await edge.close()
    await startTestEdge(test, folder)
    await until(
      () => [...lastTold(core).values()].reduce((sum, { count }) => sum + count, 0) === 2,
      'the count',
    )
  })

  it('tells of the first message of a delisted sender', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const { policy } = await startTestEdge(test, folder)
    await core.acked(1)
    core.change({ kind: 'drop', prefix: listable('192.0.2.45') })
    await core.acked(core.change({ kind: 'watch', unit: listable('192.0.2.45'), until: Date.now() + day }))
    await askPolicy(policy, { protocol_state: 'END-OF-MESSAGE', queue_id: '4XyZ' })
    await until(() => core.of('records').length === 1, 'a notice', 1000)
    assert.deepEqual(
      core.of('records')[0]?.letThroughs.map(({ ip, queueId }) => [ip, queueId]),
      [['192.0.2.45', '4XyZ']],
    )
  })

  it('keeps its records while core is away or does not store them, and sends each until it is stored', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.0/24')])
    const { policy, gauges } = await startTestEdge(test, folder)
    await core.acked(1)
    core.stores = false
    for (let nth = 0; nth < 10; nth++) await askPolicy(policy, { client_address: `192.0.2.${nth}` })
    await until(() => core.of('records').length === 1, 'the first batch')
    await core.close()
    for (let nth = 10; nth < 20; nth++) await askPolicy(policy, { client_address: `192.0.2.${nth}` })
    await until(() => gauges().spoolBytes > 5000, 'records in the spool')
    const next = new FakeCore([entry('192.0.2.0/24')])
    test.after(async () => await next.close())
    await next.listen(join(folder, 'feed.sock'))
    await until(() => lastTold(next).size === 20, 'all records')
    assert.equal(new Set([...lastTold(next).values()].map(({ ip }) => ip)).size, 20)
  })

  it(
    'gives up a batch that core breaks off at every time, and ships the next',
    { timeout: 120_000 },
    async (test) => {
      const folder = testFolder(test)
      const core = await startFakeCore(test, folder, [entry('192.0.2.0/24')])
      const { policy, state } = await startTestEdge(test, folder, { random: () => 0 })
      await core.acked(1)
      core.stores = false
      await askPolicy(policy, { client_address: '192.0.2.1' })
      await until(() => core.of('records').length === 1, 'the batch')
      const poison = core.of('records')[0]?.batch
      const breaking = setInterval(() => {
        if (core.of('records').at(-1)?.batch !== poison) return
        for (const socket of core.sockets) socket.destroy()
      }, 5)
      test.after(() => clearInterval(breaking))
      await until(() => state.counters.batchesGivenUp === 1, 'the batch to be given up', 90_000)
      clearInterval(breaking)
      core.stores = true
      await askPolicy(policy, { client_address: '192.0.2.2' })
      await until(
        () => core.of('records').some(({ records }) => records.some(({ ip }) => ip === '192.0.2.2')),
        'the next batch',
      )
    },
  )

  it('starts without core from its files: table, link key and all', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const before = await startTestEdge(test, folder)
    await core.acked(1)
    await core.acked(core.change({ kind: 'put', entry: entry('192.0.2.46') }))
    await before.close()
    await core.close()
    const begun = performance.now()
    const { policy, state } = await startTestEdge(test, folder)
    assert.match(await askPolicy(policy), refused)
    assert.ok(performance.now() - begun < 1500)
    assert.match(await askPolicy(policy, { client_address: '192.0.2.46' }), refused)
    assert.equal(state.seq, 2)
  })

  it('lets everything pass when core has been away for seven days, restarts or not', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [
      entry('192.0.2.45', { ends: Date.now() + 60 * day - (Date.now() % 1000) }),
    ])
    const before = await startTestEdge(test, folder)
    await core.acked(1)
    await before.close()
    await core.close()
    const clock = fixedClock(Date.now() + 6.9 * day)
    const { policy } = await startTestEdge(test, folder, { clock })
    assert.match(await askPolicy(policy), refused)
    clock.advance(0.2 * day)
    assert.equal(await askPolicy(policy), 'DUNNO')
  })

  it('obeys the bypass within a second and over a restart, without core', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const first = await startTestEdge(test, folder)
    await core.acked(1)
    await core.close()
    setBypass(folder, true)
    await until(() => first.state.isBypassed, 'the bypass', 1000)
    assert.equal(await askPolicy(first.policy), 'DUNNO')
    await first.close()
    const second = await startTestEdge(test, folder)
    assert.equal(await askPolicy(second.policy), 'DUNNO')
    setBypass(folder, false)
    await until(() => !second.state.isBypassed, 'the end of the bypass', 1000)
    assert.match(await askPolicy(second.policy), refused)
  })

  it('shares a data directory with others of other names', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const edges = await Promise.all(
      ['mx-a', 'mx-b', 'mx-c'].map(async (name) => await startTestEdge(test, folder, { name })),
    )
    await until(() => edges.every(({ state }) => state.seq === 1), 'three tables')
    core.change({ kind: 'drop', prefix: listable('192.0.2.45') })
    await until(() => edges.every(({ state }) => state.seq === 2), 'the change in three tables')
    for (const { policy } of edges) assert.equal(await askPolicy(policy), 'DUNNO')
    assert.deepEqual(new Set(core.of('hello').map(({ name }) => name)), new Set(['mx-a', 'mx-b', 'mx-c']))
  })

  it('keeps what is in its folder from other users', async (test) => {
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45')])
    const edge = await startTestEdge(test, folder)
    await core.acked(1)
    await askPolicy(edge.policy)
    await edge.close()
    const dir = join(folder, 'edge')
    assert.equal(statSync(dir).mode & 0o077, 0)
    for (const name of readdirSync(dir)) assert.equal(statSync(join(dir, name)).mode & 0o077, 0, name)
  })

  it('has no name that a case link cannot carry', async (test) => {
    await assert.rejects(
      startTestEdge(test, testFolder(test), { name: 'Much-too-long-a-name' }),
      /no edge can be called/,
    )
  })
})

describe('an edge that is killed', () => {
  async function spawn(folder: string, policy: string): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, '../../test/support/edge-process.ts'), [folder, policy])
    await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', reject)
    })
    return child
  }

  async function kill(child: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  it(
    'comes back with every change that it acknowledged, and every record older than a second',
    { timeout: 60_000 },
    async (test) => {
      const folder = testFolder(test)
      const path = join(folder, 'policy.sock')
      const core = await startFakeCore(test, folder)
      const asked = new Set<string>()
      const listed = new Set<string>()
      core.stores = false
      for (let round = 0; round < 5; round++) {
        const child = await spawn(folder, path)
        await until(() => core.of('hello').length === round + 1, 'a hello')
        const hello = core.of('hello')[round]
        assert.ok(round === 0 || hello?.seq === core.seq, `it came back with ${hello?.seq} of ${core.seq}`)
        for (let nth = 0; nth < 5; nth++) {
          const ip = `198.51.100.${round * 10 + nth}`
          listed.add(`${ip}/32`)
          await core.acked(core.change({ kind: 'put', entry: entry(ip) }))
          assert.match(await askPolicy(path, { client_address: ip }), /^550 /)
          asked.add(ip)
        }
        await new Promise((resolve) => setTimeout(resolve, 1000))
        await kill(child)
      }
      core.stores = true
      const edge = await startTestEdge(test, folder, { listenPolicy: path })
      await until(
        () => new Set([...lastTold(core).values()].map(({ ip }) => ip)).size === asked.size,
        'all records',
      )
      assert.deepEqual(
        new Set([...edge.state.table.entries()].map(({ prefix }) => formatPrefix(prefix))),
        listed,
      )
    },
  )
})
