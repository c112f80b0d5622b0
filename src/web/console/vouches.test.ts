import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testConsole } from '../../../test/support/console.ts'
import { testSettings } from '../../../test/support/context.ts'

const id = '1'.repeat(26)

describe('Vouches in the console', () => {
  it('stand there with mailbox, domain, network and what was refused', async () => {
    const text = await (await testConsole().ask('reader', '/vouches')).text()
    for (const words of ['ada@provider.example', 'shop.example', '198.51.100.0/24', '198.51.100.7'])
      assert.ok(text.includes(words), words)
    assert.doesNotMatch(text, /\/revoke/)
    assert.match(await (await testConsole().ask('reader', '/vouches?state=ended')).text(), /There are none/)
  })

  it('are ended by whoever looks after listings, after a page that says what that does', async () => {
    const { ask, deeds } = testConsole()
    assert.match(await (await ask('admin', '/vouches')).text(), new RegExp(`/vouches/${id}/revoke`))
    assert.match(
      await (await ask('admin', `/vouches/${id}/revoke`)).text(),
      /cannot make it again for 30 days/,
    )
    assert.deepEqual(deeds, [])
    const answer = await ask('admin', `/vouches/${id}/revoke`, {})
    assert.equal(answer.headers.get('location'), '/vouches')
    assert.deepEqual(deeds, [`revokeVouch:${id}`])
    assert.equal((await ask('reader', `/vouches/${id}/revoke`, {})).status, 403)
  })

  it('say when they are switched off', async () => {
    const settings = testSettings({ vouches: { ...testSettings().vouches, mode: 'off' } })
    const text = await (await testConsole({ deps: { settings } }).ask('reader', '/vouches')).text()
    assert.match(text, /vouches\.mode is off/)
  })
})
