import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors } from '../../../test/support/visitor.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { openCase } from '../../core/cases/actions.ts'
import { answerCase } from '../../core/cases/desk-actions.ts'
import { transact } from '../../core/context.ts'
import { parseMailbox } from '../../standards/mail-address.ts'

const { open, close } = databases('SQLite')
after(close)

const { support } = testSettings()

describe('The page of the public clock', () => {
  it('says what it does not know as such, and what the targets are', async () => {
    const doors = openDoors(await open())
    const answer = await doors.visitor().get('/clock')
    const page = await answer.text()
    assert.equal(answer.status, 200)
    assert.match(page, /<th scope="row" data-head="Severity">A, critical<\/th>\s*<td[^>]*>1 hour</)
    assert.match(page, /Targets are counted around the clock/)
    assert.doesNotMatch(page, /<svg role="img" aria-label="[^"]*by month"/)
    assert.match(await (await doors.visitor().get('/zh-CN/clock')).text(), /时限全天候计算/)
  })

  it('has the picture with the table behind it, in both languages, and the same for programs; no mailbox anywhere', async () => {
    const calendar = {
      ...support.calendar,
      zone: 'Europe/Vienna',
      days: [1, 2, 3, 4, 5],
      from: 540,
      until: 1020,
    }
    const settings = testSettings({ support: { ...support, calendar } })
    const doors = openDoors(await open(), { settings })
    const { ctx } = doors
    for (let n = 0; n < 10; n++) {
      const mailbox = orThrow(parseMailbox(`post${n}@example.org`))
      const by = { role: 'sender', mailbox, language: 'en' } as const
      const opened = await transact(
        ctx,
        async (tx) => await openCase(tx, { kind: 'mail', about: '192.0.2.66/32', by }),
      )
      ctx.clock.advance(hour)
      await answerCase(ctx, { id: opened.case.id, text: 'Mended, thank you.', next: 'closes' })
    }
    ctx.clock.advance(31 * day)
    const page = await (await doors.visitor().get('/clock')).text()
    assert.match(page, /aria-label="Delisting that a person decides: time until it was done, by month"/)
    assert.match(
      page,
      /data-head="Month">2026-05<\/th>\s*<td[^>]*>1 hour|data-head="Month">2026-05<\/th>\s*<td[^>]*>60 minutes/,
    )
    assert.match(
      page,
      /Monday, Tuesday, Wednesday, Thursday, Friday, 09:00 to 17:00, time zone Europe\/Vienna/,
    )
    assert.match(page, /By the clock of our targets/)
    assert.match(
      await (await doors.visitor().get('/zh-CN/clock')).text(),
      /周一、周二、周三、周四、周五 09:00 至 17:00/,
    )
    const text = await (await doors.visitor().get('/api/v1/clock')).text()
    const { kinds } = JSON.parse(text) as {
      kinds: { investigate: { months: readonly { month: string; effect: { medianSeconds: number } }[] } }
    }
    assert.deepEqual(
      kinds.investigate.months.map(({ month, effect }) => [month, effect.medianSeconds]),
      [['2026-05', 3600]],
    )
    for (const each of [page, text]) assert.doesNotMatch(each, /example\.org|192\.0\.2\.66/)
  })

  it('is in the footer of every page, and in the map of the site', async () => {
    const doors = openDoors(await open())
    assert.match(await (await doors.visitor().get('/')).text(), /<a href="\/clock">How long it takes<\/a>/)
    assert.match(await (await doors.visitor().get('/sitemap.xml')).text(), /\/zh-CN\/clock</)
  })
})
