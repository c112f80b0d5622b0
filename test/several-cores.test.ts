import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { callCore } from '../src/control/client.ts'
import { openDatabase } from '../src/db/open.ts'
import { askPolicy } from './support/edge.ts'
import { startInstance, type Instance } from './support/instance.ts'
import { freshPostgres } from './support/postgres.ts'

interface Seen {
  readonly name: string
  readonly connected: boolean
}

/** The edges that a core says are connected. */
async function connected({ folder }: Instance): Promise<readonly string[]> {
  const names: string[] = []
  const emit = (value: object): void => {
    const { name, connected: isConnected } = value as Seen
    if (isConnected) names.push(name)
  }
  const socket = join(folder, 'data', 'core.sock')
  assert.equal(await callCore(socket, 'edges.list', {}, undefined, { emit, progress() {} }), 'done')
  return names
}

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await is().catch(() => false)) return
    await sleep(50)
  }
  throw new Error(`not in time: ${what}`)
}

function idOf({ folder }: Instance): string {
  return readFileSync(join(folder, 'data', 'core.id'), 'latin1').trim()
}

describe('two cores on one PostgreSQL, with one key', () => {
  it('serve the same listings to their edges, and one that is killed comes back without touching the other', async (test) => {
    const { url, drop } = await freshPostgres()
    test.after(drop)
    const start = async (edge: string, like?: Instance): Promise<Instance> => {
      const keys = like && join(like.folder, 'data', 'keys')
      const make = (data: string): readonly string[] => {
        if (keys) cpSync(keys, join(data, 'keys'), { recursive: true })
        return []
      }
      const postern = await startInstance({
        database: url,
        settings: `edge: { name: ${edge} }\n`,
        surroundings: { make, enter: () => [] },
      })
      test.after(async () => await postern.stop())
      return postern
    }
    const a = await start('mx1')
    const b = await start('mx2', a)
    assert.notEqual(idOf(a), idOf(b))
    for (const each of [a, b]) {
      await until('both edges', async () => (await connected(each)).join(' ') === 'mx1 mx2')
    }

    const added = await a.run('listing', 'add', '192.0.2.45', '--reason', 'spam', '--wait')
    assert.equal(added.status, 0, added.stderr)
    for (const { ports } of [a, b]) assert.match(await askPolicy(`127.0.0.1:${ports.policy}`), /^550 /)

    const id = idOf(b)
    const { core } = await b.pids()
    assert.ok(core)
    process.kill(core, 'SIGKILL')
    await until('the second core', async () => {
      const again = (await b.pids()).core
      return again !== undefined && again !== core && (await connected(b)).length === 2
    })
    assert.equal(idOf(b), id)
    assert.deepEqual(await connected(a), ['mx1', 'mx2'])
    const db = await openDatabase(url, { file: '' })
    const rows = await db.queries.selectFrom('edges').select(['name', 'core']).orderBy('name').execute()
    const holders = await db.queries.selectFrom('leases').select('holder').distinct().execute()
    await db.close()
    assert.deepEqual(rows, [
      { name: 'mx1', core: idOf(a) },
      { name: 'mx2', core: id },
    ])
    assert.ok(holders.length > 0)
    for (const { holder } of holders) assert.ok([idOf(a), id].includes(holder), holder)
  })
})
