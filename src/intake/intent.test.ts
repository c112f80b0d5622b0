import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { intentsOf, type Circumstances, type Intent } from './intent.ts'
import { automaticSigns, type Authentication, type ParsedMessage } from './parsed-message.ts'
import { knownToken, routes, site } from './test-intake.ts'

const client = orThrow(parseAddress('192.0.2.45'))
const delistTag = { kind: 'delist-tag', tag: 'x.1', mailbox: 'delist+x.1@postern.provider.example' } as const
const bounce = { kind: 'bounce', tag: 'y.2', mailbox: 'b+y.2@postern.provider.example' } as const
const delist = { kind: 'delist', mailbox: routes.delist } as const
const about: Circumstances = { client, mailFrom: 'ann@example.org', site }

const vouched: Authentication = {
  spf: 'pass',
  spfDomain: 'example.org',
  dkim: [],
  dmarc: 'none',
  aligned: ['spf'],
  signedRecipients: [],
  isUnsure: false,
}

function message(changes: Partial<ParsedMessage> = {}): ParsedMessage {
  return {
    from: ['ann@example.org'],
    subject: 'hello',
    text: 'Hello',
    quoted: '',
    automatic: [],
    ambiguous: [],
    authentication: vouched,
    attachments: [],
    report: null,
    feedback: [],
    hops: [],
    probe: null,
    ...changes,
  }
}

const answerOf = ([intent]: readonly Intent[]): string =>
  intent && 'answer' in intent
    ? `${intent.kind} ${intent.answer.code} ${intent.answer.text.split(' ', 1)[0]}`
    : `${intent?.kind}`

describe('A message to the address of a delist request', () => {
  it('proves the mailbox it comes from when SPF aligns', () => {
    assert.deepEqual(intentsOf(delistTag, message(), about), [
      { kind: 'prove-mailbox', tag: 'x.1', mailbox: 'ann@example.org' },
    ])
  })
  it('proves it when an aligned signature covers the recipient, and not when the signature could be lifted from another message', () => {
    const byDkim = { ...vouched, aligned: ['dkim' as const] }
    const covered = { ...byDkim, signedRecipients: [delistTag.mailbox] }
    assert.equal(answerOf(intentsOf(delistTag, message({ authentication: covered }), about)), 'prove-mailbox')
    assert.equal(
      answerOf(intentsOf(delistTag, message({ authentication: byDkim }), about)),
      'refuse 550 5.7.7',
    )
    const toAnother = { ...byDkim, signedRecipients: ['delist+z.9@postern.provider.example'] }
    assert.equal(
      answerOf(intentsOf(delistTag, message({ authentication: toAnother }), about)),
      'refuse 550 5.7.7',
    )
  })
  it('proves nothing unless From is authenticated; DNS trouble asks for another try', () => {
    const not = { ...vouched, aligned: [], spf: 'fail' as const }
    assert.equal(answerOf(intentsOf(delistTag, message({ authentication: not }), about)), 'refuse 550 5.7.26')
    assert.equal(
      answerOf(intentsOf(delistTag, message({ authentication: { ...not, isUnsure: true } }), about)),
      'refuse 451 4.7.24',
    )
    assert.equal(
      answerOf(intentsOf(delistTag, message({ authentication: null }), about)),
      'refuse 451 4.7.24',
    )
  })
  it('proves nothing when a program wrote it, when it can be read in two ways or when nobody or several are its author', () => {
    assert.equal(
      answerOf(intentsOf(delistTag, message({ automatic: ['auto-replied'] }), about)),
      'refuse 550 5.7.1',
    )
    assert.equal(
      answerOf(intentsOf(delistTag, message({ ambiguous: ['repeated-field'] }), about)),
      'refuse 550 5.6.0',
    )
    assert.equal(answerOf(intentsOf(delistTag, message({ from: [] }), about)), 'refuse 550 5.6.0')
    assert.equal(
      answerOf(intentsOf(delistTag, message({ from: ['a@example.org', 'b@example.org'] }), about)),
      'refuse 550 5.6.0',
    )
  })
  it('proves control too when the token is in it', () => {
    const kinds = (changes: Partial<ParsedMessage>): string[] =>
      intentsOf(delistTag, message(changes), about).map(({ kind }) => kind)
    assert.deepEqual(kinds({ text: `postern-verification=${knownToken}` }), [
      'prove-control',
      'prove-mailbox',
    ])
    assert.deepEqual(kinds({ text: `postern-verification=${knownToken}`, automatic: ['local-part'] }), [
      'prove-control',
    ])
  })
})

