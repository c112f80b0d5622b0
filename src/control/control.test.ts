import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testContext, type TestContext } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import type { Log } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import { feedHead } from '../core/edges/actions.ts'
import { countListings } from '../core/listings/actions.ts'
import { callCore, type Sink } from './client.ts'
import { operations } from './operations.ts'
import { startControl } from './server.ts'

describe('core.sock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-control-'))
  const path = join(folder, 'core.sock')
  const { open, close } = databases('SQLite')
  const said: string[] = []
  const log: Log = {
    info() {},
    warn: (event) => void said.push(event),
    error: (event, fields) => void said.push(`${event}: ${String(fields?.error)}`),
  }
  let ctx: TestContext
  let stop: (() => Promise<void>) | undefined

  before(async () => {
    ctx = testContext({ db: await open(), log })
    const control = await startControl(ctx, path, operations)
    stop = control.close
  })

  after(async () => {
    await stop?.()
    await close()
    rmSync(folder, { recursive: true, force: true })
  })

  const sink = (answers: object[] = []): Sink => ({
    emit: (value) => void answers.push(value),
    progress() {},
  })
  async function* lines(count: number): AsyncGenerator<string> {
    for (let nth = 0; nth < count; nth++)
      yield `{"ip":"2001:db8:${(nth >>> 16).toString(16)}:${(nth & 0xffff).toString(16)}::","reason":"spam","note":"${'n'.repeat(200)}"}`
  }
  const listed = async (): Promise<number> =>
    (await countListings(ctx)).reduce((sum, { count }) => sum + count, 0)

  it('is for our user only', () => {
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('tells a refusal as a refusal and an unknown operation as one', async () => {
    const refused = callCore(path, 'listing.add', { ip: '010.0.0.1', reason: 'spam' }, undefined, sink())
    await assert.rejects(
      refused,
      (error) => error instanceof Refusal && error.code === 'address.leading-zero',
    )
    await assert.rejects(
      callCore(path, 'listing.paint', {}, undefined, sink()),
      /does not know "listing.paint"/,
    )
    assert.equal(await callCore(join(folder, 'nobody.sock'), 'listing.add', {}, undefined, sink()), 'no-core')
  })

  it('takes a file to its end or not at all: what breaks off has no effect, and its own fault is told', async () => {
    const { seq } = await feedHead(ctx)
    async function* broken(): AsyncGenerator<string> {
      yield* lines(3000)
      throw new Error('the disk of the file is gone')
    }
    await assert.rejects(
      callCore(path, 'listing.import', { format: 'ndjson' }, broken(), sink()),
      /disk of the file/,
    )
    await until(() => said.includes('control.client-gone'))
    assert.equal(await listed(), 0)
    assert.equal((await feedHead(ctx)).seq, seq)
    assert.deepEqual(await ctx.db.queries.selectFrom('import_lines').select('prefix').execute(), [])
  })

  it('gives a refusal that comes before the last line', async () => {
    const wrong = callCore(path, 'listing.import', { format: 'papyrus' }, lines(50_000), sink())
    await assert.rejects(wrong, /format/)
  })

  it('imports and exports as fast as the other end reads, no faster', async () => {
    const answers: object[] = []
    await callCore(path, 'listing.import', { format: 'ndjson' }, lines(20_000), sink(answers))
    assert.equal(await listed(), 20_000)
    said.length = 0
    const slow = await ask('listing.export')
    slow.pause()
    await sleep(300)
    assert.ok(slow.socket.bytesRead < 2 << 20, `${slow.socket.bytesRead} bytes were sent ahead`)
    let bytes = 0
    for await (const chunk of slow) bytes += (chunk as Buffer).length
    assert.ok(bytes > 5 << 20, `${bytes} bytes in all`)
    assert.deepEqual(said, [])
  })

  it('stops exporting when nobody reads any more', async () => {
    said.length = 0
    const gone = await ask('listing.export')
    gone.destroy()
    await until(() => said.includes('control.client-gone'))
    assert.deepEqual(said, ['control.client-gone'])
  })

  async function ask(operation: string) {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'x-postern-options': encodeURIComponent('{"format":"ndjson"}') }
      request({ socketPath: path, path: `/${operation}`, method: 'POST', headers }, resolve)
        .once('error', reject)
        .end()
    })
  }
})

async function until(isSo: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 300 && !isSo(); attempt++) await sleep(10)
  assert.ok(isSo(), 'it did not come about')
}
