import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { authorDomain, readRspamdBody, readRspamdJson } from './rspamd-metadata.ts'

/** As rspamd 3.4 posts it with the formatter `json`. */
const posted = {
  ip: '192.0.2.45',
  user: 'unknown',
  qid: '68A1D26678D',
  subject: 'Hello',
  action: 'add header',
  rspamd_server: 'mx',
  score: 8.5,
  fuzzy: [],
  rcpt: ['bob@provider.example', 'eve@provider.example'],
  from: 'bounce@lists.example.org',
  symbols: [
    { name: 'R_SPF_ALLOW', score: -0.2, options: ['+ip4:192.0.2.45'], groups: ['policies'] },
    { name: 'BAYES_SPAM', score: 5.1, group: 'statistics' },
  ],
  header_from: ['"Ada, of <x@y.example>" <ada@Example.org>'],
  header_to: ['bob@provider.example'],
  header_subject: ['Hello'],
  header_date: ['Mon, 4 May 2026 10:15:30 +0000'],
  message_id: 'a@example.org',
  size: 18231,
}
const json = JSON.stringify(posted)

const multipart = (boundary: string, end = '\r\n'): string =>
  [
    `--${boundary}`,
    'Content-Disposition: form-data; name="message"; filename="message.eml"',
    'Content-Type: message/rfc822',
    '',
    `From: a@b.example${end}Subject: name="metadata"${end}${end}{"ip":"198.51.100.1"}`,
    `--${boundary}`,
    'Content-Disposition: form-data; name="metadata"',
    'Content-Type: application/json',
    '',
    json,
    `--${boundary}--`,
    '',
  ].join(end)

const body = (text: string, contentType: string) => readRspamdBody(Buffer.from(text), contentType)

describe('Metadata from rspamd', () => {
  it('is read from JSON', () => {
    assert.deepEqual(readRspamdJson(json), {
      ip: '192.0.2.45',
      user: undefined,
      queueId: '68A1D26678D',
      action: 'add header',
      score: 8.5,
      symbols: [
        { name: 'R_SPF_ALLOW', score: -0.2, options: ['+ip4:192.0.2.45'] },
        { name: 'BAYES_SPAM', score: 5.1, options: [] },
      ],
      from: 'bounce@lists.example.org',
      recipients: ['bob@provider.example', 'eve@provider.example'],
      headerFrom: ['"Ada, of <x@y.example>" <ada@Example.org>'],
      subject: 'Hello',
      messageId: 'a@example.org',
      size: 18231,
      date: 'Mon, 4 May 2026 10:15:30 +0000',
    })
  })

  it('is the same in a form with the message beside it (3.14.2), whatever the message holds', () => {
    const read = readRspamdJson(json)
    assert.deepEqual(body(multipart('abc'), 'multipart/form-data; boundary="abc"'), read)
    assert.deepEqual(body(multipart('a.b=c'), 'Multipart/Form-Data; charset=x; boundary=a.b=c'), read)
    assert.deepEqual(body(multipart('abc', '\n'), 'multipart/form-data; boundary=abc'), read)
    assert.deepEqual(body(json, 'application/json'), read)
    assert.deepEqual(body(json, 'text/plain'), read)
    assert.equal(
      body(
        multipart('abc').replace('name="metadata"', 'name="x"').replace('"metadata"\r', '"y"\r'),
        'multipart/form-data; boundary=abc',
      ),
      undefined,
    )
  })

  it('knows what rspamd does not know', () => {
    const sparse = readRspamdJson(
      '{"ip":"unknown","user":"unknown","qid":"unknown","rcpt":"unknown","from":"unknown","message_id":"undef","header_from":"unknown","symbols":{},"size":0}',
    )
    assert.deepEqual(sparse, {
      ip: undefined,
      user: undefined,
      queueId: undefined,
      action: undefined,
      score: undefined,
      symbols: [],
      from: undefined,
      recipients: [],
      headerFrom: [],
      subject: undefined,
      messageId: undefined,
      size: undefined,
      date: undefined,
    })
    assert.equal(readRspamdJson('{"from":""}')?.from, '', 'the null sender')
    assert.equal(readRspamdJson('{"action":"add_header"}')?.action, 'add header')
  })

  it('names one author or none', () => {
    const author = (...headerFrom: string[]): string | undefined => {
      const read = readRspamdJson(JSON.stringify({ header_from: headerFrom }))
      return read && authorDomain(read)
    }
    assert.equal(author('"Ada, of <x@y.example>" <ada@Example.org>'), 'example.org')
    assert.equal(author('ada@example.org (x@y.example)'), 'example.org')
    assert.equal(author('ada@example.org'), 'example.org')
    assert.equal(author('Ada <ada@example.org>, Eve <eve@example.net>'), undefined)
    assert.equal(author('ada@example.org, eve@example.net'), undefined)
    assert.equal(author('ada@example.org', 'eve@example.net'), undefined)
    assert.equal(author('Ada <a@b@example.org>'), undefined)
    assert.equal(author('Ada'), undefined)
    assert.equal(author(), undefined)
  })

  it('may be anything', () => {
    const entries = fc.dictionary(fc.constantFrom(...Object.keys(posted)), fc.jsonValue())
    fc.assert(
      fc.property(entries, (value) => {
        const read = readRspamdJson(JSON.stringify(value))
        if (read) authorDomain(read)
        assert.ok(read)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.nat(), fc.string(), (bytes, type, at, put) => {
        readRspamdBody(bytes, type)
        const text = multipart('abc')
        const cut = at % text.length
        body(text.slice(0, cut) + put + text.slice(cut + 1), 'multipart/form-data; boundary=abc')
        body(text.slice(0, cut), 'multipart/form-data; boundary=abc')
      }),
    )
  })
})
