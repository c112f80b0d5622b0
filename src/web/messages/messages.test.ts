import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refusals, type Facts, type RefusalCode } from '../../base/refusal.ts'
import { messages } from './messages.ts'
import { garbledChinese } from '../../../test/support/garbled-chinese.ts'
import { messageTexts } from '../../../test/support/message-texts.ts'

const codes = Object.keys(refusals) as RefusalCode[]

/** Facts that refusals carry, and values that somebody may try. */
const typical: Facts = {
  input: '010.0.0.1',
  prefix: '192.0.2.0/24',
  protected: '192.0.2.0/25',
  block: '10.0.0.0/8 (Private-Use)',
  suggestion: '192.0.2.0/24',
  widest: '/8',
  again: '2026-05-04T10:00:00.000Z',
  left: 2,
  field: 'ip',
  class: 'policy',
  domain: 'example.org',
  permission: 'listing.add',
  name: 'ada',
  id: 'abcdefghjkmn',
  longestDays: 365,
  why: 'no-at',
}

describe('sentences for refusals', () => {
  for (const language of ['en', 'zh-CN'] as const) {
    it(`say what happened and what to do, with and without facts, in ${language}`, () => {
      for (const code of codes) {
        const sets: Facts[] = [
          typical,
          {},
          { ...typical, why: 'charset' },
          { ...typical, why: 'missing' },
          { again: 'soon', left: 0 },
        ]
        for (const facts of sets) {
          const { what, next } = messages[language].refusals[code](facts)
          for (const sentence of [what, next]) {
            assert.match(
              sentence,
              language === 'en' ? /^.{5,}[.?]$/ : /^.{4,}[。？]$/,
              `${code}: ${sentence}`,
            )
            assert.doesNotMatch(sentence, /undefined|null|NaN| {2}|“”/, code)
          }
        }
      }
    })
  }

  it('write out what cannot be seen in a fact, in both languages', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      for (const code of codes) {
        const hostile = Object.fromEntries(
          Object.keys(typical).map((name) => [name, 'x\u202e\u0007\u2066\ny']),
        )
        const sentence = Object.values(
          messages[language].refusals[code]({ ...hostile, why: hostile['name'] ?? '' }),
        )
        assert.doesNotMatch(sentence.join(''), /[\p{Cc}\p{Cf}]/u, code)
      }
      const { what } = messages[language].refusals['address.not-an-address']({ input: '1\u202e2' })
      assert.ok(what.startsWith('“1\\u202e2”'), what)
    }
  })

  it('leave no gap in Chinese where a fact is missing or empty, and keep what is quoted as it is', () => {
    const gap = / [，。；：？！、）”]|[，。；：？！、（“] |\p{Script=Han} +\p{Script=Han}|“”|（）/u
    for (const code of codes) {
      for (const name of Object.keys(typical)) {
        const { [name]: _, ...without } = typical
        for (const facts of [without, { ...without, [name]: '' }, { ...typical, why: '', field: '' }])
          for (const part of ['what', 'next'] as const) {
            const sentence = messages['zh-CN'].refusals[code](facts)[part]
            assert.doesNotMatch(sentence, gap, `${code}: ${sentence}`)
          }
      }
    }
    assert.match(messages['zh-CN'].refusals['prefix.not-a-prefix']({ input: '你 好' }).what, /^“你 好”/)
  })

  it('mention the facts', () => {
    const said = (code: RefusalCode, facts: Facts): string =>
      Object.values(messages.en.refusals[code](facts)).join(' ')
    assert.match(said('address.leading-zero', { input: '010.0.0.1' }), /“010\.0\.0\.1”/)
    assert.match(
      said('prefix.host-bits', { input: '192.0.2.1/24', suggestion: '192.0.2.0/24' }),
      /mean 192\.0\.2\.0\/24\?/,
    )
    assert.match(said('limit.exceeded', { again: '2026-05-04T10:00:00Z' }), /from 4 May 2026, 10:00 UTC\./)
    assert.match(said('delisting.second-half-wrong', { left: 1 }), /One try is left\./)
    assert.match(
      messages['zh-CN'].refusals['limit.exceeded']({ again: '2026-05-04T10:00:00Z' }).next,
      /^2026年5月4日 10:00 UTC 之后/,
    )
  })
})

describe('languages', () => {
  it('have the same sentences, none of them empty', () => {
    const shape = (value: unknown): unknown => {
      if (typeof value === 'string') return value.trim() === '' ? 'blank' : 'sentence'
      if (typeof value === 'function') return 'sentence with facts'
      if (Array.isArray(value)) return value.map(shape)
      return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shape(inner)]))
    }
    assert.deepEqual(shape(messages['zh-CN']), shape(messages.en))
    assert.ok(!JSON.stringify(shape(messages.en)).includes('"blank"'))
  })
})

describe('Chinese texts', () => {
  const chinese = messageTexts('zh-CN').filter(({ text }) => /\p{Script=Han}/u.test(text))
  const rules: readonly (readonly [rule: string, forbidden: RegExp])[] = [
    ['have nothing of a machine translation', garbledChinese],
    ['use full-width punctuation', /\p{Script=Han}[,.;:!?()]|[,;:!?(]\s?\p{Script=Han}/u],
    [
      'put a space between Chinese and Latin letters or figures',
      /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u,
    ],
    ['put no space between Chinese and Chinese', /\p{Script=Han} +\p{Script=Han}/u],
    ['put no space beside full-width punctuation', / [，。；：？！、）”]|[，。；：？！、（“] /],
    ['use Chinese quotation marks', /"|「|」/],
    ['do without dashes', /—/],
    ['do not call people 你 except when they speak of us', /你(?!们)/],
  ]

  it('are there to be read', () => assert.ok(chinese.length > 300))

  for (const [rule, forbidden] of rules) {
    it(rule, () => {
      for (const { text, where } of chinese) assert.doesNotMatch(text, forbidden, `${where}: ${text}`)
    })
  }
})

describe('English texts', () => {
  const english = messageTexts('en').filter(({ text }) => / /.test(text))
  const rules: readonly (readonly [rule: string, forbidden: RegExp])[] = [
    ['do without dashes', /—| – | - /],
    ['use typographic apostrophes and quotation marks', /[a-z]'[a-z]|"/],
    ['do not shout, blame or beg', /!|you (?:failed|must have)|simply|kindly|invalid/i],
    ['have no double spaces', /[a-z.,] {2}[A-Za-z]{2}/],
  ]

  it('are there to be read', () => assert.ok(english.length > 200))

  for (const [rule, forbidden] of rules) {
    it(rule, () => {
      for (const { text, where } of english) assert.doesNotMatch(text, forbidden, `${where}: ${text}`)
    })
  }
})
