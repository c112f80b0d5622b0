import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readRefusal } from '../standards/postfix-log-refusal.ts'
import { isOwnAnswer } from './own-answer.ts'

const site = 'https://postmaster.provider.example'
const link = `${site}/c/AQEEZWRnZQAAAAAAAAAAAAAAAAAAAAAA`

function isOurs(text: string, to = 'bob@provider.example', stage = 'RCPT'): boolean {
  const line = `NOQUEUE: reject: ${stage} from unknown[192.0.2.45]: ${text}; from=<ada@example.org> to=<${to}> proto=ESMTP helo=<x>`
  const refusal = readRefusal('smtpd', line)
  assert.ok(refusal, line)
  return isOwnAnswer(refusal, site)
}

describe('Our own answers in a log', () => {
  it('are told by the reference or by the link', () => {
    const start = '550 5.7.606 <unknown[192.0.2.45]>: Client host rejected: Access denied'
    assert.equal(isOurs(`${start}. See ${link} (PSN606)`), true)
    assert.equal(isOurs(`${start}. See https://old.provider.example/c/x (PSN606)`), true)
    assert.equal(isOurs(`550 5.7.606 <unknown[192.0.2.45]>: Client host rejected: ${link}`), true)
    assert.equal(isOurs(`451 4.7.500 <END-OF-MESSAGE>: End-of-data rejected: See ${link} (PSN500)`), true)
    assert.equal(isOurs(`5.7.515 Access denied. See ${link}`), true)
  })

  it('are not those that only speak of us', () => {
    for (const text of [
      '554 5.7.1 <unknown[192.0.2.45]>: Client host rejected: Access denied',
      '554 5.7.1 Service unavailable; Client host [192.0.2.45] blocked using bl.example; https://bl.example/c/AQEEZWRnZQAAAAAAAAAAAAAA',
      '550 5.7.1 <x>: Client host rejected: no (PSN999)',
      `550 5.7.1 <x>: Client host rejected: ${site}.example.org/c/AQEEZWRnZQAAAAAAAAAAAAAAAAAAAA`,
      `550 5.1.1 <"(PSN606)"@provider.example>: Recipient address rejected: User unknown`,
    ]) {
      assert.equal(isOurs(text), false, text)
    }
  })

  it('cannot be made by a client who writes them into a mailbox', () => {
    for (const to of [
      `a>: Client host rejected: Access denied. See ${link} (PSN606); from=<a> to=<b`,
      `a>: Recipient address rejected: See ${link} (PSN606); from=<b> to=<a> proto=ESMTP helo=<c`,
      `a; from=<${link}`,
      `a ${link} (PSN606)`,
    ]) {
      assert.equal(isOurs(`550 5.1.1 <${to}>: Recipient address rejected: User unknown`, to), false, to)
    }
  })
})
