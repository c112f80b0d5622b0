import { strict as assert } from 'node:assert'
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { askToDelist, pressDelist } from '../../bench/support/delist-flow.ts'
import { startDns, type TestDns } from '../support/dns.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { startRspamd, type Rspamd } from '../support/rspamd.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks, type Sent } from '../support/swaks.ts'

const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')
const client = '192.0.2.66'
/** What every filter calls spam (SpamAssassin's test string, which rspamd knows too). */
const gtube = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'

/**
 * From mail to a judgement and back, with strangers' programs: rspamd calls a burst spam and tells Postern, which puts the sender off, lists
 * it, frees it when its owner asks, and lists it again, sooner and for longer, when it falls back.
 */
describe('A burst of spam', { timeout: 180_000 }, () => {
  let dns: TestDns
  let sink: SmtpSink
  let postern: Instance
  let rspamd: Rspamd
  let postfix: Postfix
  let reader: ChildProcess

  before(async () => {
    dns = await startDns({})
    sink = await smtpSink()
    postern = await startInstance({
      smarthost: sink.url,
      settings: 'reputation: { mode: enforce }\n',
    })
    const { stdout } = await postern.run('token', 'add', 'events', 'rspamd', '--json')
    const { token } = JSON.parse(stdout) as { token: string }
    const tokenFile = join(postern.folder, 'events.token')
    writeFileSync(tokenFile, `${token}\n`)
    rspamd = await startRspamd({
      port: await freePort(),
      dns: dns.port,
      settings: `url = "http://127.0.0.1:${postern.ports.lookup}/v1/decide";
  events_url = "${postern.site}/api/v1/events";
  token_file = "${tokenFile}";`,
    })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
      settings: `smtpd_milters = inet:127.0.0.1:${rspamd.port}
milter_default_action = accept
`,
    })
    // What the filter refuses at once it does not tell of; the mail server's log does.
    const words = ['ingest', postfix.logFile, '--follow', '--format', 'postfix', '--source', 'mx1']
    reader = spawn(process.execPath, [entry, ...words, '--config', postern.config], { stdio: 'ignore' })
  })

  after(async () => {
    reader?.kill()
    await postfix?.stop()
    await rspamd?.stop()
    await postern?.stop()
    await sink?.close()
    await dns?.close()
  })

  async function send(body: string): Promise<Sent> {
    const message = `From: News <news@sender.example>\r\nTo: user@provider.example\r\nSubject: journey\r\nDate: ${new Date().toUTCString()}\r\nMessage-ID: <${Math.random()}@sender.example>\r\n\r\n${body}\r\n`
    return await swaks({
      port: postfix.port,
      client,
      to: 'user@provider.example',
      from: 'news@sender.example',
      message,
    })
  }

  /** Spam until the gate says 550; the first words of each reply in order. */
  async function burst(): Promise<{
    readonly codes: readonly string[]
    readonly refusal: string
    readonly reached: number
  }> {
    const codes: string[] = []
    let reached = 0
    for (let nth = 0; nth < 110; nth++) {
      await sleep(700)
      const { refusal = '' } = await send(gtube)
      const code = /^\d{3} \d\.\d\.\d+/.exec(refusal)?.[0] ?? refusal.slice(0, 40)
      if (codes.at(-1) !== code) codes.push(code)
      // What the filter refuses has reached it.
      if (!/PSN\d+\)$/.test(refusal)) reached++
      if (refusal.startsWith('550 5.7.6')) return { codes, refusal, reached }
    }
    throw new Error(`never refused: ${codes.join(', ')}\n${postern.log()}\n${rspamd.log()}`)
  }

  async function listing(): Promise<{
    readonly since: string
    readonly ends: string
    readonly recurrence: number
  }> {
    const { stdout } = await postern.run('explain', client, '--json')
    return (JSON.parse(stdout) as { listing: { since: string; ends: string; recurrence: number } }).listing
  }

  const hours = ({ since, ends }: { since: string; ends: string }): number =>
    Math.round((Date.parse(ends) - Date.parse(since)) / 3_600_000)

  it('is put off, then refused with a link that shows why; freed by its owner, it is listed sooner and longer when it comes again', async () => {
    const first = await burst()
    assert.ok(
      first.codes.some((code) => code.startsWith('451 4.7.5')),
      first.codes.join(', '),
    )
    assert.match(
      first.refusal,
      /^550 5\.7\.606 .*Access denied, banned sending IP \[192\.0\.2\.66\]\. .* \(PSN606\)$/,
    )
    assert.ok(first.reached >= 20 && first.reached <= 60, `${first.reached} reached the filter`)
    const [link = ''] = /http:\/\/\S+\/c\/\S+/.exec(first.refusal) ?? []
    const page = await (await fetch(link, { headers: { 'accept-language': 'en' } })).text()
    assert.match(page, /unwanted/)
    const listed = await listing()
    assert.equal(hours(listed), 1)

    const road = {
      site: postern.site,
      coreSocket: join(postern.folder, 'data', 'core.sock'),
      takeLetter: async (mailbox: string) => (await sink.take(mailbox)).links,
    }
    await pressDelist(road, await askToDelist(road, client))
    await sleep(1000)
    for (let nth = 0; nth < 5; nth++) {
      const { accepted, replies } = await send('Hello, here are the minutes of our meeting.')
      assert.ok(accepted, replies.join('\n'))
    }

    const second = await burst()
    assert.ok(second.reached < first.reached, `${second.reached} after ${first.reached}`)
    assert.equal(hours(await listing()), 6)
  })
})
