import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testConsole } from '../../../test/support/console.ts'
import { testSettings, testStart } from '../../../test/support/context.ts'
import { thresholdNames, thresholds } from '../../core/reputation/tuning.ts'
import { messages } from '../messages/messages.ts'

async function page(answer: Promise<Response>, status = 200): Promise<string> {
  const got = await answer
  assert.equal(got.status, status)
  return await got.text()
}

const running = {
  id: 'run',
  wish: { days: 7, changes: {} },
  by: 'operator:ada',
  startedAt: testStart,
  endedAt: null,
  state: 'running',
  done: 4500,
  result: null,
} as const

describe('The page of one sender', () => {
  it('shows grade, budget, bounds, line, ways out, counters, and the days as bars with a table', async () => {
    const text = await page(testConsole().ask('reader', '/listings?text=192.0.2.45'))
    for (const words of [
      'Somebody listed it by hand.',
      '20 messages an hour, about 17 left',
      '72.1%, between 68.4% and 75.7%',
      'Messages to traps',
      'aria-label="Mail by day"',
      '2026-05-03',
    ])
      assert.ok(text.includes(words), words)
  })

  it('shows the figures of a forecast that raises the budget, and of no other', async () => {
    const raised = '/listings?text=192.0.2.88'
    assert.match(
      await page(testConsole().ask('reader', raised)),
      /Agreed forecast.*raises the budget: 24,000 today, 1,000 an hour, until/s,
    )
    const text = await page(testConsole().ask('reader', '/listings?text=192.0.2.45'))
    assert.ok(!text.includes('Agreed forecast'))
  })

  it('says of a sender that was never heard of that nothing is known', async () => {
    const text = await page(testConsole({ empty: true }).ask('reader', '/listings?text=192.0.2.45'))
    assert.match(text, /never<\/dd>/)
    assert.match(text, /Nothing has been counted in the last month/)
  })
})

describe('Who would have been hit', () => {
  it('is by day and sender, with the reason, and the overview leads there', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/observed?day=2026-05-03'))
    assert.match(text, /Who would have been hit on 2026-05-03/)
    for (const words of ['1,800', 'This IPv6 address has no reverse name', 'text=2001%3Adb8%3A1%3A2%3A%3A"'])
      assert.ok(text.includes(words), words)
    assert.match(await page(ask('reader', '/')), /href="\/observed"/)
  })

  it('says what to do next, by the modes', async () => {
    const next = async (mode: 'observe' | 'defer', policy: 'observe' | 'enforce'): Promise<string> => {
      const settings = testSettings({ policy: { mode: policy } })
      const deps = { settings: { ...settings, reputation: { ...settings.reputation, mode } } }
      return await page(testConsole({ deps }).ask('reader', '/observed'))
    }
    assert.match(await next('observe', 'observe'), /set reputation\.mode to defer.*policy\.mode: observe/s)
    assert.doesNotMatch(await next('defer', 'enforce'), /policy\.mode/)
    assert.match(await next('defer', 'enforce'), /set reputation\.mode to enforce/)
  })

  it('takes today for a day that is none', async () => {
    for (const wrong of ['2020-01-01', 'x', '2026-05-05'])
      assert.match(await page(testConsole().ask('reader', `/observed?day=${wrong}`)), /hit on 2026-05-04/)
  })
})

describe('The dry run', () => {
  it('has a field with a name in both languages for every threshold, filled with what is in force', async () => {
    const text = await page(testConsole().ask('agent', '/dry-run'))
    for (const name of thresholdNames) {
      assert.match(text, new RegExp(`name="${name}"[^>]*value="${thresholds[name].value}"`), name)
      for (const language of ['en', 'zh-CN'] as const) {
        const words = messages[language].judgement
        assert.ok(words.thresholds[name], `${name} in ${language}`)
        assert.ok(words.units[thresholds[name].unit], `${thresholds[name].unit} in ${language}`)
      }
    }
  })

  it('starts with what was changed only, and shows who would be hit and who freed', async () => {
    const wishes: unknown[] = []
    const { ask } = testConsole()
    const { ask: noted } = testConsole({
      actions: {
        startDryRun: async (_actor, wish) => {
          wishes.push(wish)
          return running
        },
      },
    })
    const form = { days: '3', badLine: '0,5', newBudget: String(thresholds.newBudget.value), goodLine: '' }
    assert.equal((await noted('agent', '/dry-run', form)).status, 303)
    assert.deepEqual(wishes, [{ days: 3, changes: { badLine: 0.5 } }])
    await ask('agent', '/dry-run', form)
    const text = await page(ask('agent', '/dry-run'))
    assert.match(text, /Newly put off or refused, senders: 1/)
    assert.match(text, /10 put off, 70 refused/)
    assert.match(text, /Nobody\./)
  })

  it('refuses what is no number, at its field, and keeps what was typed', async () => {
    const { ask, deeds } = testConsole()
    const text = await page(ask('agent', '/dry-run', { days: '9', badLine: 'much', newBudget: '55' }), 422)
    assert.match(text, /href="#f-badLine"/)
    assert.match(text, /href="#f-days"/)
    assert.match(text, /name="newBudget"[^>]*value="55"/)
    assert.deepEqual(deeds, [])
  })

  it('looks again by itself while one runs, and can be cancelled', async () => {
    const { ask, deeds } = testConsole({ actions: { showDryRun: async () => running } })
    const text = await page(ask('agent', '/dry-run'))
    assert.match(text, /http-equiv="refresh"/)
    assert.match(text, /4,500 events so far/)
    assert.match(text, /action="\/dry-run\/cancel"/)
    await ask('agent', '/dry-run/cancel', {})
    assert.deepEqual(deeds, ['cancelDryRun'])
  })
})
