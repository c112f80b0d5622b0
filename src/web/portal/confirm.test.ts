import { decideReview } from '../../../test/support/decide.ts'
import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { noteAccepted, noteLetThroughs, noteRefusals } from '../../core/delisting/follow-actions.ts'
import { listRequests, openReviewByMail } from '../../core/delisting/review-actions.ts'
import { feedHead, noteAck, noteEdge } from '../../core/edges/actions.ts'
import { addListing, coveringListings } from '../../core/listings/actions.ts'
import type { ListingFields } from '../../core/listings/listing.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { decisionRecord, letThrough } from '../../../test/support/feed-edge.ts'

const { open, close } = databases('SQLite')
after(close)

const ip = '192.0.2.45'

interface Asked extends Doors {
  readonly browser: Visitor
  /** Page of the request. */
  readonly request: string
  /** Path of the letter's link. */
  readonly link: string
  readonly code: string
}

/** A listed sender whose letter has come. */
async function asked(listing: Partial<ListingFields> | null = {}, of?: Doors): Promise<Asked> {
  const doors = of ?? openDoors(await open())
  // Letters of one millisecond have no order.
  doors.ctx.clock.advance(1)
  if (listing) await addListing(doors.ctx, { prefix: orThrow(parseListable(ip)), cause: 'spam', ...listing })
  const browser = doors.visitor()
  const fields = { ip, mailbox: 'ada@example.org', statement: 'yes', pow: await doors.solved() }
  const answer = await browser.submit('/delist', fields)
  const request = answer.headers.get('location') ?? ''
  const page = await (await browser.get(request)).text()
  const [, code = ''] = /<output>([0-9A-Z]{6})<\/output>/.exec(page) ?? []
  return { ...doors, browser, request, link: (await doors.letter()) ?? '', code }
}

async function isListed({ ctx }: Doors): Promise<boolean> {
  return (await coveringListings(ctx, orThrow(parseAddress(ip)))).length > 0
}

/** Text of the page's main part. */
async function mainOf(answer: Response): Promise<string> {
  return (/<main[\s\S]*<\/main>/.exec(await answer.text())?.[0] ?? '').replaceAll(/(?:<[^>]+>|\s)+/g, ' ')
}

