import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { reasons } from '../../access/reasons.ts'
import { testSite } from '../../../test/support/site.ts'

async function page(path: string): Promise<string> {
  const answer = await testSite().request(`https://postmaster.provider.example${path}`)
  assert.equal(answer.status, 200, path)
  return await answer.text()
}

describe('The record of mail that the judgement stopped', () => {
  const kinds = ['new-sender', 'suspicious', 'retry-storm', 'no-reverse-name', 'bad-helo'] as const
  for (const kind of kinds)
    it(`says once what to do about ${kind}, as the first of the steps`, async () => {
      const text = await page(`/en/c/${kind}_192-0-2-99`)
      const [, step = ''] = text.split('<ol class="rungs">')
      assert.ok(step.split('</li>')[0]?.includes(reasons[kind].words.en.next), kind)
      assert.equal(text.split(reasons[kind].words.en.next).length, 2)
      assert.equal(text.match(/<h2[^>]*>(?:What to do|Ways out|What was tried)/g)?.length, 1)
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
