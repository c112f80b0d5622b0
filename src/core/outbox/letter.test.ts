import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { testSettings } from '../../../test/support/context.ts'
import { formatAddress } from '../../standards/ip.ts'
import { brakeWhys } from '../../access/brake.ts'
import { causeNames } from '../../access/reasons.ts'
import { checkSlots, renderLetter } from './letter.ts'
import {
  abuseNotices,
  forecastFates,
  formStates,
  letterKinds,
  ownerStates,
  type LetterContent,
} from './letter-words.ts'
import { widthOf, wrap } from './wrap.ts'
import { letterPace, pauseAfter, webhookPace, webhookTries } from './retry.ts'

const settings = testSettings()
const { site } = settings.provider
const languages = ['en', 'zh-CN'] as const

const ip = fc.oneof(
  fc.nat(0xffffffff).map((word) => formatAddress({ family: 4, words: [word, 0, 0, 0] })),
  fc
    .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff))
    .map(([a, b]) => `${formatAddress({ family: 6, words: [a, b, 0, 0] })}/64`),
)
const link = fc.stringMatching(/^[A-Za-z0-9_-]{1,80}$/).map((token) => `${site}/confirm/${token}`)
const moment = fc.integer({ min: 1_700_000_000_000, max: 4_000_000_000_000 })
const aboutAddress: fc.Arbitrary<Extract<LetterContent, { slots: { ip: string } }>> = fc.oneof(
  fc.record({
    kind: fc.constant('confirm-delisting' as const),
    slots: fc.record({ ip, link, expiresAt: moment }),
  }),
  fc.record({
    kind: fc.constant('delisting-done' as const),
    slots: fc.record({ ip, when: moment, statusUrl: link }),
  }),
  fc.record({
    kind: fc.constant('delisting-reviewed' as const),
    slots: fc.record({
      ip,
      outcome: fc.constantFrom('delisted' as const, 'declined' as const),
      until: fc.option(moment, { nil: undefined }),
    }),
  }),
)
const thread = fc.constant('0'.repeat(26))
const replies = fc.constantFrom([], ['<a@example.org>'], ['<a@example.org>', '<b@example.org>'])
const words = fc.constantFrom(
  'Which machine was it?',
  'Bitte:\n\n- den Rechner nennen\n- the time, and https://example.org/a-very-long-link-that-does-not-fit-into-a-line-of-a-letter-at-all',
)
const tests = fc.subarray(['reverse-name', 'helo-name', 'dmarc:example.org', 'check:dkim:example.org'], {
  minLength: 1,
})
const ofCases: fc.Arbitrary<LetterContent> = fc.oneof(
  fc.record({
    kind: fc.constant('case-received' as const),
    slots: fc.record({
      thread,
      replies,
      link,
      by: moment,
      ip: fc.option(ip, { nil: undefined }),
      besides: fc.option(fc.array(ip, { maxLength: 4 }), { nil: undefined }),
      left: fc.option(fc.array(ip, { maxLength: 16 }), { nil: undefined }),
    }),
  }),
  fc.record({
    kind: fc.constant('case-answer' as const),
    slots: fc.record({ thread, replies, link, words, until: fc.option(moment, { nil: undefined }) }),
  }),
  fc.record({
    kind: fc.constant('case-conditional' as const),
    slots: fc.record({
      thread,
      replies,
      link,
      ip,
      tests,
      until: moment,
      isAgain: fc.boolean(),
      words: fc.option(words, { nil: undefined }),
    }),
  }),
  fc.record({
    kind: fc.constant('case-moved' as const),
    slots: fc.record({
      thread,
      replies,
      link,
      ip: fc.option(ip, { nil: undefined }),
      reference: thread,
      tests: fc.option(tests, { nil: undefined }),
      until: fc.option(moment, { nil: undefined }),
    }),
  }),
  fc.record({
    kind: fc.constant('delisting-reviewed' as const),
    slots: fc.record({
      thread,
      replies,
      link,
      ip,
      outcome: fc.constantFrom('delisted' as const, 'declined' as const),
      unmet: fc.constantFrom(undefined, 'reverse-name'),
      words: fc.option(words, { nil: undefined }),
    }),
  }),
)
const ofForms: fc.Arbitrary<LetterContent> = fc.oneof(
  fc.record({
    kind: fc.constant('confirm-form' as const),
    slots: fc.record({
      link,
      expiresAt: moment,
    }),
  }),
  fc.record({
    kind: fc.constant('forecast-decided' as const),
    slots: fc.record({
      thread,
      replies,
      link,
      fate: fc.constantFrom(...forecastFates),
      until: fc.option(moment, { nil: undefined }),
      words: fc.option(words, { nil: undefined }),
    }),
  }),
  fc.record({
    kind: fc.constant('form-states' as const),
    slots: fc.record({
      thread,
      replies,
      link,
      states: fc.array(fc.record({ prefix: ip, state: fc.constantFrom(...formStates) }), {
        minLength: 1,
        maxLength: 25,
      }),
      until: fc.option(moment, { nil: undefined }),
      words: fc.option(words, { nil: undefined }),
    }),
  }),
)
const toOthers: fc.Arbitrary<LetterContent> = fc.oneof(
  fc.record({
    kind: fc.constant('high-volume-notice' as const),
    slots: fc.record({
      domain: fc.constantFrom('example.org', 'a-rather-long-name-of-a-shop.example.net'),
      failed: fc.subarray(['spf', 'dkim', 'dmarc'] as const, { minLength: 1 }),
      stage: fc.constantFrom('junk' as const, 'reject' as const),
      from: moment,
    }),
  }),
  fc.record({
    kind: fc.constant('probe-report' as const),
    slots: fc.record({ link, faults: fc.nat(), warnings: fc.nat(), expiresAt: moment }),
  }),
  fc.record({
    kind: fc.constant('observed-digest' as const),
    slots: fc.record({
      day: moment,
      messages: fc.nat(),
      senders: fc.nat(),
      top: fc.array(
        fc.record({
          unit: fc.constantFrom('192.0.2.45/32', '2001:db8:1111:2222::/64'),
          reason: fc.constantFrom('spam' as const, 'no-reverse-name' as const),
          messages: fc.nat(),
        }),
        { maxLength: 10 },
      ),
    }),
  }),
  fc.record({
    kind: fc.constant('proposal-notice' as const),
    slots: fc.record({
      ip: fc.constantFrom('192.0.2.0/24', '2001:db8::/48'),
      senders: fc.nat(),
      messages: fc.nat(),
      when: moment,
    }),
  }),
  fc.record({
    kind: fc.constant('brake-notice' as const),
    slots: fc.record({
      rule: fc.constantFrom(...causeNames),
      why: fc.constantFrom(...brakeWhys),
      isOn: fc.boolean(),
      when: moment,
    }),
  }),
)
const ofAbuse: fc.Arbitrary<LetterContent> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'confirm-report' as const,
      'report-received' as const,
      'report-instructions' as const,
    ),
    slots: fc.record({ link }),
  }),
  fc.record({
    kind: fc.constant('report-closed' as const),
    slots: fc.record({
      result: fc.constantFrom('acted', 'no-violation', 'not-ours', 'unproven'),
      link,
      ip: fc.option(ip, { nil: undefined }),
      contact: fc.constantFrom(undefined, 'abuse@example.net'),
    }),
  }),
  fc.record({
    kind: fc.constant('account-notice' as const),
    slots: fc.record({ act: fc.constantFrom('notify', 'suspend', 'release'), when: moment, link }),
  }),
  fc.record({
    kind: fc.constant('abuse-notice' as const),
    slots: fc.record({ why: fc.constantFrom(...abuseNotices), incident: fc.constant('0'.repeat(26)) }),
  }),
  fc.record({
    kind: fc.constant('own-listing-notice' as const),
    slots: fc.record({
      isListed: fc.boolean(),
      domain: fc.constant('bl.lists.example'),
      addresses: fc.array(fc.constantFrom('203.0.113.25', '2001:db8::1'), { minLength: 1, maxLength: 20 }),
      others: fc.nat(1000),
    }),
  }),
)
const toOwners: fc.Arbitrary<LetterContent> = fc.oneof(
  fc.record({
    kind: fc.constant('person-link' as const),
    slots: fc.record({ link, expiresAt: moment }),
  }),
  fc.record({
    kind: fc.constant('owner-link' as const),
    slots: fc.record({ link, expiresAt: moment }),
  }),
  fc.record({
    kind: fc.constant('recipient-link' as const),
    slots: fc.record({ link, expiresAt: moment }),
  }),
  fc.record({
    kind: fc.constant('owner-contact' as const),
    slots: fc.record({
      prefix: fc.constantFrom('192.0.2.45', '198.51.100.0/24', '2001:db8::/32'),
      link,
      expiresAt: moment,
    }),
  }),
  fc.record({
    kind: fc.constant('owner-state' as const),
    slots: fc.record({
      prefix: fc.constantFrom('192.0.2.45', '198.51.100.0/24', '2001:db8::/32'),
      state: fc.constantFrom(...ownerStates),
      link,
    }),
  }),
)
const content: fc.Arbitrary<LetterContent> = fc.oneof(
  aboutAddress,
  toOthers,
  ofAbuse,
  toOwners,
  ofCases,
  ofForms,
)

