import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testSite } from '../../../test/support/site.ts'

const origin = 'https://postmaster.provider.example'

describe('While our own judgement is held', () => {
  it('the start page and the page of an address say that mail is only delayed, in both languages', async () => {
    for (const isBraked of [true, false])
      for (const path of ['/', '/ip/192.0.2.45'])
        for (const [language, words] of [
          ['en', /Such mail is only delayed/],
          ['zh-CN', /但只是延迟/],
        ] as const) {
          const headers = { 'accept-language': language }
          const response = await testSite({}, isBraked).request(origin + path, { headers })
          assert.equal(words.test(await response.text()), isBraked, `${path} ${language}`)
        }
  })
})
