import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it, type TestContext } from 'node:test'
import { openKeys } from '../../src/app.ts'
import { formatSent } from '../../src/core/accounts/sent.ts'
import { BareClient, dkimRecord, signed } from '../../src/intake/test-intake.ts'
import { seededRandom } from '../fuzz/random.ts'
import { deliveredMessage, feedbackReport, sentMessage } from '../support/abuse.ts'
import { startDns } from '../support/dns.ts'
import { fuzzSeed } from '../support/fuzz.ts'
import { startInstance, type Instance } from '../support/instance.ts'
import { webhookSink, type WebhookSink } from '../support/webhook-sink.ts'
import { until } from './delist-flow.ts'
import { inParallel } from './in-parallel.ts'
import { killAndWait } from './killer.ts'
import { openRows, text, type Rows } from './rows.ts'

/** `POSTERN_TORTURE`: the full count. `POSTERN_KILLS=20/300` tries another one. */
const isFull = process.env['POSTERN_TORTURE'] !== undefined
const [someKills, someReports] = (process.env['POSTERN_KILLS'] ?? '').split('/').map(Number)
const kills = someKills || (isFull ? 40 : 1)
const reports = someReports || (isFull ? 1000 : 24)

/** Ten reports about each; one is enough here for its suspension. */
const accounts = Array.from({ length: Math.ceil(reports / 10) }, (_, nth) => `u${nth}@provider.example`)
const atOnce = 4

describe('Random kill -9 of core while reports of abuse come', { timeout: 30 * 60_000 }, () => {
  it(`keeps what it has acknowledged, counts it once, and tells each webhook (${kills} kills, ${reports} reports)`, async (t) => {
    const told = await webhookSink(100)
    const dns = await startDns({
      's1._domainkey.provider.example': dkimRecord,
      's1._domainkey.example.org': dkimRecord,
    })
    const postern = await startInstance({
      settings: [
        `dns: { servers: ["127.0.0.1:${dns.port}"] }`,
        'abuse: { mode: suspend, trusted: [example.org], notifyWeight: 1, suspendWeight: 1, organisations: 1, share: 0, suspendedShare: 1 }',
        `webhooks: [{ url: "${told.url}" }]`,
        'limits:',
        '  abuse.reports.client.hour: { count: 100000, per: 1h }',
        '  abuse.suspensions.ten-minutes: { count: 100000, per: 10m }',
        '  abuse.webhooks.minute: { count: 100000, per: 1h }',
        '',
      ].join('\n'),
    })
    try {
      const rows = await openRows(join(postern.folder, 'data', 'postern.sqlite'))
      try {
        await killSeries(t, postern, rows, told)
      } finally {
        await rows.close()
      }
    } catch (error) {
      t.diagnostic(
        postern
          .log()
          .split('\n')
          .filter((line) => /"level":"(?:error|warn)"/.test(line))
          .slice(-15)
          .join('\n'),
      )
      throw error
    } finally {
      await postern.stop()
      await told.close()
      await dns.close()
    }
  })
})

async function killSeries(t: TestContext, postern: Instance, rows: Rows, told: WebhookSink): Promise<void> {
  const { below } = seededRandom(fuzzSeed())
  const [ready, { stdout }] = await Promise.all([
    campaignsOf(postern),
    postern.run('token', 'add', 'api', 'loop', '--json'),
  ])
  const { token } = JSON.parse(stdout) as { token: string }
  /** SHA-256 of what was acknowledged. */
  const kept = new Set<string>()
  let [asked, through] = [0, 0]
  const ending = new AbortController()
  const over = ending.signal
  const begun = performance.now()
  const sending = inParallel(atOnce, reports, async (nth) => {
    const mail = await ready(nth)
    // Two of three by mail, the third by the API; whoever gets no answer comes again, as mail servers and programs do.
    const [bytes, send] =
      Math.floor(nth / accounts.length) % 3 === 2
        ? [xarfOf(nth, mail.message), async (raw: Buffer) => await byApi(postern, token, raw)]
        : [mail.report, async (raw: Buffer) => await bySmtp(postern, raw)]
    do asked++
    while (!(await send(bytes).catch(() => false)) && !over.aborted && (await sleep(200, true)))
    if (over.aborted) return
    kept.add(createHash('sha256').update(bytes).digest('hex'))
    through++
  })
  let killed = 0
  const killing = async (): Promise<void> => {
    for (; killed < kills && through < reports; killed++) {
      while (through < ((killed + 0.5) / kills) * reports) await sleep(10)
      await sleep(below(200))
      await killAndWait(postern, 'core', 180_000)
    }
  }
  await Promise.all([sending, killing()]).catch((error: unknown) => {
    ending.abort()
    throw error
  })
  await until(
    'the end of all work',
    async () => {
      const [open] = await rows.all(
        `select (select count(*) from abuse_reports where state = 'received') +
        (select count(*) from webhook_deliveries where state <> 'sent') as count`,
      )
      return open && text(open, 'count') === '0' ? true : undefined
    },
    300_000,
  )
  const seconds = (performance.now() - begun) / 1000
  await assertWhole(postern, rows, kept, told)
  t.diagnostic(
    `${killed} kills, ${reports} reports in ${seconds.toFixed(0)} s, asked for ${asked} times; ` +
      `${told.bodies.size} webhooks in ${told.tries} tries`,
  )
  assert.equal(killed, kills)
}

