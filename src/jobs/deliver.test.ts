import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { orThrow, Refusal } from '../base/refusal.ts'
import { testContext, testSettings, type TestContext } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { smtpSink, type SmtpSink } from '../../test/support/smtp-sink.ts'
import { transact } from '../core/context.ts'
import { queueLetter } from '../core/outbox/actions.ts'
import { listLetters } from '../core/outbox/reading-actions.ts'
import { listWebhooks, queueWebhook } from '../core/outbox/webhook-actions.ts'
import { openSmtp } from '../net/smtp-client.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import { deliverLetters } from './deliver-letters.ts'
import { deliverWebhooks } from './deliver-webhooks.ts'
import { keepNoting } from './keep-noting.ts'
import { startJobs } from './scheduler.ts'

const { open, close } = databases('SQLite')
after(close)

async function queue(ctx: TestContext, mailbox: string): Promise<void> {
  await transact(ctx, async (tx) => {
    await queueLetter(tx, {
      key: mailbox,
      kind: 'delisting-done',
      mailbox: orThrow(parseMailbox(mailbox)),
      language: 'zh-CN',
      slots: {
        ip: '192.0.2.45',
        when: tx.clock.now(),
        statusUrl: 'https://postmaster.provider.example/delist/x',
      },
    })
  })
}

const never = new AbortController().signal

describe('what was sent', () => {
  it('is noted when the database is back, so that it is not sent twice', async () => {
    let tries = 0
    await keepNoting(async () => {
      if (++tries < 3) throw new Refusal('database.away')
    }, never)
    assert.equal(tries, 3)
  })

  it('is not noted again and again where that would not help, or when core ends', async () => {
    let tries = 0
    const failing = (error: Error) => async () => {
      tries++
      throw error
    }
    await assert.rejects(keepNoting(failing(new Error('a fault')), never), /a fault/)
    await assert.rejects(keepNoting(failing(new Refusal('disk.full')), AbortSignal.abort()), /disk.full/)
    assert.equal(tries, 2)
  })
})

describe('letters', () => {
  let sink: SmtpSink
  before(async () => void (sink = await smtpSink()))
  after(async () => await sink.close())

  it('go to the smarthost as soon as they are queued', async () => {
    const ctx = testContext({ db: await open() })
    const scheduler = startJobs(ctx, [deliverLetters(openSmtp(sink.url).send)], 'core')
    await sleep(20)
    await queue(ctx, 'ada@example.org')
    const mail = await sink.take('ada@example.org')
    await scheduler.stop()
    assert.match(mail.from, /^b\+[0-9a-z]{26}\.[0-9a-f]{20}@postern\.provider\.example$/)
    assert.equal(mail.parsed.subject, '已解除对 192.0.2.45 的封锁')
    assert.equal(mail.parsed.headers.get('auto-submitted'), 'auto-generated')
    assert.equal(mail.parsed.replyTo?.text, mail.from)
    assert.deepEqual(mail.links, ['https://postmaster.provider.example/delist/x'])
    assert.deepEqual(
      (await listLetters(ctx, { limit: 9 })).letters.map(({ state }) => state),
      ['sent'],
    )
  })

  it('are tried again later when the smarthost says 4yz, and given up when it says 5yz', async () => {
    const ctx = testContext({ db: await open() })
    await queue(ctx, 'bob@example.org')
    const { run } = deliverLetters(openSmtp(sink.url).send)
    sink.refuse(450, '4.2.0 greylisted', 1)
    const pause = await run(ctx, never)
    assert.ok(pause && pause >= 22_500 && pause <= 37_500)
    ctx.clock.advance(pause)
    sink.refuse(550, '5.1.1 no such user', 1)
    assert.equal(await run(ctx, never), undefined)
    const [letter] = (await listLetters(ctx, { limit: 9 })).letters
    assert.deepEqual(
      [letter?.state, letter?.attempts, letter?.lastError],
      ['dead', 2, '550 5.1.1 no such user'],
    )
  })

  it('stay on the outbox page when no smarthost is set', async () => {
    const ctx = testContext({ db: await open() })
    await queue(ctx, 'cleo@example.org')
    await deliverLetters('outbox').run(ctx, never)
    assert.deepEqual((await listLetters(ctx, { state: 'kept', limit: 9 })).letters.length, 1)
  })

  it('that cannot be composed are given up, and hold up no other', async () => {
    const ctx = testContext({ db: await open() })
    for (const mailbox of ['one@example.org', 'two@example.org', 'three@example.org'])
      await queue(ctx, mailbox)
    await deliverLetters(async (mail) => {
      if (mail.envelope.to === 'two@example.org') throw new Error('composed letter has another recipient')
      return { outcome: 'sent', answer: '250 ok' }
    }).run(ctx, never)
    const states = (await listLetters(ctx, { limit: 9 })).letters
      .map(({ mailbox, state }) => `${mailbox} ${state}`)
      .sort()
    assert.deepEqual(states, ['one@example.org sent', 'three@example.org sent', 'two@example.org dead'])
  })
})

