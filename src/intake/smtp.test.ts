import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { orThrow } from '../base/refusal.ts'
import { formatAddress } from '../standards/ip.ts'
import { parsePrefix, type Prefix } from '../standards/prefix.ts'
import { Admission, admissionLimits } from './admission.ts'
import type { Incoming } from './deliver.ts'
import { MailHold } from './mail-hold.ts'
import { paceLimits } from './pace.ts'
import { reply, replies, type Reply } from './reply.ts'
import { IntakeServer, type SmtpOptions } from './smtp.ts'
import { BareClient, loopback, plainMessage, routes } from './test-intake.ts'

const clock = systemClock()
const delistTag = 'delist+good1@postern.provider.example'
const bounceTag = 'b+good1@postern.provider.example'
const accepted = reply(250, '2.0.0 Fine')

interface Door {
  readonly server: IntakeServer
  readonly port: number
  readonly incoming: Incoming[]
  readonly hold: MailHold
  client(localAddress?: string): BareClient
}

const open: { readonly server: IntakeServer; readonly clients: BareClient[] }[] = []

/** A door whose messages are collected; `answer` gives each recipient's reply. */
async function door(
  changes: Partial<SmtpOptions> = {},
  answer: (incoming: Incoming) => Promise<readonly Reply[]> = async ({ routes: to }) =>
    to.map(() => accepted),
): Promise<Door> {
  const incoming: Incoming[] = []
  const hold = changes.hold ?? new MailHold(64 << 20)
  const server = new IntakeServer({
    protocol: 'smtp',
    name: 'mx.provider.example',
    routes,
    trust: [loopback],
    mostBytes: 10 << 20,
    pace: paceLimits,
    admission: new Admission(admissionLimits, clock),
    hold,
    deliver: async (message) => {
      incoming.push(message)
      return await answer(message)
    },
    refuseProbes: async () => {},
    isOurTag: (_purpose, tag) => tag.startsWith('good'),
    refusalOfCase: async () => undefined,
    clock,
    log: silentLog,
    ...changes,
  })
  server.server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const clients: BareClient[] = []
  open.push({ server, clients })
  const client = (localAddress?: string): BareClient => {
    const made = new BareClient({ port, ...(localAddress !== undefined && { localAddress }) })
    clients.push(made)
    return made
  }
  return { server, port, incoming, hold, client }
}

afterEach(async () => {
  for (const { server, clients } of open.splice(0)) {
    for (const client of clients) client.close()
    await new Promise<void>((resolve) => server.close(resolve))
  }
})

const statusOf = (answer: string): string => answer.split(' ').slice(0, 2).join(' ')
const bodyOf = (incoming: Incoming | undefined): string =>
  incoming?.raw.toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n') ?? ''

