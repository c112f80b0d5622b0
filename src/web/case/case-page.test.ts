import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Visitor } from '../../../test/support/visitor.ts'
import { hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { openCase } from '../../core/cases/actions.ts'
import { pageToken } from '../../core/cases/page-link.ts'
import { acknowledge } from '../../core/cases/mail-actions.ts'
import { transact } from '../../core/context.ts'
import { addListing } from '../../core/listings/actions.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'

const { open, close } = databases('SQLite')
after(close)

/** A sender whose request a person decides, with the page of its case. */
async function waiting(): Promise<{ readonly browser: Visitor; readonly place: string }> {
  const { ctx, visitor, solved, letter } = openDoors(await open())
  await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'phish' })
  const browser = visitor()
  const fields = {
    ip: '192.0.2.45',
    mailbox: 'ada@example.org',
    statement: 'yes',
    note: 'It was a web form.',
  }
  const asked = await browser.submit('/delist', { ...fields, pow: await solved() })
  await browser.submit((await letter()) ?? '', {})
  const result = await (await browser.get(asked.headers.get('location') ?? '')).text()
  const [, place = ''] = /href="(\/case\/[^"]+)"/.exec(result) ?? []
  return { browser, place }
}

const textOf = async (answer: Promise<Response>): Promise<string> =>
  (await (await answer).text()).replaceAll(/(?:<[^>]+>|\s)+/g, ' ')

describe('The page of a case', () => {
  it('says by when a person answers as it was said then, in both languages', async () => {
    const { ctx, visitor } = openDoors(await open())
    const mailbox = orThrow(parseMailbox('ada@example.org'))
    const place = await transact(ctx, async (tx) => {
      const by = { role: 'sender', mailbox, language: 'en', says: undefined } as const
      const { participant } = await openCase(tx, { kind: 'mail', about: '192.0.2.45/32', by })
      await acknowledge(tx, participant)
      return `/case/${pageToken(ctx, participant.id)}`
    })
    ctx.clock.advance(3 * hour)
    const browser = visitor()
    await browser.submit(place, { text: 'And one account more.' })
    assert.match(await textOf(browser.get(place)), /A person answers you by \d+ May 2026, \d\d:\d\d UTC/)
    const chinese = await textOf(browser.get(`/zh-CN${place}`))
    assert.match(chinese, /会有专人在 ?北京时间 2026年5月\d+日 .*之前答复/)
  })

  it('thanks for what was written until something else has happened', async () => {
    const { browser, place } = await waiting()
    const sent = await browser.submit(place, { text: 'And one account more.' })
    const again = sent.headers.get('location') ?? ''
    assert.match(await textOf(browser.get(again)), /Thank you, we have it/)
    const closed = await browser.submit(`${place}/close`, {})
    assert.match(await textOf(browser.get(closed.headers.get('location') ?? '')), /The case is closed/)
    assert.doesNotMatch(await textOf(browser.get(again)), /Thank you/)
    await browser.submit(place, { text: 'It goes on.' })
    assert.doesNotMatch(await textOf(browser.get(closed.headers.get('location') ?? '')), /The case is closed/)
  })
})