describe('The button behind the letter’s link', () => {
  it('acts in the browser that asked, without the code; pressed again it shows the same', async () => {
    const { browser, link, request, ...doors } = await asked()
    const page = await (await browser.get(link)).text()
    assert.doesNotMatch(page, /name="code"/)
    const pressed = await browser.submit(link, {})
    assert.deepEqual([pressed.status, pressed.headers.get('location')], [303, request])
    assert.equal(await isListed(doors), false)
    const dump = await doors.dump()
    const again = await browser.submit(link, {})
    assert.deepEqual([again.status, again.headers.get('location')], [303, request])
    assert.equal(await doors.dump(), dump)
    assert.match(await mainOf(await browser.get(request)), /192\.0\.2\.45 is delisted/)
  })

  it('says in the reader’s language when to press again while too many wait for a person, and keeps the request', async () => {
    const { delisting } = testSettings()
    const settings = testSettings({ delisting: { ...delisting, mostReviews: 2 } })
    const ctx = openDoors(await open(), { settings })
    for (const each of ['192.0.2.46', '192.0.2.47'])
      await addListing(ctx.ctx, {
        prefix: orThrow(parseListable(each)),
        cause: 'spam',
        class: 'investigate',
      })
    await openReviewByMail(ctx.ctx, {
      mailbox: orThrow(parseMailbox('bob@example.org')),
      language: 'en',
      address: orThrow(parseAddress('192.0.2.46')),
      note: '',
    })
    const { browser, link, request } = await asked({ class: 'investigate', ends: '30d' }, ctx)
    const answer = await browser.submit(link, {})
    assert.equal(answer.status, 429)
    assert.match(await mainOf(answer), /stays open until then\. You can try again from \d+ May 2026/)
    assert.match(await mainOf(await browser.submit(`/zh-CN${link}`, {})), /但会为您保留.*之后可以再次尝试/)
    const [waits] = await listRequests(ctx.ctx, { state: 'review', limit: 1 })
    await decideReview(ctx.ctx, { id: waits?.id ?? '', decision: 'refuse' })
    ctx.ctx.clock.advance(2 * day)
    assert.equal((await browser.submit(link, {})).headers.get('location'), request)
    assert.match(await mainOf(await browser.get(request)), /人工/)
  })

  it('asks another browser for the code, as a person types it', async () => {
    const { link, code, request, ...doors } = await asked()
    const other = doors.visitor('198.51.100.200')
    assert.match(await (await other.get(link)).text(), /name="code"/)
    assert.equal((await other.submit(link, {})).status, 403)
    assert.equal(await isListed(doors), true)
    const typed = ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')} `
    assert.equal((await other.submit(link, { code: typed })).headers.get('location'), request)
    assert.equal(await isListed(doors), false)
    assert.match(
      await mainOf(await other.get(request)),
      /is delisted/,
      'and it may see the result from then on',
    )
  })

  it('takes nobody else’s half: another request’s cookie, half a link, the code without the link', async () => {
    const first = await asked()
    const second = await asked(null, first)
    const dumped = await first.dump()
    const thief = first.visitor()
    for (const [name, value] of second.browser.cookies) thief.cookies.set(name, value)
    assert.equal((await thief.submit(first.link, {})).status, 403)
    assert.equal(
      (await first.visitor().submit(`${first.link.slice(0, -1)}_`, { code: first.code })).status,
      404,
    )
    assert.equal(
      (await first.visitor().submit(first.request, { do: 'delist', code: first.code })).status,
      403,
    )
    assert.equal(await first.dump(), dumped)
    assert.equal(await isListed(first), true)
  })

  it('counts wrong codes down and says how many are left; the fifth ends the request, for the right code too', async () => {
    const { link, code, request, browser, ...doors } = await asked()
    const guesser = doors.visitor()
    const wrong = code === 'ZZZZZZ' ? 'YYYYYY' : 'ZZZZZZ'
    const left: string[] = []
    for (let tries = 0; tries < 4; tries++) {
      const answer = await guesser.submit(tries % 2 === 0 ? link : request, { do: 'open', code: wrong })
      assert.equal(answer.status, 403)
      left.push(/(\d|One) tr(?:y|ies) (?:is|are) left/.exec(await mainOf(answer))?.[1] ?? '')
    }
    assert.deepEqual(left, ['4', '3', '2', 'One'])
    // What nobody could have meant is no guess.
    for (const robot of ['', 'test', 'user@example.org', '<b>x</b>']) {
      assert.equal((await guesser.submit(link, { code: robot })).status, 403)
    }
    const last = await guesser.submit(link, { code: wrong })
    assert.match(await mainOf(last), /last try/)
    for (const who of [guesser, browser]) assert.equal((await who.submit(link, { code })).status, 410)
    assert.equal((await browser.get(link)).status, 410)
    assert.match(await mainOf(await browser.get(request)), /Too many wrong codes/)
    assert.equal(await isListed(doors), true)
  })

  it('ends with its hour; the page says so and leads to the form', async () => {
    const { link, request, browser, ctx, ...doors } = await asked()
    ctx.clock.advance(hour + minute)
    for (const answer of [
      await browser.get(link),
      await browser.submit(link, {}),
      await browser.get(request),
    ]) {
      assert.equal(answer.status, 410)
      assert.match(await answer.text(), /href="\/delist"/)
    }
    assert.equal(await isListed({ ctx, ...doors }), true)
  })

  it('cannot be pressed from another site', async () => {
    const { link, request, browser, ...doors } = await asked()
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': '', origin: 'https://evil.example' },
    ]) {
      assert.equal((await browser.submit(link, {}, headers)).status, 403)
      assert.equal((await browser.submit(request, { do: 'delist' }, headers)).status, 403)
    }
    assert.equal(await isListed(doors), true)
  })

  it('is not on the request’s page before something is proven, and a form of nobody’s does nothing', async () => {
    const { request, browser, ...doors } = await asked()
    assert.equal((await browser.submit(request, { do: 'delist' })).status, 409)
    assert.equal((await browser.submit(request, { do: 'dance' })).status, 422)
    assert.equal((await browser.submit(request, {})).status, 422)
    assert.equal(await isListed(doors), true)
  })
})

