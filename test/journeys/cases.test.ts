import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'node:test'
import { BareClient, dkimRecord } from '../../src/intake/test-intake.ts'
import { until } from '../faults/delist-flow.ts'
import { inParallel } from '../faults/in-parallel.ts'
import { number, openRows, text, type Rows } from '../faults/rows.ts'
import { answerTo, forwardedBounce, letterFrom, replyAddress, type Fields } from '../support/case-mail.ts'
import { signInAt, type ConsoleVisit } from '../support/console-visit.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type ReceivedMail, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks, type Sent } from '../support/swaks.ts'
import { startZone, type ZoneServer } from '../support/zone-server.ts'

const delistMailbox = 'delist@provider.example'
/** Senders of the journeys, each with a case of its own. */
const listed = ['192.0.2.66', '192.0.2.71', '192.0.2.72', '192.0.2.73', '192.0.2.74']
/** A case that is settled within a day takes one letter more than a mailbox gets in a day by default. */
const lettersADay = 4
/** Notes that come at once. */
const storm = 200

/** How programs say, or nearly say, that somebody is away. */
const absences: readonly Fields[] = [
  { 'Auto-Submitted': 'auto-replied' },
  { 'Auto-Submitted': 'auto-replied (vacation)', Precedence: 'bulk' },
  { 'X-Autoreply': 'yes' },
  { Precedence: 'junk' },
  { 'X-Auto-Response-Suppress': 'All', 'Auto-Submitted': 'auto-replied' },
]

/**
 * Cases by real mail: Postfix refuses by the policy door and hands over what is for the delist mailbox and the reply domain by LMTP, as
 * docs/operate/postfix.md has it; our letters, and whatever else leaves Postfix, arrive in a mail server of the world.
 */
