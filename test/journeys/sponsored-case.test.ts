import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { dkimRecord } from '../../src/intake/test-intake.ts'
import { until } from '../faults/delist-flow.ts'
import { number, openRows, text, type Rows } from '../faults/rows.ts'
import { answerTo, letterFrom, replyAddress } from '../support/case-mail.ts'
import { openBrowser } from '../support/chromium.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type ReceivedMail, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks, type Sent } from '../support/swaks.ts'
import { startZone, type ZoneServer } from '../support/zone-server.ts'
import { enterByLetter, isGood, openWindow, signInWith } from './window.ts'

const delistMailbox = 'delist@provider.example'
const client = '192.0.2.66'
/** Whom the mail says that it is from, who answers for the server, and who waits for the mail. */
const [shop, hostmaster, ada] = ['orders@shop.example', 'hostmaster@example.org', 'ada@provider.example']

/**
 * A case that a recipient opens for a sender, with strangers' programs: Postfix refuses, is our smarthost, brings answers to us by LMTP, and
 * the mail to the recipient once it flows; recipient and operator sit at Chromium, the sender has a browser without script and a mail program.
 */
describe('A recipient opens a case for a sender', { timeout: 180_000 }, () => {
  let dns: ZoneServer
  let world: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let rows: Rows
  let browser: Browser
  let desk: Page
  /** All pages that each side has seen, as they were sent, and the answers to their forms. */
  const seen: Record<'sender' | 'recipient', string[]> = { sender: [], recipient: [] }

  before(async () => {
    const port = await freePort()
    ;[dns, world] = await Promise.all([
      startZone({ 's1._domainkey.example.org': { TXT: [dkimRecord] } }),
      smtpSink(),
    ])
    postern = await startInstance({
      smarthost: `smtp://127.0.0.1:${port}`,
      settings: `dns: { servers: ["${dns.address}"] }\n`,
    })
    const intake = `lmtp:inet:127.0.0.1:${postern.ports.lmtp}`
    const outside = `smtp:[127.0.0.1]:${world.port}`
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port,
      transports: {
        [delistMailbox]: intake,
        'postern.provider.example': intake,
        'example.org': outside,
        [ada]: outside,
      },
      settings: 'lmtp_send_xforward_command = yes\n',
    })
    rows = await openRows(join(postern.folder, 'data', 'postern.sqlite'))
    const added = await postern.run('listing', 'add', client, '--reason', 'malware', '--wait')
    assert.equal(added.status, 0, added.stderr)
    browser = await openBrowser()
    desk = await openWindow(browser, 1280)
    await signInWith(desk, postern, 'eve', 'case-agent')
  })

  after(async () => {
    await browser?.close()
    await postfix?.stop()
    await rows?.close()
    await postern?.stop()
    await world?.close()
    await dns?.close()
  })

  /** The sender's browser. */
  async function visit(path: string, fields?: Readonly<Record<string, string>>): Promise<string> {
    const answer = await fetch(new URL(path, postern.site), {
      ...(fields && {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { 'sec-fetch-site': 'same-origin' },
      }),
    })
    const page = await answer.text()
    assert.equal(answer.status, 200, page)
    seen.sender.push(page)
    return page
  }

  const send = async (to: string): Promise<Sent> =>
    await swaks({ port: postfix.port, client, to, from: shop })

  const post = async (message: Buffer, to: string): Promise<Sent> =>
    await swaks({ port: postfix.port, client, from: hostmaster, to, message: message.toString('latin1') })

  /** Letters and messages that went to this mailbox. */
  const lettersTo = (mailbox: string): readonly ReceivedMail[] =>
    world.received.filter(({ to }) => to.includes(mailbox))

  const countOf = async (sql: string): Promise<number> => {
    const [row] = await rows.all(`select count(*) as count from ${sql}`)
    return row ? number(row, 'count') : 0
  }

  it('with the sender’s code; a person asks both, the sender answers by mail, and neither learns of the other', async () => {
    const { refusal = '' } = await send(ada)
    assert.match(refusal, /^550 5\.7\.511 .*\(PSN511\)$/)
    const [, link = ''] = /http:\/\/[^ ]+(\/c\/[\w-]+)/.exec(refusal) ?? []
    const record = await visit(link)
    assert.match(record, new RegExp(`href="${link}/recipient"`))
    await visit(`${link}/recipient`)
    const [, code = ''] = /<output>([0-9a-z-]{19})<\/output>/.exec(await visit(`${link}/recipient`, {})) ?? []
    assert.notEqual(code, '')

    const page = await signedIn()
    const casePage = await openedWith(page, code)

    await desk.goto(`http://127.0.0.1:${postern.ports.console}/cases`)
    await desk.getByRole('link', { name: client }).click()
    const place = desk.url()
    await desk.getByText('What is on record of it').click()
    const file = await desk.innerText('main')
    assert.match(file, /I wait for an order of this shop\./)
    assert.match(file, /shop\.example[\s\S]*5\.7\.511/, 'the refusals on record')
    await isGood(desk)
    await answerWith('Since when do you wait, and for what?')
    const question = await world.take(ada)
    assert.match(question.text, /Since when do you wait, and for what\?/)
    assert.match(replyAddress(question), /^c\+[0-9a-z.]+@postern\.provider\.example$/)
    await page.goto(casePage)
    seen.recipient.push(await page.content())
    assert.match(await page.innerText('main'), /Since when do you wait, and for what\?/)
    await page.fill('main textarea', 'Since Monday, for number 4711.')
    await page.click('main form:has(textarea) button')
    seen.recipient.push(await page.content())

    // From the refused address itself; who has a case about it goes on in that.
    const words = `Your server refuses ${client} with 5.7.511. It was an infected machine, which is off now.`
    const told = await post(await letterFrom(hostmaster, delistMailbox, words), delistMailbox)
    assert.ok(told.accepted, told.replies.join('\n'))
    const acknowledged = await world.take(hostmaster)
    assert.equal(await countOf('cases'), 1)
    assert.equal(await countOf('case_participants'), 2)

    await desk.goto(place)
    assert.match(await desk.innerText('main'), /Since Monday, for number 4711\.[\s\S]*infected machine/)
    await desk.selectOption('#f-to', { label: hostmaster })
    await answerWith('Which machine was it?')
    const asked = await world.take(hostmaster)
    assert.match(asked.text, /Which machine was it\?/)
    assert.equal(replyAddress(asked), replyAddress(acknowledged), 'a thread has one address')
    const told2 = await post(await answerTo(asked, hostmaster, 'The till in the shop.'), replyAddress(asked))
    assert.ok(told2.accepted, told2.replies.join('\n'))
    await until('the answer at the desk', async () => {
      await desk.goto(place)
      return (await desk.innerText('main')).includes('The till in the shop.') ? true : undefined
    })
    assert.equal((await send(ada)).accepted, false, 'a case alone lets nothing pass')

    await desk.goto(`${place}/decide?deed=delist`)
    await isGood(desk)
    await desk.getByRole('button', { name: 'Delist' }).click()
    await isGood(desk)
    for (const mailbox of [ada, hostmaster]) assert.match((await world.take(mailbox)).text, /192\.0\.2\.66/)
    await until('mail flows', async () => ((await send(ada)).accepted ? true : undefined))
    const order = await world.take(ada)
    assert.equal(order.from, shop)
    assert.match(order.text, /A message of the journey\./)
    await page.goto(casePage)
    seen.recipient.push(await page.content())
    assert.match(await page.innerText('main'), /The block is lifted/)
    await isGood(page)
    const [senderPage = ''] = acknowledged.links.filter((each) => each.includes('/case/'))
    const theirs = await visit(new URL(senderPage).pathname)
    for (const words of [/The till in the shop\./, /The block is lifted/]) assert.match(theirs, words)
    await neitherKnows(order)
  })

  async function signedIn(): Promise<Page> {
    const page = await openWindow(browser, 360)
    page.on('response', (answer) => {
      if (/text\/html/.test(answer.headers()['content-type'] ?? ''))
        void answer.text().then(
          (body) => seen.recipient.push(body),
          // A redirect has none.
          () => {},
        )
    })
    await enterByLetter(page, postern.site, ada, world)
    await until('the refusal on record', async () => {
      await page.reload()
      return (await page.innerText('main')).includes('shop.example') ? true : undefined
    })
    await isGood(page)
    return page
  }

  /** Gives the page of the recipient’s own thread. */
  async function openedWith(page: Page, code: string): Promise<string> {
    await page.getByRole('link', { name: 'Open a case' }).click()
    await page.fill('#f-code', code)
    await page.fill('#f-text', 'I wait for an order of this shop.')
    await isGood(page)
    await page.getByRole('button', { name: 'Open the case' }).click()
    assert.match(page.url(), /\/case\//)
    assert.match(await page.innerText('main'), /192\.0\.2\.66[\s\S]*I wait for an order of this shop\./)
    await isGood(page)
    return page.url()
  }

  async function answerWith(words: string): Promise<void> {
    await desk.fill('#f-text', words)
    await desk.getByRole('button', { name: 'Send the answer' }).click()
    assert.match(desk.url(), /done=answer/)
  }

  /** All that we have ever sent to the one side names nothing of the other, nor what it wrote. */
  async function neitherKnows(order: ReceivedMail): Promise<void> {
    const ofMail = (mail: ReceivedMail): string => `${mail.raw.toString('latin1')}\n${mail.text}`
    const toSender = [...seen.sender, ...lettersTo(hostmaster).map(ofMail)]
    const toRecipient = [
      ...seen.recipient,
      ...lettersTo(ada)
        .filter((mail) => mail !== order)
        .map(ofMail),
    ]
    assert.ok(toSender.length >= 7 && toRecipient.length >= 10)
    for (const each of toSender)
      assert.doesNotMatch(each, /\bada\b|order of this shop|4711|Since when do you/i)
    for (const each of toRecipient)
      assert.doesNotMatch(each, /hostmaster|orders@|infected|till in|Which machine/i)
    const kept = await rows.all(`select mailbox, role from case_participants order by role`)
    assert.deepEqual(
      kept.map((row) => [text(row, 'role'), text(row, 'mailbox')]),
      [
        ['recipient', ada],
        ['sender', hostmaster],
      ],
    )
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  }
})
