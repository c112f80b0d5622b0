import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { hostileTexts, strangeMarkup } from '../../../test/support/hostile-text.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { listCases, showCase } from '../../core/cases/desk-actions.ts'
import { Checks } from '../../core/checks/actions.ts'
import { tendForms } from '../../core/deliverability/review-actions.ts'
import { proveForm } from '../../core/forms/actions.ts'
import { addListing } from '../../core/listings/actions.ts'
import { listLetters } from '../../core/outbox/reading-actions.ts'
import type { ExternalRule } from '../../core/settings.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'

const { open, close } = databases('SQLite')
after(close)

async function doors(external: ExternalRule = 'form', reasons = {}): Promise<Doors> {
  const { support } = testSettings()
  return openDoors(await open(), { settings: testSettings({ support: { ...support, external, reasons } }) })
}

const filled = {
  addresses: '192.0.2.66\n10.1.2.3',
  symptom: 'refused',
  domain: 'provider.example',
  sending: '',
  volume: '',
  words: '550 5.7.606 Access denied',
  mailbox: 'ops@example.org',
}

const textOf = async (answer: Response): Promise<string> =>
  (await answer.text()).replaceAll(/(?:<[^>]+>|\s)+/g, ' ')

const openCases = async ({ ctx }: Doors): Promise<number> =>
  (await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })).length

