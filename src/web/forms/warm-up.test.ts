import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { hostileTexts, strangeMarkup } from '../../../test/support/hostile-text.ts'
import { ownersWorld, proven, signedIn, textOf } from '../../../test/support/owners.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { listCases } from '../../core/cases/desk-actions.ts'
import { warmUpsOfCase } from '../../core/warm-ups/actions.ts'
import { decideWarmUp } from '../../core/warm-ups/desk-actions.ts'

const { open, close } = databases('SQLite')
after(close)

async function doors(): Promise<Doors> {
  const { support } = testSettings()
  return openDoors(await open(), { settings: testSettings({ support: { ...support, external: 'form' } }) })
}

const filled = {
  addresses: '192.0.2.45\n192.0.2.46',
  domain: 'example.org',
  mail: 'newsletter',
  starts: '2026-05-05',
  days: '3',
  first: '2400',
  growth: '100',
  most: '7200',
  words: 'subscribers',
  mailbox: 'noc@example.net',
}

describe('The page of a forecast', () => {
  it('sends nothing until the link and its button, then shows each day, and what a person has agreed to', async () => {
    const world = await doors()
    const browser = world.visitor()
    assert.match(await (await browser.get('/warm-up?ip=192.0.2.45')).text(), /192\.0\.2\.45<\/textarea>/)
    const asked = await browser.submit('/warm-up', { ...filled, pow: await world.solved() })
    assert.equal(asked.status, 303)
    const waiting = await (await browser.get(asked.headers.get('location') ?? '')).text()
    assert.match(waiting, /<output>[0-9A-Z]{6}</)
    assert.match(waiting, /href="\/warm-up"/)
    const link = (await world.letter('confirm-form')) ?? ''
    await browser.get(link)
    assert.equal((await listCases(world.ctx, { states: ['open'], offset: 0, limit: 9 })).length, 0)
    const opened = await browser.submit(link, {})
    const path = opened.headers.get('location') ?? ''
    const page = await textOf(await browser.get(path))
    assert.match(page, /Nobody has decided yet/)
    assert.match(page, /4,800/, 'both addresses together')
    const [it_] = await listCases(world.ctx, { states: ['open'], offset: 0, limit: 9 })
    const [view] = await warmUpsOfCase(world.ctx, it_?.id ?? '')
    const participant = view?.warmUp.participantId ?? ''
    await decideWarmUp(world.ctx, { id: it_?.id ?? '', participant, deed: 'agree', most: '3000' })
    assert.match(await textOf(await browser.get(path)), /Agreed, .*at most 3,000/)
    assert.doesNotMatch(await textOf(await browser.get(path)), /block is lifted|send again/i)
    const zh = await textOf(await browser.get(`/zh-CN${path}`))
    assert.match(zh, /已同意： .*第一天 2,400 封，每天增加 100%，最多 3,000 封/)
  })

  it('says beside the field what is wrong, in both languages, and shows no markup of strangers', async () => {
    const world = await doors()
    const cases: readonly (readonly [Partial<typeof filled>, RegExp, RegExp])[] = [
      [{ starts: '2026-02-31' }, /a day from today on/, /请填写今天起 90 天以内的日期/],
      [{ days: '43' }, /a number from 1 to 42/, /1 到 42 之间的数字/],
      [{ most: '1' }, /not below the first day/, /不小于第一天的数字/],
      [{ addresses: '192.0.2.0/24' }, /192\.0\.2\.0\/24/, /192\.0\.2\.0\/24/],
    ]
    for (const [wrong, en, zh] of cases) {
      const answer = await world.visitor().submit('/warm-up', { ...filled, ...wrong })
      assert.equal(answer.status, 422)
      assert.match(await answer.text(), en)
      const other = await world.visitor('203.0.113.77').submit('/zh-CN/warm-up', { ...filled, ...wrong })
      assert.match(await other.text(), zh)
    }
    for (const text of hostileTexts()) {
      const answer = await world.visitor().submit('/warm-up', { ...filled, addresses: text, domain: text })
      assert.deepEqual(strangeMarkup(await answer.text()), [])
    }
  })

  it('opens a case for a proven owner where outsiders may open none, and for nobody else', async () => {
    const tried = async (more: Partial<typeof filled>): Promise<readonly [number, boolean | undefined]> => {
      const world = ownersWorld(await open())
      assert.match(await textOf(await world.visitor().get('/warm-up')), /only for proven owners/)
      await proven(world, await signedIn(world, 'noc@example.net'), '192.0.2.0/24')
      const browser = world.visitor()
      const sent = { ...filled, ...more, pow: await world.solved() }
      assert.equal((await browser.submit('/warm-up', sent)).status, 303)
      const { status } = await browser.submit((await world.letter('confirm-form')) ?? '', {})
      const [it_] = await listCases(world.ctx, { states: ['open'], kind: 'form', offset: 0, limit: 9 })
      const views = it_ ? await warmUpsOfCase(world.ctx, it_.id) : []
      return [status, views[0]?.isOwner]
    }
    assert.deepEqual(await tried({}), [303, true])
    assert.deepEqual(await tried({ mailbox: 'ops@example.org' }), [403, undefined])
    assert.deepEqual(await tried({ addresses: '192.0.2.45 198.51.100.7' }), [403, undefined])
  })
})
