import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Refusal } from '../../base/refusal.ts'
import { readSubject, subjectKey } from './subject.ts'

function refused(domain: string): string {
  const subject = readSubject({ domain })
  return subject instanceof Refusal ? subject.code : subject.domain
}

describe('Whom a check is about', () => {
  it('is a domain in lower case and A-labels; a mailbox stands for its domain', () => {
    assert.equal(refused('Example.ORG.'), 'example.org')
    assert.equal(refused('ada@example.org'), 'example.org')
    assert.equal(refused('bücher.example'), 'xn--bcher-kva.example')
    assert.equal(refused('例え.example'), 'xn--r8jz45g.example')
  })

  it('is refused in words when it is none', () => {
    const wrong = {
      '': 'domain.not-a-domain',
      localhost: 'domain.single-label',
      com: 'domain.single-label',
      '192.0.2.45': 'domain.is-address',
      '[2001:db8::1]': 'domain.is-address',
      '2130706433': 'domain.is-address',
      '0x7f.1': 'domain.not-a-domain',
      'printer.local': 'domain.special-use',
      'db.internal': 'domain.special-use',
      'a.localhost': 'domain.special-use',
      '45.2.0.192.in-addr.arpa': 'domain.special-use',
      'https://example.org/': 'domain.not-a-domain',
      'example..org': 'domain.not-a-domain',
      '.example.org': 'domain.not-a-domain',
      'exa mple.org': 'domain.not-a-domain',
      'example.org\r\nx': 'domain.not-a-domain',
      'xn--a.example': 'xn--a.example',
      [`${'a'.repeat(64)}.example`]: 'domain.not-a-domain',
      [`${'a.'.repeat(127)}example`]: 'domain.not-a-domain',
      '*.example.org': 'domain.not-a-domain',
      "'; drop table--.example": 'domain.not-a-domain',
    }
    for (const [domain, code] of Object.entries(wrong)) assert.equal(refused(domain), code, domain)
  })

  it('may have an address, a selector and a HELO name', () => {
    const subject = readSubject({
      domain: 'example.org',
      ip: ' ::ffff:192.0.2.45 ',
      selector: 'S1._domainkey.example.org',
      helo: 'Mail.Example.org.',
    })
    assert.ok(!(subject instanceof Refusal))
    assert.deepEqual([subject.address?.family, subject.selector, subject.helo], [4, 's1', 'mail.example.org'])
    for (const selector of ['a b', '-', 'a..b', '*', 'x'.repeat(64), '../x'])
      assert.ok(readSubject({ domain: 'example.org', selector }) instanceof Refusal, selector)
    assert.ok(readSubject({ domain: 'example.org', ip: '192.0.2.0/24' }) instanceof Refusal)
  })

  it('is the same under every spelling', () => {
    const keyOf = (domain: string, ip: string): string => {
      const subject = readSubject({ domain, ip })
      assert.ok(!(subject instanceof Refusal))
      return subjectKey(subject)
    }
    assert.equal(keyOf('EXAMPLE.org.', '2001:db8:0:0::1'), keyOf('example.org', '2001:DB8::1'))
  })
})
