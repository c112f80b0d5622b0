import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { mimeBombs } from '../../test/fuzz/mime-bombs.ts'
import { jailFlags } from './jail.ts'
import { openParsePool, type ParsePool, type PoolOptions } from './parse-pool.ts'
import type { ParsedMessage, ParseFailure, ParseRequest } from './parsed-message.ts'
import { usageOf } from './process-usage.ts'
import { plainMessage, testDns } from './test-intake.ts'

const request: ParseRequest = {
  client: '192.0.2.45',
  helo: 'mail.example.org',
  mailFrom: 'ann@example.org',
  authenticate: true,
  probe: false,
  now: Date.parse('2026-05-04T10:00:00Z'),
}
const clock = systemClock()
const open = (options: Partial<PoolOptions> = {}): ParsePool =>
  openParsePool({ lookup: testDns({}), log: silentLog, clock, size: 1, ...options })
const wordOf = (result: ParsedMessage | ParseFailure): string =>
  'failure' in result ? result.failure : 'parsed'

/** Process ids of the workers of this test. */
function workers(): number[] {
  try {
    const listed = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'parse-worker'], {
      encoding: 'utf8',
    })
    return listed.trim().split('\n').map(Number)
  } catch {
    return []
  }
}

describe('The parse pool', () => {
  let pool: ParsePool
  before(() => {
    pool = open()
  })
  after(() => pool.close())

  it('reads a message in another process', async () => {
    const result = await pool.parse(plainMessage({ Subject: 'over there' }), request)
    assert.ok(!('failure' in result))
    assert.equal(result.subject, 'over there')
    assert.equal(workers().length, 1)
  })
  it('hears the longest answer about reported messages that there can be', async () => {
    const long = `${'\xff'.repeat(300)}@${'\xff"'.repeat(8)}`
    const received = `Received: from ${long} (${long} [192.0.2.45]) by ${long} with ${long} id ${long} for ${long}; x`
    const repeated = ['To', 'X-Original-To', 'Authentication-Results'].map(
      (name) => `${name}: ${`${long},`.repeat(12)}`,
    )
    const header = [
      ...repeated,
      `From: ${long}`,
      `Subject: ${long}`,
      ...Array.from({ length: 40 }, () => received),
    ]
    const part = ['--b', 'Content-Type: message/rfc822', '', ...header, '']
    const body = [...Array.from({ length: 15 }, () => part).flat(), '--b--'].join('\r\n')
    const head = plainMessage({ 'Content-Type': 'multipart/mixed; boundary=b' }, '').toString('latin1')
    const result = await pool.parse(Buffer.from(head + body, 'latin1'), { ...request, authenticate: false })
    assert.ok(!('failure' in result), JSON.stringify(result))
    assert.equal(result.feedback.length, 10)
    assert.ok(Buffer.byteLength(JSON.stringify(result)) > 500_000)
  })
  it('answers the DNS questions of that process', async () => {
    const asked: string[] = []
    const other = open({ lookup: testDns({ 'example.org': 'v=spf1 ip4:192.0.2.45 -all' }, asked) })
    const result = await other.parse(plainMessage({}), request)
    other.close()
    assert.ok(!('failure' in result))
    assert.deepEqual(result.authentication?.aligned, ['spf'])
    assert.deepEqual(asked.includes('example.org TXT'), true)
  })
  it('names the budget that a message breaks', async () => {
    assert.deepEqual(await pool.parse(plainMessage({ 'X-Big': 'a'.repeat(70_000) }), request), {
      failure: 'breach',
      breach: 'field-size',
    })
  })
  it(
    'comes through fifty ways to hurt a parser without a crash, and reads on',
    { timeout: 240_000 },
    async (test) => {
      const counts = new Map<string, number>()
      let slowest = { name: '', ms: 0 }
      for (const { name, make } of mimeBombs) {
        const raw = make()
        assert.ok(raw.length <= 11 << 20, name)
        const began = performance.now()
        const result = await pool.parse(raw, request)
        const ms = performance.now() - began
        if (ms > slowest.ms) slowest = { name, ms }
        const word = wordOf(result)
        counts.set(word, (counts.get(word) ?? 0) + 1)
        assert.notEqual(word, 'crash', name)
      }
      // Ended for its memory is the pool at work; on a busy machine the collector may come late for one or two.
      assert.ok((counts.get('memory') ?? 0) <= 2, JSON.stringify(Object.fromEntries(counts)))
      test.diagnostic(
        `${mimeBombs.length} bombs: ${JSON.stringify(Object.fromEntries(counts))}, slowest ${Math.round(slowest.ms)} ms: ${slowest.name}`,
      )
      assert.equal(wordOf(await pool.parse(plainMessage({}), request)), 'parsed')
    },
  )
  it(
    'analyses the same fifty, each with an answer or a reason why not',
    { timeout: 240_000 },
    async (test) => {
      const counts = new Map<string, number>()
      for (const { name, make } of mimeBombs) {
        const result = await pool.analyse(make())
        const word = 'failure' in result ? result.failure : 'read'
        counts.set(word, (counts.get(word) ?? 0) + 1)
        assert.notEqual(word, 'crash', name)
      }
      test.diagnostic(JSON.stringify(Object.fromEntries(counts)))
      assert.ok((counts.get('read') ?? 0) > mimeBombs.length - 5)
      const reply = await pool.analyse(Buffer.from('550 5.1.1 User unknown'))
      assert.equal('kind' in reply ? reply.kind : reply.failure, 'reply')
    },
  )
  it('ends a process that takes too much processor time, and heals', async () => {
    const raw = plainMessage({}, 'a b c d e f g h i j k l m n o p\n'.repeat(340_000))
    const usual = open()
    assert.equal(wordOf(await usual.parse(plainMessage({}), request)), 'parsed')
    const begun = performance.now()
    assert.equal(wordOf(await usual.parse(raw, request)), 'parsed')
    usual.close()
    // A quarter of what this very machine needs: a plain message takes much less.
    const short = open({ limits: { cpuMs: (performance.now() - begun) / 4 } })
    assert.equal(wordOf(await short.parse(raw, request)), 'time')
    assert.equal(wordOf(await short.parse(plainMessage({}), request)), 'parsed')
    assert.equal(short.counts.killed, 1)
    short.close()
  })
  it('ends a process that takes too much memory, and heals', async () => {
    const small = open({ limits: { rssBytes: 32 << 20 } })
    assert.equal(
      wordOf(
        await small.parse(plainMessage({}, 'a b c d e f g h i j k l m n o p\n'.repeat(300_000)), request),
      ),
      'memory',
    )
    small.close()
    const usual = open()
    assert.equal(wordOf(await usual.parse(plainMessage({}), request)), 'parsed')
    usual.close()
  })
  it('ends a message that waits for DNS for too long, without ending the process', async () => {
    const never = (): Promise<string[]> => new Promise(() => undefined)
    const patient = open({ lookup: never, limits: { questionsMs: 200 } })
    const result = await patient.parse(plainMessage({}), request)
    assert.ok(!('failure' in result))
    assert.equal(result.authentication?.isUnsure, true)
    assert.equal(patient.counts.killed, 0)
    patient.close()
    const impatient = open({ lookup: never, limits: { wallMs: 300 } })
    assert.equal(wordOf(await impatient.parse(plainMessage({}), request)), 'time')
    impatient.close()
  })
  it('asks at most forty DNS questions for a message (security CHK-3)', async () => {
    const asked: string[] = []
    const names = Array.from({ length: 9 }, (_, i) => `mx:m${i}.example.org`).join(' ')
    const lookup = async (name: string, type: string): Promise<readonly unknown[]> => {
      asked.push(`${name} ${type}`)
      if (type === 'TXT') return [[`v=spf1 ${names} -all`]]
      if (type === 'MX')
        return Array.from({ length: 10 }, (_, priority) => ({ priority, exchange: `x${priority}.${name}` }))
      throw Object.assign(new Error('none'), { code: 'ENODATA' })
    }
    const greedy = open({ lookup })
    const result = await greedy.parse(plainMessage({}), request)
    greedy.close()
    assert.equal(wordOf(result), 'parsed')
    assert.ok(asked.length > 10 && asked.length <= 40, `${asked.length} questions`)
  })
  it('survives a process that is killed in the middle, and one that is killed at rest', async () => {
    const victim = open({ lookup: () => new Promise(() => undefined) })
    await victim.parse(plainMessage({}), { ...request, authenticate: false })
    const reading = victim.parse(plainMessage({}), request)
    await new Promise((resolve) => setTimeout(resolve, 100))
    for (const pid of workers()) process.kill(pid, 'SIGKILL')
    assert.equal(wordOf(await reading), 'crash')
    assert.equal(wordOf(await victim.parse(plainMessage({}), { ...request, authenticate: false })), 'parsed')
    victim.close()
    assert.equal(wordOf(await pool.parse(plainMessage({}), request)), 'parsed')
  })
  it('replaces a process after its share of messages', async () => {
    const brief = open({ limits: { messages: 3 } })
    for (let i = 0; i < 7; i++) assert.equal(wordOf(await brief.parse(plainMessage({}), request)), 'parsed')
    assert.deepEqual([brief.counts.started, brief.counts.killed], [3, 0])
    brief.close()
  })
  it('does not blame a message for a process that never came up', async () => {
    const absent = open({ limits: { startMs: 1 } })
    assert.equal(wordOf(await absent.parse(plainMessage({}), request)), 'busy')
    absent.close()
  })
  it('says busy when too many wait, and to those that still wait when it closes', async () => {
    const slow = open({
      lookup: () => new Promise(() => undefined),
      waiting: 2,
      limits: { questionsMs: 60_000 },
    })
    const results = [1, 2, 3, 4].map(() => slow.parse(plainMessage({}), request))
    assert.equal(wordOf(await (results[3] ?? Promise.reject(new Error('missing')))), 'busy')
    slow.close()
    for (const result of results) assert.equal(wordOf(await result), 'busy')
    assert.equal(wordOf(await slow.parse(plainMessage({}), request)), 'busy')
  })
})

