import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { PostfixSent } from '../../src/access/postfix-sent.ts'
import { receiveReport } from '../../src/core/abuse/actions.ts'
import { listReports } from '../../src/core/abuse/desk-actions.ts'
import { examineDue } from '../../src/core/abuse/examine-actions.ts'
import { takeSent } from '../../src/core/accounts/actions.ts'
import { formatSent } from '../../src/core/accounts/sent.ts'
import { examine } from '../../src/intake/examine-message.ts'
import { BareClient, testDns } from '../../src/intake/test-intake.ts'
import { mapText } from '../../src/jobs/write-access-maps.ts'
import { readPostfixLine } from '../../src/standards/postfix-log.ts'
import { SyslogReader } from '../../src/standards/syslog.ts'
import { deliveredMessage } from '../support/abuse.ts'
import { testContext, type TestContext } from '../support/context.ts'
import { databases } from '../support/database.ts'
import { startDns, type TestDns } from '../support/dns.ts'
import { freePort } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { startRspamd, type Rspamd } from '../support/rspamd.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'

const account = 'ann@provider.example'
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'der' },
})

/** A submission server of strangers' programs: Postfix takes the mail of a login, rspamd signs it and writes the trace header. */
describe('Mail of our accounts, through Postfix and rspamd', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-trace-'))
  const map = join(folder, 'suspended')
  const { open, close } = databases('SQLite')
  let ctx: TestContext
  let dns: TestDns
  let sink: SmtpSink
  let rspamd: Rspamd
  let postfix: Postfix

  before(async () => {
    chmodSync(folder, 0o755)
    ctx = testContext({ db: await open(), clock: { ...systemClock(), advance: () => {} } })
    writeFileSync(join(folder, 'trace.key'), `${ctx.keys.trace.reveal().toString('hex')}\n`)
    writeFileSync(join(folder, 'dkim.key'), privateKey)
    for (const name of ['trace.key', 'dkim.key']) chmodSync(join(folder, name), 0o644)
    writeMap([])
    dns = await startDns({})
    sink = await smtpSink()
    rspamd = await startRspamd({
      port: await freePort(),
      dns: dns.port,
      settings: `url = "http://127.0.0.1:1/v1/decide";`,
      traceKey: join(folder, 'trace.key'),
      signing: `sign_authenticated = true; allow_username_mismatch = true; use_domain = "header";
  check_pubkey = false;
  domain { provider.example { path = "${join(folder, 'dkim.key')}"; selector = "s1"; } }`,
    })
    postfix = await startPostfix({
      policy: '127.0.0.1:1',
      domain: 'provider.example',
      port: await freePort(),
      settings: `smtpd_milters = inet:127.0.0.1:${rspamd.port}
milter_default_action = tempfail
milter_mail_macros = i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}
smtpd_sasl_auth_enable = yes
smtpd_sender_restrictions = check_sasl_access hash:${map}
relay_domains = example.org
transport_maps = inline:{ example.org=smtp:[127.0.0.1]:${sink.port} }
smtp_tls_security_level = none
`,
    })
  })
  after(async () => {
    await postfix?.stop()
    await rspamd?.stop()
    await sink?.close()
    await dns?.close()
    await close()
    rmSync(folder, { recursive: true })
  })

  /** As the job writes it, and as `postmap` makes a table of it. */
  function writeMap(accounts: readonly string[]): void {
    writeFileSync(map, mapText(accounts, 'postfix'))
    const { status, stderr } = spawnSync('postmap', [`hash:${map}`], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }

  async function submit(login: string | undefined, message: string, to = 'joe@example.org'): Promise<string> {
    const smtp = new BareClient({ port: postfix.port })
    await smtp.greet('client.example.org')
    const said = await smtp.command(
      `XCLIENT ADDR=198.51.100.7${login === undefined ? '' : ` LOGIN=${login}`}`,
    )
    assert.match(said, /^220 /)
    await smtp.command('EHLO client.example.org')
    const answer = await smtp.mail(account, to, Buffer.from(message))
    smtp.send('QUIT\r\n')
    return answer
  }

  const message = (id: string, body = 'Buy  now! \r\n\tindented\r\n\r\n\r\n'): string =>
    `From: ${account}\r\nTo: joe@example.org\r\nSubject: An offer\r\nDate: ${new Date().toUTCString()}\r\nMessage-ID: ${id}\r\nX-Postern-Trace: v=1; forged\r\n\r\n${body}`

  it('is led back to its account by trace header, signature and log', async () => {
    const answer = await submit(account, message('<j1@provider.example>'))
    assert.match(answer, /^250 /, `${answer}\n${postfix.log()}`)
    const { raw } = await sink.take('joe@example.org')
    assert.match(
      raw.toString('latin1'),
      /^X-Postern-Trace: v=1; a=[0-9a-f]{20}; t=\d+; m=[0-9a-f]{32}\r?$/m,
      rspamd.log(),
    )
    assert.equal(raw.toString('latin1').match(/^X-Postern-Trace:/gim)?.length, 1)

    const [syslog, sent] = [new SyslogReader('UTC'), new PostfixSent()]
    let events: ReturnType<PostfixSent['push']>[] = []
    for (let tries = 0; events.length === 0 && tries < 200; tries++) {
      await sleep(100)
      events = postfix
        .log()
        .split('\n')
        .flatMap((text) => {
          const line = syslog.read(text, ctx.clock.now())
          const entry = line && readPostfixLine(line)
          const event = entry && sent.push(entry)
          return event ? [event] : []
        })
    }
    assert.deepEqual(
      events.map((event) => [event?.account, event?.messageId, event?.recipients]),
      [[account, '<j1@provider.example>', ['joe@example.org']]],
      postfix.log(),
    )
    await takeSent(
      ctx,
      events.flatMap((event) => (event ? [formatSent(event)] : [])),
    )

    const lookup = testDns({
      's1._domainkey.provider.example': `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`,
    })
    await receiveReport(ctx, {
      channel: 'api',
      shape: 'reported',
      raw: deliveredMessage(raw, 'joe@example.org'),
      envelope: { program: 'loop' },
    })
    const examiner = {
      examine: async (
        bytes: Buffer,
        { shape, now }: { shape: 'message' | 'reported' | 'xarf'; now: number },
      ) => {
        const about = { shape, now, client: null, helo: null, mailFrom: '', recipient: null }
        const result = await examine(bytes, about, lookup)
        return typeof result === 'string' ? ({ failure: 'breach' } as const) : result
      },
    }
    await examineDue(ctx, { examiner, forward: async () => {} }, 10)
    const [report] = (await listReports(ctx, { states: ['examining'], limit: 5 })).reports
    assert.deepEqual([report?.grade, report?.account], ['A', account], JSON.stringify(report))
  })

  it('of nobody who logged in gets no trace header', async () => {
    assert.match(
      await submit(undefined, message('<j2@provider.example>', 'x\r\n').replace(/X-Postern.*\r\n/, '')),
      /^250 /,
    )
    const { raw } = await sink.take('joe@example.org')
    assert.doesNotMatch(raw.toString('latin1'), /X-Postern-Trace/)
  })

  it('of a suspended account is refused, and taken again after its release', async () => {
    writeMap([account])
    assert.match(await submit(account, message('<j3@provider.example>')), /^554 5\.7\.1 .*suspended/)
    assert.match(await submit('bob@provider.example', message('<j4@provider.example>')), /^250 /)
    // Postfix tells a new table from an old one by its time, in whole seconds.
    await sleep(1100)
    writeMap([])
    assert.match(await submit(account, message('<j5@provider.example>')), /^250 /)
  })
})
