import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refusals, Refusal, type RefusalCode } from '../base/refusal.ts'
import { replies, replyTo } from './reply.ts'

const site = 'https://postmaster.provider.example'
const now = Date.parse('2026-05-04T10:00:00Z')
const codeOf = (error: unknown): string => {
  const { code, text } = replyTo(error, site, now)
  return `${code} ${text.split(' ', 1)[0]}`
}

describe('The answer to what an action threw', () => {
  it('is temporary when it is our fault', () => {
    assert.equal(codeOf(new Error('boom')), '451 4.3.0')
    assert.equal(codeOf('boom'), '451 4.3.0')
    assert.equal(codeOf(new Refusal('database.busy')), '451 4.3.0')
    assert.equal(codeOf(new Refusal('audit.broken')), '451 4.3.0')
  })
  it('says that storage is full, wherever that was noticed', () => {
    assert.equal(codeOf(new Refusal('disk.full')), '452 4.3.1')
    assert.equal(codeOf(Object.assign(new Error('x'), { code: 'ENOSPC' })), '452 4.3.1')
    assert.equal(
      codeOf(new Error('x', { cause: Object.assign(new Error('y'), { errcode: 13 }) })),
      '452 4.3.1',
    )
    assert.equal(
      codeOf(new Error('x', { cause: Object.assign(new Error('y'), { code: '53100' }) })),
      '452 4.3.1',
    )
  })
  it('asks to try again for a budget that soon fills, and says when for one that does not', () => {
    assert.equal(
      codeOf(new Refusal('limit.exceeded', { limit: 'x', again: '2026-05-04T11:00:00Z' })),
      '451 4.7.1',
    )
    assert.equal(codeOf(new Refusal('limit.exceeded', { limit: 'x' })), '451 4.7.1')
    const late = replyTo(
      new Refusal('limit.exceeded', { limit: 'x', again: '2026-05-05T10:00:00Z' }),
      site,
      now,
    )
    assert.equal(late.code, 550)
    assert.match(late.text, /^5\.7\.1 .*2026-05-05T10:00:00\.000Z/)
  })
  it('is final with a sentence for every other refusal there is', () => {
    for (const code of Object.keys(refusals) as RefusalCode[]) {
      const { code: reply, text } = replyTo(new Refusal(code), site, now)
      assert.ok(reply >= 400 && reply < 600)
      assert.match(text, /^[45]\.\d\.\d{1,2} [\x20-\x7e]{10,460}$/)
      assert.equal(Math.floor(reply / 100), Number(text[0]), code)
    }
  })
  it('has the class of its enhanced status code everywhere', () => {
    for (const { code, text } of Object.values(replies))
      assert.equal(Math.floor(code / 100), Number(text[0]), text)
  })
})
