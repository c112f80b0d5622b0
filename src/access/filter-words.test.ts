import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { readRefusal } from '../standards/postfix-log-refusal.ts'
import { refusedAs } from './filter-words.ts'

function verdictOf(said: string): string | undefined {
  const line = `4XyZ1234567: milter-reject: END-OF-MESSAGE from unknown[192.0.2.45]: ${said}; from=<a@example.org> to=<b@provider.example> proto=ESMTP helo=<mail.example.org>`
  const refusal = readRefusal('cleanup', line)
  assert.ok(refusal, said)
  return refusedAs(refusal)
}

describe('What a content filter’s refusal says of the sender', () => {
  it('is read from the words that filters use', () => {
    assert.equal(verdictOf('5.7.1 Gtube pattern'), 'spam')
    assert.equal(verdictOf('5.7.1 Spam message rejected'), 'spam')
    assert.equal(verdictOf('5.7.1 clamav: virus found: "Eicar"'), 'malware')
    assert.equal(verdictOf('5.7.1 Phishing is not wanted here'), 'phish')
  })

  it('is nothing when it was about something else, or only for now', () => {
    assert.equal(verdictOf('5.7.1 Command rejected'), undefined)
    assert.equal(verdictOf('4.7.1 Spam filter is busy'), undefined)
  })
})
