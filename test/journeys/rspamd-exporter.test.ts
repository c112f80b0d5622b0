import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'node:test'
import { readMailEvent, type MessageEvent } from '../../src/access/mail-event.ts'
import { startDns, type TestDns } from '../support/dns.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { startRspamd, type Rspamd } from '../support/rspamd.ts'
import { swaks } from '../support/swaks.ts'

const shipped = readFileSync(
  join(import.meta.dirname, '..', '..', 'deploy', 'rspamd', 'metadata_exporter.conf'),
  'utf8',
)

/** The form that rspamd makes from 3.14.2 on, in the words of its `table_to_multipart_body`, for the rspamd of Debian 12 that has none. */
const form = `custom_format {
  form = <<EOD
return function(task)
  local ucl = require "ucl"
  local meta = { ip = tostring(task:get_from_ip()), qid = task:get_queue_id(), action = task:get_metric_action(),
    symbols = task:get_symbols_all(), from = task:get_from('smtp')[1].addr, message_id = task:get_message_id(),
    header_from = { task:get_header('from') } }
  return '--b0undary\\r\\nContent-Disposition: form-data; name="message"; filename="message.eml"\\r\\n' ..
    'Content-Type: message/rfc822\\r\\nContent-Transfer-Encoding: binary\\r\\n\\r\\n' .. tostring(task:get_content()) ..
    '\\r\\n--b0undary\\r\\nContent-Disposition: form-data; name="metadata"\\r\\nContent-Type: application/json\\r\\n\\r\\n' ..
    ucl.to_format(meta, 'json-compact') .. '\\r\\n--b0undary--\\r\\n'
end
EOD;
}
`

/** The door of mail events, with rspamd's own exporter before it, as Debian packages it. */
describe('What rspamd exports', { timeout: 120_000 }, () => {
  let dns: TestDns
  let postern: Instance
  let rspamd: Rspamd
  let postfix: Postfix

  before(async () => {
    dns = await startDns({ 'example.org': 'v=spf1 ip4:192.0.2.0/24 -all' })
    postern = await startInstance()
    const tokens = await Promise.all(
      ['json', 'form', 'headers'].map(async (name) => {
        const { stdout } = await postern.run('token', 'add', 'events', name)
        return /ptn_events_\S+/.exec(stdout)?.[0] ?? assert.fail(stdout)
      }),
    )
    const [ofJson = '', ofForm = '', ofHeaders = ''] = tokens
    const url = `${postern.site}/api/v1/events`
    const rule = shipped
      .replace(/url = "[^"]*"/, `url = "${url}"`)
      .replace(/password = "[^"]*"/, `password = "${ofJson}"`)
    assert.ok(rule.includes(ofJson) && rule.includes(url))
    const others = `  FORM { backend = "http"; url = "${url}"; user = "x"; password = "${ofForm}"; formatter = "form";
    mime_type = "multipart/form-data; boundary=\\"b0undary\\""; }
  HEADERS { backend = "http"; url = "${url}"; user = "x"; password = "${ofHeaders}"; formatter = "json"; meta_headers = true; }
`
    rspamd = await startRspamd({
      port: await freePort(),
      dns: dns.port,
      settings: `url = "http://127.0.0.1:${postern.ports.lookup}/v1/decide";`,
      // The shipped rule, and the others in the same section.
      exporter: form + rule.replace(/\}\s*$/, `${others}}\n`),
    })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
      settings: `smtpd_milters = inet:127.0.0.1:${rspamd.port}\nmilter_default_action = accept\n`,
    })
  })

  after(async () => {
    await postfix?.stop()
    await rspamd?.stop()
    await postern?.stop()
    await dns?.close()
  })

  it('is taken as it comes: as JSON, as a form with the message, and with headers that say it again', async () => {
    const sent = await swaks({
      port: postfix.port,
      client: '192.0.2.45',
      to: 'user@provider.example',
      from: 'news@example.org',
      message:
        'From: News <news@example.org>\r\nTo: user@provider.example\r\nSubject: export\r\nDate: Mon, 4 May 2026 10:00:00 +0000\r\nMessage-ID: <export@example.org>\r\n\r\nA message.\r\n',
    })
    assert.ok(sent.accepted, sent.replies.join('\n'))
    for (const source of ['json', 'form', 'headers']) {
      const event = await untilKept(source)
      const { ip, mailFrom, from, spf, messageId, verdict } = event
      assert.deepEqual(
        { ip, mailFrom, from, spf, messageId, verdict },
        {
          ip: '192.0.2.45',
          mailFrom: 'example.org',
          from: 'example.org',
          spf: 'pass',
          messageId: '<export@example.org>',
          verdict: 'ham',
        },
        source,
      )
      assert.match(event.queueId ?? '', /^[0-9A-Za-z]+$/)
    }
    assert.doesNotMatch(rspamd.log(), /unexpected http status|in http callback/)
  })

  /** The message as core keeps it. */
  async function untilKept(source: string): Promise<MessageEvent> {
    const database = new DatabaseSync(join(postern.folder, 'data', 'postern.sqlite'), { readOnly: true })
    try {
      for (let attempt = 0; attempt < 100; attempt++) {
        const row = database.prepare('SELECT body FROM mail_events WHERE source = ?').get(source)
        const event = row && readMailEvent(JSON.parse(String(row['body'])))
        if (typeof event === 'object' && event.type === 'message') return event
        await sleep(100)
      }
    } finally {
      database.close()
    }
    return assert.fail(`nothing came of ${source}: ${rspamd.log()}\n${postern.log()}`)
  }
})
