import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testToken } from '../../../test/support/console-people.ts'
import { testConsole } from '../../../test/support/console.ts'
import { testStart } from '../../../test/support/context.ts'
import type { BrakeState } from '../../core/reputation/hand-brake-actions.ts'

const hour = 3_600_000

const state: BrakeState = {
  held: [
    { rule: 'spam', since: testStart - hour, why: 'filter', again: 0 },
    { rule: 'phish', since: testStart - hour, why: 'hand', again: 0, by: 'operator:ada' },
  ],
  wished: [{ rule: 'traps', isOn: true, by: 'operator:bob', at: testStart }],
}

async function overview(role: 'reader' | 'agent'): Promise<string> {
  const { ask } = testConsole({ actions: { brakeState: async () => state } })
  return await (await ask(role, '/')).text()
}

describe('The brake on the overview', () => {
  it('says of each rule whether it is held, why, by whom, and what is about to be done', async () => {
    const text = await overview('agent')
    assert.match(text, /the filter has turned on senders with a long good history/)
    assert.match(text, /pulled by hand[^<]*\(.*ada.*\)/)
    assert.match(text, /will be pulled as soon as the engine runs/)
    const rule = (name: string): string =>
      new RegExp(`name="rule" value="${name}"[^]*?name="state" value="(\\w+)"`).exec(text)?.[1] ?? ''
    assert.deepEqual(['spam', 'phish', 'traps', 'malware'].map(rule), ['off', 'off', 'off', 'on'])
  })

  it('has no buttons for who may only look', async () => {
    const text = await overview('reader')
    assert.match(text, /pulled by hand/)
    assert.doesNotMatch(text, /action="\/brake"/)
  })

  it('is pulled and let go by a form, which needs a code shown lately', async () => {
    const { ask, deeds } = testConsole()
    const answer = await ask('agent', '/brake', { rule: 'spam', state: 'on' })
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/#brake'])
    await ask('agent', '/brake', { rule: 'spam', state: 'off' })
    assert.deepEqual(deeds, ['turnBrake:spam:on', 'turnBrake:spam:off'])
    const stale = testConsole({
      actions: {
        findSession: async () => ({
          name: 'alan',
          roles: ['admin'],
          csrf: testToken,
          createdAt: testStart - hour,
          confirmedAt: testStart - hour,
          expiresAt: testStart + hour,
        }),
      },
    })
    const asked = await stale.ask('admin', '/brake', { rule: 'spam', state: 'on' })
    assert.equal(asked.headers.get('location'), `/account/code?next=${encodeURIComponent('/brake')}`)
    assert.equal((await stale.ask('admin', '/brake')).headers.get('location'), '/')
    assert.deepEqual(stale.deeds, [])
  })

  it('does nothing for a rule that there is not, or for readers', async () => {
    const { ask, deeds } = testConsole()
    assert.equal((await ask('agent', '/brake', { rule: 'manual', state: 'on' })).status, 422)
    assert.equal((await ask('agent', '/brake', { rule: 'spam', state: 'half' })).status, 422)
    assert.equal((await ask('reader', '/brake', { rule: 'spam', state: 'on' })).status, 403)
    assert.deepEqual(deeds, [])
  })
})
