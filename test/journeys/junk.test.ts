import { strict as assert } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'node:test'
import { startDns, type TestDns } from '../support/dns.ts'
import { startDovecot, type Dovecot } from '../support/dovecot.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { startRspamd, type Rspamd } from '../support/rspamd.ts'
import { swaks } from '../support/swaks.ts'

const user = 'ann@provider.example'

/** Mode `junk` with what is shipped and strangers' programs: Postfix, rspamd, Dovecot. */
describe('Mail that does not say who it is from, of a domain that sends much', { timeout: 120_000 }, () => {
  let dns: TestDns
  let postern: Instance
  let rspamd: Rspamd
  let dovecot: Dovecot
  let postfix: Postfix

  before(async () => {
    dns = await startDns({ 'example.org': 'v=spf1 -all', '_dmarc.example.org': 'v=DMARC1; p=none' })
    postern = await startInstance({ settings: 'highVolume: { mode: junk, messages: 2 }\n' })
    const [lmtp, imap, smtp] = [await freePort(), await freePort(), await freePort()]
    dovecot = await startDovecot({ lmtp, imap, submission: smtp })
    rspamd = await startRspamd({
      port: await freePort(),
      dns: dns.port,
      settings: `url = "http://127.0.0.1:${postern.ports.lookup}/v1/decide";`,
    })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: smtp,
      settings: `smtpd_milters = inet:127.0.0.1:${rspamd.port}
milter_default_action = accept
transport_maps = inline:{ provider.example=lmtp:inet:127.0.0.1:${lmtp} }
`,
    })
  })

  after(async () => {
    await postfix?.stop()
    await rspamd?.stop()
    await dovecot?.stop()
    await postern?.stop()
    await dns?.close()
  })

  async function send(domain: string): Promise<void> {
    const { accepted, replies } = await swaks({
      port: postfix.port,
      client: '192.0.2.45',
      to: user,
      from: `news@${domain}`,
      message: `From: News <news@${domain}>\r\nTo: ${user}\r\nSubject: journey\r\nDate: Mon, 4 May 2026 10:00:00 +0000\r\nMessage-ID: <${Math.random()}@${domain}>\r\n\r\nA message.\r\n`,
    })
    assert.ok(accepted, replies.join('\n'))
  }

  it('goes to Junk, and what was sent below the limit or by others to the inbox', async () => {
    await send('example.org')
    await send('example.org')
    await send('example.net')
    await until(async () => (await count('INBOX')) === 3)
    await send('example.org')
    await until(async () => (await count('Junk')) === 1)
    assert.equal(await count('INBOX'), 3)
    const [, fetched = ''] = await dovecot.imap(user, 'SELECT Junk', 'FETCH 1 BODY[HEADER]')
    assert.match(fetched, /^X-Spam: Yes/m, 'what other set-ups go by')
    assert.match(fetched, /^X-Postern-Junk: 5\.7\.515 domain=example\.org failed=spf,dkim,dmarc http/m)
  })

  async function count(mailbox: string): Promise<number> {
    const [answer = ''] = await dovecot.imap(user, `STATUS ${mailbox} (MESSAGES)`)
    return Number(/MESSAGES (\d+)/.exec(answer)?.[1])
  }

  async function until(is: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await is()) return
      await sleep(100)
    }
    assert.fail(`${rspamd.log()}\n${dovecot.log()}\n${postfix.log()}`)
  }
})
