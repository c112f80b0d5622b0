import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { readHeader } from '../core/headers/reading.ts'
import { parsePrefix } from '../standards/prefix.ts'
import { openParsePool, type PoolOptions } from './parse-pool.ts'
import { testDns } from './test-intake.ts'

const ours = {
  names: ['provider.example', 'postern.provider.example'],
  networks: ['203.0.113.0/24', '2001:db8:5::/48'].map((each) => orThrow(parsePrefix(each))),
}
const open = (options: Partial<PoolOptions> = {}) =>
  openParsePool({ lookup: testDns({}), log: silentLog, clock: systemClock(), size: 1, ...options })
const pool = open()
after(() => pool.close())

/** JSON has no undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

const word = fc.oneof(
  fc.constantFrom(
    'mx.provider.example',
    'mail.example.org',
    '[192.0.2.45]',
    '203.0.113.9',
    '2001:db8:5::9',
    'from',
    'by',
    'with ESMTPS',
    'id 1;',
    '(',
    ')',
    'spf=pass',
    'dkim=fail',
    'smtp.mailfrom=a@example.org',
    'i=1;',
    'd=example.org;',
    's=k1;',
    'h=From:To;',
    'cv=none;',
    'x=1777900000;',
    '<a@example.org>',
    'Mon, 4 May 2026 10:00:30 +0000',
    '=?utf-8?q?=C3=A9?=',
    '=?gb18030?b?1tDOxA==?=',
    '\n ',
    '\r\n\t',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const field = fc
  .tuple(
    fc.constantFrom(
      'Received',
      'Authentication-Results',
      'DKIM-Signature',
      'ARC-Seal',
      'ARC-Message-Signature',
      'ARC-Authentication-Results',
      'From',
      'To',
      'Subject',
      'Date',
      'Return-Path',
      'List-Unsubscribe',
      'X-Postern-Junk',
      '> Received',
      'Hello there',
    ),
    fc.array(word, { maxLength: 12 }),
  )
  .map(([name, words]) => `${name}: ${words.join(' ')}`)
const header = fc.array(field, { maxLength: 12 }).map((fields) => fields.join('\n'))

describe('A header read in the pool', () => {
  it('says what it says when it is read here', async () => {
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        const bytes = Buffer.from(text)
        const read = await pool.readHeader(bytes, ours)
        assert.ok('reading' in read, JSON.stringify(read))
        assert.deepEqual(plain(read.reading), plain(readHeader(bytes.toString(), ours)))
      }),
      { numRuns: 300 },
    )
    assert.equal(pool.counts.killed, 0)
  })

  const eight = 8 * 1024 * 1024
  const full = (piece: string): string => piece.repeat(Math.ceil(eight / piece.length)).slice(0, eight)
  const hostile: Readonly<Record<string, string>> = {
    'one line': full('a'),
    'line ends': full('\n'),
    'carriage returns': `From: a\n${full('\r')}`,
    'empty lines and folds': `From: a\n${full('\n \n')}`,
    'quote marks': full('> > >\n'),
    'fields without end': full('Received: from a by b; x\n'),
    'brackets in a trace field': `Received: ${full('((((')}`,
    'brackets in many trace fields': full(`Received: from ${'(['.repeat(2000)} by b\n`),
    'results in results': full(`Authentication-Results: a; ${'spf=pass ("'.repeat(370)}\n`),
    'encoded words': full(`Subject: ${'=?utf-8?q?=61?= '.repeat(250)}\n`),
    'an encoded word that does not end': `From: a\nSubject: =?utf-8?q?${full('=61')}`,
    'tags in signatures': full(`DKIM-Signature: ${'a=b;'.repeat(1000)}h=${'a:'.repeat(40)}\n`),
    'ARC without end': full(`ARC-Seal: i=1; ${'cv=none; '.repeat(400)}\n`),
    'names of domains': `Received: by ${full('a.')}`,
    'angle brackets': `From: ${full('<')}`,
    'bytes that are no text': `From: a\n${full('\u00ff\u0000')}`,
  }
  for (const [name, text] of Object.entries(hostile))
    it(`of 8 MB, made of ${name}, is answered`, async () => {
      const read = await pool.readHeader(Buffer.from(text, 'latin1'), ours)
      assert.ok('reading' in read, JSON.stringify(read))
    })

  it('is told to wait its turn where too many are read', async () => {
    const none = open({ waiting: 0 })
    assert.deepEqual(await none.readHeader(Buffer.from('From: a@example.org'), ours), { failure: 'busy' })
    none.close()
  })
})
