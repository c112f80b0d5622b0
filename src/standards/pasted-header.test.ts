import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { longestHeader, readPastedHeader } from './pasted-header.ts'

const lines = [
  'Received: from mail.example.org (mail.example.org [192.0.2.45])',
  '\tby mx.provider.example (Postfix) with ESMTPS id 4X',
  '\tfor <ann@provider.example>; Mon, 4 May 2026 10:15:30 +0000 (UTC)',
  'Authentication-Results: mx.provider.example;',
  '\tdkim=pass header.d=example.org;',
  '\tspf=pass smtp.mailfrom=example.org',
  'From: Ada <ada@example.org>',
  'Subject: hello',
]
const expected = [
  {
    name: 'received',
    value:
      'from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example (Postfix) with ESMTPS id 4X for <ann@provider.example>; Mon, 4 May 2026 10:15:30 +0000 (UTC)',
  },
  {
    name: 'authentication-results',
    value: 'mx.provider.example; dkim=pass header.d=example.org; spf=pass smtp.mailfrom=example.org',
  },
  { name: 'from', value: 'Ada <ada@example.org>' },
  { name: 'subject', value: 'hello' },
]

const pasted = (text: string): unknown => readPastedHeader(text)

describe('A pasted header', () => {
  it('is read as it stands, whatever ends its lines', () => {
    for (const end of ['\r\n', '\n', '\r']) assert.deepEqual(pasted(lines.join(end)), expected)
  })

  it('is read with its folds lost', () => {
    assert.deepEqual(pasted(lines.map((line) => line.trim()).join('\n')), expected)
  })

  it('is read with every line moved in, or quoted', () => {
    assert.deepEqual(pasted(lines.map((line) => `    ${line}`).join('\n')), expected)
    assert.deepEqual(pasted(lines.map((line) => `> ${line}`).join('\n')), expected)
  })

  it('is read with an empty line after each', () => {
    assert.deepEqual(pasted(lines.join('\n\n')), expected)
  })

  it('is read where a name stands alone on its line', () => {
    const [, ...rest] = lines
    assert.deepEqual(
      pasted(['Received:', 'from mail.example.org (mail.example.org [192.0.2.45])', ...rest].join('\n')),
      expected,
    )
  })

  it('is found below the table of a web mail', () => {
    const table =
      'Original Message\nMessage ID\t<a@example.org>\nCreated at:\tMon, May 4, 2026\nFrom:\tAda <ada@example.org>\nSPF:\tPASS with IP 192.0.2.45\nDownload Original\nCopy to clipboard\n'
    assert.deepEqual(pasted(table + lines.join('\n')), expected)
  })

  it('ends where the text begins', () => {
    assert.deepEqual(pasted(`${lines.join('\n')}\n\nHello Ann,\nNote: this is no field.\n`), expected)
  })

  it('is none in a text without fields', () => {
    for (const text of ['', 'Hello', 'see https://example.org: nothing', '\n\n\n'])
      assert.deepEqual(pasted(text), [])
  })

  it('takes little time, whatever somebody pastes', () => {
    const hostile = ['Received: ', '(((((', '\n\n', ' ', ':', 'a:', ';', '=?', '\t', 'From: a@b\n', '\u00a0']
    fc.assert(
      fc.property(fc.constantFrom(...hostile), fc.constantFrom(...hostile), (a, b) => {
        const began = process.cpuUsage().user
        readPastedHeader((a + b).repeat(longestHeader / (a.length + b.length)))
        assert.ok((process.cpuUsage().user - began) / 1000 < 1500)
      }),
      { numRuns: 60 },
    )
  })
})