describe('webhooks', () => {
  const received: {
    readonly path: string
    readonly headers: IncomingMessage['headers']
    readonly body: string
  }[] = []
  let answers: number[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      response.writeHead(answers.shift() ?? 204, { location: '/elsewhere' }).end()
    })()
  })
  let url = ''
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  })
  after(() => void server.close())

  const context = async (): Promise<TestContext> =>
    testContext({ db: await open(), settings: testSettings({ webhooks: [{ url, secret: 'sesame' }] }) })
  const queueOne = async (ctx: TestContext): Promise<void> =>
    await transact(ctx, async (tx) => await queueWebhook(tx, 'listing.added', { id: 'x' }))

  it('arrive signed, over what was sent', async () => {
    const ctx = await context()
    await queueOne(ctx)
    received.length = 0
    await deliverWebhooks().run(ctx, never)
    const [{ headers, body } = { headers: {} as IncomingMessage['headers'], body: '' }] = received
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
    assert.equal(
      headers['webhook-signature'],
      `v1,${createHmac('sha256', 'sesame').update(signed).digest('base64')}`,
    )
    assert.equal(headers['content-type'], 'application/json')
    assert.deepEqual(
      (await listWebhooks(ctx, { limit: 9 })).map(({ state }) => state),
      ['sent'],
    )
  })

  it('are tried again after an error and after a redirect, which is not followed', async () => {
    const ctx = await context()
    await queueOne(ctx)
    received.length = 0
    answers = [503, 302]
    for (const word of ['HTTP 503', 'HTTP 302']) {
      const pause = await deliverWebhooks().run(ctx, never)
      assert.ok(pause && pause >= 45_000)
      assert.equal((await listWebhooks(ctx, { limit: 1 }))[0]?.lastError, word)
      ctx.clock.advance(pause)
    }
    await deliverWebhooks().run(ctx, never)
    assert.deepEqual(
      received.map(({ path }) => path),
      ['/hook', '/hook', '/hook'],
    )
    assert.equal((await listWebhooks(ctx, { limit: 1 }))[0]?.state, 'sent')
  })

  it('are given up when the receiver says gone, and wait when it cannot be reached', async () => {
    const ctx = await context()
    await queueOne(ctx)
    answers = [410]
    await deliverWebhooks().run(ctx, never)
    assert.equal((await listWebhooks(ctx, { limit: 1 }))[0]?.state, 'dead')
    const gone = testContext({
      db: await open(),
      settings: testSettings({ webhooks: [{ url: 'http://127.0.0.1:1/', secret: 'x' }] }),
    })
    await queueOne(gone)
    await deliverWebhooks().run(gone, never)
    const [delivery] = await listWebhooks(gone, { limit: 1 })
    assert.equal(delivery?.state, 'queued')
    assert.match(delivery?.lastError ?? '', /ECONNREFUSED|bad port/)
  })
})