describe('A token in a message from the address', () => {
  const tokenOf = (changes: Partial<ParsedMessage>, from: Circumstances = about): string | undefined => {
    const [intent] = intentsOf(delist, message({ automatic: ['auto-submitted'], ...changes }), from)
    return intent?.kind === 'prove-control' ? `${formatAddress(intent.address)} ${intent.token}` : undefined
  }
  it('is found with its name or alone in the subject, in any letter case', () => {
    const expected = `192.0.2.45 ${knownToken}`
    assert.equal(tokenOf({ text: `postern-verification=${knownToken}` }), expected)
    assert.equal(tokenOf({ text: `> postern-proof: ${knownToken.toUpperCase()}.` }), expected)
    assert.equal(tokenOf({ subject: ` ${knownToken} ` }), expected)
    assert.equal(tokenOf({ subject: `http://192.0.2.45/.well-known/postern-${knownToken}` }), expected)
  })
  it('is not found in other words, and proves nothing when the address is not known', () => {
    assert.equal(tokenOf({ text: knownToken }), undefined)
    assert.equal(tokenOf({ text: `postern-verification=${knownToken}x` }), undefined)
    assert.equal(tokenOf({ text: `postern-verification=${knownToken.slice(1)}` }), undefined)
    assert.equal(tokenOf({ subject: knownToken }, { ...about, client: undefined }), undefined)
  })
  it('proves nothing when it comes back in a vacation note or a bounce: a stranger wrote it', () => {
    const subject = `Re: postern-proof ${knownToken}`
    assert.equal(tokenOf({ subject, automatic: ['auto-submitted', 'auto-replied'] }), undefined)
    assert.equal(tokenOf({ subject, automatic: ['null-return-path'] }, { ...about, mailFrom: '' }), undefined)
  })
})

describe('A message to the address of a letter', () => {
  const nobody: Circumstances = { ...about, mailFrom: '' }
  const reported = (action: string): Partial<ParsedMessage> => ({
    from: ['mailer-daemon@example.org'],
    automatic: ['null-return-path', 'local-part'],
    report: [{ recipient: 'ann@example.org', action, status: '5.1.1', diagnostic: '' }],
  })
  it('from nobody is a bounce when it reports a failure', () => {
    assert.deepEqual(intentsOf(bounce, message(reported('failed')), nobody), [
      { kind: 'bounced', tag: 'y.2' },
    ])
    assert.equal(answerOf(intentsOf(bounce, message(reported('delayed')), nobody)), 'nothing 250 2.0.0')
    assert.equal(answerOf(intentsOf(bounce, message(reported('delivered')), nobody)), 'nothing 250 2.0.0')
  })
  it('from nobody and without a report is a bounce only when a mail system wrote it', () => {
    const silent = { report: null, automatic: ['null-return-path' as const] }
    assert.equal(
      answerOf(intentsOf(bounce, message({ ...silent, from: ['MAILER-DAEMON@example.org'] }), nobody)),
      'bounced',
    )
    assert.equal(answerOf(intentsOf(bounce, message(silent), nobody)), 'nothing 250 2.0.0')
    const vacation = { ...silent, from: ['postmaster@example.org'], automatic: ['auto-replied' as const] }
    assert.equal(answerOf(intentsOf(bounce, message(vacation), nobody)), 'nothing 250 2.0.0')
  })
  it('from a person stops letters when it says STOP', () => {
    for (const changes of [
      { subject: 'STOP' },
      { subject: 'Re: stop' },
      { subject: 'AW: Re: Stop.' },
      { text: '\n\n  Stop!\n\n> your letter' },
      { text: '退订' },
      { subject: '回复：STOP' },
    ]) {
      const expected = [{ kind: 'stop-letters', tag: 'y.2' }]
      assert.deepEqual(intentsOf(bounce, message(changes), about), expected, JSON.stringify(changes))
    }
  })
  it('from a person who says anything else is refused with what to do', () => {
    for (const changes of [
      { subject: 'Please do not stop' },
      { text: 'stop it, why am I listed?' },
      { text: '> STOP' },
      {},
    ]) {
      assert.equal(answerOf(intentsOf(bounce, message(changes), about)), 'refuse 550 5.7.1')
    }
  })
  it('stops letters on the word of a domain without SPF and DKIM too: the tag says whose', () => {
    for (const authentication of [
      null,
      { ...vouched, aligned: [] },
      { ...vouched, aligned: [], isUnsure: true },
    ])
      assert.deepEqual(intentsOf(bounce, message({ subject: 'STOP', authentication }), about), [
        { kind: 'stop-letters', tag: 'y.2' },
      ])
  })
  it('stops nothing by what it quotes, in the text or attached', () => {
    const vacation = message({
      subject: 'Re: Please confirm',
      text: 'I am away.\n\n> Reply with the single word\n> STOP\nSTOP',
      quoted: 'STOP',
    })
    assert.equal(answerOf(intentsOf(bounce, vacation, about)), 'refuse 550 5.7.1')
  })
  it('from a program is taken and forgotten, even with STOP: a refusal would only make more mail', () => {
    for (const sign of automaticSigns) {
      const written = message({ automatic: [sign], subject: 'STOP', text: 'STOP' })
      assert.equal(answerOf(intentsOf(bounce, written, about)), 'nothing 250 2.0.0', sign)
    }
    const fromNobody = message({ automatic: ['null-return-path'], subject: 'STOP', text: 'STOP' })
    assert.equal(answerOf(intentsOf(bounce, fromNobody, nobody)), 'nothing 250 2.0.0')
  })
})

