import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { messageFigures } from '../../../test/support/literal-figures.ts'
import { messageTexts } from '../../../test/support/message-texts.ts'

/**
 * Figures that no key of the configuration changes: terms and bounds of the program itself, lengths of codes, examples, and what is usual
 * elsewhere. What is a limit or a term of the configuration is filled in from it.
 */
const fixed: Readonly<Record<'en' | 'zh-CN', Readonly<Record<string, readonly string[]>>>> = {
  en: {
    'en/abuse.ts': ['25 MB', 'thirty days'],
    'en/analysis.ts': ['10 MiB'],
    'en/cases.ts': ['once a day', 'four hours', 'three days', '26 letters', '14 days', '30 days'],
    'en/console.ts': ['ten minutes', 'two hours', '15 minutes', 'three days', '1 MiB', 'five minutes'],
    'en/desk.ts': ['24 hours', '7 days', 'two messages', '14 days', '30 days', '90 days', '1 hour'],
    'en/judgement.ts': ['ten minutes', '30 days'],
    'en/owners.ts': ['once a day'],
    'en/portal.ts': ['two minutes', 'Six letters'],
    'en/probe.ts': ['ten seconds', '2 MiB'],
    'en/recipients.ts': ['four letters', '30 days'],
    'en/refusals.ts': [
      'two addresses',
      'three days',
      '14 days',
      'four letters',
      '30 days',
      'five times',
      '63 letters',
      'ten minutes',
      '40 letters',
      '30 seconds',
      '64 kB',
    ],
    'en/site.ts': ['seven days'],
    'reasons.ts new-sender': ['two weeks'],
    'reasons.ts retry-storm': ['five minutes'],
    'en/warm-up.ts': ['90 days'],
    'words/en.ts': ['14 days', 'three days', '90 days', 'once a day'],
  },
  'zh-CN': {
    'zh-CN/abuse.ts': ['25 MB', '三十天'],
    'zh-CN/analysis.ts': ['10 MiB'],
    'zh-CN/audit.ts': ['两次'],
    'zh-CN/cases.ts': ['每天告知发件方一次', '四小时', '三天', '14 天', '30 天', '1 秒'],
    'zh-CN/check.ts': ['两次'],
    'zh-CN/console.ts': ['十分钟', '两小时', '1 个地址', '15 分钟', '三天', '1 MiB', '两封', '五分钟'],
    'zh-CN/desk.ts': ['24 小时', '7 天', '14 天', '30 天', '90 天'],
    'zh-CN/judgement.ts': ['两次', '十分钟', '30 天', '7 天', '两封'],
    'zh-CN/owners.ts': ['每天重新检查一次', '两次', '十分钟', '每天检查一次'],
    'zh-CN/portal.ts': ['两分钟', '两秒'],
    'zh-CN/probe.ts': ['十秒', '2 MiB', '十次'],
    'zh-CN/refusals.ts': ['三天', '14 天', '30 天', '五次', '十分钟', '30 秒', '64 kB'],
    'zh-CN/site.ts': ['七天', '十次', '十五分钟'],
    'reasons.ts authentication': ['千封'],
    'reasons.ts new-sender': ['两周'],
    'reasons.ts retry-storm': ['五分钟'],
    'reasons.ts reverse-name': ['两次'],
    'zh-CN/warm-up.ts': ['90 天'],
    'words/zh-CN.ts': ['14 天', '三天', '90 天', '每天检查一次'],
  },
}

describe('Figures in pages and letters', () => {
  for (const language of ['en', 'zh-CN'] as const)
    it(`are those of the program alone; what the configuration decides is filled in, in ${language}`, () => {
      const found: Record<string, string[]> = {}
      for (const { text, where } of messageTexts(language))
        for (const figure of messageFigures(text, language)) {
          const of = (found[where] ??= [])
          if (!of.includes(figure)) of.push(figure)
        }
      assert.deepEqual(found, fixed[language])
    })

  it('are seen as digits and as words', () => {
    assert.deepEqual(messageFigures('at most three letters a day, and 10 in 30 days', 'en'), [
      'three letters',
      '30 days',
    ])
    assert.deepEqual(messageFigures('The registry is asked once a week; one letter goes out.', 'en'), [
      'once a week',
    ])
    assert.deepEqual(messageFigures('一个邮箱每天最多收到三封邮件，30 天内十封', 'zh-CN'), [
      '三封',
      '30 天',
      '十封',
    ])
    assert.deepEqual(messageFigures('登记信息每周重新查询一次', 'zh-CN'), ['每周重新查询一次'])
  })
})
