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
import type { Instance } from '../support/instance.ts'
import { webhookSink, type Mood, type Seen, type WebhookSink } from '../support/webhook-sink.ts'
import { until } from './delist-flow.ts'
import { inParallel } from './in-parallel.ts'
import { killAndWait } from './killer.ts'
import { onDatabase } from './on-database.ts'
import { text, type Rows } from './rows.ts'

/** `POSTERN_TORTURE`: the full count. `POSTERN_KILLS=20/300` tries another one. */
const isFull = process.env['POSTERN_TORTURE'] !== undefined
const [someKills, someReports] = (process.env['POSTERN_KILLS'] ?? '').split('/').map(Number)

const series = [
  { database: 'SQLite', kills: isFull ? 40 : 1, reports: isFull ? 1000 : 24 },
  { database: 'PostgreSQL', kills: isFull ? 10 : 1, reports: isFull ? 250 : 12 },
] as const

/** A webhook that its receiver did not take comes again after a minute: only a long series waits for that. */
const isLong = isFull || (someKills ?? 0) > 0

const atOnce = 4

describe('Random kill -9 of core while reports of abuse come', { timeout: 30 * 60_000 }, () => {
  for (const { database, ...usual } of series) {
    const counts = { kills: someKills || usual.kills, reports: someReports || usual.reports }
    it(`keeps what it has acknowledged, counts it once, and tells each webhook, on ${database} (${counts.kills} kills, ${counts.reports} reports)`, async (t) => {
      const told = await webhookSink(100, isLong ? moodAtFirst : undefined)
      const dns = await startDns({
        's1._domainkey.provider.example': dkimRecord,
        's1._domainkey.example.org': dkimRecord,
      })
      try {
        const options = { settings: settingsFor(dns.port, told.url) }
        await onDatabase(t, database, options, async (postern, rows) => {
          await killSeries(t, { postern, rows, told, ...counts })
        })
      } finally {
        await told.close()
        await dns.close()
      }
    })
  }
})

/** The first ones come before there is a kill, so that their second try is not far off: some are refused, of some the receiver has died. */
function moodAtFirst(nth: number, nthTry: number): Mood {
  if (nth >= 6 || nthTry > 1) return 'take'
  return nth % 2 === 0 ? 'error' : 'drop'
}

function settingsFor(dnsPort: number, url: string): string {
  return [
    `dns: { servers: ["127.0.0.1:${dnsPort}"] }`,
    'abuse: { mode: suspend, trusted: [example.org], notifyWeight: 1, suspendWeight: 1, organisations: 1, share: 0, suspendedShare: 1 }',
    `webhooks: [{ url: "${url}" }]`,
    'limits:',
    '  abuse.reports.client.hour: { count: 100000, per: 1h }',
    '  abuse.suspensions.ten-minutes: { count: 100000, per: 10m }',
    '  abuse.webhooks.minute: { count: 100000, per: 1h }',
    '',
  ].join('\n')
}

interface Series {
  readonly postern: Instance
  readonly rows: Rows
  readonly told: WebhookSink
  readonly kills: number
  readonly reports: number
}

/** Reports about one account, one after the other, so that webhooks go out all the time: the first is enough here for its suspension. */
const each = 10

function accountsOf(reports: number): readonly string[] {
  return Array.from({ length: Math.ceil(reports / each) }, (_, nth) => `u${nth}@provider.example`)
}

async function killSeries(t: TestContext, run: Series): Promise<void> {
  const { postern, rows, told, kills, reports } = run
  const { below } = seededRandom(fuzzSeed())
  const [ready, { stdout }] = await Promise.all([
    campaignsOf(postern, reports),
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
      nth % 3 === 2
        ? [xarfOf(nth, mail.message), async (raw: Buffer) => await byApi(postern, token, raw)]
        : [mail.report, async (raw: Buffer) => await bySmtp(postern, raw)]
    do asked++
    while (!(await send(bytes).catch(() => false)) && !over.aborted && (await sleep(200, true)))
    if (over.aborted) return
    kept.add(createHash('sha256').update(bytes).digest('hex'))
    through++
  })
  let killed = 0
  const cutOff: string[] = []
  const killing = async (): Promise<void> => {
    for (; killed < kills && through < reports; killed++) {
      while (through < ((killed + 0.5) / kills) * reports && !over.aborted) await sleep(10)
      if (over.aborted) return
      // Every fifth kill comes between a webhook and its answer, so that the receiver has it and core does not know.
      const held = killed % 5 === 0 ? told.holdNext() : undefined
      if (held) cutOff.push(await held.came)
      else await sleep(below(200))
      await killAndWait(postern, 'core', 180_000)
      held?.release()
      if (isLong && killed === 1) await told.goAway(2000)
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
    900_000,
  )
  const seconds = (performance.now() - begun) / 1000
  await assertWhole(run, kept)
  assertRepeated(told, cutOff)
  const again = [...told.seen.values()].filter(({ tries }) => tries > 1)
  t.diagnostic(
    `${killed} kills, ${reports} reports in ${seconds.toFixed(0)} s, asked for ${asked} times; ` +
      `${told.seen.size} webhooks in ${told.tries} tries, ${again.length} of them more than once with the same id and body: ` +
      `${cutOff.length} where core was killed before the answer, ${refusedOf(told).length} that the receiver refused or dropped`,
  )
  assert.equal(killed, kills)
}

function refusedOf(told: WebhookSink): readonly Seen[] {
  return [...told.seen.values()].filter(({ refused }) => refused.length > 0)
}

/** That each came with one body is `assertWhole`’s to say. */
function assertRepeated(told: WebhookSink, cutOff: readonly string[]): void {
  assert.ok(cutOff.length > 0)
  for (const id of cutOff)
    assert.ok(
      (told.seen.get(id)?.tries ?? 0) > 1,
      `webhook ${id} came again after core had not heard the answer`,
    )
  const refused = refusedOf(told)
  assert.equal(new Set(refused.flatMap((one) => one.refused)).size, isLong ? 2 : 0)
  for (const one of refused) assert.ok(one.taken > 0 && one.tries > one.refused.length)
}

async function assertWhole(
  { postern, rows, told, reports }: Series,
  kept: ReadonlySet<string>,
): Promise<void> {
  const accounts = accountsOf(reports)
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
    [...told.seen].map(([id, { bodies }]) => [id, ...bodies].join('\n')).sort(),
    deliveries.map((delivery) => delivery.join('\n')).sort(),
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
  reports: number,
): Promise<(nth: number) => Promise<{ readonly message: Buffer; readonly report: Buffer }>> {
  const accounts = accountsOf(reports)
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
      recipients: all.filter((nth) => Math.floor(nth / each) === index).map(to),
    }),
  )
  const file = join(postern.folder, 'sent.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const { status, stderr } = await postern.run('ingest', file, '--format', 'sent')
  assert.equal(status, 0, stderr)
  return async (nth) => {
    const message = deliveredMessage(messages[Math.floor(nth / each)] ?? Buffer.alloc(0), to(nth))
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