async function assertWhole(
  postern: Instance,
  rows: Rows,
  kept: ReadonlySet<string>,
  told: WebhookSink,
): Promise<void> {
  const received = (await rows.all(`select facts from audit_records where action = 'report.received'`)).map(
    (row) => (JSON.parse(text(row, 'facts')) as { sha256: string }).sha256,
  )
  assert.deepEqual(received.toSorted(), [...kept].toSorted(), 'each is kept once, and nothing else is')
  const count = async (sql: string): Promise<number> =>
    Number(text((await rows.all(`select ${sql} as count`))[0] ?? {}, 'count'))
  assert.equal(await count('(select count(*) from abuse_reports)'), reports)
  assert.equal(await count('(select count(*) from abuse_evidence)'), reports)
  assert.equal(await count(`(select count(*) from audit_records where action = 'report.examined')`), reports)
  assert.equal(await count('(select count(*) from incident_reports)'), reports, 'each is counted once')
  assert.equal(await count('(select count(*) from incidents)'), accounts.length)
  const deliveries = (await rows.all('select id, body from webhook_deliveries')).map(
    (row) => [text(row, 'id'), text(row, 'body')] as const,
  )
  assert.deepEqual(
    [...told.bodies].map(([id, bodies]) => [id, ...bodies].join('\n')).sort(),
    deliveries.map((each) => each.join('\n')).sort(),
    'each webhook came at least once, always with its own id and body',
  )
  for (const type of ['incident.opened', 'account.suspended'])
    assert.equal(deliveries.filter(([, body]) => body.includes(`"type":"${type}"`)).length, accounts.length)
  const verified = await postern.run('verify', '--json')
  assert.equal(verified.status, 0, verified.stdout + verified.stderr)
}

/** A message of each account to many recipients, in the log, and the report of each recipient. */
async function campaignsOf(
  postern: Instance,
): Promise<(nth: number) => Promise<{ readonly message: Buffer; readonly report: Buffer }>> {
  const { trace } = openKeys(join(postern.folder, 'data'))
  const at = Date.now() - 60_000
  const id = (account: string): string => `<campaign-${account}>`
  const messages = await Promise.all(
    accounts.map(
      async (account) =>
        await sentMessage(trace, { account, messageId: id(account), to: 'list@example.org', at }),
    ),
  )
  const to = (nth: number): string => `r${nth}@example.org`
  const all = Array.from({ length: reports }, (_, nth) => nth)
  const lines = accounts.map((account, index) =>
    formatSent({
      account,
      messageId: id(account),
      at,
      recipients: all.filter((nth) => nth % accounts.length === index).map(to),
    }),
  )
  const file = join(postern.folder, 'sent.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const { status, stderr } = await postern.run('ingest', file, '--format', 'sent')
  assert.equal(status, 0, stderr)
  return async (nth) => {
    const message = deliveredMessage(messages[nth % accounts.length] ?? Buffer.alloc(0), to(nth))
    return { message, report: await signed(feedbackReport('fbl@example.org', message), 'example.org') }
  }
}

async function bySmtp({ ports }: Instance, raw: Buffer): Promise<boolean> {
  const smtp = new BareClient({ port: ports.intake })
  await smtp.greet('mx.example.org')
  // The CRLF before the last dot ends the message (RFC 5321 §4.1.1.4); `mail` writes it.
  const answer = await smtp.mail('fbl@example.org', 'abuse@provider.example', raw.subarray(0, -2))
  smtp.send('QUIT\r\n')
  return answer.startsWith('250 ')
}

async function byApi({ site }: Instance, token: string, raw: Buffer): Promise<boolean> {
  const answer = await fetch(`${site}/api/v1/abuse-reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: Uint8Array.from(raw),
  })
  await answer.text()
  return answer.status === 202
}

function xarfOf(nth: number, message: Buffer): Buffer {
  return Buffer.from(
    JSON.stringify({
      xarf_version: '4.2.0',
      report_id: `01890a5d-ac96-774b-bcce-${nth.toString(16).padStart(12, '0')}`,
      timestamp: new Date().toISOString(),
      reporter: { org: 'Example', contact: 'abuse@example.org', domain: 'example.org' },
      source_identifier: '203.0.113.25',
      source_port: 25,
      category: 'messaging',
      type: 'spam',
      protocol: 'smtp',
      smtp_from: 'ann@provider.example',
      evidence: [{ content_type: 'message/rfc822', payload: message.toString('base64') }],
    }),
  )
}
