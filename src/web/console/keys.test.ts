import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { testConsole } from '../../../test/support/console.ts'
import { messages } from '../messages/messages.ts'

const script = readFileSync(new URL('../../../assets/console.js', import.meta.url), 'utf8')
const [, body = ''] = /^const places = \{(.*?)\}/ms.exec(script) ?? []
const reached = [...body.matchAll(/(\w): '(.*?)'/g)].map(([, key = '', path = '']) => [key, path] as const)

describe('Keys of the console', () => {
  it('lead to every section, each by a letter of its own', async () => {
    const page = await (await testConsole().ask('admin', '/account')).text()
    const [nav = ''] = /<nav class="sections".*?<\/nav>/s.exec(page) ?? []
    const sections = [...nav.matchAll(/href="(.*?)"/g)].map(([, href]) => href)
    assert.ok(sections.length > 5)
    assert.deepEqual(
      reached.map(([, path]) => path),
      sections,
    )
    assert.equal(new Set(reached.map(([key]) => key)).size, sections.length)
  })

  for (const language of ['en', 'zh-CN'] as const) {
    it(`stand on the page of the account as the script has them (${language})`, () => {
      const told = messages[language].console.account.keyList.flatMap(([keys]) =>
        keys.startsWith('g ') ? [keys.slice(2)] : [],
      )
      assert.deepEqual(
        told,
        reached.map(([key]) => key),
      )
    })
  }
})
