import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { messageTexts } from '../../../test/support/message-texts.ts'

/** What mail programs and servers of others say, what a person might write, and what is set in quotation marks for another reason. */
const ofOthers: Readonly<Record<'en' | 'zh-CN', readonly string[]>> = {
  en: [
    'Forward',
    'Forward as attachment',
    'Internet headers',
    'postmaster rang, web form closed',
    'Show original',
    'unsubscribe',
    'View source',
    'will keep trying',
  ],
  'zh-CN': [
    '+标签',
    'Internet 邮件头',
    'Received',
    '不再接收信件',
    '作为附件转发',
    '办结',
    '名称 <user@example.org>',
    '对方管理员来电，已关闭网页表单',
    '将继续尝试',
    '显示原文',
    '查看源代码',
    '用户不存在',
    '类型/子类型',
    '请稍后再试',
    '转发',
    '首次答复',
  ],
}

/** Commands, keys, headers, fields and records: the same in every language, and nothing that a page of ours shows as words. */
const technical =
  /^(postern [a-z ]+|--[a-z]+|[a-z]+[A-Z]\w+|[a-z]+\.[a-z]+|[A-Z][a-z]+-[A-Z][a-z]+|v=\w+; .*|v=spf1 .*|Authorization: .*|next|replace|outbox)$/

describe('What a text names in quotation marks', () => {
  for (const language of ['en', 'zh-CN'] as const) {
    const texts = messageTexts(language)
    const said = new Set(texts.map(({ text }) => text))
    const named = texts.flatMap(({ text, where }) =>
      [...text.matchAll(/“([^”$]+)”/g)].map(([, name = '']) => ({ name, where })),
    )

    it(`is the name of a button, page or column that we have (${language})`, () => {
      const others = ofOthers[language]
      const wrong = named.filter(
        ({ name }) => !said.has(name) && !technical.test(name) && !others.includes(name),
      )
      assert.ok(named.length > 20)
      assert.deepEqual(wrong, [])
    })

    it(`is an exception only while a text names it (${language})`, () => {
      const names = new Set(named.map(({ name }) => name))
      assert.deepEqual(
        ofOthers[language].filter((each) => !names.has(each) || said.has(each)),
        [],
      )
    })
  }
})
