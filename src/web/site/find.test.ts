import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../../base/refusal.ts'
import { parseListable } from '../../standards/prefix.ts'
import { find, longestQuestion, readCode, reasonsOfPath, type Found } from './find.ts'

const ours = { host: 'postmaster.provider.example', networks: [orThrow(parseListable('203.0.113.0/24'))] }
const token = 'AQEDbXgxAcWZqAEAAAAAAAAAAATAAAItq83vEjRWeJCrze8SNFZ4kA'
const link = `https://postmaster.provider.example/c/${token}`

function target(text: string, about: Parameters<typeof find>[1] = ours): string {
  return nameOf(find(text, about))
}

function nameOf(found: Found): string {
  switch (found.kind) {
    case 'record':
      return `record ${found.token}`
    case 'address':
      return `address ${found.ip}`
    case 'code':
      return `code ${found.code}${found.ip === undefined ? '' : ` of ${found.ip}`}`
    case 'unknown-code':
      return `unknown code ${found.code}`
    case 'unsure':
      return `unsure ${found.candidates.join(' ')}`
    case 'refused':
      return found.refusal.code
    case 'bounce':
    case 'name':
    case 'mailbox':
    case 'nothing':
      return found.kind
  }
}

describe('what somebody pastes', () => {
  it('is found by the link of ours in a whole line', () => {
    const line = `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To see why and to request removal from this list please visit ${link} (PSN606)`
    assert.equal(target(line), `record ${token}`)
    assert.equal(target(link), `record ${token}`)
    assert.equal(target(link.replace('/c/', '/zh-CN/c/')), `record ${token}`)
  })

  it('is found by the address and the code beside the link, where the link turns out to lead nowhere', () => {
    const besides = (text: string): string => {
      const found = find(text, ours)
      return found.kind === 'record' ? nameOf(found.besides) : found.kind
    }
    const cut = link.slice(0, -9)
    assert.equal(
      besides(`550 5.7.606 Access denied, banned sending IP [192.0.2.45]. ${cut}`),
      'address 192.0.2.45',
    )
    assert.equal(
      besides(`451 4.7.500 Please try again later [192.0.2.77]. ${cut} (PSN500)`),
      'code PSN500 of 192.0.2.77',
    )
    assert.equal(besides(cut), 'nothing')
  })

  it('is found by a link of ours to an address, also where our own host is an address', () => {
    const demo = { ...ours, host: '127.0.0.1:8080' }
    assert.equal(target('http://127.0.0.1:8080/ip/192.0.2.45', demo), 'address 192.0.2.45')
    assert.equal(target('http://127.0.0.1:8080/zh-CN/ip/2001:db8::1', demo), 'address 2001:db8::1')
    assert.equal(target('see http://127.0.0.1:8080/ip/192.0.2.45 please', demo), 'address 192.0.2.45')
    assert.equal(target('127.0.0.1:8080/ip/192.0.2.45', demo), 'address 192.0.2.45')
    assert.equal(target(`http://127.0.0.1:8080/c/${token}`, demo), `record ${token}`)
    assert.equal(
      target(
        `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. http://127.0.0.1:8080/c/AQ (PSN999)`,
        { ...demo, host: '127.0.0.1:8080' },
      ),
      'record AQ',
    )
    assert.equal(target('https://postmaster.provider.example/ip/192.0.2.45'), 'address 192.0.2.45')
    assert.equal(
      target('https://postmaster.provider.example/codes/5.7.606?ip=192.0.2.45'),
      'address 192.0.2.45',
    )
  })

  it('is found although a mail program broke and quoted the link', () => {
    const halves = `${link.slice(0, 60)}\r\n> ${link.slice(60)}`
    assert.equal(target(`550 5.7.606 Access denied. Visit ${halves} (PSN606)`), `record ${token}`)
    const quotedPrintable = `${link.slice(0, 70)}=\n${link.slice(70)}`
    assert.equal(target(`please visit ${quotedPrintable}\n (PSN606)`), `record ${token}`)
  })

  it('is found by the address that was refused, not by ours', () => {
    const log =
      'postfix/smtp[4711]: 4XyZ: to=<a@provider.example>, relay=mx.provider.example[203.0.113.5]:25, said: 550 5.7.606 Access denied, banned sending IP [192.0.2.45].'
    assert.equal(target(log), 'address 192.0.2.45')
    assert.equal(target('blocked 2001:DB8::1 today'), 'address 2001:db8::1')
    assert.equal(target('our server 198.51.100.9.'), 'address 198.51.100.9')
  })

  it('is found by our reference where no listing is behind it, though the link was cut off', () => {
    const deferred =
      '451 4.7.500 Please try again later: we do not know this sender yet [192.0.2.77]. (PSN500)'
    assert.equal(target(deferred), 'code PSN500 of 192.0.2.77')
    assert.equal(target(deferred.replace('192.0.2.77', '10.0.0.7')), 'code PSN500')
    assert.equal(target('550 5.7.606 banned sending IP [192.0.2.45]. (PSN606)'), 'address 192.0.2.45')
  })

  it('may be one address in many dresses', () => {
    for (const text of [
      '192.0.2.45',
      ' 192.0.2.45 ',
      '[192.0.2.45]',
      '192.0.2.45:25',
      '[192.0.2.45]:25',
      '::ffff:192.0.2.45',
      '[192.0.2.45].',
    ]) {
      assert.equal(target(text), 'address 192.0.2.45', text)
    }
    for (const text of ['2001:db8::1', 'IPv6:2001:db8::1', '[2001:db8::1]:25', '2001:0DB8:0::0001']) {
      assert.equal(target(text), 'address 2001:db8::1', text)
    }
  })

  it('may be a code or a reference', () => {
    for (const text of ['5.7.606', '550 5.7.606', '550-5.7.606', '#5.7.606'])
      assert.equal(target(text), 'code 5.7.606', text)
    for (const text of [
      'PSN606',
      'psn606',
      '(PSN606)',
      'refused (PSN606)',
      'PSN606.',
      'we were refused with PSN606',
      'code: psn606, what now?',
    ])
      assert.equal(target(text), 'code PSN606', text)
    assert.equal(target('550 5.7.606 Access denied.'), 'code 5.7.606')
    assert.equal(target('5.7.27'), 'unknown code 5.7.27')
  })

  it('is told apart when another provider refused', () => {
    const line =
      '550 5.7.606 Access denied, banned sending IP [192.0.2.45]. Please visit https://sender.example.com/ and follow the directions.'
    assert.equal(target(line), 'bounce')
    assert.equal(target('550 5.7.1 Client host [192.0.2.45] blocked using a list'), 'bounce')
    assert.equal(target('host mx.example.com[198.51.100.9] said: 550 no such user'), 'bounce')
    assert.equal(target(`${line} (PSN606)`), 'address 192.0.2.45')
  })

  it('is refused with a sentence when it is nearly an address', () => {
    assert.equal(target('010.0.0.1'), 'address.leading-zero')
    assert.equal(target('192.0.2.0/24'), 'address.is-prefix')
    assert.equal(target('2001:db8::/32'), 'address.is-prefix')
    assert.equal(target('fe80::1%eth0'), 'address.not-an-address')
    assert.equal(target('192.0.2.256'), 'address.not-an-address')
    assert.equal(target('192.0.2'), 'address.not-an-address')
    assert.equal(target('1'.repeat(longestQuestion + 1)), 'form.invalid')
  })

  it('is answered when it is something else', () => {
    assert.equal(target('mail.example.org'), 'name')
    assert.equal(target('postmaster@example.org'), 'mailbox')
    assert.equal(target('help'), 'nothing')
    assert.equal(target('my mail came back'), 'nothing')
    assert.equal(target(''), 'nothing')
  })

  it('never takes long and never throws', () => {
    const pieces = fc.constantFrom(
      '\n',
      '> ',
      '=',
      '[',
      ']',
      ':',
      '::',
      '1',
      '192.0.2.1',
      'https://',
      link,
      '(PSN606',
      ' ',
      'a',
      '.',
      '5.7.',
      '\u0000',
      '文',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 200 }), (words) => {
        assert.ok(find(words.join(''), ours).kind)
      }),
      { numRuns: 2000 },
    )
    const begin = performance.now()
    for (const filler of ['\n', '> ', 'a\n', ':', '1.', '[', 'https://', '0:', '5.7.'])
      find(link + filler.repeat(longestQuestion), ours)
    for (const filler of ['\n', 'a\n', ':', '1.', '[1', '0:', '5.7.'])
      find(`x ${link}${filler.repeat(longestQuestion)}`.slice(0, longestQuestion), ours)
    assert.ok(performance.now() - begin < 500)
  })
})

describe('the address of a code page', () => {
  it('takes every spelling that people use', () => {
    for (const text of [
      '5.7.606',
      'PSN606',
      'psn606',
      '550-5.7.606',
      '550_5.7.606',
      '550 5.7.606',
      'unwanted-mail',
    ]) {
      assert.deepEqual(reasonsOfPath(text), ['spam'], text)
    }
    assert.deepEqual(reasonsOfPath('5.7.27'), [])
    assert.equal(readCode('606'), undefined)
  })

  it('may stand for several reasons in the strict profile', () => {
    assert.ok(reasonsOfPath('5.7.1').length > 1)
  })
})
