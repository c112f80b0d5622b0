import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { decideReview } from '../../../test/support/decide.ts'
import { refuse } from '../../../test/support/refused.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { mintCaseLink } from '../../access/case-link.ts'
import { day, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { listCases, showCase } from '../../core/cases/desk-actions.ts'
import { openReviewByMail, listRequests } from '../../core/delisting/review-actions.ts'
import { addListing, coveringListings } from '../../core/listings/actions.ts'
import { listLetters } from '../../core/outbox/reading-actions.ts'
import { pageToken } from '../../core/cases/page-link.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'

const { open, close } = databases('SQLite')
after(close)

const address = orThrow(parseAddress('192.0.2.45'))

/** A listed sender with the link of a refusal, and the code that they made with it. */
async function world() {
  const doors = openDoors(await open())
  const { ctx } = doors
  await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam', class: 'investigate' })
  const { minute: minuteOf } = await refuse(ctx, ['ada@provider.example'], { mailFrom: 'shop.example' })
  const token = mintCaseLink(ctx.keys.caseLink('mx1'), {
    keyId: 1,
    edge: 'mx1',
    minute: minuteOf,
    reason: 'investigate',
    listing: null,
    address,
  })
  return { ...doors, token, code: await codeFrom(doors.visitor(), `/c/${token}/recipient`) }
}

async function codeFrom(sender: Visitor, path: string): Promise<string> {
  const page = await (await sender.submit(path, {})).text()
  return /<output>([0-9a-z-]{19})<\/output>/.exec(page)?.[1] ?? assert.fail('no code')
}

async function signedIn(doors: Doors, mailbox = 'ada@provider.example'): Promise<Visitor> {
  doors.ctx.clock.advance(1)
  const browser = doors.visitor()
  await browser.submit('/recipients', { mailbox })
  await browser.submit((await doors.letter('recipient-link')) ?? '', {})
  return browser
}

const textOf = async (answer: Response): Promise<string> =>
  (await answer.text()).replaceAll(/(?:<[^>]+>|\s)+/g, ' ')

async function caseIds({ ctx }: Doors): Promise<readonly string[]> {
  const found = await listCases(ctx, { states: ['open', 'waiting', 'closed'], offset: 0, limit: 9 })
  return found.map(({ id }) => id)
}

const asked = { text: 'I wait for invoices of this shop.' }

describe('A code for the recipient', () => {
  it('is made by a button behind the link of the refusal, is the same each time, and names nobody', async () => {
    const doors = await world()
    const sender = doors.visitor()
    const record = await (await sender.get(`/c/${doors.token}`)).text()
    assert.match(record, new RegExp(`href="/c/${doors.token}/recipient"`))
    const before = await doors.dump()
    assert.match(await textOf(await sender.get(`/c/${doors.token}/recipient`)), /Make the code/)
    assert.equal(await doors.dump(), before, 'to look makes none')
    assert.equal(await codeFrom(sender, `/c/${doors.token}/recipient`), doors.code)
    const page = await textOf(await sender.submit(`/c/${doors.token}/recipient`, {}))
    assert.doesNotMatch(page, /ada|provider\.example\b.*@/)
    assert.ok(!(await doors.dump()).includes(doors.code.replaceAll('-', '')), 'only a hash is kept')
    assert.match(
      await textOf(await sender.submit(`/zh-CN/c/${doors.token}/recipient`, {})),
      /给收件人的工单码/,
    )
  })

  it('opens a case with the evidence, which a person decides, and everybody gets their mail', async () => {
    const doors = await world()
    const ada = await signedIn(doors)
    const answer = await ada.submit('/recipients/case', { code: doors.code.toUpperCase(), ...asked })
    assert.equal(answer.status, 303)
    const page = await textOf(await ada.get(answer.headers.get('location') ?? ''))
    assert.match(page, /192\.0\.2\.45.*I wait for invoices/)
    const [id = ''] = await caseIds(doors)
    const { case: it, participants, messages } = await showCase(doors.ctx, id)
    assert.deepEqual([it.kind, it.about, it.state], ['recipient', '192.0.2.45/32', 'open'])
    assert.deepEqual(
      participants.map(({ role, mailbox }) => [role, mailbox]),
      [['recipient', 'ada@provider.example']],
    )
    assert.match(
      messages[0]?.content.quoted ?? '',
      /192\.0\.2\.45 PSN511 mx1[^]*shop\.example 550 5\.7\.606 PSN606/,
    )
    const [request] = await listRequests(doors.ctx, { state: 'review', limit: 5 })
    await decideReview(doors.ctx, { id: request?.id ?? '', decision: 'delist' })
    assert.deepEqual(await coveringListings(doors.ctx, address), [])
    const letters = (await listLetters(doors.ctx, { limit: 9 })).letters
    assert.deepEqual(
      letters.filter(({ kind }) => kind === 'delisting-reviewed').map(({ mailbox }) => mailbox),
      ['ada@provider.example'],
    )
  })

  it('lets a second recipient join, and one who says more stays one; nobody sees the others', async () => {
    const doors = await world()
    const ada = await signedIn(doors)
    await ada.submit('/recipients/case', { code: doors.code, ...asked })
    doors.ctx.clock.advance(minute)
    await ada.submit('/recipients/case', { code: doors.code, text: 'It is urgent.' })
    const bob = await signedIn(doors, 'bob@provider.example')
    const answer = await bob.submit('/recipients/case', { code: doors.code, text: 'Me too.' })
    const ids = await caseIds(doors)
    assert.equal(ids.length, 1)
    const { participants } = await showCase(doors.ctx, ids[0] ?? '')
    assert.equal(participants.length, 2)
    const page = await textOf(await bob.get(answer.headers.get('location') ?? ''))
    assert.match(page, /Me too/)
    assert.doesNotMatch(page, /invoices|urgent|ada@/)
  })

  it('from a sender’s own case leads into that case, and the sender learns nothing of who came', async () => {
    const doors = await world()
    const { ctx } = doors
    const mailbox = orThrow(parseMailbox('hostmaster@example.org'))
    await openReviewByMail(ctx, { mailbox, language: 'en', address, note: 'We mended it.' })
    const [id = ''] = await caseIds(doors)
    const { participants } = await showCase(ctx, id)
    const path = `/case/${pageToken(ctx, participants[0]?.id ?? '')}`
    const sender = doors.visitor()
    assert.match(await (await sender.get(path)).text(), /\/recipient"/)
    const code = await codeFrom(sender, `${path}/recipient`)
    const before = await textOf(await sender.get(path))
    ctx.clock.advance(1)
    const ada = await signedIn(doors)
    const answer = await ada.submit('/recipients/case', { code, ...asked })
    assert.equal(answer.status, 303)
    const page = await textOf(await ada.get(answer.headers.get('location') ?? ''))
    assert.doesNotMatch(page, /hostmaster|mended/)
    const joined = await showCase(ctx, id)
    assert.deepEqual(
      joined.participants.map(({ role }) => role),
      ['sender', 'recipient'],
    )
    const letters = (await listLetters(ctx, { limit: 20 })).letters
    assert.ok(!letters.some((each) => each.mailbox === mailbox && each.kind === 'case-answer'))
    assert.doesNotMatch(await textOf(await sender.get(path)), /ada|invoices/)
    assert.equal((await textOf(await sender.get(path))).length, before.length)
  })

  it('cannot be guessed: what never was and what is over are answered alike, and tries are counted', async () => {
    const doors = await world()
    const ada = await signedIn(doors)
    const tried = async (code: string): Promise<readonly [number, string]> => {
      const answer = await ada.submit('/recipients/case', { code, text: 'x' })
      return [answer.status, (await answer.text()).replaceAll(code, 'CODE')]
    }
    const [status, unknown] = await tried('0000-0000-0000-0000')
    assert.equal(status, 404)
    for (const other of ['', 'x', `${doors.code}0`, "' or 1=1 --"]) assert.equal((await tried(other))[0], 404)
    doors.ctx.clock.advance(31 * day)
    const later = await signedIn(doors)
    const over = await later.submit('/recipients/case', { code: doors.code, text: 'x' })
    assert.equal(over.status, 404)
    assert.equal((await over.text()).replaceAll(doors.code, 'CODE'), unknown)
    const statuses: number[] = []
    for (let nth = 0; nth < 12; nth++)
      statuses.push(
        (await later.submit('/recipients/case', { code: '1111-1111-1111-1111', text: 'x' })).status,
      )
    assert.deepEqual([...new Set(statuses)], [404, 429])
    assert.deepEqual(await caseIds(doors), [])
  })

  it('is of no use without a mailbox of ours, and a link that is not ours makes none', async () => {
    const doors = await world()
    const stranger = doors.visitor()
    assert.equal((await stranger.submit('/recipients/case', { code: doors.code, ...asked })).status, 403)
    assert.equal((await stranger.submit(`/c/${doors.token.slice(0, -1)}/recipient`, {})).status, 404)
    assert.equal((await stranger.submit('/case/x/recipient', {})).status, 404)
    assert.deepEqual(await caseIds(doors), [])
  })

  it('opens a case to be answered where nothing is listed any more', async () => {
    const late = openDoors(await open())
    const { ctx } = late
    const { minute: at } = await refuse(ctx, ['ada@provider.example'])
    const facts = { keyId: 1, edge: 'mx1', minute: at, reason: 'spam', listing: null, address } as const
    const token = mintCaseLink(ctx.keys.caseLink('mx1'), facts)
    const code = await codeFrom(late.visitor(), `/c/${token}/recipient`)
    const ada = await signedIn(late)
    assert.equal((await ada.submit('/recipients/case', { code, ...asked })).status, 303)
    const [id = ''] = await caseIds(late)
    assert.equal((await showCase(ctx, id)).case.kind, 'recipient')
    assert.equal((await ada.submit('/recipients/case', { code, text: '  ' })).status, 422)
  })
})