describe('A case by mail', { timeout: 300_000 }, () => {
  /** Records of the world, mended as it goes on. */
  const zone: Record<string, Readonly<Partial<Record<'A' | 'PTR' | 'TXT', readonly string[]>>>> = {
    's1._domainkey.example.org': { TXT: [dkimRecord] },
  }
  let dns: ZoneServer
  let world: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let rows: Rows
  let ada: ConsoleVisit

  before(async () => {
    ;[dns, world] = await Promise.all([startZone(zone), smtpSink()])
    postern = await startInstance({
      smarthost: world.url,
      settings: `dns: { servers: ["${dns.address}"] }
limits: { letters.mailbox.day: { count: ${lettersADay}, per: 24h } }
`,
    })
    const intake = `lmtp:inet:127.0.0.1:${postern.ports.lmtp}`
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
      transports: {
        [delistMailbox]: intake,
        'postern.provider.example': intake,
        // What Postfix itself would write to senders.
        'example.org': `smtp:[127.0.0.1]:${world.port}`,
      },
      settings: 'lmtp_send_xforward_command = yes\n',
    })
    rows = await openRows(join(postern.folder, 'data', 'postern.sqlite'))
    await listAll()
    ada = await signInAt(postern, 'ada', 'case-agent')
  })

  after(async () => {
    await postfix?.stop()
    await rows?.close()
    await postern?.stop()
    await world?.close()
    await dns?.close()
  })

  async function listAll(): Promise<void> {
    const file = join(postern.folder, 'listings.csv')
    writeFileSync(file, `ip,reason\n${listed.map((each) => `${each},malware\n`).join('')}`)
    const { status, stdout, stderr } = await postern.run(
      'listing',
      'import',
      file,
      '--format',
      'csv',
      '--wait',
    )
    assert.equal(status, 0, stdout + stderr)
  }

  /** Hands a message to our Postfix as the mail server at `client` does. */
  const post = async (client: string, from: string, to: string, message: Buffer): Promise<Sent> =>
    await swaks({ port: postfix.port, client, from, to, message: message.toString('latin1') })

  const send = async (client: string): Promise<Sent> =>
    await swaks({ port: postfix.port, client, to: 'user@provider.example' })

  /** The next letter to them; undefined once nobody waits for it any more. */
  const nextLetter = async (mailbox: string, signal: AbortSignal): Promise<ReceivedMail | undefined> => {
    while (!signal.aborted) {
      const letter = await world.take(mailbox, 200).catch(() => undefined)
      // There is nobody to answer.
      if (letter && !isBounce(letter)) return letter
    }
    return undefined
  }

  const pageWith = async (look: () => Promise<string>, expected: RegExp): Promise<string> =>
    await until(
      String(expected),
      async () => {
        const page = await look()
        return expected.test(page) ? page : undefined
      },
      30_000,
    )

  it('goes from the forwarded bounce to the freed address: asked, answered, granted once a test passes', async () => {
    const client = '192.0.2.66'
    const mailbox = 'hostmaster@example.org'
    const { refusal = '' } = await send(client)
    assert.match(refusal, /^550 5\.7\.511 .*\[192\.0\.2\.66\].* \(PSN511\)$/)

    // From the very address that is refused.
    const bounce = await forwardedBounce(mailbox, delistMailbox, {
      refusal,
      words: 'We found the infected machine and took it off the network.',
    })
    const sent = await post(client, mailbox, delistMailbox, bounce)
    assert.ok(sent.accepted, sent.replies.join('\n'))
    const acknowledged = await world.take(mailbox)
    assert.match(acknowledged.text, /192\.0\.2\.66/)
    assert.match(replyAddress(acknowledged), /^c\+[0-9a-z.]+@postern\.provider\.example$/)
    assert.match(acknowledged.raw.toString('latin1'), /^Auto-Submitted: auto-/m)

    const queue = await ada.get('/cases')
    const [, place = ''] = /href="(\/cases\/[0-9a-z]{26})"/.exec(queue) ?? []
    const opened = await ada.get(place)
    assert.match(opened, /We found the infected machine/)
    assert.match(opened, /550 5\.7\.511/)
    await ada.send(place, place, { text: 'Which machine was it, and since when is it off?', next: 'asks' })
    const question = await world.take(mailbox)
    assert.match(question.text, /^\| Which machine was it, and since when is it off\?$/m)
    assert.equal(replyAddress(question), replyAddress(acknowledged), 'a thread has one address')
    assert.match(await ada.get('/cases'), /hostmaster|192\.0\.2\.66/)

    const told = await answerTo(question, mailbox, 'A workstation <b>of sales</b>, off since Monday.')
    await post('198.51.100.7', mailbox, replyAddress(question), told)
    const answered = await pageWith(async () => await ada.get(place), /off since Monday/)
    assert.match(answered, /A workstation &lt;b&gt;of sales&lt;\/b&gt;, off since Monday\./)
    assert.match(
      answered,
      /<details>\s*<summary>[^<]*<\/summary>\s*<pre[^>]*>On Sun, 29 Nov[^<]*Which machine was it/,
    )

    const decide = `${place}/decide`
    await ada.send(`${decide}?deed=conditional`, decide, { tests: 'reverse-name', words: '' })
    const condition = await world.take(mailbox)
    assert.match(condition.text, /a name in reverse DNS that leads back to the address/)
    assert.match(condition.text, /until \d+ \w+ \d{4}/)
    const [page = ''] = condition.links.filter((link) => link.includes('/case/'))
    assert.match(
      await (await fetch(page)).text(),
      /a name in reverse DNS that leads back to the address: fails/,
    )
    assert.equal((await send(client)).accepted, false)

    zone['66.2.0.192.in-addr.arpa'] = { PTR: ['mail.example.org'] }
    zone['mail.example.org'] = { A: [client] }
    // What they write to the delist mailbox is in the thread too when it answers a letter of it; and tests are looked at when they write.
    const mended = await answerTo(condition, mailbox, 'The name is set now.', { to: delistMailbox })
    await post('198.51.100.7', mailbox, delistMailbox, mended)
    const last = await world.take(mailbox, 20_000)
    assert.match(last.text, /192\.0\.2\.66/)
    await until('the next message passes', async () => ((await send(client)).accepted ? true : undefined))
    const closed = await (await fetch(page)).text()
    assert.match(closed, /The name is set now\./)
    assert.match(closed, /The block is lifted/)
    assert.equal(lettersTo(mailbox), 4, 'one acknowledgement, and three letters of the desk')
  })

  /** A message that a person of `mailbox` writes to the delist mailbox about their address; the acknowledgement that comes back. */
  async function openCase(mailbox: string, client: string): Promise<ReceivedMail> {
    const words = `Your server refuses ${client} with 5.7.511. It was an infected machine, which is off now.`
    const sent = await post(client, mailbox, delistMailbox, await letterFrom(mailbox, delistMailbox, words))
    assert.ok(sent.accepted, sent.replies.join('\n'))
    return await world.take(mailbox)
  }

  const lettersTo = (mailbox: string): number =>
    world.received.filter((mail) => mail.to.includes(mailbox) && !isBounce(mail)).length

  const placeOf = async (client: string): Promise<string> =>
    (await rows.all(`select id from cases where about = '${client}/32'`))
      .map((row) => `/cases/${text(row, 'id')}`)
      .join()

  const countOf = async (sql: string): Promise<number> => {
    const [row] = await rows.all(`select count(*) as count from ${sql}`)
    return row ? number(row, 'count') : 0
  }

  /** Nothing is on its way any more: not in Postfix, not in our outbox, nor by whoever answers, and nobody has written since. */
  async function untilQuiet(hasAnswered: () => boolean = () => true): Promise<void> {
    await until(
      'the end of all mail',
      async () => {
        const before = world.received.length
        await sleep(500)
        const open = await countOf(`letters where state in ('queued', 'sending')`)
        const isOver = open === 0 && postfix.queued() === 0 && world.received.length === before
        return isOver && hasAnswered() ? true : undefined
      },
      90_000,
    )
  }

  describe('with programs that answer each of our letters', { concurrency: true }, () => {
    /** Each answers in its way; what it answers is the letter, as its mail server has it. */
    const programs = [
      {
        name: 'says that it is one',
        mailbox: 'away@example.org',
        client: '192.0.2.71',
        answer: async (letter: ReceivedMail, mailbox: string) =>
          await answerTo(letter, mailbox, 'I am out of the office.', { 'Auto-Submitted': 'auto-replied' }),
      },
      {
        name: 'hides that it is one',
        mailbox: 'tickets@example.org',
        client: '192.0.2.72',
        answer: async (letter: ReceivedMail, mailbox: string, nth: number) =>
          await answerTo(letter, mailbox, `Thank you, your message has the number ${nth}.`),
      },
      {
        name: 'strips headers, changes the subject and writes to every address it knows',
        mailbox: 'desk@example.org',
        client: '192.0.2.73',
        answer: async (letter: ReceivedMail, mailbox: string, nth: number) => {
          const to = nth % 2 === 0 ? delistMailbox : replyAddress(letter)
          return await letterFrom(mailbox, to, `Ticket ${nth} is open.\n${letter.text}`, {
            Subject: `[#${nth}] new`,
          })
        },
      },
    ] as const

    for (const { name, mailbox, client, answer } of programs)
      it(`that ${name}: it ends by itself, and the case stays usable`, async () => {
        const first = await openCase(mailbox, client)
        const place = await placeOf(client)
        const ending = new AbortController()
        let answered = 0
        const program = (async () => {
          let letter: ReceivedMail | undefined = first
          for (; letter; letter = await nextLetter(mailbox, ending.signal)) {
            const message = await answer(letter, mailbox, answered + 1)
            await post('198.51.100.9', mailbox, recipientOf(message), message)
            answered++
          }
        })()
        try {
          for (const words of ['Which machine?', 'Since when?', 'Its number?', 'Are you there?', 'Hello?']) {
            await untilQuiet(() => answered === lettersTo(mailbox))
            await ada.send(place, place, { text: words, next: 'asks' })
          }
          await untilQuiet(() => answered === lettersTo(mailbox))
        } finally {
          ending.abort()
        }
        await program
        assert.equal(lettersTo(mailbox), lettersADay, 'whoever answers whom, and however often')
        assert.equal(await countOf(`letters where mailbox = '${mailbox}' and kind = 'case-received'`), 1)
        const id = place.slice('/cases/'.length)
        assert.equal(await countOf(`case_messages where case_id = '${id}' and direction = 'out'`), 6)
        const heard = await countOf(`case_messages where case_id = '${id}' and direction = 'in'`)
        assert.ok(heard <= 1 + answered, `${heard} messages are kept`)
        assert.equal(await countOf(`case_participants where case_id = '${id}'`), 1)
        assert.match(await ada.get(place), /Hello\?/)
        await stillUsable(mailbox, client, first)
      })
  })

  /** A person writes to the thread; the desk sees it and lets them in. */
  async function stillUsable(mailbox: string, client: string, letter: ReceivedMail): Promise<void> {
    const place = await placeOf(client)
    const words = await answerTo(letter, mailbox, 'Here is a person: the machine was reinstalled.')
    await post('198.51.100.7', mailbox, replyAddress(letter), words)
    await pageWith(async () => await ada.get(place), /the machine was reinstalled/)
    const decide = `${place}/decide`
    await ada.send(`${decide}?deed=delist`, decide, {})
    await until('the next message passes', async () => ((await send(client)).accepted ? true : undefined))
  }

  it('with a storm of out-of-office notes: nobody is answered, little is kept, and the case stays usable', async (t) => {
    const mailbox = 'info@example.org'
    const client = '192.0.2.74'
    const letter = await openCase(mailbox, client)
    const tables = ['case_messages', 'case_originals', 'letters', 'delist_requests', 'cases', 'audit_records']
    const sizes = async (): Promise<readonly number[]> => await Promise.all(tables.map(countOf))
    const [before, lettersBefore] = [await sizes(), world.received.length]
    const since = performance.now()
    await inParallel(4, storm, async (nth) => {
      const own = `u${nth}@example.org`
      const signs = absences[nth % absences.length] ?? {}
      const to = nth % 2 === 0 ? replyAddress(letter) : delistMailbox
      const note = await answerTo(letter, own, `I am away until ${nth} May.`, { to, ...signs })
      const smtp = new BareClient({ port: postfix.port })
      await smtp.greet()
      await smtp.command(`XCLIENT ADDR=198.51.${nth % 100}.${nth % 200} NAME=[UNAVAILABLE]`)
      await smtp.command('EHLO mail.example.org')
      // Vacation programs use the null sender or their own (RFC 3834 §3.3).
      assert.match(await smtp.mail(nth % 3 === 0 ? '' : own, to, note.subarray(0, -2)), /^250 /)
      smtp.close()
    })
    await untilQuiet()
    t.diagnostic(`${storm} notes in ${((performance.now() - since) / 1000).toFixed(0)} s`)
    assert.equal(world.received.length, lettersBefore, 'no letter, and no bounce of Postfix either')
    const grown = (await sizes()).map((size, index) => size - (before[index] ?? 0))
    const [messages = 0, originals, letters, requests, cases, records = 0] = grown
    assert.deepEqual([originals, letters, requests, cases], [0, 0, 0, 0])
    assert.ok(messages <= 20 && records <= 40, `${messages} messages and ${records} records are kept`)
    await stillUsable(mailbox, client, letter)
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })
})

/** What Postfix wrote because intake refused a message that Postfix had taken. */
function isBounce({ from }: ReceivedMail): boolean {
  return from === ''
}

/** The mailbox in To. */
function recipientOf(message: Buffer): string {
  return /^To: <([^>]*)>/m.exec(message.toString('latin1'))?.[1] ?? ''
}
