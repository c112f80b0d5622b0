import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { openParsePool } from '../../src/intake/parse-pool.ts'
import { fuzzCount, fuzzSeed } from '../support/fuzz.ts'
import { fields, mimeBombs, text } from './mime-bombs.ts'

/**
 * Mutated messages through the real parse pool. `POSTERN_FUZZ_COUNT` says how many (300 when it is not set), `POSTERN_FUZZ_SEED`
 * repeats a run; a failure prints seed and path.
 */
const count = fuzzCount(300)
const seed = fuzzSeed()

/** Seeds of the mutation: small ones as they are, large ones cut, so that most of the time goes into variety. */
const corpus: readonly Buffer[] = [
  text(fields(), 'Content-Type: text/plain; charset=utf-8', '', 'Hello 192.0.2.45', ''),
  text(
    fields(),
    'Content-Type: multipart/alternative; boundary="a"',
    '',
    '--a',
    'Content-Type: text/html',
    '',
    '<p>x</p>',
    '--a--',
    '',
  ),
  text(
    'From: MAILER-DAEMON@example.org',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.org',
    '',
    'Final-Recipient: rfc822; ann@example.org',
    'Action: failed',
    'Status: 5.1.1',
    '',
    '--b',
    'Content-Type: message/rfc822',
    '',
    fields(),
    '',
    'x',
    '--b--',
    '',
  ),
  text(
    'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s; h=from:to; bh=AAAA; b=AAAA',
    fields(),
    '',
    'x',
    '',
  ),
  ...mimeBombs.map(({ make }) => make().subarray(0, 4096)),
]

/** Bits of syntax that parsers trip over. */
const tokens = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\r\n\r\n',
  ' ',
  '\t',
  '--',
  '--a',
  '--b--',
  '=',
  '=\r\n',
  '=?utf-8?q?',
  '?=',
  '=?iso-2022-jp?b?',
  '"',
  '\\',
  '(',
  ')',
  '<',
  '>',
  '@',
  ',',
  ';',
  ':',
  'From: ',
  'To: a:b;',
  'Content-Type: ',
  'multipart/mixed; boundary=',
  'message/rfc822',
  'boundary=""',
  "filename*0*=utf-8''%",
  'charset=utf-7',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: x',
  'format=flowed',
  '\u00ff\u00fe',
  '__proto__: x',
]

const edit = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(),
    value: fc.constantFrom(...tokens),
    times: fc.constantFrom(1, 1, 2, 50),
  }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 200 }) }),
  fc.record({
    kind: fc.constant('double' as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 400 }),
    times: fc.integer({ min: 2, max: 20 }),
  }),
)
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

function apply(raw: Buffer, change: Edit): Buffer {
  const at = raw.length === 0 ? 0 : change.at % raw.length
  const [head, tail] = [raw.subarray(0, at), raw.subarray(at)]
  switch (change.kind) {
    case 'byte':
      return Buffer.concat([head, Buffer.from([change.value]), tail.subarray(1)])
    case 'insert':
      return Buffer.concat([head, Buffer.from(change.value.repeat(change.times), 'latin1'), tail])
    case 'delete':
      return Buffer.concat([head, tail.subarray(change.length)])
    case 'double':
      return Buffer.concat([
        head,
        ...Array.from({ length: change.times }, () => tail.subarray(0, change.length)),
        tail,
      ])
  }
}

describe('Mutated messages', () => {
  it(
    'are read or break a budget; none crashes its reader, takes too long or too much memory',
    { timeout: 3_600_000 },
    async (test) => {
      const lookup = async (): Promise<string[]> => {
        throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
      }
      const pool = openParsePool({ lookup, log: silentLog, clock: systemClock(), size: 1 })
      const request = {
        client: '192.0.2.45',
        helo: 'x',
        mailFrom: 'ann@example.org',
        authenticate: true,
        probe: false,
        now: Date.parse('2026-05-04T10:00:00Z'),
      }
      const seen = new Map<string, number>()
      const message = fc.tuple(fc.nat(corpus.length - 1), fc.array(edit, { minLength: 1, maxLength: 12 }))
      try {
        await fc.assert(
          fc.asyncProperty(message, async ([original, edits]) => {
            // A failure prints the number of the message in the corpus and what was done to it.
            const raw = edits.reduce(apply, corpus[original] ?? Buffer.alloc(0))
            const result = await pool.parse(raw, request)
            const word = 'failure' in result ? result.failure : 'read'
            seen.set(word, (seen.get(word) ?? 0) + 1)
            assert.ok(word === 'read' || word === 'breach', word)
          }),
          { numRuns: count, seed },
        )
      } finally {
        pool.close()
      }
      test.diagnostic(`${count} messages: ${JSON.stringify(Object.fromEntries(seen))}`)
      assert.equal(pool.counts.killed, 0)
    },
  )
})