describe('The SMTP dialogue', () => {
  it('greets with our name and offers what it has, and nothing that needs secrets', async () => {
    const client = (await door({ trust: [] })).client()
    assert.equal(await client.reply(), '220 mx.provider.example ESMTP')
    const offered = (await client.command('EHLO mail.example.org')).split('\r\n').map((line) => line.slice(4))
    assert.deepEqual(offered, [
      'mx.provider.example',
      'PIPELINING',
      '8BITMIME',
      'ENHANCEDSTATUSCODES',
      'SIZE 10485760',
    ])
    for (const command of [
      'AUTH PLAIN',
      'STARTTLS',
      'XFORWARD ADDR=192.0.2.1',
      'XCLIENT ADDR=192.0.2.1',
      'WIZ x',
      'SHELL',
      'KILL',
    ]) {
      assert.match(await client.command(command), /^5\d\d 5\.5\./, command)
    }
  })
  it('takes the recipients that it serves and says 550 5.1.1 to the others', async () => {
    const client = (await door()).client()
    await client.greet()
    assert.equal(statusOf(await client.command('MAIL FROM:<ann@example.org>')), '250 2.1.0')
    for (const recipient of [
      delistTag,
      bounceTag,
      'Delist@Provider.Example',
      'postmaster@postern.provider.example',
      'postmaster',
      'abuse@provider.example',
      'junk@provider.example',
    ]) {
      assert.equal(statusOf(await client.command(`RCPT TO:<${recipient}>`)), '250 2.1.5', recipient)
    }
    for (const recipient of [
      'delist+bad@postern.provider.example',
      'b+bad@postern.provider.example',
      'ann@provider.example',
      'x@example.org',
    ]) {
      assert.equal(statusOf(await client.command(`RCPT TO:<${recipient}>`)), '550 5.1.1', recipient)
    }
  })
  it('refuses mail for a case that is over at RCPT, with the words and the link, and takes it where nobody can tell', async () => {
    const over = reply(
      550,
      '5.7.1 This case ended more than 14 days ago, please begin anew at https://x.example/delist',
    )
    const asked: string[] = []
    const { client: connect, incoming } = await door({
      refusalOfCase: async (tag) => {
        asked.push(tag)
        if (tag === 'good3') throw new Error('the database is away')
        return tag === 'good1' ? over : undefined
      },
    })
    const client = connect()
    await client.greet()
    await client.command('MAIL FROM:<ann@example.org>')
    const thread = (tag: string) => client.command(`RCPT TO:<c+${tag}@postern.provider.example>`)
    assert.equal(await thread('good1'), `550 ${over.text}`)
    assert.equal(statusOf(await thread('good2')), '250 2.1.5')
    assert.equal(statusOf(await thread('good3')), '250 2.1.5')
    assert.equal(statusOf(await thread('bad')), '550 5.1.1')
    // Nobody has the database asked for tags that are not ours, or for other mailboxes.
    await client.command(`RCPT TO:<${delistTag}>`)
    assert.deepEqual(asked, ['good1', 'good2', 'good3'])
    assert.deepEqual(incoming, [])
  })
  it('gives the message as it was, dots and all, with its client, sender and recipients', async () => {
    const { client: connect, incoming } = await door({ trust: [] })
    const client = connect()
    await client.greet()
    const message = plainMessage({}, 'one\n.two\n..three\n.')
    assert.equal(await client.mail('ann@example.org', delistTag, message), '250 2.0.0 Fine')
    const [got] = incoming
    assert.ok(got)
    assert.equal(got.raw.toString('latin1'), `${message.toString('latin1')}\r\n`)
    assert.equal(got.mailFrom, 'ann@example.org')
    assert.deepEqual(got.routes, [{ kind: 'delist-tag', tag: 'good1', mailbox: delistTag }])
    assert.deepEqual(
      [got.client.address && formatAddress(got.client.address), got.client.isSender, got.client.helo],
      ['127.0.0.1', true, 'mail.example.org'],
    )
  })
  it('says 250 only when the work is done', async () => {
    let finish: () => void = () => undefined
    const work = new Promise<void>((resolve) => (finish = resolve))
    const client = (await door({}, async () => (await work, [accepted]))).client()
    await client.greet()
    const answer = client.mail('ann@example.org', delistTag, plainMessage({}))
    const early = await Promise.race([
      answer,
      new Promise((resolve) => setTimeout(() => resolve('waiting'), 150)),
    ])
    assert.equal(early, 'waiting')
    finish()
    assert.equal(await answer, '250 2.0.0 Fine')
  })
  it('says 451 and keeps talking when the work fails', async () => {
    const client = (await door({}, () => Promise.reject(new Error('boom')))).client()
    await client.greet()
    assert.equal(statusOf(await client.mail('ann@example.org', delistTag, plainMessage({}))), '451 4.3.0')
    assert.equal(statusOf(await client.command('NOOP')), '250 2.0.0')
  })
  it('takes several messages on one connection, pipelined or not', async () => {
    const { client: connect, incoming } = await door()
    const client = connect()
    await client.greet()
    for (const body of ['first', 'second'])
      await client.mail('ann@example.org', delistTag, plainMessage({}, body))
    client.send(`MAIL FROM:<bob@example.org>\r\nRCPT TO:<${delistTag}>\r\nDATA\r\n`)
    for (let i = 0; i < 3; i++) await client.reply()
    client.send('X: y\r\n\r\nthird\r\n.\r\nQUIT\r\n')
    assert.equal(await client.reply(), '250 2.0.0 Fine')
    assert.match(await client.reply(), /^221 /)
    assert.deepEqual(
      incoming.map((each) => bodyOf(each).trim()),
      ['first', 'second', 'third'],
    )
  })
  it('forgets a message whose client goes away in the middle', async () => {
    const { client: connect, incoming, hold } = await door()
    const client = connect()
    await client.greet()
    for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
      await client.command(line)
    client.send(Buffer.alloc(100_000, 'half a message\r\n'))
    while (hold.total === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    client.close()
    while (hold.total > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(incoming.length, 0)
  })
  it('gives one answer for several recipients: try again before taken before refused', async () => {
    const mixed = async (...answers: Reply[]): Promise<string> => {
      const client = (await door({}, async () => answers)).client()
      await client.greet()
      await client.command('MAIL FROM:<ann@example.org>')
      for (let i = 1; i <= answers.length; i++)
        await client.command(`RCPT TO:<delist+good${i}@postern.provider.example>`)
      await client.command('DATA')
      client.send('X: y\r\n\r\nz\r\n.\r\n')
      return statusOf(await client.reply())
    }
    assert.equal(await mixed(accepted, replies.unreadable), '250 2.0.0')
    assert.equal(await mixed(accepted, replies.busy), '451 4.3.2')
    assert.equal(await mixed(replies.unreadable, replies.loop), '554 5.6.0')
  })
  it('takes a delivery report for one letter only', async () => {
    const client = (await door()).client()
    await client.greet()
    await client.command('MAIL FROM:<>')
    assert.equal(statusOf(await client.command(`RCPT TO:<${bounceTag}>`)), '250 2.1.5')
    assert.equal(statusOf(await client.command('RCPT TO:<b+good2@postern.provider.example>')), '550 5.5.1')
  })
  it('takes a hundred recipients and asks to send the others later', async () => {
    const client = (await door()).client()
    await client.greet()
    await client.command('MAIL FROM:<ann@example.org>')
    for (let i = 0; i < 100; i++)
      assert.match(await client.command(`RCPT TO:<delist+good${i}@postern.provider.example>`), /^250/)
    assert.match(await client.command('RCPT TO:<delist+good100@postern.provider.example>'), /^452 4\.5\.3/)
  })
  it('closes on whoever guesses tags', async () => {
    const client = (await door({ trust: [] })).client()
    await client.greet()
    await client.command('MAIL FROM:<ann@example.org>')
    for (let i = 0; i < 20; i++)
      assert.match(await client.command(`RCPT TO:<b+bad${i}@postern.provider.example>`), /^550 5\.1\.1/)
    assert.match(await client.command('RCPT TO:<b+bad@postern.provider.example>'), /^421 4\.7\.0/)
    assert.equal(await client.reply(), 'closed')
  })
  it('hangs up on browsers, early talkers and endless lines', async () => {
    const { client: connect } = await door()
    const browser = connect()
    await browser.reply()
    browser.send('POST / HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.match(await browser.reply(), /^421 /)
    const early = connect()
    early.send('EHLO x\r\n')
    assert.match(await early.reply(), /^421 /)
    const endless = connect()
    await endless.greet()
    endless.send('x'.repeat(100_000))
    assert.match(await endless.reply(), /^421 /)
    for (const client of [browser, early, endless]) assert.equal(await client.reply(), 'closed')
  })
})

describe('The size limit', () => {
  it('refuses at MAIL what declares itself too big (RFC 1870)', async () => {
    const client = (await door()).client()
    await client.greet()
    assert.match(await client.command(`MAIL FROM:<ann@example.org> SIZE=${(10 << 20) + 1}`), /^552 5\.3\.4 /)
    assert.match(await client.command(`MAIL FROM:<ann@example.org> SIZE=${10 << 20}`), /^250 /)
  })
  it('refuses in the middle of the message, not at its end, and takes no more of it', async () => {
    const { client: connect, incoming, hold } = await door()
    const client = connect()
    await client.greet()
    for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
      await client.command(line)
    let sent = 0
    const block = Buffer.alloc(1 << 20, 'a line of text\r\n')
    let isAnswered = false
    const answer = client.reply().then((text) => ((isAnswered = true), text))
    while (!isAnswered && sent < 64 << 20) {
      sent += block.length
      if (!client.socket.write(block)) await Promise.race([once(client.socket, 'drain'), answer])
    }
    assert.match(await answer, /^552 5\.3\.4 /)
    assert.ok(sent <= 20 << 20, `${sent} bytes were sent before the answer`)
    assert.equal(await client.reply(), 'closed')
    assert.equal(hold.total, 0)
    assert.equal(incoming.length, 0)
  })
  it('takes a message of exactly the limit', async () => {
    const { client: connect, incoming } = await door({ mostBytes: 10_000 })
    const exact = Buffer.alloc(9998, 'a'.repeat(98) + '\r\n')
    const client = connect()
    await client.greet()
    assert.equal(await client.mail('ann@example.org', delistTag, exact), '250 2.0.0 Fine')
    assert.equal(incoming[0]?.raw.length, 10_000)
    assert.match(
      await client.mail('ann@example.org', delistTag, Buffer.concat([exact, Buffer.from('a')])),
      /^552 5\.3\.4 /,
    )
  })
  it('sends the largest message away when all together are too much, and takes the small one', async () => {
    const { client: connect } = await door({ hold: new MailHold(200_000) })
    const [big, small] = [connect(), connect()]
    for (const client of [big, small]) {
      await client.greet()
      for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
        await client.command(line)
    }
    big.send(Buffer.alloc(190_000, 'a line\r\n'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    small.send(Buffer.alloc(20_000, 'a line\r\n'))
    assert.match(await big.reply(), /^452 4\.3\.1 /)
    small.send('\r\n.\r\n')
    assert.equal(await small.reply(), '250 2.0.0 Fine')
  })
})

describe('The end of a message', () => {
  const ends = ['\r\n', '\n', '\r', '\n\r', '\r\r\n', '\0\r\n', '\r\0\n']
  const variants = ends
    .flatMap((before) => ends.map((after) => `${before}.${after}`))
    .filter((variant) => !variant.includes('\r\n.\r\n'))
  variants.push('\r\n. \r\n', '\r\n.\t\r\n', '\r\n.\u0085', '\u0085.\r\n')

  it(`is CR LF . CR LF and none of ${variants.length} others (SMTP smuggling)`, async () => {
    const { client: connect, incoming } = await door()
    const smuggle = async (variant: string, size: number): Promise<void> => {
      const client = connect()
      await client.greet()
      for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
        await client.command(line)
      const second = `MAIL FROM:<eve@example.com>\r\nRCPT TO:<${delistTag}>\r\nDATA\r\nX: smuggled\r\n\r\ny`
      const bytes = `X: y\r\n\r\none${variant}${second}\r\n.\r\n`
      for (let at = 0; at < bytes.length; at += size) {
        client.send(bytes.slice(at, at + size))
        if (size < 100) await new Promise((resolve) => setImmediate(resolve))
      }
      const answer = await client.reply()
      const isBare = /(?<!\r)\n|\r(?!\n)/.test(variant)
      assert.equal(statusOf(answer), isBare ? '550 5.5.2' : '250 2.0.0', JSON.stringify(variant))
      client.send('QUIT\r\n')
      const next = await client.reply()
      if (isBare) assert.equal(next, 'closed', JSON.stringify(variant))
      else assert.match(next, /^221 /, JSON.stringify(variant))
    }
    for (let at = 0; at < variants.length; at += 10) {
      await Promise.all(
        variants.slice(at, at + 10).flatMap((variant) => [smuggle(variant, 1000), smuggle(variant, 3)]),
      )
    }
    assert.equal(incoming.filter(({ mailFrom }) => mailFrom !== 'ann@example.org').length, 0)
  })
  it('that follows a lone CR ends the connection: what comes next may be a part of the message to its sender', async () => {
    const { client: connect, incoming } = await door()
    const client = connect()
    await client.greet()
    for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
      await client.command(line)
    client.send(`X: y\r\n\r\none\r\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<${delistTag}>\r\nDATA\r\n`)
    assert.match(await client.reply(), /^550 5\.5\.2 /)
    assert.equal(await client.reply(), 'closed')
    assert.equal(incoming.length, 0)
  })
  it('does not save a message with lone CRs or LFs, nor are they taken in commands', async () => {
    const { client: connect, incoming } = await door()
    for (const body of ['a\nb', 'a\rb', '\n', 'a\n.\nb']) {
      const client = connect()
      await client.greet()
      assert.match(
        await client.mail('ann@example.org', delistTag, Buffer.from(`X: y\r\n\r\n${body}`)),
        /^550 5\.5\.2 /,
      )
      assert.equal(await client.reply(), 'closed')
    }
    for (const command of ['NOOP\n', 'NO\rOP\r\n', 'NOOP\r\r\n']) {
      const client = connect()
      await client.greet()
      client.send(command)
      assert.match(await client.reply(), /^550 5\.5\.2 /, JSON.stringify(command))
      assert.equal(await client.reply(), 'closed')
    }
    assert.equal(incoming.length, 0)
  })
})

describe('The client of a message', () => {
  const tell = (incoming: Incoming | undefined): unknown[] => [
    incoming?.client.address && formatAddress(incoming.client.address),
    incoming?.client.isSender,
    incoming?.client.helo,
  ]
  it('is what a trusted relay forwards, for one message', async () => {
    const { client: connect, incoming } = await door()
    const client = connect()
    await client.greet('mx1.provider.example')
    assert.match(await client.command('XFORWARD NAME=mail.example.org ADDR=192.0.2.45 PORT=1234'), /^250/)
    assert.match(await client.command('XFORWARD HELO=Mail.Example.Org PROTO=ESMTP'), /^250/)
    await client.mail('ann@example.org', delistTag, plainMessage({}))
    await client.mail('ann@example.org', delistTag, plainMessage({}))
    await client.command('XFORWARD ADDR=IPv6:2001:db8::45')
    await client.mail('ann@example.org', delistTag, plainMessage({}))
    await client.command('XFORWARD ADDR=[UNAVAILABLE]')
    await client.mail('ann@example.org', delistTag, plainMessage({}))
    assert.deepEqual(incoming.map(tell), [
      ['192.0.2.45', true, 'mail.example.org'],
      ['127.0.0.1', false, null],
      ['2001:db8::45', true, null],
      [undefined, false, null],
    ])
  })
  it('is what XCLIENT of a trusted peer says, with a greeting of its own', async () => {
    const { client: connect, incoming } = await door()
    const client = connect()
    await client.greet('proxy.provider.example')
    assert.match(await client.command('XCLIENT NAME=mail.example.org ADDR=192.0.2.45'), /^220 /)
    await client.command('EHLO mail.example.org')
    await client.mail('ann@example.org', delistTag, plainMessage({}))
    assert.deepEqual(incoming.map(tell), [['192.0.2.45', true, 'mail.example.org']])
  })
  it('is counted by its own network, not the relay’s', async () => {
    const client = (await door()).client()
    await client.greet()
    for (let i = 0; i < 61; i++) {
      await client.command('XFORWARD ADDR=192.0.2.45')
      const answer = await client.command('MAIL FROM:<ann@example.org>')
      assert.match(answer, i < 60 ? /^250/ : /^451 4\.7\.0/)
      await client.command('RSET')
    }
    await client.command('XFORWARD ADDR=198.51.100.1')
    assert.match(await client.command('MAIL FROM:<ann@example.org>'), /^250/)
  })
})

describe('Slow clients', () => {
  const pace = { greetMs: 300, commandMs: 600, messageMs: 2500, dataGraceMs: 300, dataBytesPerSecond: 1024 }

  it('are closed in the greeting, between commands, in a message and in endless talk', async () => {
    const { client: connect } = await door({ pace })
    const drip = (client: BareClient, text: string, ms: number): void => {
      const more = setInterval(() => (client.isClosed ? clearInterval(more) : client.send(text)), ms)
    }
    const silent = connect()
    const dripping = connect()
    for (const client of [silent, dripping]) await client.reply()
    drip(dripping, 'E', 50)
    const halfCommand = connect()
    await halfCommand.greet()
    drip(halfCommand, 'M', 50)
    const message = connect()
    await message.greet()
    for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
      await message.command(line)
    drip(message, 'x\r\n', 50)
    const talker = connect()
    await talker.greet()
    drip(talker, 'NOOP\r\n', 100)
    for (const client of [silent, dripping, halfCommand, message]) {
      assert.match(await client.reply(), /^421 4\.4\.2 /)
      assert.equal(await client.reply(), 'closed')
    }
    let last = ''
    for (let answer = await talker.reply(); answer !== 'closed'; answer = await talker.reply()) last = answer
    assert.match(last, /^421 4\.4\.2 /)
  })
  it('do not keep an honest one from being heard within five seconds', async () => {
    const { client: connect } = await door({ trust: [] })
    for (let i = 0; i < 100; i++) {
      const slow = connect(`127.3.${i % 10}.${i}`)
      slow.send('')
    }
    const began = performance.now()
    const honest = connect('127.4.0.1')
    await honest.greet()
    assert.equal(await honest.mail('ann@example.org', delistTag, plainMessage({})), '250 2.0.0 Fine')
    assert.ok(performance.now() - began < 5000)
  })
})

describe('A flood of connections', () => {
  it('from one network gets ten places, and others are heard', async () => {
    const { client: connect } = await door({ trust: [] })
    const flood = Array.from({ length: 500 }, (_, i) => connect(`127.5.0.${(i % 250) + 1}`))
    const answers = await Promise.all(flood.map((client) => client.reply()))
    assert.equal(answers.filter((answer) => answer.startsWith('220')).length, 10)
    assert.equal(answers.filter((answer) => answer.startsWith('421 4.7.0')).length, 490)
    const honest = connect('127.6.0.1')
    await honest.greet()
    assert.equal(await honest.mail('ann@example.org', delistTag, plainMessage({})), '250 2.0.0 Fine')
  })
  it('from everywhere gets 200 places, our own relays have theirs, and memory stays', async () => {
    const relays: Prefix = orThrow(parsePrefix('127.9.0.0/16'))
    const { client: connect, server } = await door({ trust: [relays] })
    const before = process.memoryUsage().rss
    const flood = Array.from({ length: 900 }, (_, i) =>
      connect(`127.7.${i % 250}.${Math.floor(i / 250) + 1}`),
    )
    const answers = await Promise.all(flood.map((client) => client.reply()))
    assert.equal(answers.filter((answer) => answer.startsWith('220')).length, 200)
    assert.equal(answers.filter((answer) => answer.startsWith('421 4.3.2')).length, 700)
    assert.equal(server.connections.size, 200)
    const relay = connect('127.9.0.1')
    await relay.greet()
    assert.equal(await relay.mail('ann@example.org', delistTag, plainMessage({})), '250 2.0.0 Fine')
    assert.ok(process.memoryUsage().rss - before < 150 << 20)
    for (const client of flood) client.close()
    while (server.connections.size > 1) await new Promise((resolve) => setTimeout(resolve, 10))
    const again = connect('127.7.1.1')
    assert.match(await again.reply(), /^220 /)
  })
})

describe('LMTP', () => {
  let lmtp: Door
  before(async () => {
    lmtp = await door({ protocol: 'lmtp' }, async ({ routes: to }) =>
      to.map(({ kind }) => (kind === 'delist' ? replies.unreadable : accepted)),
    )
    // `afterEach` of this file must leave it open.
    open.pop()
  })
  after(() => new Promise<void>((resolve) => lmtp.server.close(resolve)))

  it('greets with LHLO and answers for each recipient (RFC 2033)', async () => {
    const client = lmtp.client()
    assert.equal(await client.reply(), '220 mx.provider.example LMTP')
    assert.match(await client.command('EHLO x'), /^500 /)
    assert.match(await client.command('LHLO mx1.provider.example'), /^250/)
    await client.command('MAIL FROM:<ann@example.org>')
    for (const recipient of [delistTag, routes.delist, 'postmaster'])
      await client.command(`RCPT TO:<${recipient}>`)
    assert.match(await client.command(`RCPT TO:<${delistTag}>`), /^550 5\.5\.1 /)
    await client.command('DATA')
    client.send('X: y\r\n\r\nz\r\n.\r\n')
    assert.deepEqual([await client.reply(), await client.reply(), await client.reply()].map(statusOf), [
      '250 2.0.0',
      '554 5.6.0',
      '250 2.0.0',
    ])
    assert.match(await client.command('QUIT'), /^221/)
  })
  it('refuses a lone LF for each recipient', async () => {
    const client = lmtp.client()
    await client.reply()
    await client.command('LHLO mx1.provider.example')
    await client.command('MAIL FROM:<ann@example.org>')
    for (const recipient of [delistTag, 'postmaster']) await client.command(`RCPT TO:<${recipient}>`)
    await client.command('DATA')
    client.send('X: y\r\n\r\nz\nz\r\n.\r\n')
    assert.deepEqual([await client.reply(), await client.reply()].map(statusOf), ['550 5.5.2', '550 5.5.2'])
  })
})
