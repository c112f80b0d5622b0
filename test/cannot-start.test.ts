import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { takeLock, type Lock } from '../src/db/lock.ts'
import { startInstance, type Instance } from './support/instance.ts'

/** Starts that nothing but a person can mend, as real processes: they end, and say why in a sentence. */
const entry = join(import.meta.dirname, '..', 'src', 'cli.ts')

interface Test {
  after(fn: () => void | Promise<void>): void
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command until it ends by itself; one that does not is killed, with its children, and has no status. */
async function run(...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [entry, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 30_000)
  // Only when the children too have let go of stdout.
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(late)
  return { status, stdout, stderr }
}

/** A configuration with every door on a port that the system chooses, but for those that are given. */
function configure(
  test: Test,
  given: Readonly<Record<string, string>> = {},
): { file: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'postern-start-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const doors = ['site', 'console', 'policy', 'lookup', 'intake', 'lmtp']
  const listen = doors.map((door) => `${door}: "${given[door] ?? '127.0.0.1:0'}"`).join(', ')
  const file = join(folder, 'postern.yaml')
  writeFileSync(file, `data: ${folder}/data\nlisten: { ${listen} }\nmail: { smarthost: outbox }\n`)
  return { file, folder }
}

/** A port of the loopback that is somebody else's. */
async function takenPort(test: Test): Promise<string> {
  const server: Server = createServer().listen(0, '127.0.0.1')
  test.after(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What stands on stderr besides the log. */
function sentences({ stderr }: Ended): readonly string[] {
  return stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
}

async function start(test: Test): Promise<Instance> {
  const postern = await startInstance()
  test.after(async () => await postern.stop())
  return postern
}

describe('postern serve', () => {
  it('ends when its data folder has a core already, says which process, and leaves that one alone', async (test) => {
    const postern = await start(test)
    const { core } = await postern.pids()
    const second = await postern.run('serve')
    assert.equal(second.status, 1)
    assert.match(
      second.stderr,
      new RegExp(`^another process \\(${core}\\) holds ${postern.folder}/data/lock: [^\n]+\n$`),
    )
    assert.equal((await postern.pids()).core, core)
    assert.equal((await fetch(`${postern.site}/readyz`)).status, 200)
    const alone = await postern.run('core')
    assert.equal(alone.status, 78)
    assert.match(alone.stderr, /^another process \(\d+\) holds /)
  })

  for (const door of ['site', 'intake', 'policy', 'lookup']) {
    it(`ends when the port of ${door} is taken, and says by which setting`, async (test) => {
      const place = await takenPort(test)
      const { file } = configure(test, { [door]: place })
      const ended = await run('serve', '--config', file)
      assert.equal(ended.status, 1, ended.stderr)
      assert.deepEqual(sentences(ended), [
        `listen.${door}: ${place} is taken by another process: stop that one (ss -lxtnp shows it), or name another place in listen.${door} (POSTERN_LISTEN_${door.toUpperCase()})`,
      ])
      assert.equal(ended.stderr.match(/supervisor\.gives-up/g)?.length, 1)
      assert.doesNotMatch(ended.stderr, /supervisor\.restarting/)
    })
  }

  it('ends when a file beside the configuration holds something else', async (test) => {
    const { file, folder } = configure(test)
    mkdirSync(join(folder, 'data', 'keys'), { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, 'data', 'keys', 'master'), 'no key', { mode: 0o600 })
    const ended = await run('core', '--config', file)
    assert.equal(ended.status, 78, ended.stderr)
    assert.deepEqual(sentences(ended), [
      `key file ${folder}/data/keys/master must hold 64 hexadecimal digits`,
    ])
  })

  it('goes on trying when a core that had been ready finds its folder locked', async (test) => {
    const postern = await start(test)
    const { core } = await postern.pids()
    assert.ok(core)
    process.kill(core, 'SIGKILL')
    const lock = await seize(join(postern.folder, 'data'))
    const failed = /"event":"supervisor\.restarting"[^\n]*"code":78|"code":78[^\n]*supervisor\.restarting/
    for (let tries = 0; !failed.test(postern.log()) && tries < 1200; tries++) await sleep(50)
    assert.match(postern.log(), failed)
    lock.release()
    let status = 0
    for (let tries = 0; status !== 200 && tries < 1200; tries++) {
      await sleep(50)
      status = await fetch(`${postern.site}/readyz`).then(
        (answer) => answer.status,
        () => 0,
      )
    }
    assert.equal(status, 200)
  })
})

/** The lock of a core that was just killed, before the next one has it. */
async function seize(data: string): Promise<Lock> {
  for (let tries = 0; tries < 2000; tries++) {
    const lock = takeLock(data)
    if (lock) return lock
    await sleep(1)
  }
  throw new Error('the lock was not to be had')
}

describe('postern edge', () => {
  it('ends with status 78 when the port of its policy door is taken', async (test) => {
    const place = await takenPort(test)
    const { file } = configure(test, { policy: place })
    const ended = await run('edge', '--config', file)
    assert.equal(ended.status, 78, ended.stderr)
    assert.match(sentences(ended).join('\n'), new RegExp(`^listen\\.policy: ${place} is taken by another`))
  })

  it('ends when a file that is no socket lies where its door should be, and leaves the file', async (test) => {
    const { folder } = configure(test)
    const path = join(folder, 'letter.txt')
    writeFileSync(path, 'dear all')
    const { file } = configure(test, { policy: path })
    const ended = await run('edge', '--config', file)
    assert.equal(ended.status, 78, ended.stderr)
    assert.match(sentences(ended).join('\n'), /^listen\.policy: .*letter\.txt is a file that is no socket/)
    assert.equal(readFileSync(path, 'utf8'), 'dear all')
  })
})