describe('A message to the delist mailbox', () => {
  const review = (changes: Partial<ParsedMessage>): Intent & { kind: 'review' } => {
    const [intent] = intentsOf(delist, message(changes), about)
    assert.ok(intent?.kind === 'review', JSON.stringify(intent))
    return intent
  }
  const token = 'AbC-123_'.repeat(8)
  it('asks for a review of the case whose link it quotes', () => {
    assert.equal(review({ text: `see ${site}/c/${token} please` }).caseToken, token)
    assert.equal(review({ text: `see <${site.toUpperCase()}/c/${token}>` }).caseToken, token)
    assert.equal(review({ text: `${site}/zh-CN/c/${token}` }).caseToken, token)
    assert.equal(review({ quoted: `550 5.7.511 … visit ${site}/c/${token} (PSN511)` }).caseToken, token)
    assert.equal(
      review({
        report: [
          {
            recipient: 'a@b.example',
            action: 'failed',
            status: '5.7.511',
            diagnostic: `550 … ${site}/c/${token}`,
          },
        ],
      }).caseToken,
      token,
    )
  })
  it('asks for a review of the addresses it names, IPv4 and IPv6, each once', () => {
    const { addresses } = review({
      text: 'Access denied, banned sender [192.0.2.66]. From 2001:0DB8::66, again [IPv6:2001:db8::66] and 192.0.2.66 at 10:15:30. So 198.51.100.1.',
    })
    assert.deepEqual(addresses.map(formatAddress), ['192.0.2.66', '2001:db8::66', '198.51.100.1'])
  })
  it('does not take versions, names and numbers for addresses', () => {
    const [intent] = intentsOf(
      delist,
      message({ text: 'v1.2.3.4.5 and 010.0.0.1 and 1.2.3.400 and a1.2.3.4 and 1.2.3.4.example.org 12:30' }),
      about,
    )
    assert.equal(intent?.kind, 'refuse')
  })
  it('does not take another site’s link for ours', () => {
    const [intent] = intentsOf(
      delist,
      message({ text: `https://postmasterxprovider.example/c/${token}` }),
      about,
    )
    assert.equal(intent?.kind, 'refuse')
  })
  it('carries the words of its writer to the person who decides, in the writer’s language', () => {
    assert.deepEqual(
      [review({ text: 'We cleaned 192.0.2.66.' })].map(({ note, language }) => [note, language]),
      [['We cleaned 192.0.2.66.', 'en']],
    )
    assert.equal(review({ text: '我们已经清理了服务器 192.0.2.66，请解除封锁。' }).language, 'zh-CN')
    assert.equal(review({ text: `192.0.2.66 ${'x'.repeat(9000)}` }).note.length, 4000)
  })
  it('with nothing to look at is refused with what to include', () => {
    assert.equal(answerOf(intentsOf(delist, message(), about)), 'refuse 550 5.6.0')
  })
  it('looks at twenty addresses at most and takes linear time', () => {
    const many = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`).join(' ')
    assert.equal(review({ text: many }).addresses.length, 20)
    const began = performance.now()
    for (const text of [
      '1.'.repeat(32_000),
      'a:'.repeat(32_000),
      ':'.repeat(64_000),
      'ipv6:'.repeat(12_000),
      '/c/'.repeat(20_000),
    ]) {
      intentsOf(delist, message({ text, quoted: text }), about)
      intentsOf(bounce, message({ text, subject: text.slice(0, 900) }), about)
    }
    const took = performance.now() - began
    assert.ok(took < 2000, `took ${took} ms`)
  })
})

describe('Whatever a message says', () => {
  it('has an intent, and refusals are one ASCII line of at most 480 octets', () => {
    const any = fc.record({
      subject: fc.string({ unit: 'binary', maxLength: 60 }),
      text: fc.string({ unit: 'binary', maxLength: 200 }),
      from: fc.array(fc.oneof(fc.emailAddress(), fc.string()), { maxLength: 2 }),
      aligned: fc.subarray(['spf', 'dkim'] as const),
      mailFrom: fc.constantFrom('', 'a@example.org'),
    })
    fc.assert(
      fc.property(
        any,
        fc.constantFrom(delist, delistTag, bounce),
        ({ aligned, mailFrom, ...changes }, route) => {
          const intents = intentsOf(route, message({ ...changes, authentication: { ...vouched, aligned } }), {
            ...about,
            mailFrom,
          })
          assert.ok(intents.length > 0)
          for (const intent of intents)
            if ('answer' in intent) assert.match(intent.answer.text, /^[245]\.\d+\.\d+ [\x20-\x7e]{1,470}$/)
        },
      ),
    )
  })
})
