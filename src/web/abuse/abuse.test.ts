import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'

import { examineAll, linkIn, reportedAccount, sentBy } from '../../../test/support/abuse-pages.ts'
import { testAbuse, testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { day } from '../../base/clock.ts'
import { as } from '../../core/context.ts'
import { suspendAccount } from '../../core/incidents/act-actions.ts'
import { listIncidents } from '../../core/incidents/actions.ts'
import { listReports, showEvidence, type DeskReport } from '../../core/abuse/desk-actions.ts'
import { receiveReport } from '../../core/abuse/actions.ts'
import { reportOutcomes } from '../../core/abuse/report.ts'
import { messages } from '../messages/messages.ts'

const { open, close } = databases('SQLite')
after(close)

const ann = 'ann@provider.example'
const source =
  'Return-Path: <x@example.net>\nReceived: from mail.example.net (mail.example.net [198.51.100.9]) by mx.example.org with ESMTP\nFrom: ann@provider.example\nMessage-ID: <f@provider.example>\n\nBuy'

interface Filled {
  readonly file?: Buffer
  readonly name?: string
  readonly [field: string]: string | Buffer | undefined
}

/** Sends the form as a browser does. */
async function submit(
  doors: Doors,
  { file, name, ...fields }: Filled,
  {
    path = '/report',
    visitor = doors.visitor(),
  }: { readonly path?: string; readonly visitor?: Visitor } = {},
): Promise<Response> {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.set(field, String(value))
  form.set('file', new File(file ? [Uint8Array.from(file)] : [], file ? (name ?? 'spam.eml') : ''))
  const request = new Request('https://x.example/', { method: 'POST', body: form })
  return await visitor.send(path, new Uint8Array(await request.arrayBuffer()), {
    'content-type': request.headers.get('content-type') ?? '',
    'sec-fetch-site': 'same-origin',
  })
}

/** A report whose reporter gave a mailbox: their browser, the page of their receipt, and the link in the letter. */
async function reported() {
  const doors = openDoors(await open())
  const joe = doors.visitor()
  const filled = { source, mailbox: 'joe@example.org', pow: await doors.solved() }
  const receipt = (await submit(doors, filled, { visitor: joe })).headers.get('location') ?? ''
  return { doors, joe, receipt, link: await linkIn(doors.ctx, 'confirm-report') }
}

async function kept({ ctx }: Doors): Promise<readonly DeskReport[]> {
  return (await listReports(ctx, { states: ['received', 'examining', 'closed'], limit: 50 })).reports
}

describe('The form for reports of abuse', () => {
  it('says before anything is sent who reads the message, and until when it is kept', async () => {
    const page = await (
      await openDoors(await open())
        .visitor()
        .get('/report')
    ).text()
    assert.match(page, /deleted after 180 days/)
    assert.match(page, /people of our abuse desk may read it/)
    assert.match(page, /mailto:abuse@provider\.example/)
  })

  it('takes a file as it is, and leads to a page that nobody else finds', async () => {
    const doors = openDoors(await open())
    const file = await sentBy(doors.ctx, ann, '<b1@provider.example>')
    const answer = await submit(doors, { file, class: 'phish', pow: await doors.solved() })
    assert.equal(answer.status, 303)
    const [report] = await kept(doors)
    assert.ok(report)
    assert.deepEqual([report.channel, report.class, report.state], ['web', 'phish', 'received'])
    assert.deepEqual(await showEvidence(doors.ctx, report.id), file)
    const receipt = answer.headers.get('location') ?? ''
    const page = await (await doors.visitor().get(receipt)).text()
    assert.match(page, /name="robots" content="noindex"/)
    assert.match(page, /Your report is kept/)
    assert.ok(page.includes(`https://postmaster.provider.example${receipt}`))
    assert.doesNotMatch(page, /ann@/)
    assert.equal(
      (await doors.visitor().get(receipt.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).status,
      404,
    )
  })

  it('tells who handed the message over when it is not ours', async () => {
    const doors = openDoors(await open())
    const answer = await submit(doors, { source, class: 'spam', pow: await doors.solved() })
    await examineAll(doors.ctx)
    const page = await (await doors.visitor().get(answer.headers.get('location') ?? '')).text()
    assert.match(page, /The message did not come from us/)
    assert.match(page, /198\.51\.100\.9/)
    assert.doesNotMatch(page, /http-equiv="refresh"/)
  })

  it('keeps nothing where no script ran, and says how to send the same by mail', async () => {
    const doors = openDoors(await open())
    const answer = await submit(doors, { source, class: 'spam' })
    assert.equal(answer.status, 200)
    assert.match(await answer.text(), /nothing was kept[\s\S]*mailto:abuse@provider\.example/)
    assert.equal((await kept(doors)).length, 0)
  })

  it('takes each proof of work once', async () => {
    const doors = openDoors(await open())
    const pow = await doors.solved()
    assert.equal((await submit(doors, { source, pow })).status, 303)
    assert.equal((await submit(doors, { source: `${source}!`, pow })).status, 409)
    assert.equal((await kept(doors)).length, 1)
  })

  const refused: Readonly<Record<string, readonly [Filled, RegExp, number]>> = {
    'a screenshot': [{ file: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') }, /a picture/, 422],
    'an archive, which is never unpacked': [{ file: Buffer.from('PK\x03\x04zip') }, /an archive/, 422],
    'a text without a header': [{ source: 'Hello,\n\nbuy now: we have an offer' }, /without its header/, 422],
    'a file together with a source': [{ source, file: Buffer.from(source) }, /one message at a time/i, 422],
    nothing: [{ source: '  ' }, /no message in the report/, 422],
    'a mailbox that is none': [{ source, mailbox: 'joe at home' }, /mailbox/, 422],
    'more than 25 MiB': [{ file: Buffer.alloc(26 << 20, 'x') }, /larger than/, 413],
  }
  for (const [what, [fields, says, status]] of Object.entries(refused))
    it(`refuses ${what}, and keeps what was typed`, async () => {
      const doors = openDoors(await open())
      const answer = await submit(doors, { ...fields, pow: await doors.solved() })
      const page = await answer.text()
      assert.equal(answer.status, status)
      assert.match(page, says)
      if (fields['mailbox'] !== undefined) assert.match(page, /value="joe at home"/)
      if (fields['mailbox'] !== undefined) assert.match(page, /&lt;f@provider\.example&gt;/)
      assert.equal((await kept(doors)).length, 0)
    })

  it('lets a reporter confirm by the button in the browser that reported, and not by opening the link', async () => {
    const { doors, joe, link } = await reported()
    assert.match(link, /^\/report\/confirm\//)
    const page = await (await joe.get(link)).text()
    assert.match(page, /Yes, I reported it/)
    assert.doesNotMatch(page, /name="code"/)
    assert.equal((await kept(doors))[0]?.mayAnswer, false)
    for (const _ of [1, 2]) {
      const answer = await joe.submit(link, {})
      assert.equal(answer.status, 303)
      assert.equal((await kept(doors))[0]?.mayAnswer, true)
      assert.match(await (await joe.get(answer.headers.get('location') ?? '')).text(), /Your report/)
    }
    for (const visit of [joe.get('/report/confirm/nothing'), joe.submit('/report/confirm/nothing', {})])
      assert.equal((await visit).status, 404)
  })

  it('wants the code of the receipt in another browser: a scanner that presses every button confirms nobody', async () => {
    const { doors, receipt, link } = await reported()
    const code = /<output>([0-9A-Z]{6})<\/output>/.exec(
      await (await doors.visitor().get(receipt)).text(),
    )?.[1]
    assert.ok(code)
    const other = doors.visitor()
    assert.match(await (await other.get(link)).text(), /name="code"/)
    for (const form of [
      {},
      { code: '' },
      { code: 'test' },
      { code: code === '000000' ? '000001' : '000000' },
    ]) {
      const answer = await other.submit(link, form)
      assert.equal(answer.status, 403)
      assert.match(await answer.text(), /not the code/)
    }
    assert.equal((await kept(doors))[0]?.mayAnswer, false)
    assert.equal((await other.submit(link, { code: code.toLowerCase() })).status, 303)
    assert.equal((await kept(doors))[0]?.mayAnswer, true)
    assert.doesNotMatch(await (await doors.visitor().get(receipt)).text(), /<output>/)
  })

  it('shows no code where nobody was written to', async () => {
    const doors = openDoors(await open())
    const answer = await submit(doors, { source, pow: await doors.solved() })
    assert.deepEqual(answer.headers.getSetCookie(), [])
    const page = await (await doors.visitor().get(answer.headers.get('location') ?? '')).text()
    assert.doesNotMatch(page, /<output>/)
  })

  it('speaks Chinese to whoever reads Chinese', async () => {
    const doors = openDoors(await open())
    const answer = await submit(doors, { source, pow: await doors.solved() }, { path: '/zh-CN/report' })
    const receipt = answer.headers.get('location') ?? ''
    assert.match(receipt, /^\/zh-CN\/report\//)
    assert.match(await (await doors.visitor().get(receipt)).text(), /举报已保存/)
  })
})

describe('The page of the owner of a reported account', () => {
  const settings = testSettings({
    abuse: testAbuse({ suspendWeight: 1, organisations: 1, trusted: ['example.org'] }),
  })

  it('shows what happened and the evidence, and nothing of who reported', async () => {
    const doors = openDoors(await open(), { settings })
    await reportedAccount(doors.ctx, ann)
    const link = await linkIn(doors.ctx, 'account-notice')
    const page = await (await doors.visitor().get(link)).text()
    assert.match(page, /cannot send mail at present/)
    assert.match(page, /An offer/)
    assert.match(page, /The account was stopped from sending/)
    assert.match(page, /I have secured it/)
    assert.match(page, /name="robots" content="noindex"/)
    assert.doesNotMatch(page, /joe|fbl|example\.org/)
  })

  it('says nothing proven where a person stopped the account and no report was', async () => {
    const { ctx, visitor } = openDoors(await open(), { settings })
    await receiveReport(as(ctx, { kind: 'system', name: 'intake' }), {
      channel: 'web',
      shape: 'reported',
      raw: await sentBy(ctx, ann, '<a1@provider.example>'),
      envelope: { client: '192.0.2.10', mailbox: 'joe@example.net' },
      class: 'phish',
    })
    await examineAll(ctx)
    const [incident] = (await listIncidents(ctx, { states: ['escalated'], limit: 1 })).incidents
    await suspendAccount(ctx, { incident: incident?.id ?? '' })
    const page = await (await visitor().get(await linkIn(ctx, 'account-notice'))).text()
    assert.match(page, /cannot send mail at present[\s\S]*Messages that were led back to your account/)
    assert.doesNotMatch(page, /proven|Reported messages/)
  })

  it('lets the account go by its button once, and then says so', async () => {
    const doors = openDoors(await open(), { settings })
    await reportedAccount(doors.ctx, ann)
    const link = await linkIn(doors.ctx, 'account-notice')
    const visitor = doors.visitor()
    // What presses every button of a page that a letter leads to has not ticked the box.
    const unticked = await visitor.submit(link, {})
    assert.equal(unticked.status, 422)
    assert.match(await unticked.text(), /Please tick the box[\s\S]*cannot send mail at present/)
    const answer = await visitor.submit(link, { gone: 'yes' })
    assert.equal(answer.status, 200)
    assert.match(await answer.text(), /Your account sends mail again/)
    assert.doesNotMatch(await (await visitor.get(link)).text(), /I have secured it/)
    assert.equal((await visitor.submit(link, { gone: 'yes' })).status, 409)
    assert.equal((await doors.visitor().get('/account/nothing')).status, 404)
  })
})

describe('The public figures', () => {
  it('are counted by whole month, in words and for programs, and name nobody', async () => {
    const settings = testSettings({
      abuse: testAbuse({ suspendWeight: 1, organisations: 1, trusted: ['example.org'] }),
    })
    const doors = openDoors(await open(), { settings })
    assert.match(await (await doors.visitor().get('/transparency')).text(), /No whole month has passed/)
    await reportedAccount(doors.ctx, ann)
    doors.ctx.clock.advance(31 * day)
    const page = await (await doors.visitor().get('/transparency')).text()
    assert.match(page, /<th scope="row" data-head="Month">2026-05<\/th>\s*<td[^>]*>fewer than 10</)
    assert.match(page, /aria-label="Reports by month"/)
    assert.doesNotMatch(page, /ann@|example\.org/)
    assert.match(await (await doors.visitor().get('/zh-CN/transparency')).text(), /少于 10/)
    const { months } = (await (await doors.visitor().get('/api/v1/transparency')).json()) as {
      months: readonly unknown[]
    }
    assert.equal(months.length, 1)
  })
})

describe('Every outcome of a report', () => {
  it('has words in every language', () => {
    for (const { abuse } of Object.values(messages))
      for (const outcome of reportOutcomes)
        assert.ok(abuse.status.outcomes[outcome].every((text) => text.length > 4))
  })
})
