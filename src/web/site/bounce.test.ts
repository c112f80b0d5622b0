import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { parseListable } from '../../standards/prefix.ts'
import { readSender } from './bounce.ts'

const ours = [orThrow(parseListable('203.0.113.0/24'))]
const sender = '192.0.2.45'

function named(text: string): string {
  const { sender: found, candidates } = readSender(text, ours)
  return found ?? `unsure${candidates.map((ip) => ` ${ip}`).join('')}`
}

describe('The sender that a bounce names', () => {
  const sure: readonly (readonly [program: string, bounce: string])[] = [
    [
      'Postfix, folded',
      '<ada@other.example>: host mx.other.example[198.51.100.25] said: 554 5.7.1\n    Service unavailable; Client host [192.0.2.45] blocked using\n    bl.lists.example; https://lists.example/query/ip/192.0.2.45 (in reply to RCPT TO\n    command)',
    ],
    [
      'Postfix, its log, with more than one line',
      'to=<a@other.example>, relay=mx.other.example[198.51.100.25]:25, status=bounced (host mx.other.example[198.51.100.25] said: 550 5.7.1 [192.0.2.45] is listed)\nto=<b@other.example>, relay=mx2.other.example[198.51.100.26]:25, status=bounced (host mx2.other.example[198.51.100.26] said: 550 5.7.1 [192.0.2.45] is listed)',
    ],
    [
      'Postfix, a client host with its name',
      'host mx.other.example[198.51.100.25] said: 450 4.7.1 Client host mail.example.org[192.0.2.45] rejected',
    ],
    [
      'Exim',
      'host mx.other.example [198.51.100.25]\n    SMTP error from remote mail server after RCPT TO:<ada@other.example>:\n    550 5.7.1 Mail from 192.0.2.45 refused, see https://other.example/why',
    ],
    [
      'Exchange',
      'Remote Server at other.example (198.51.100.25) returned 550 5.7.606 Access denied, banned sending IP [192.0.2.45]. Please visit https://sender.example.com/',
    ],
    [
      'Gmail',
      'Your message was rejected by the server for the recipient domain other.example by mx.other.example. [198.51.100.25].\n\nThe error that the other server returned was:\n550-5.7.1 [192.0.2.45] Our system has detected an unusual rate of mail.\n550 5.7.1 See https://support.other.example/',
    ],
    [
      'qmail',
      'Connected to 198.51.100.25 but sender was rejected.\nRemote host said: 550 5.7.1 Your IP 192.0.2.45 is blocked',
    ],
    [
      'a delivery status (RFC 3464), quoted',
      '> Reporting-MTA: dns; mail.example.org\n> Remote-MTA: dns; mx.other.example (198.51.100.25)\n> Diagnostic-Code: smtp; 550 5.7.1 Access from [192.0.2.45]\n>   denied\n> X-Something: [198.51.100.99]\n> Received: from desk (unknown [198.51.100.77])\n>   by mail.example.org',
    ],
  ]
  for (const [program, bounce] of sure) {
    it(`is the address in the words of the refusal: ${program}`, () => assert.equal(named(bounce), sender))
  }

  it('is never the server that refused', () => {
    const said =
      'host mx.other.example[198.51.100.25] said: 550 5.1.1 No such user (in reply to RCPT TO command)'
    assert.equal(named(said), 'unsure')
    assert.equal(
      named('198.51.100.25 does not like recipient.\nRemote host said: 550 no such user'),
      'unsure',
    )
    assert.equal(named(`${said}\n\n550 5.1.1 [198.51.100.25] said no`), 'unsure')
    assert.equal(
      named('<a@other.example>: connect to mx.other.example[2001:db8::25]:25: Connection timed out'),
      'unsure',
    )
  })

  it('is asked for when the refusal does not name it: a hop inside the network is no sender', () => {
    const bounce =
      'host mx.other.example[198.51.100.25] said: 550 5.7.26 Unauthenticated\n\nReceived: from desk (unknown [198.51.100.77])\n  by mail.example.org (Postfix)\nX-Originating-IP: [198.51.100.78]'
    assert.equal(named(bounce), 'unsure 198.51.100.78')
  })

  it('is asked for when it may be any of several', () => {
    assert.equal(named('is it 192.0.2.45 or 192.0.2.46?'), 'unsure 192.0.2.45 192.0.2.46')
    assert.equal(named('550 5.7.1 [192.0.2.45] [192.0.2.46] denied'), 'unsure 192.0.2.45 192.0.2.46')
  })

  it('is what stands alone in a few words, unless it is ours', () => {
    assert.equal(named('our server 192.0.2.45.'), sender)
    assert.equal(named('blocked 2001:DB8::1 today'), '2001:db8::1')
    assert.equal(named('203.0.113.5 refused 192.0.2.45'), sender)
    assert.equal(named('it came from 203.0.113.5 at 10:45:30'), 'unsure')
  })
})
