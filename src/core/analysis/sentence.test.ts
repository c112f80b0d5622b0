import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wordsOf } from './phrase.ts'
import { meaningOfSentences } from './sentence.ts'

function meaning(text: string): string | undefined {
  return meaningOfSentences(wordsOf(text))?.reason
}

describe('The notions of a sentence', () => {
  it('mean the same however it is put, in any language', () => {
    const full = [
      'The inbox of this customer cannot hold any more',
      'Dem Teilnehmer fehlt Speicher: sein Kontingent ist aufgebraucht',
      'La boîte du destinataire est saturée',
      'Skrzynka odbiorcy jest zapełniona',
      '宛先のメールボックスに空きがありません',
    ]
    for (const text of full) assert.equal(meaning(text), 'mailbox-full', text)
  })

  it('count only where they stand in one sentence', () => {
    assert.equal(meaning('The mailbox is here. Our house is full'), undefined)
    assert.equal(meaning('The mailbox is full'), 'mailbox-full')
  })

  it('are none of the names in it', () => {
    assert.equal(meaning('said user-unknown.mailbox.example to spam@virus.example'), undefined)
    assert.equal(meaning('192.0.2.45 is refused'), 'ip-reputation')
    assert.equal(meaning('2001:db8::45 is refused'), 'ip-reputation')
  })

  it('tell a domain that something is said of from a host and from a status code', () => {
    assert.equal(meaning('example.org is blacklisted here'), 'domain-reputation')
    assert.equal(meaning('the host mail.example.org is blacklisted here'), 'ip-reputation')
    assert.equal(meaning('521 5.7.1 blocked by our internal block list'), 'ip-reputation')
  })

  it('are not looked for in what only says whom to ask, unless nothing else is said', () => {
    assert.equal(
      meaning('Spam refused; if this is an error in your host, contact our complaints desk'),
      'content',
    )
    assert.equal(meaning('if your host is blacklisted, contact us'), 'ip-reputation')
  })

  it('correct words that are too general', () => {
    const found = meaningOfSentences(wordsOf('the host 192.0.2.45 sends spam'))
    assert.equal(found?.reason, 'ip-reputation')
    assert.ok(found.over.includes('content'))
  })

  it('are looked for in time that grows with the text only', () => {
    for (const pattern of ['a', 'a.', 'ip address ', '1.', 'a@', ':', 'user ', '容', 'é_']) {
      const words = wordsOf(pattern.repeat(Math.floor((1 << 20) / pattern.length)))
      const began = process.cpuUsage()
      meaningOfSentences(words)
      const { user, system } = process.cpuUsage(began)
      assert.ok((user + system) / 1e6 < 1, `${pattern} ${(user + system) / 1e6}`)
    }
  })
})
