import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { breachOfBody, readHeader, valuesOf } from './message-budget.ts'

const read = (text: string) => readHeader(Buffer.from(text, 'latin1'))
const lines = (count: number, line: string): string => Array.from({ length: count }, () => line).join('\r\n')

describe('The header of a message', () => {
  it('ends at the first empty line, and folded lines are one field', () => {
    const header = read('Subject: one\r\n two\r\nTo: a\r\n\r\nSubject: body\r\n')
    assert.ok(typeof header !== 'string')
    assert.deepEqual(valuesOf(header, 'subject'), ['one two'])
    assert.deepEqual(
      header.fields.map(({ name }) => name),
      ['subject', 'to'],
    )
    assert.deepEqual(header.ambiguous, [])
  })
  it('may be all there is, or be empty', () => {
    const all = read('From: a')
    assert.ok(typeof all !== 'string')
    assert.equal(all.fields.length, 1)
    const none = read('\r\nFrom: a')
    assert.ok(typeof none !== 'string')
    assert.equal(none.fields.length, 0)
  })
  it('is ambiguous with a second From, a NUL or a line that is no field (security PAR-2)', () => {
    const signs = (text: string) => {
      const header = read(text)
      assert.ok(typeof header !== 'string')
      return header.ambiguous
    }
    assert.deepEqual(signs('From: a\r\nFROM: b\r\n\r\n'), ['repeated-field'])
    assert.deepEqual(signs('Content-Type: a\r\nContent-type : b\r\n\r\n'), ['repeated-field'])
    assert.deepEqual(signs('X-Any: a\r\nX-Any: b\r\n\r\n'), [])
    assert.deepEqual(signs('From: a\0b\r\n\r\n'), ['nul'])
    assert.deepEqual(signs('From: a\r\nnonsense\r\n\r\n'), ['broken-field'])
    assert.deepEqual(signs(' From: a\r\n\r\n'), ['broken-field'])
  })
  it('keeps its budgets to the last unit and breaks them with one more', () => {
    assert.equal(typeof read(`${lines(1000, 'X: y')}\r\n\r\n`), 'object')
    assert.equal(read(`${lines(1001, 'X: y')}\r\n\r\n`), 'header-fields')
    assert.equal(typeof read(`X:${'a'.repeat(64 * 1024)}\r\n\r\n`), 'object')
    assert.equal(read(`X:${'a'.repeat(64 * 1024 + 1)}\r\n\r\n`), 'field-size')
    assert.equal(read(`${lines(5, `X: ${'a'.repeat(60_000)}`)}\r\n\r\n`), 'header-size')
    assert.equal(typeof read(`${lines(100, 'Received: x')}\r\n\r\n`), 'object')
    assert.equal(read(`${lines(101, 'Received: x')}\r\n\r\n`), 'hops')
    assert.equal(typeof read(`${lines(20, 'DKIM-Signature: x')}\r\n\r\n`), 'object')
    assert.equal(read(`${lines(21, 'DKIM-Signature: x')}\r\n\r\n`), 'signatures')
    assert.equal(typeof read(`Subject: ${'=?'.repeat(500)}\r\n\r\n`), 'object')
    assert.equal(read(`Subject: ${'=?'.repeat(501)}\r\n\r\n`), 'encoded-words')
    assert.equal(typeof read(`To: ${'a,'.repeat(1000)}\r\n\r\n`), 'object')
    assert.equal(read(`To: ${'a,'.repeat(1001)}\r\n\r\n`), 'addresses')
    assert.equal(typeof read(`Content-Type: multipart/mixed; boundary="${'b'.repeat(70)}"\r\n\r\n`), 'object')
    assert.equal(read(`Content-Type: multipart/mixed;\r\n boundary="${'b'.repeat(71)}"\r\n\r\n`), 'boundary')
    assert.equal(read(`Content-Type: multipart/mixed; BOUNDARY=${'b'.repeat(71)}\r\n\r\n`), 'boundary')
  })
  it('of any bytes is read or breaks a budget', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const header = readHeader(Buffer.from(bytes))
        if (typeof header !== 'string')
          assert.ok(header.fields.every(({ name }) => /^[\x21-\x39\x3b-\x7e]+$/.test(name)))
      }),
    )
  })
})

describe('The body of a message', () => {
  it('has lines of at most 64 KiB', () => {
    assert.equal(breachOfBody(Buffer.from(`x\r\n${'a'.repeat(64 * 1024 - 1)}\r\n`)), undefined)
    assert.equal(breachOfBody(Buffer.from(`x\r\n${'a'.repeat(64 * 1024 + 1)}\r\n`)), 'line-length')
    assert.equal(breachOfBody(Buffer.from('a'.repeat(64 * 1024 + 1))), 'line-length')
  })
  it('has at most half a million lines', () => {
    assert.equal(breachOfBody(Buffer.from('\r\n'.repeat(500_000))), undefined)
    assert.equal(breachOfBody(Buffer.from('\r\n'.repeat(500_001))), 'lines')
  })
  it('has at most twenty containers, however their type is folded', () => {
    assert.equal(breachOfBody(Buffer.from(lines(20, 'Content-Type: multipart/mixed'))), undefined)
    assert.equal(breachOfBody(Buffer.from(lines(21, 'content-TYPE :\r\n\tmessage/rfc822'))), 'containers')
    assert.equal(breachOfBody(Buffer.from(lines(50, 'Content-Type: text/plain'))), undefined)
  })
  it('is looked through in linear time', () => {
    const began = performance.now()
    breachOfBody(Buffer.alloc(8 << 20, 'content-type: \r\n \r\n'))
    breachOfBody(Buffer.alloc(8 << 20, 'Content-Type:\t\r\n\t\r\n\t'))
    const took = performance.now() - began
    assert.ok(took < 3000, `took ${took} ms`)
  })
})
