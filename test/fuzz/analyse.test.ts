import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Recipient } from '../../src/core/analysis/analysis.ts'
import { findingSchema } from '../../src/core/analysis/finding-schema.ts'
import { readInput } from '../../src/core/analysis/read.ts'
import { withReturnedId } from '../../src/core/analysis/returned-id.ts'
import { openParsePool, type ParsePool } from '../../src/intake/parse-pool.ts'
import { readFixtures } from '../support/bounce-fixtures.ts'
import { fuzzCount, fuzzSeed } from '../support/fuzz.ts'
import { mutate } from './mutate.ts'
import { seededRandom } from './random.ts'

/** What bounces are made of, and what breaks their readers. */
const dictionary = [
  '\r',
  '\n\n',
  '\0',
  '--b1',
  '550 ',
  '5.7.1',
  '4.0.0 ',
  '<a@example.org>',
  'Status: ',
  'Final-Recipient: rfc822;',
  'Content-Transfer-Encoding: base64\n',
  'Content-Type: message/rfc822\n\n',
  '=?utf-8?B?',
  '=\n',
  '<<< ',
  '-> ',
  '\xff\xfe',
  '{"',
  'From ',
  '192.0.2.45',
  '[2001:db8::',
  '****************************************',
  '<table><tr><td>',
  '&#x10ffff;',
] as const

/**
 * At full count one input of so many goes through the parse pool as well, whose processes cost more than the reading; `POSTERN_FUZZ_POOL=1`:
 * every one. In `check` there is no time to start them.
 */
const pooledOf =
  process.env['POSTERN_TORTURE'] === undefined ? 0 : Number(process.env['POSTERN_FUZZ_POOL'] ?? 50)
/** Inputs that are with the pool at once. */
const inFlight = 16

function openPool(): ParsePool {
  return openParsePool({
    lookup: () => Promise.reject(new Error('no DNS here')),
    log: silentLog,
    clock: systemClock(),
    size: availableParallelism(),
    // What counts is processor time: on a busy machine others may hold a process up.
    limits: { messages: 50_000, startMs: 120_000, wallMs: 60_000 },
  })
}

/** A process that did not come up in time on a busy machine says nothing of the message: it is asked again. */
async function askPool(pool: ParsePool, bytes: Buffer): ReturnType<ParsePool['analyse']> {
  for (let again = 0; again < 3; again++) {
    const answer = await pool.analyse(bytes)
    if (!('failure' in answer && answer.failure === 'busy')) return answer
  }
  return { failure: 'busy' }
}

describe('Mutated bounces', () => {
  it('get an answer of the right shape, quickly, and no code that they do not contain', async (t) => {
    const options = { count: fuzzCount(2000), seed: fuzzSeed(1) }
    const random = seededRandom(options.seed)
    const inputs = readFixtures().map(({ input }) => Buffer.from(input))
    const kinds = new Map<string, number>()
    const pool = pooledOf > 0 ? openPool() : undefined
    t.after(() => pool?.close())
    const pooled = new Set<Promise<void>>()
    // Kept until every answer is there: a pool that is closed by the first difference says `busy` to all others, which is none of theirs.
    const differences: unknown[] = []
    let slowest = 0
    for (let nth = 0; nth < options.count && differences.length === 0; nth++) {
      const where = `seed ${options.seed}, input ${nth}`
      const bytes = mutate(random.pick(inputs as [Buffer, ...Buffer[]]), dictionary, 8, random)
      const began = performance.now()
      // As the worker reads it.
      const finding = withReturnedId(readInput(bytes), bytes)
      slowest = Math.max(slowest, performance.now() - began)
      kinds.set(finding.kind, (kinds.get(finding.kind) ?? 0) + 1)
      const plain: unknown = JSON.parse(JSON.stringify(finding))
      const told = findingSchema.safeParse(plain)
      assert.ok(told.success, `${where}: ${told.error?.message ?? ''}`)
      if ('recipients' in finding) assertSaid(bytes, finding.recipients, where)
      if (pool === undefined || nth % pooledOf !== 0) continue
      const asked = askPool(pool, bytes)
        .then((answer) => assert.deepEqual(answer, plain, where))
        .catch((error: unknown) => void differences.push(error))
        .finally(() => pooled.delete(asked))
      pooled.add(asked)
      if (pooled.size >= inFlight) await Promise.race(pooled)
    }
    await Promise.all(pooled)
    if (differences.length > 0) throw differences[0]
    t.diagnostic(
      JSON.stringify({
        ...options,
        slowestMs: Math.round(slowest),
        ...Object.fromEntries(kinds),
        ...pool?.counts,
      }),
    )
    assert.ok((kinds.get('bounce') ?? 0) > options.count / 10, 'too few are still bounces')
  })

  it('as JSON that is nested a million times get an answer at once', () => {
    for (const pattern of ['[', '{"a":', '[{"a":[']) {
      const bytes = Buffer.from(pattern.repeat(Math.floor((9 << 20) / pattern.length)))
      const began = process.cpuUsage()
      assert.deepEqual(readInput(bytes), { kind: 'unknown', error: 'budget' })
      const { user, system } = process.cpuUsage(began)
      assert.ok((user + system) / 1e6 < 1, `${pattern} ${(user + system) / 1e6}`)
    }
  })

  it('as large as may be are read within the budget of a parser', () => {
    const patterns = [
      'a@',
      '<a@b>: ',
      '550-5.1.1 ',
      '> ',
      '<br><p>',
      '(((((',
      'host a.b[192.0.2.1] said: ',
      '=?utf-8?q?a?= ',
      'Final-Recipient: rfc822; a@b\n\n',
      '--x\nContent-Type: text/plain\n\n',
      '----- \n',
      ' * ',
    ]
    for (const pattern of patterns) {
      for (const head of ['', 'From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n']) {
        const bytes = Buffer.from(head + pattern.repeat(Math.floor((8 << 20) / pattern.length)))
        const began = process.cpuUsage()
        readInput(bytes)
        const { user, system } = process.cpuUsage(began)
        // Twice the two seconds of security 6.4, for compilers that run beside.
        assert.ok((user + system) / 1e6 < 4, `${JSON.stringify(pattern)} ${(user + system) / 1e6}`)
      }
    }
  })
})

/** Codes stand in the input as they are told, where it is not written in another alphabet. */
function assertSaid(bytes: Buffer, recipients: readonly Recipient[], where: string): void {
  const text = bytes.toString('latin1')
  if (/base64|quoted-printable|&#|=\?|\xff\xfe|\xfe\xff/i.test(text)) return
  const plain = text
    .replaceAll(/[\x00-\x1f\x7f]+/g, '')
    // KumoMTA's logs say a code in its three parts.
    .replaceAll(/"class"\s*:\s*(\d)\D{0,20}"subject"\s*:\s*(\d+)\D{0,20}"detail"\s*:\s*(\d+)/g, '$&$1.$2.$3')
  for (const { status, replyCode } of recipients) {
    for (const code of [status, replyCode])
      assert.ok(code === undefined || plain.includes(code), `${where}: ${code ?? ''} is invented`)
  }
}
