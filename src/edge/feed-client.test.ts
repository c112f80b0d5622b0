import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeFrame } from '../access/feed-frame.ts'
import { jsonLog } from '../base/log.ts'
import { testFolder, until } from '../../test/support/edge.ts'
import { FeedClient } from './feed-client.ts'

interface Line {
  readonly level: string
  readonly event: string
  readonly why?: string
  readonly error?: { readonly stack: string }
}

/** A client of this socket, and the lines that it logs. */
function bench(
  test: { after(fn: () => void): void },
  path: string,
  onFrames = async (): Promise<void> => {},
): readonly Line[] {
  const lines: Line[] = []
  const client = new FeedClient({
    feed: { path },
    name: 'mx1',
    log: jsonLog({}, (line) => void lines.push(JSON.parse(line) as Line)),
    random: () => 0,
    hello: () => ({ type: 'ping', seq: 0, at: 0 }),
    onFrames,
    onEnd: () => {},
  })
  client.start()
  test.after(() => client.close())
  return lines
}

/** A core that says one frame to whoever comes, and then closes if it is told to. */
async function core(
  test: { after(fn: () => void): void },
  path: string,
  { hangsUp }: { readonly hangsUp: boolean },
): Promise<{ readonly server: Server; met(): number }> {
  let met = 0
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    met++
    socket.on('error', () => {})
    socket.write(encodeFrame({ type: 'ping', seq: 0, at: 0 }))
    if (hangsUp) socket.end()
  }).listen(path)
  test.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return { server, met: () => met }
}

describe('An edge that starts before core', () => {
  it('says so in one plain line, and connects when core is there', async (test) => {
    const path = join(testFolder(test), 'feed.sock')
    const lines = bench(test, path)
    await sleep(500)
    assert.deepEqual(
      lines.map(({ level, event, error }) => [level, event, error]),
      [['info', 'waiting for core', undefined]],
    )
    const { met } = await core(test, path, { hangsUp: false })
    await until(() => met() === 1, 'the edge connects')
    assert.equal(lines.length, 1)
  })

  it('says why when core does not come, once, and without a stack', async (test) => {
    const lines = bench(test, join(testFolder(test), 'feed.sock'))
    await until(() => lines.length > 1, 'a second line', 10_000)
    await sleep(1200)
    assert.deepEqual(
      lines.map(({ level, event }) => [level, event]),
      [
        ['info', 'waiting for core'],
        ['warn', 'waiting for core'],
      ],
    )
    assert.match(lines[1]?.why ?? '', /^connect ENOENT /)
    assert.ok(lines.every((line) => !JSON.stringify(line).includes('stack')))
  })
})

describe('An edge that lost core', () => {
  it('says it once, without a stack', async (test) => {
    const path = join(testFolder(test), 'feed.sock')
    const { server, met } = await core(test, path, { hangsUp: true })
    const lines = bench(test, path)
    await until(() => met() > 2, 'several connections')
    server.close()
    await sleep(300)
    assert.deepEqual(
      lines.map(({ level, event, why, error }) => [level, event, why, error]),
      [['warn', 'feed-lost', 'core closed the connection', undefined]],
    )
  })

  it('shows where the fault is when it is in this program', async (test) => {
    const path = join(testFolder(test), 'feed.sock')
    await core(test, path, { hangsUp: false })
    const lines = bench(test, path, async () => await Promise.reject(new TypeError('a fault')))
    await until(() => lines.some(({ level }) => level === 'error'), 'an error')
    const [first] = lines.filter(({ level }) => level === 'error')
    assert.match(first?.error?.stack ?? '', /a fault/)
    await sleep(300)
    assert.equal(lines.filter(({ level }) => level === 'error').length, 1)
  })
})
