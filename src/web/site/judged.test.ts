import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testSite } from '../../../test/support/site.ts'

async function page(path: string): Promise<string> {
  const answer = await testSite().request(`https://postmaster.provider.example${path}`)
  assert.equal(answer.status, 200, path)
  return await answer.text()
}

describe('The record of mail that the judgement stopped', () => {
  const ways: readonly (readonly [kind: string, words: string])[] = [
    ['new-sender', 'every such message widens the budget'],
    ['suspicious', 'Find out what sends the unwanted mail'],
    ['retry-storm', 'Let the server wait longer between two attempts'],
    ['no-reverse-name', 'Give the address a reverse name'],
    ['bad-helo', 'Let the server greet with its own name'],
  ]
  for (const [kind, words] of ways)
    it(`says the ways out of ${kind}`, async () => {
      const text = await page(`/en/c/${kind}_192-0-2-99`)
      assert.match(text, /<h2>Ways out<\/h2>/)
      assert.ok(text.includes(words), words)
    })

  it('says kind and direction, in both languages, and neither figures nor lines', async () => {
    const english = await page('/en/c/new_192-0-2-45')
    assert.match(english, /The share of unwanted mail is too high; falling\./)
    const chinese = await page('/zh-CN/c/new_192-0-2-45')
    assert.match(chinese, /不受欢迎邮件的比例过高，正在下降。/)
    for (const text of [english, chinese]) assert.doesNotMatch(text, /68\.4|0\.684|60 ?%|suspicious/)
  })

  it('stays light', async () => {
    for (const path of ['/en/c/new_192-0-2-45', '/zh-CN/c/retry-storm_192-0-2-99'])
      assert.ok(Buffer.byteLength(await page(path)) < 24_000, path)
  })
})
