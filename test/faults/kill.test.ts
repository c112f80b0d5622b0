import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { seededRandom } from '../fuzz/random.ts'
import { freePort, type Instance } from '../support/instance.ts'
import { quantile } from '../support/policy-client.ts'
import { startPostfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { fuzzSeed } from '../support/fuzz.ts'
import { breachesIn } from './check-ledger.ts'
import { askInVain, listSender, runFlow, until, type FlowSurroundings } from './delist-flow.ts'
import { inParallel } from './in-parallel.ts'
import { killAtRandom, untilUp, type KillFigures } from './killer.ts'
import { readLedger } from './ledger.ts'
import { liftedLimits } from './lifted-limits.ts'
import { portalClient } from './portal-client.ts'
import { onDatabase } from './on-database.ts'
import { sendThrough, tempfailsIn } from './postfix-watch.ts'
import { hammerPolicy } from './restless-client.ts'
import { text, type Rows } from './rows.ts'
import { sendersOf } from './senders.ts'
import { writtenAhead } from './written-ahead.ts'

/** `POSTERN_TORTURE`: the full count. `POSTERN_KILLS=60/600` tries another one. The seed repeats the choices, not the machine's timing. */
const isFull = process.env['POSTERN_TORTURE'] !== undefined
const [someKills, someFlows] = (process.env['POSTERN_KILLS'] ?? '').split('/').map(Number)

const series = [
  { database: 'SQLite', kills: isFull ? 200 : 6, flows: isFull ? 2000 : 40 },
  { database: 'PostgreSQL', kills: isFull ? 50 : 2, flows: isFull ? 500 : 8 },
] as const

/** Long enough for listings that end by themselves meanwhile. */
const isLong = isFull || someFlows !== undefined

/** Flows at a time. */
const atOnce = 6

describe('Random kill -9 of core and edge during delist flows', { timeout: 30 * 60_000 }, () => {
  for (const { database, kills, flows } of series) {
    const counts = { kills: someKills || kills, flows: someFlows || flows }
    it(`loses nothing, does nothing twice and answers nothing wrongly, on ${database} (${counts.kills} kills, ${counts.flows} flows)`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'postern-kill-'))
      const sink = await smtpSink()
      try {
        const settings = `${liftedLimits}delisting: { challengeCost: 1 }\n`
        await onDatabase(t, database, { smarthost: sink.url, settings }, async (postern, rows) => {
          await killSeries(t, { postern, sink, rows, folder, ...counts })
        })
      } finally {
        await sink.close()
        rmSync(folder, { recursive: true })
      }
    })
  }
})

interface Series {
  readonly postern: Instance
  readonly sink: SmtpSink
  readonly rows: Rows
  readonly folder: string
  readonly kills: number
  readonly flows: number
}

async function killSeries(
  t: TestContext,
  { postern, sink, rows, folder, kills, flows }: Series,
): Promise<void> {
  const seed = fuzzSeed()
  const [killerChance, policyChance, flowChance] = [seed, seed + 1, seed + 2].map(seededRandom)
  assert.ok(killerChance && policyChance && flowChance)
  const postfix = await startPostfix({
    policy: `127.0.0.1:${postern.ports.policy}`,
    domain: 'provider.example',
    port: await freePort(),
  })
  t.after(async () => await postfix.stop())
  const token = JSON.parse((await postern.run('token', 'add', 'api', 'driver', '--json')).stdout) as {
    token: string
  }
  const list = writtenAhead(join(folder, 'written-ahead.jsonl'))
  const around: FlowSurroundings = {
    client: portalClient(postern.site),
    token: token.token,
    list,
    policyPort: postern.ports.policy,
    letters: sink.received,
    figures: { unknown: 0, faults: [], clickToPassMs: [] },
  }
  const senders = sendersOf(policyChance.below)
  for (const blocked of senders.blocked) await listSender(around, blocked)
  assert.equal(
    (await postern.run('listing', 'add', '2001:db8:b10c:3::1', '--reason', 'spam', '--wait')).status,
    0,
  )
  list.add({ kind: 'ask-listing', ip: '2001:db8:b10c:3::1' })

  const begun = performance.now()
  const policy = hammerPolicy(postern.ports.policy, 3, senders.next)
  const mail = sendThrough(postfix, senders.nextV4)
  const over = new AbortController()
  let through = 0
  const work = async (nth: number): Promise<void> => {
    const ip = senders.ofFlow(nth)
    await runFlow(around, ip, `admin@d${nth}.example`, flowChance.oneIn(4))
    senders.free(ip)
    // Somebody else's mailbox is entered again and again; a listing with a near end expires by itself.
    if (nth % 8 === 0) await askInVain(around, senders.blocked[0] ?? '', 'victim@bystander.example')
    if (isLong && nth % 20 === 0 && nth < flows / 2) await listSender(around, briefSender(nth), inAMinute())
    through++
  }
  let killed: KillFigures
  try {
    const killing = killAtRandom(
      postern,
      { kills, flows, done: () => through, below: killerChance.below },
      over.signal,
    )
    const flowing = inParallel(atOnce, flows, work)
    flowing.catch(() => over.abort())
    killing.catch(() => over.abort())
    ;[, killed] = await Promise.all([flowing, killing])
    await settled(postern, rows, over.signal)
  } finally {
    over.abort()
    await Promise.all([policy.stop(), mail.stop()])
    list.close()
  }
  const tempfails = tempfailsIn(postfix)
  const breaches = breachesIn(await readLedger(rows, list.entries))
  const verified = await postern.run('verify', '--json')
  say(t, {
    killed,
    around,
    policy: policy.figures,
    mail: mail.figures,
    seed,
    seconds: (performance.now() - begun) / 1000,
    sink,
  })
  assert.deepEqual(breaches.slice(0, 20), [], `${breaches.length} breaches`)
  assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  assert.deepEqual(policy.figures.wrong, [])
  assert.ok(
    policy.figures.open <= policy.figures.listed / 100,
    'an edge that starts again still knows who is listed',
  )
  assert.deepEqual(mail.figures.wrong, [])
  assert.deepEqual(tempfails, [])
  assert.deepEqual(around.figures.faults, [])
  assert.equal(killed.core + killed.edge, kills)
}