describe('The page of the deliverability form', () => {
  it('sends nothing until the link in the letter and its button, then shows each address with its reason', async () => {
    const world = await doors()
    const prefix = orThrow(parseListable('192.0.2.66'))
    await addListing(world.ctx, { prefix, cause: 'phish', class: 'investigate', ends: '30d' })
    const browser = world.visitor()
    assert.match(await textOf(await browser.get('/tools')), /One form for several addresses/)
    const asked = await browser.submit('/deliverability', { ...filled, pow: await world.solved() })
    assert.equal(asked.status, 303)
    assert.match(
      await (await browser.get(asked.headers.get('location') ?? '')).text(),
      /<output>[0-9A-Z]{6}</,
    )
    const link = (await world.letter('confirm-form')) ?? ''
    assert.match(await textOf(await browser.get(link)), /nothing has been sent yet/)
    assert.equal(await openCases(world), 0, 'a GET never acts')
    const opened = await browser.submit(link, {})
    assert.equal(opened.status, 303)
    assert.equal(await openCases(world), 1)
    await tendForms(world.ctx, new Checks())
    const page = await textOf(await browser.get(opened.headers.get('location') ?? ''))
    assert.match(page, /192\.0\.2\.66 with a person since [^U]*UTC No rule may decide this one/)
    assert.match(page, /10\.1\.2\.3\S* not possible now since [^U]*UTC Private or reserved space/)
    const zh = await textOf(await browser.get(`/zh-CN${opened.headers.get('location') ?? ''}`))
    assert.match(zh, /192\.0\.2\.66 已转专人 更新于 [^U]*UTC 此项不能由规则决定/)
  })

  it('wants the code in another browser', async () => {
    const world = await doors()
    await world.visitor().submit('/deliverability', { ...filled, pow: await world.solved() })
    const link = (await world.letter('confirm-form')) ?? ''
    const other = world.visitor('203.0.113.77')
    assert.match(await (await other.get(link)).text(), /name="code"/)
    assert.equal((await other.submit(link, { code: 'AAAAAA' })).status, 403)
    assert.equal(await openCases(world), 0)
  })

  it('says the same to a mailbox that has had its letters, keeps what was filled in, and takes a message in place of the letter', async () => {
    const world = await doors()
    const asks = async (mailbox: string): Promise<{ browser: Visitor; place: string; page: string }> => {
      const browser = world.visitor()
      const pow = await world.solved()
      const asked = await browser.submit('/deliverability', { ...filled, mailbox, pow })
      const place = asked.headers.get('location') ?? ''
      return { browser, place, page: await (await browser.get(place)).text() }
    }
    const own = (page: string): string => page.replaceAll(/<output>\w+<|f\+[\w.-]+@|\/[0-9a-z]{26}/g, '')
    const { page: first } = await asks('ops@example.org')
    for (const _ of [2, 3]) await asks('ops@example.org')
    const { browser, place, page } = await asks('ops@example.org')
    assert.equal(
      (await listLetters(world.ctx, { limit: 50 })).letters.length,
      3,
      'no further letter was written',
    )
    assert.equal(own(page), own(first))
    assert.match(page, /A mailbox gets at most 3 letters from us in 24 hours/)
    const [, tag = ''] = /f\+([\w.-]+)@/.exec(page) ?? []
    await proveForm(world.ctx, { tag, mailbox: orThrow(parseMailbox('ops@example.org')) })
    assert.match(await (await browser.get(place)).text(), /One press left/)
    assert.equal((await browser.submit(place, {})).status, 303)
    assert.equal(await openCases(world), 1)
  })

  it('leads on from a link that is over to the form it was for', async () => {
    const world = await doors()
    const browser = world.visitor()
    await browser.submit('/deliverability', { ...filled, pow: await world.solved() })
    const link = (await world.letter('confirm-form')) ?? ''
    world.ctx.clock.advance(8 * day)
    const over = await browser.get(link)
    assert.equal(over.status, 410)
    assert.match(await over.text(), /href="\/deliverability"\s*>Ask for a new link/)
  })

  it('asks whoever has no script to write to us, writes to nobody, and has the button once a message has come', async () => {
    const world = await doors()
    const browser = world.visitor()
    const page = await (await browser.get('/deliverability')).text()
    assert.match(page, /data-challenge="[^"]+"/)
    assert.match(page, /<noscript>[\s\S]*an address to write to instead[\s\S]*<\/noscript>/)
    const place = (await browser.submit('/deliverability', filled)).headers.get('location') ?? ''
    assert.equal(await world.letter('confirm-form'), undefined)
    const asked = await (await browser.get(place)).text()
    const [, tag = ''] = /mailto:f(?:\+|%2B)([0-9a-z.]+)@/.exec(asked) ?? []
    assert.doesNotMatch(asked, /<output>/)
    assert.equal((await browser.submit(place, {})).status, 409, 'nothing has come')
    assert.equal((await world.visitor('203.0.113.77').submit(place, {})).status, 403, 'another browser')
    // Whoever writes is it, whatever the form said.
    await proveForm(world.ctx, { tag, mailbox: orThrow(parseMailbox('noc@example.net')) })
    assert.match(await textOf(await browser.get(place)), /One press left/)
    assert.equal(await openCases(world), 0, 'a GET never acts, nor does a message')
    const opened = await browser.submit(place, {})
    assert.equal(opened.status, 303)
    assert.equal(await openCases(world), 1)
    const [it_] = await listCases(world.ctx, { states: ['open'], offset: 0, limit: 1 })
    const { participants } = await showCase(world.ctx, it_?.id ?? '')
    assert.deepEqual(
      participants.map(({ mailbox }) => mailbox),
      ['noc@example.net'],
    )
    // The page of the form leads to its case from now on, and a late message changes nothing.
    await proveForm(world.ctx, { tag, mailbox: orThrow(parseMailbox('eve@example.net')) })
    assert.equal((await browser.get(place)).headers.get('location'), opened.headers.get('location'))
    assert.match(await textOf(await browser.get('/zh-CN/deliverability')), /浏览器/)
  })

  it('takes an answer to its challenge once, and none that is made up', async () => {
    const world = await doors()
    const pow = await world.solved()
    assert.equal((await world.visitor().submit('/deliverability', { ...filled, pow })).status, 303)
    const again = await world.visitor().submit('/deliverability', { ...filled, pow })
    assert.deepEqual([again.status, await openCases(world)], [409, 0])
    assert.match(await again.text(), /550 5\.7\.606 Access denied/, 'what was typed stays')
    assert.equal((await world.visitor().submit('/warm-up', { ...filled, pow: 'bm9uZQ==' })).status, 422)
  })

  it('says kindly that it is closed, and what there is instead; no POST gets round it', async () => {
    for (const rule of ['none', 'by-path'] as const) {
      const world = await doors(rule)
      const page = await textOf(await world.visitor().get('/deliverability'))
      assert.match(page, /not meant to turn you away/)
      assert.doesNotMatch(await textOf(await world.visitor().get('/tools')), /One form for several/)
      assert.match(page, /prove that the network is yours/)
      assert.doesNotMatch(await (await world.visitor().get('/deliverability')).text(), /name="addresses"/)
      assert.equal((await world.visitor().submit('/deliverability', filled)).status, 403)
      assert.equal(await world.letter('confirm-form'), undefined)
    }
    const some = await doors('none', { complaints: 'form' })
    assert.match(await textOf(await some.visitor().get('/zh-CN/deliverability')), /目前对以下原因开放/)
  })

  it('says beside the field what is wrong, keeps what was typed, and shows no markup of strangers', async () => {
    const world = await doors()
    const cases: readonly (readonly [Partial<typeof filled>, RegExp])[] = [
      [{ addresses: '192.0.2.300' }, /is not an IP address/],
      [{ symptom: '' }, /choose what happens/],
      [{ words: '' }, /paste at least one reply/],
      [{ mailbox: 'nobody' }, /mailbox|mail address/i],
    ]
    for (const [wrong, sentence] of cases) {
      const answer = await world.visitor().submit('/deliverability', { ...filled, ...wrong })
      assert.equal(answer.status, 422)
      assert.match(await answer.text(), sentence)
    }
    for (const text of hostileTexts()) {
      const answer = await world
        .visitor()
        .submit('/deliverability', { ...filled, addresses: text, sending: text, words: text })
      assert.deepEqual(strangeMarkup(await answer.text()), [])
    }
  })

  it('fills in the address that the ladder hands on', async () => {
    const world = await doors()
    assert.match(
      await (await world.visitor().get('/deliverability?ip=192.0.2.45')).text(),
      /<textarea[^>]*>\s*192\.0\.2\.45</,
    )
  })
})
