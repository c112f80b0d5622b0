import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks, type Sent } from '../support/swaks.ts'

/**
 * With strangers' programs: Postfix refuses a listed sender; the recipient shows their mailbox by a letter, sees the refusal and vouches; the
 * same sender reaches that recipient and nobody else; taken back, the vouch lets nothing pass.
 */
describe('A recipient vouches', { timeout: 120_000 }, () => {
  let sink: SmtpSink
  let postern: Instance
  let postfix: Postfix
  const cookies = new Map<string, string>()

  before(async () => {
    sink = await smtpSink()
    postern = await startInstance({ smarthost: sink.url })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
    })
  })

  after(async () => {
    await postfix?.stop()
    await postern?.stop()
    await sink?.close()
  })

  const [ada, bob] = ['ada@provider.example', 'bob@provider.example']
  const send = async (to: string, from = 'invoices@shop.example'): Promise<Sent> =>
    await swaks({ port: postfix.port, client: '192.0.2.45', to, from })

  /** A browser without script. */
  async function visit(path: string, fields?: Readonly<Record<string, string>>): Promise<Response> {
    const headers = {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(fields && {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      }),
    }
    const answer = await fetch(new URL(path, postern.site), {
      method: fields ? 'POST' : 'GET',
      redirect: 'manual',
      headers,
      ...(fields && { body: new URLSearchParams(fields).toString() }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return answer
  }

  /** Asks until it is so: records and changes travel for a moment. */
  async function until<T>(ask: () => Promise<T>, is: (seen: T) => boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      const seen = await ask()
      if (is(seen) || tries === 50) return seen
      await sleep(100)
    }
  }

  it('for mail that was refused to them, which then passes to them alone, until they take it back', async () => {
    const added = await postern.run('listing', 'add', '192.0.2.45', '--reason', 'spam', '--wait')
    assert.equal(added.status, 0, added.stderr)
    for (const to of [ada, bob]) assert.match((await send(to)).refusal ?? '', /^550 5\.7\.606/)

    assert.equal((await visit('/recipients', { mailbox: ada })).status, 303)
    const letter = await sink.take(ada)
    const [link = ''] = /http:\/\/\S+\/recipients\/link\/\S+/.exec(letter.text) ?? []
    assert.match(await (await visit(link)).text(), /<form method="post"/)
    assert.equal((await visit(link, {})).headers.get('location'), '/recipients/mail')
    const list = await until(
      async () => await (await visit('/recipients/mail')).text(),
      (page) => page.includes('shop.example'),
    )
    const [, refusal = ''] = /href="(\/recipients\/mail\/[^"]+)"/.exec(list) ?? []
    assert.match(await (await visit(refusal)).text(), /192\.0\.2\.0\/24/)

    const made = await visit(refusal, { days: '7', mailbox: ada })
    assert.equal(made.status, 303)
    const passed = await until(
      async () => await send(ada),
      ({ accepted }) => accepted,
    )
    assert.equal(passed.refusal, undefined)
    assert.match((await send(bob)).refusal ?? '', /^550 5\.7\.606/, 'another recipient')
    assert.match((await send(ada, 'x@other.example')).refusal ?? '', /^550 5\.7\.606/, 'another domain')

    const vouches = await until(
      async () => await (await visit('/recipients/vouches')).text(),
      (page) => /once|times/.test(page),
    )
    assert.match(vouches, /once|times/, 'what passed is recorded')
    const [, id = ''] = /name="id" value="([0-9a-z]{26})"/.exec(vouches) ?? []
    assert.equal((await visit('/recipients/vouches', { do: 'withdraw', id })).status, 303)
    const refused = await until(
      async () => await send(ada),
      ({ accepted }) => !accepted,
    )
    assert.match(refused.refusal ?? '', /^550 5\.7\.606/)
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })
})
