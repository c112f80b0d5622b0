import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDovecot, type Dovecot } from '../support/dovecot.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { swaks } from '../support/swaks.ts'

const client = '192.0.2.45'
const user = 'ann@provider.example'
const message = `From: Joe <joe@example.org>
To: ${user}
Subject: Buy now
Message-ID: <journey@example.org>

You know you want it.
`

/**
 * What users think of their mail, with strangers' programs: Postfix takes a message from outside and hands it to Dovecot, its user moves it
 * about by IMAP, Dovecot reports that by mail, and Postern counts a complaint about the message that it knows from Postfix's log.
 */
describe('A user who moves a message to Junk complains of its sender', { timeout: 40_000 }, () => {
  let postern: Instance
  let dovecot: Dovecot
  let postfix: Postfix

  before(async () => {
    const [lmtp, imap, smtp] = [await freePort(), await freePort(), await freePort()]
    postern = await startInstance()
    dovecot = await startDovecot({ lmtp, imap, submission: smtp })
    const ours = `lmtp:inet:127.0.0.1:${postern.ports.lmtp}`
    const routes = [`report-spam@provider.example=${ours}`, `not-junk@provider.example=${ours}`]
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: smtp,
      settings: `lmtp_send_xforward_command = yes
transport_maps = inline:{ ${[...routes, `provider.example=lmtp:inet:127.0.0.1:${lmtp}`].join(', ')} }
`,
    })
  })

  after(async () => {
    await postfix?.stop()
    await dovecot?.stop()
    await postern?.stop()
  })

  it('and takes it back by moving it out again', async () => {
    const { accepted, replies } = await swaks({
      port: postfix.port,
      client,
      to: user,
      from: 'joe@example.org',
      message,
    })
    assert.ok(accepted, replies.join('\n'))
    await until(
      async () => (await dovecot.imap(user, 'STATUS INBOX (MESSAGES)'))[0]?.includes('MESSAGES 1'),
      'delivery',
    )
    await until(() => /: removed$/m.test(postfix.log()), 'the end of the queue')
    const log = join(postern.folder, 'mail.log')
    writeFileSync(log, postfix.log())
    const { status, stderr } = await postern.run('ingest', log, '--format', 'postfix', '--source', 'mx1')
    assert.equal(status, 0, stderr)

    await dovecot.imap(user, 'SELECT INBOX', 'MOVE 1 Junk')
    await until(() => evidence().complaints === 1, 'a matched complaint')
    assert.equal(evidence().not_junk, 0)

    await dovecot.imap(user, 'SELECT Junk', 'MOVE 1 INBOX')
    await until(() => evidence().not_junk === 1, 'the matched contrary')
  })

  it('once, however often it is moved, and without a word by throwing it away', async () => {
    await dovecot.imap(user, 'SELECT INBOX', 'MOVE 1 Junk')
    await until(async () => (await reports('duplicate')) === 1, 'the report that came before')
    await dovecot.imap(user, 'SELECT Junk', 'MOVE 1 Trash')
    await dovecot.imap(user, 'SELECT Trash', 'COPY 1 Junk')
    await until(async () => (await reports('duplicate')) === 2, 'the report that came twice before')
    assert.equal(await reports('taken'), 2)
    assert.deepEqual({ ...evidence() }, { complaints: 1, not_junk: 1 })
    assert.doesNotMatch(dovecot.log(), /error|failed/i)
  })

  function evidence(): { readonly complaints: number; readonly not_junk: number } {
    const database = new DatabaseSync(join(postern.folder, 'data', 'postern.sqlite'), { readOnly: true })
    try {
      const row = database
        .prepare(
          'SELECT coalesce(sum(complaints), 0) AS complaints, coalesce(sum(not_junk), 0) AS not_junk FROM evidence_hours WHERE unit = ?',
        )
        .get(`${client}/32`)
      return row as { complaints: number; not_junk: number }
    } finally {
      database.close()
    }
  }

  /** Reports by programs with this result, as `/metrics` has them, at most five seconds old. */
  async function reports(result: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${postern.ports.console}/metrics`)).text()
    return Number(
      new RegExp(`postern_reports_total\\{by="program",result="${result}"\\} (\\d+)`).exec(text)?.[1],
    )
  }

  async function until(
    is: () => boolean | undefined | Promise<boolean | undefined>,
    what: string,
  ): Promise<void> {
    for (let attempt = 0; !(await is()); attempt++) {
      if (attempt > 150)
        assert.fail(`${what} did not come\n${postfix.log()}\n${dovecot.log()}\n${postern.log()}`)
      await sleep(100)
    }
  }
})