describe('a letter', () => {
  it('is short, in narrow lines, and says what it is about', () => {
    fc.assert(
      fc.property(content, fc.constantFrom(...languages), (content, language) => {
        checkSlots(content, site)
        const { subject, text } = renderLetter(content, language, settings)
        const about = content.kind !== 'report-closed' && 'ip' in content.slots ? content.slots.ip : undefined
        assert.ok(widthOf(subject) <= 100, subject)
        if (about !== undefined) assert.ok(subject.includes(about) && text.includes(`\n    ${about}\n`))
        assert.ok(Buffer.byteLength(text) <= 8192)
        for (const line of text.split('\n'))
          assert.ok(widthOf(line) <= 76 || line.startsWith(`${site}/`), line)
        assert.doesNotMatch(text, /undefined|NaN|Invalid|\[object|\u00a0|[\x00-\x09\x0b-\x1f]/)
      }),
    )
  })

  it('is made of its template and the grammar of its slots, byte for byte', () => {
    // With every slot taken out, letters of one kind are the same letter.
    fc.assert(
      fc.property(aboutAddress, aboutAddress, fc.constantFrom(...languages), (one, two, language) => {
        fc.pre(one.kind === two.kind && shapeOf(one) === shapeOf(two))
        assert.equal(bare(one, language), bare(two, language))
      }),
      { numRuns: 300 },
    )
  })

  it('has its link on a line of its own, and no other link in a confirmation', () => {
    for (const language of languages) {
      const { text } = renderLetter(
        { kind: 'confirm-delisting', slots: { ip: '192.0.2.45', link: `${site}/confirm/a.b`, expiresAt: 0 } },
        language,
        settings,
      )
      assert.deepEqual(text.match(/https?:\S+/g), [`${site}/confirm/a.b`])
      assert.ok(text.split('\n').includes(`${site}/confirm/a.b`))
      assert.match(text, /STOP/)
      assert.match(text, /90/)
    }
  })

  it('gives moments in UTC, and to Chinese readers in Beijing time beside it', () => {
    const slots = { ip: '192.0.2.45', link: `${site}/x`, expiresAt: Date.UTC(2026, 4, 4, 18, 5) }
    const en = renderLetter({ kind: 'confirm-delisting', slots }, 'en', settings).text
    assert.match(en, /before 4 May 2026, 18:05 UTC:/)
    const zh = renderLetter({ kind: 'confirm-delisting', slots }, 'zh-CN', settings).text.replaceAll('\n', '')
    assert.match(zh, /北京时间 2026年5月5日 02:05（UTC 5月4日 18:05）/)
  })

  it('refuses every slot that is not canonical', () => {
    const good = { ip: '192.0.2.45', link: `${site}/confirm/x`, expiresAt: 1 }
    const bad = [
      { ...good, ip: '192.0.2.045' },
      { ...good, ip: '::ffff:192.0.2.45' },
      { ...good, ip: '2001:DB8::/64' },
      { ...good, ip: 'Buy now: 192.0.2.45' },
      { ...good, link: 'https://evil.example/' },
      { ...good, link: `${site}.evil.example/x` },
      { ...good, link: `${site}/x y` },
      { ...good, link: `${site}/x\nhttps://evil.example/` },
      { ...good, link: `${site}/${'x'.repeat(1000)}` },
      { ...good, expiresAt: Number.NaN },
      { ...good, greeting: 'hello' },
    ]
    assert.doesNotThrow(() => checkSlots({ kind: 'confirm-delisting', slots: good }, site))
    for (const slots of bad)
      assert.throws(() => checkSlots({ kind: 'confirm-delisting', slots }, site), /canonical/)
  })

  function shapeOf(content: LetterContent): string {
    return content.kind === 'delisting-reviewed'
      ? `${content.slots.outcome} ${content.slots.until !== undefined}`
      : ''
  }

  function bare(
    content: Extract<LetterContent, { slots: { ip: string } }>,
    language: (typeof languages)[number],
  ): string {
    const { subject, text } = renderLetter(content, language, settings)
    return `${subject}\n${text}`
      .replaceAll(content.slots.ip, '<ip>')
      .replaceAll(/https:\S+/g, '<link>')
      .replaceAll(/\s+/g, '')
      .replaceAll(
        /\d{1,2}[A-Z][a-z]+\d{4},\d\d:\d\dUTC|北京时间\d+年\d+月\d+日\d\d:\d\d（UTC(\d+月\d+日)?\d\d:\d\d）/g,
        '<moment>',
      )
  }

  it('exists for every kind in every language', () => {
    assert.deepEqual([...letterKinds].sort(), [
      'abuse-notice',
      'account-notice',
      'brake-notice',
      'case-answer',
      'case-conditional',
      'case-moved',
      'case-received',
      'confirm-delisting',
      'confirm-form',
      'confirm-report',
      'delisting-done',
      'delisting-reviewed',
      'forecast-decided',
      'form-states',
      'high-volume-notice',
      'observed-digest',
      'own-listing-notice',
      'owner-contact',
      'owner-link',
      'owner-state',
      'person-link',
      'probe-report',
      'proposal-notice',
      'recipient-link',
      'report-closed',
      'report-instructions',
      'report-received',
    ])
    for (const language of languages)
      for (const [kind, isStop] of [
        ['high-volume-notice', true],
        ['brake-notice', false],
      ] as const) {
        const slots =
          kind === 'brake-notice'
            ? { rule: 'spam', why: 'filter', isOn: true, when: 0 }
            : { domain: 'example.org', failed: ['spf'], stage: 'junk', from: 0 }
        const { text } = renderLetter({ kind, slots } as LetterContent, language, settings)
        assert.equal(/STOP/.test(text), isStop, 'whoever operates this cannot stop it by a reply')
      }
  })
})

describe('wrapping', () => {
  it('keeps every character but the spaces at line ends, and keeps to the columns where it can', () => {
    const word = fc.stringMatching(/^[a-z，。“”解除封锁（）]{1,30}$/)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(' ')
        const wrapped = wrap(text, 72)
        assert.equal(wrapped.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''))
        for (const line of wrapped.split('\n'))
          assert.ok(widthOf(line) <= 72 || !/[ a-z解除封锁]{2}/.test(line.slice(40)))
      }),
    )
  })

  it('puts no closing punctuation at the beginning of a line and no opening one at the end', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[解除封锁]{1,9}([解除封锁]{1,9}[，。][“（]?[除封]){0,20}$/), (text) => {
        for (const line of wrap(text, 20).split('\n')) assert.doesNotMatch(line, /^[，。”）]|.[“（]$/)
      }),
    )
  })

  it('leaves a word whole that is longer than a line', () => {
    assert.equal(wrap(`see ${'x'.repeat(100)} there`, 72), `see\n${'x'.repeat(100)}\nthere`)
  })
})

describe('pauses between tries', () => {
  it('grow from the first to the longest, spread by a quarter', () => {
    for (const pace of [letterPace, webhookPace]) {
      assert.equal(pauseAfter(1, pace, 0.5), pace.firstMs)
      assert.equal(pauseAfter(2, pace, 0.5), pace.firstMs * pace.factor)
      assert.equal(pauseAfter(50, pace, 1), pace.mostMs)
      assert.equal(pauseAfter(1, pace, 0), pace.firstMs * 0.75)
      assert.equal(pauseAfter(1, pace, 1), pace.firstMs * 1.25)
    }
  })

  it('let a webhook have several days', () => {
    let total = 0
    for (let attempt = 1; attempt < webhookTries; attempt++) total += pauseAfter(attempt, webhookPace, 0.5)
    assert.ok(total > 3 * 86_400_000 && total < 7 * 86_400_000)
  })
})