describe('The process that reads messages', () => {
  const flags = jailFlags(fileURLToPath(new URL('./jail.ts', import.meta.url)))
  const attempt = (code: string): string => {
    const script = `try { ${code}; console.log('done') } catch (error) { console.log(error.code ?? error.message) }`
    return spawnSync(process.execPath, [...flags, '-e', script], {
      encoding: 'utf8',
      env: {},
      cwd: '/',
    }).stdout.trim()
  }
  it('reads no files but code', () => {
    assert.equal(attempt("require('fs').readFileSync('/etc/passwd')"), 'ERR_ACCESS_DENIED')
    assert.equal(
      attempt(
        `require('fs').readdirSync(${JSON.stringify(fileURLToPath(new URL('../../', import.meta.url)))})`,
      ),
      'ERR_ACCESS_DENIED',
    )
  })
  it('writes nothing, starts nothing, makes no code from text', () => {
    assert.equal(attempt("require('fs').writeFileSync('/tmp/postern-jail', 'x')"), 'ERR_ACCESS_DENIED')
    assert.equal(attempt("require('child_process').spawnSync('true')"), 'ERR_ACCESS_DENIED')
    assert.equal(attempt("new (require('worker_threads').Worker)('1', { eval: true })"), 'ERR_ACCESS_DENIED')
    assert.match(attempt("eval('1')"), /Code generation from strings disallowed/)
  })
  it('has no network', () => {
    const connecting =
      "require('net').connect(9, '127.0.0.1').on('error', (error) => console.log(error.code))"
    assert.match(attempt(connecting), /ERR_ACCESS_DENIED/)
  })
})