function briefSender(nth: number): string {
  return `2001:db8:e0d:${(nth + 1).toString(16)}::1`
}

function inAMinute(): string {
  return new Date(Date.now() + 60_000).toISOString()
}

/** Waits until nothing is on its way any more: letters are noted, what has expired is ended. */
async function settled(postern: Instance, rows: Rows, signal: AbortSignal): Promise<void> {
  await untilUp(postern, 'core', signal)
  await untilUp(postern, 'edge', signal)
  await until('the end of all work', async () => {
    const [open] = await rows.all(
      `select (select count(*) from letters where state in ('queued', 'sending')) +
        (select count(*) from listings where state = 'active' and ends_at < ${Date.now() + 3_600_000}) as count`,
    )
    return open && text(open, 'count') === '0' ? true : undefined
  })
}

interface Said {
  readonly killed: KillFigures
  readonly around: FlowSurroundings
  readonly policy: ReturnType<typeof hammerPolicy>['figures']
  readonly mail: ReturnType<typeof sendThrough>['figures']
  readonly sink: SmtpSink
  readonly seed: number
  readonly seconds: number
}

function say(t: TestContext, { killed, around, policy, mail, sink, seed, seconds }: Said): void {
  const { figures, list } = around
  const count = (kind: string): number => list.entries.filter((entry) => entry.kind === kind).length
  const copies = sink.received.length - new Set(sink.received.map(({ parsed }) => parsed.messageId)).size
  const [core, edge] = [killed.backMs.core, killed.backMs.edge]
  t.diagnostic(
    `${killed.core} kills of core, ${killed.edge} of edge in ${seconds.toFixed(0)} s; ` +
      `back after p50 ${ms(core, 0.5)} / ${ms(edge, 0.5)}, worst ${ms(core, 1)} / ${ms(edge, 1)} (core / edge); seed ${seed}`,
  )
  t.diagnostic(
    `acknowledged: ${count('listed')} listings, ${count('requested')} requests, ${count('confirmed')} delistings; ` +
      `${figures.unknown} calls without an answer; button to pass p50 ${ms(figures.clickToPassMs, 0.5)}; ` +
      `${sink.received.length} letters, ${copies} of them second copies`,
  )
  t.diagnostic(
    `policy: ${policy.asked} asked, ${policy.passed} passed, ${policy.refused} refused, ${policy.open} of ${policy.listed} about listed senders let through, ${policy.lost} connections lost, ${policy.wrong.length} wrong; ` +
      `Postfix: ${mail.sent} messages, ${mail.accepted} accepted, ${mail.refused} refused, ${mail.open} by default action, ${mail.wrong.length} wrong`,
  )
}

function ms(values: readonly number[], share: number): string {
  return values.length === 0 ? '–' : `${quantile(values, share).toFixed(0)} ms`
}
