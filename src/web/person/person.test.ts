import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testWaysOut } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { orThrow } from '../../base/refusal.ts'
import { openCase, closeCase } from '../../core/cases/actions.ts'
import { lockCase } from '../../core/cases/hold-actions.ts'
import { transact } from '../../core/context.ts'
import { parseMailbox } from '../../standards/mail-address.ts'

const { open, close } = databases('SQLite')
after(close)

const mailbox = 'canary@example.org'

async function doorsWithCase(): Promise<Doors & { readonly caseId: string }> {
  const doors = openDoors(await open(), { out: testWaysOut({ acceptsMail: async () => true }) })
  const by = { role: 'sender', mailbox: orThrow(parseMailbox(mailbox)), language: 'en' } as const
  const says = {
    channel: 'form',
    content: { text: 'The canary sang.' },
    isVerified: true,
    isSilent: false,
  } as const
  const opened = await transact(
    doors.ctx,
    async (tx) => await openCase(tx, { kind: 'record', about: '192.0.2.66/32', by: { ...by, says } }),
  )
  return Object.assign(doors, { caseId: opened.case.id })
}

async function closeIt({ ctx, caseId }: Doors & { readonly caseId: string }): Promise<void> {
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, caseId)
    assert.ok(it)
    await closeCase(tx, it, { outcome: 'answered' })
  })
}

describe('Somebody who asks for what is known of them', () => {
  it('gets it as a file after the letter and the page have shown that the mailbox is theirs; the link works once', async () => {
    const doors = await doorsWithCase()
    const browser = doors.visitor()
    const asked = await browser.submit('/my-data', { mailbox })
    assert.equal(asked.status, 303)
    assert.match(await (await browser.get(asked.headers.get('location') ?? '')).text(), /big-code/)
    const link = (await doors.letter('person-link')) ?? ''
    assert.match(link, /^\/my-data\/link\//)
    // Opening it acts on nothing.
    assert.match(await (await browser.get(link)).text(), /Send me a file/)
    const answer = await browser.submit(link, { deed: 'export' })
    assert.equal(answer.status, 200, await answer.clone().text())
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="my-data.json"')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const data = (await answer.json()) as { threads: readonly { messages: readonly { text: string }[] }[] }
    assert.equal(data.threads[0]?.messages[0]?.text, 'The canary sang.')
    assert.equal((await browser.submit(link, { deed: 'export' })).status, 410)
    const used = await (await browser.get(link)).text()
    assert.match(used, /This link works no more/)
    assert.match(used, /href="\/my-data"\s*>Ask for a new link/)
  })

  it('signs nobody in as an owner with the link, nor shows or erases anything with that of an owner', async () => {
    const doors = await doorsWithCase()
    const browser = doors.visitor()
    for (const [start, kind, other] of [
      ['/my-data', 'person-link', '/owners/link/'],
      ['/owners', 'owner-link', '/my-data/link/'],
    ] as const) {
      doors.ctx.clock.advance(1)
      await browser.submit(start, { mailbox })
      const link = (await doors.letter(kind)) ?? ''
      const crossed = other + (link.split('/').at(-1) ?? '')
      assert.equal((await browser.get(crossed)).status, 404)
      assert.equal((await browser.submit(crossed, { deed: 'erase' })).status, 404)
      assert.equal((await browser.get(link)).status, 200)
    }
  })

  it('gets nothing by the link alone, nor by guessing the code', async () => {
    const doors = await doorsWithCase()
    await doors.visitor().submit('/my-data', { mailbox })
    const link = (await doors.letter('person-link')) ?? ''
    const thief = doors.visitor('198.51.100.99')
    assert.match(await (await thief.get(link)).text(), /name="code"/)
    for (let n = 0; n < 5; n++) {
      const answer = await thief.submit(link, { deed: 'export', code: `00000${n}` })
      assert.ok([403, 410].includes(answer.status), String(answer.status))
      assert.doesNotMatch(await answer.text(), /canary sang/)
    }
    assert.equal((await thief.get(link)).status, 410)
  })

  it('is forgotten by the same way, at once where nothing is open, else told what delays it', async () => {
    const doors = await doorsWithCase()
    const browser = doors.visitor()
    const ask = async () => {
      await browser.submit('/my-data', { mailbox })
      return (await doors.letter('person-link')) ?? ''
    }
    const waits = await (await browser.submit(await ask(), { deed: 'erase' })).text()
    assert.match(waits, /It is not done yet/)
    assert.match(waits, /a case that is not closed/)
    await closeIt(doors)
    doors.ctx.clock.advance(3_600_000)
    const done = await (await browser.submit(await ask(), { deed: 'erase' })).text()
    assert.match(done, /You are forgotten/)
    assert.doesNotMatch(await doors.dump(), /canary/)
  })

  it('learns nothing of whether a mailbox is known, and reads it in both languages', async () => {
    const doors = await doorsWithCase()
    const [known, unknown] = [
      await doors.visitor().submit('/my-data', { mailbox }),
      await doors.visitor('198.51.100.8').submit('/my-data', { mailbox: 'nobody@example.net' }),
    ]
    assert.deepEqual([known.status, unknown.status], [303, 303])
    assert.equal((await doors.visitor().submit('/my-data', { mailbox: 'no mailbox' })).status, 422)
    assert.match(await (await doors.visitor().get('/zh-CN/my-data')).text(), /您的数据/)
  })
})