describe('The result page', () => {
  const outcomes: readonly (readonly [
    what: string,
    listing: Partial<ListingFields> | null,
    words: RegExp,
  ])[] = [
    ['not listed at all', null, /is not listed.*What else it can be/],
    ['self-service', {}, /is delisted/],
    ['for a person to decide', { cause: 'phish' }, /A person will look at it/],
    [
      'somebody else’s list',
      { class: 'third-party', url: 'https://lists.example.org/remove' },
      /https:\/\/lists\.example\.org\/remove/,
    ],
    ['a test to pass', { class: 'policy', test: 'ptr-matches' }, /ptr-matches/],
    ['a whole range', { prefix: orThrow(parseListable('192.0.2.0/24')) }, /192\.0\.2\.0\/24/],
    ['let through already', { effect: 'pass' }, /is not listed/],
  ]
  for (const [what, listing, words] of outcomes) {
    it(`tells what happens to a listing that is ${what}`, async () => {
      const { browser, link, request } = await asked(listing)
      assert.equal((await browser.submit(link, {})).status, 303)
      assert.match(await mainOf(await browser.get(request)), words)
      const chinese = await (await browser.get(`/zh-CN${request}`)).text()
      assert.match(/<main[\s\S]*<\/main>/.exec(chinese)?.[0] ?? '', /[\u4e00-\u9fff]{6}/)
    })
  }

  it('says before the button that a person decides, where one will, and names the button so', async () => {
    const { browser, link } = await asked({ prefix: orThrow(parseListable('192.0.2.0/25')) })
    const page = await mainOf(await browser.get(link))
    assert.match(page, /a person decides about 192\.0\.2\.45, within 2 days/)
    assert.match(page, /Send it to a person/)
    assert.doesNotMatch(page, /Delist|accept mail from/)
    const chinese = await mainOf(await browser.get(`/zh-CN${link}`))
    assert.match(chinese, /由专人审核，2 天内作出决定.*提交人工审核/)
    assert.doesNotMatch(chinese, /解除 192|重新接收/)
    const record = await mainOf(await browser.get(`/en/ip/${ip}`))
    assert.match(record, /a person decides.*Ask a person/)
    assert.doesNotMatch(record, /Remove it yourself|has to act|Delist IP/)
    const own = await asked()
    assert.match(
      await mainOf(await own.browser.get(own.link)),
      /accept mail from 192\.0\.2\.45 again.*Delist IP/,
    )
  })

  it('lets whoever else looks after the address add what they know, and says what to do meanwhile', async () => {
    const { browser, link, visitor } = await asked({ cause: 'phish' })
    await browser.submit(link, {})
    const own = await (await visitor(ip).get(`/en/ip/${ip}`)).text()
    assert.match(own, /do this next[\s\S]*How to find what sends it[\s\S]*under way[\s\S]*Add what you know/)
    assert.match(own, /href="[^"]*\/delist\?ip=192\.0\.2\.45"[^>]*>\s*Add what you know/)
  })

  it('leads first to where the guide says how to find what sends, in both languages', async () => {
    const { browser } = await asked()
    for (const language of ['en', 'zh-CN']) {
      const page = await (await browser.get(`/${language}/ip/${ip}`)).text()
      const [, place = '', heading = ''] =
        /href="([^"#]*\/troubleshooting\/refused)#([^"]+)"/.exec(page) ?? []
      const guide = await (await browser.get(place)).text()
      assert.ok(guide.includes(`id="${decodeURIComponent(heading)}"`), language)
    }
  })

  it('fills the form in with what a refusal tells', async () => {
    const { support } = testSettings()
    const settings = testSettings({ support: { ...support, external: 'form' } })
    const { visitor } = openDoors(await open(), { settings })
    const known = `?ip=${ip}&reason=spam&sending=example.org&case=abc`
    const page = await (await visitor().get(`/deliverability${known}`)).text()
    assert.match(page, /<h1>Delivery problem with 192\.0\.2\.45</)
    assert.match(page, /value="refused"\s+checked/)
    assert.match(page, /name="sending"[\s\S]*?value="example\.org"/)
    assert.match(page, /550 5\.7\.606 \(PSN606\) https:\S+\/c\/abc/)
  })

  it('says when a sender may press again who was let in a moment ago', async () => {
    const first = await asked()
    await first.browser.submit(first.link, {})
    first.ctx.clock.advance(hour)
    const second = await asked({}, first)
    await second.browser.submit(second.link, {})
    const page = await mainOf(await second.browser.get(second.request))
    assert.match(page, /delisted lately/)
    assert.match(page, /press again in 23 hours, 5 May 2026, 10:00 UTC/)
    assert.equal(await isListed(first), true)
  })

  it('lives: each server’s word, the first message let through, its acceptance', async () => {
    const { browser, link, request, ctx } = await asked()
    for (const name of ['mx1', 'mx2']) await noteEdge(ctx, { name, version: '1', seq: 1, connected: true })
    await browser.submit(link, {})
    const { seq } = await feedHead(ctx)
    await noteAck(ctx, 'mx1', seq, ctx.clock.now() + 40)
    const first = await mainOf(await browser.get(request))
    assert.match(first, /mx1 .*10:00:00.*mx2 .*not yet/)
    assert.match(first, /Nothing from this address has come yet/)
    await noteLetThroughs(ctx, [letThrough({ at: ctx.clock.now() + minute })])
    assert.match(
      await mainOf(await browser.get(request)),
      /10:01:00.* by mx1, queue id 4XyZ.*Let through by the gate/,
    )
    await noteAccepted(ctx, { ip, queueId: '4XyZ', at: ctx.clock.now() + 2 * minute })
    assert.match(await mainOf(await browser.get(request)), /Accepted by the mail server.*10:02:00/)
  })

  it('reopens when mail is refused again', async () => {
    const { browser, link, request, ctx } = await asked()
    await browser.submit(link, {})
    const { seq } = await feedHead(ctx)
    await noteRefusals(ctx, [decisionRecord({ ip, table: seq + 1, at: ctx.clock.now() + minute })])
    assert.match(await mainOf(await browser.get(request)), /Refused again/)
  })

  it('is kept for whoever holds the half, and shown to nobody else', async () => {
    const { browser, link, request, ctx, visitor } = await asked()
    await browser.submit(link, {})
    ctx.clock.advance(20 * day)
    assert.match(await mainOf(await browser.get(request)), /is delisted/)
    assert.doesNotMatch(await mainOf(await visitor().get(request)), /192\.0\.2\.45/)
  })

  it('is loaded again after a second while an edge takes it over, later where one is away', async () => {
    const { browser, link, request, ctx } = await asked()
    await noteEdge(ctx, { name: 'mx1', version: '1', seq: 1, connected: true })
    await browser.submit(link, {})
    const after = async (): Promise<string | undefined> =>
      /http-equiv="refresh" content="(\d+)"/.exec(await (await browser.get(request)).text())?.[1]
    assert.equal(await after(), '1')
    ctx.clock.advance(6000)
    assert.equal(await after(), '5')
    await noteAck(ctx, 'mx1', (await feedHead(ctx)).seq, ctx.clock.now())
    assert.equal(await after(), '30')
  })

  it('is told at once what changed between the page and its stream', async () => {
    const { browser, link, request, ctx } = await asked()
    await noteEdge(ctx, { name: 'mx1', version: '1', seq: 1, connected: true })
    await browser.submit(link, {})
    const [, stream = ''] = /data-live="([^"]+)"/.exec(await (await browser.get(request)).text()) ?? []
    await noteAck(ctx, 'mx1', (await feedHead(ctx)).seq, ctx.clock.now())
    assert.equal(await (await browser.get(stream)).text(), 'event: changed\ndata: \n\n')
  })

  it('names in Chinese Beijing’s time beside UTC, as the letters do', async () => {
    const { browser, link, request } = await asked({ cause: 'phish' })
    assert.match(
      await mainOf(await browser.get(`/zh-CN${request}`)),
      /本次申请将于 \S+ 分钟后失效： ?北京时间 2026年5月4日 \d\d:\d\d（UTC \d\d:\d\d）/,
    )
    await browser.submit(link, {})
    assert.match(
      await mainOf(await browser.get(`/zh-CN${request}`)),
      /北京时间 2026年5月6日 18:00（UTC 10:00）/,
    )
  })

  it('tells the browser when to look again', async () => {
    const { browser, link, request } = await asked()
    const stream = await browser.get(`${request}/events`)
    assert.match(stream.headers.get('content-type') ?? '', /^text\/event-stream/)
    // One word is enough and ends the stream: the page asks anew.
    const told = stream.text()
    await browser.submit(link, {})
    assert.equal(await told, 'event: changed\ndata: \n\n')
  })
})