describe('XARF of strangers in the pool', () => {
  it('is looked at by a process of its own, which says what is wrong with it', async () => {
    const pool = open()
    try {
      const check = async (text: string) => await pool.checkXarf(Buffer.from(text))
      assert.deepEqual(await check('{"hello":1}'), { version: null, errors: ['xarf_version: missing'] })
      const found = await check('{"xarf_version":"4.2.0","category":"weather"}')
      assert.ok('errors' in found && found.errors.some((error) => error === 'category: unknown'))
      const bomb = await check(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)
      assert.ok('errors' in bomb && bomb.errors.length === 1)
    } finally {
      pool.close()
    }
    assert.deepEqual(await pool.checkXarf(Buffer.from('{}')), { failure: 'busy' })
  })
})

describe('What a process uses', () => {
  it('is read from the system', () => {
    const usage = usageOf(process.pid)
    assert.ok(usage)
    const { rss } = process.memoryUsage()
    assert.ok(Math.abs(usage.rssBytes - rss) < 64 << 20)
    const { user, system } = process.cpuUsage()
    assert.ok(Math.abs(usage.cpuMs - (user + system) / 1000) < 1000)
  })
  it('is nothing when it is gone', () => {
    assert.equal(usageOf(2 ** 30), undefined)
  })
})
