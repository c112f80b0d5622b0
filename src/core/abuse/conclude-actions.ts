import { mac } from '../../base/secret.ts'
import { breathe } from '../../base/steps.ts'
import { recipientKey } from '../accounts/sent.ts'
import { recordAll, type AuditEvent } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { tellOperator } from '../incidents/act-actions.ts'
import { addToIncident, type Joined } from '../incidents/join-actions.ts'
import { considerAll } from '../incidents/weigh-actions.ts'
import { writeInstructions, writeOutcome, writeReceipt } from './answer-actions.ts'
import type { Envelope, Examination } from './examination.ts'
import { judge, sampleOf, whereToTurn, type Judged } from './judge-actions.ts'
import type { Origin } from './origin.ts'
import type { ReportFacts } from './report-facts.ts'
import {
  channelOf,
  classOf,
  firstStep,
  isSevere,
  severityOf,
  type AbuseClass,
  type Channel,
  type ReportOutcome,
} from './report.ts'
import * as store from './store.ts'
import { meetTeller, type Met, type Teller } from './teller-actions.ts'

/** A report that was read and judged, and is not written down yet. */
export interface Read {
  readonly row: store.ReportRow
  readonly envelope: Envelope
  readonly examination: Examination
  readonly judged: readonly Judged[]
  /** One report is about one message; where somebody attached several, the best proven speaks for it and all are counted. */
  readonly best: Judged | undefined
  readonly elsewhere: ReportFacts['elsewhere']
}

/** Finds out what there is to write down. */
export async function judgeAll(
  ctx: Context,
  row: store.ReportRow,
  envelope: Envelope,
  examination: Examination,
): Promise<Read> {
  const judged: Judged[] = []
  for (const message of examination.reported) judged.push(await judge(ctx, message))
  const best = judged.toSorted((a, b) => (a.origin.grade < b.origin.grade ? -1 : 1))[0]
  const elsewhere = best?.origin.grade === 'D' ? await whereToTurn(ctx, best.origin.deliveredBy) : null
  return { row, envelope, examination, judged, best, elsewhere }
}

/**
 * Writes down what was found in several reports, and does what follows from it, in one transaction, because each costs a turn of the disk. Where one of
 * them fails each is written down by itself, and the first that fails again is thrown when all are done.
 */
export async function concludeAll(ctx: Context, reads: readonly Read[]): Promise<void> {
  if (reads.length === 0) return
  try {
    await transact(ctx, async (tx) => await concludeIn(tx, reads))
  } catch (error) {
    if (reads.length === 1) throw error
    const errors: unknown[] = []
    for (const read of reads)
      await transact(ctx, async (tx) => await concludeIn(tx, [read])).catch((again: unknown) =>
        errors.push(again),
      )
    if (errors.length > 0) throw errors[0]
  }
}

/** What the reports of one transaction have in common is done once. */
interface Together {
  readonly met: Met
  readonly joined: Joined[]
}

async function concludeIn(tx: Tx, reads: readonly Read[]): Promise<void> {
  const together: Together = { met: new Map(), joined: [] }
  const events: AuditEvent[] = []
  for (const read of reads) {
    events.push(await conclude(tx, read, together))
    // The statements of the embedded database never let go of the event loop by themselves.
    await breathe()
  }
  const [first, ...rest] = events
  if (first) await recordAll(tx, [first, ...rest])
  await considerAll(tx, together.joined)
}

async function conclude(
  tx: Tx,
  { row, envelope, examination, judged, best, elsewhere }: Read,
  together: Together,
): Promise<AuditEvent> {
  const now = tx.clock.now()
  const teller = await meetTeller(tx, row, envelope, examination, together.met)
  const abuseClass = classOf(row.chosen_class as AbuseClass | null, examination.claims)
  const channel = channelOf(row.channel as Channel, examination.claims, teller.isTrusted)
  const lifecycle = examination.claims?.isTest === true ? 'test' : row.lifecycle
  const step = firstStep({
    hasMessage: best !== undefined,
    grade: best?.origin.grade ?? 'D',
    isDelivered: (best?.origin.deliveredBy ?? null) !== null,
    isSevere: isSevere(abuseClass),
  })
  const facts: ReportFacts = {
    reasons: best?.origin.reasons ?? [],
    isReplay: best?.origin.isReplay ?? false,
    attribution: best?.attribution ?? null,
    reported: judged.length,
    claims: examination.claims && { kind: examination.claims.kind, errors: examination.claims.errors },
    sample: best === undefined ? null : sampleOf(tx, best),
    elsewhere,
  }
  const dedupe = best && dedupeKey(tx, best.origin, teller.organisation)
  const found = dedupe === undefined ? undefined : await store.byDedupeKey(tx.queries, dedupe)
  const twin = found?.id === row.id ? undefined : found
  const change: Partial<store.ReportRow> = {
    channel,
    lifecycle,
    class: abuseClass,
    examined_at: now,
    reporter: teller.reporter?.id ?? null,
    may_answer: teller.mayAnswer ? 1 : row.may_answer,
    language: examination.writer?.language ?? row.language,
    grade: best?.origin.grade ?? null,
    account: best?.attribution.account ?? null,
    facts: JSON.stringify(facts),
    source: channel === 'fbl' ? teller.source : null,
  }
  const isLive = lifecycle === 'live'
  const fate = await fateOf(tx, { row, teller, judged, step, twin, isLive, abuseClass, together })
  const isClosed = fate.outcome !== null
  await store.updateReport(tx.queries, row, {
    ...change,
    state: isClosed ? 'closed' : 'examining',
    outcome: fate.outcome,
    closed_at: isClosed ? now : null,
    incident_id: fate.incident,
    duplicate_of: twin?.id ?? null,
    dedupe_key: twin || !isLive ? null : (dedupe ?? null),
  })
  const told: store.ReportRow = { ...row, ...change, incident_id: fate.incident }
  if (best === undefined) await writeInstructions(tx, told)
  else if (fate.outcome === null) await writeReceipt(tx, told)
  else await writeOutcome(tx, told, fate.outcome, elsewhere)
  return {
    action: 'report.examined',
    subject: `report:${row.id}`,
    facts: { grade: best?.origin.grade ?? 'none', outcome: fate.outcome ?? 'open' },
  }
}

async function fateOf(
  tx: Tx,
  about: {
    readonly row: store.ReportRow
    readonly teller: Teller
    readonly judged: readonly Judged[]
    readonly step: ReturnType<typeof firstStep>
    readonly twin: store.ReportRow | undefined
    readonly isLive: boolean
    readonly abuseClass: AbuseClass
    readonly together: Together
  },
): Promise<{ readonly outcome: ReportOutcome | null; readonly incident: string | null }> {
  const { step, twin, isLive, judged } = about
  if (step !== 'examining') return { outcome: step, incident: null }
  // A test has shown that we hear them; nothing is counted.
  if (!isLive) return { outcome: 'unproven', incident: null }
  if (twin) return { outcome: 'duplicate', incident: twin.incident_id }
  let incident: string | null = null
  let isOver = judged.length > 0
  for (const each of judged) {
    if (each.origin.isReplay) await tellOperator(tx, 'replay', keyed(tx, each.origin.name).slice(0, 26))
    const joined = await join(tx, about, each)
    if (joined) about.together.joined.push(joined)
    incident ??= joined?.incident ?? null
    isOver &&= joined?.isOver === true
  }
  return { outcome: isOver ? 'acted' : null, incident }
}

/** Grades A and B belong to an incident; C waits for a person, for anybody can write it. */
async function join(
  tx: Tx,
  { row, teller, abuseClass }: Pick<Parameters<typeof fateOf>[1], 'row' | 'teller' | 'abuseClass'>,
  { origin, attribution }: Judged,
): Promise<Joined | undefined> {
  const { account } = attribution
  if (account === null || origin.trace === null || (origin.grade !== 'A' && origin.grade !== 'B'))
    return undefined
  const recipient = recipientKey(tx.keys.hashes, origin.recipient ?? '')
  return await addToIncident(tx, {
    report: row.id,
    account,
    class: abuseClass,
    severity: severityOf(abuseClass),
    isSevere: isSevere(abuseClass),
    // Where nobody vouches for who says so, it shows and weighs nothing.
    grade: origin.grade === 'A' && !teller.isVouched ? 'B' : origin.grade,
    messageKey: keyed(tx, origin.name),
    recipientKey: recipient,
    reporter: teller.isTrusted ? `r:${recipient}` : (teller.reporter?.countsAs ?? 'nobody'),
    organisation: teller.organisation,
    isTrusted: teller.isTrusted,
    sentAt: Math.min(origin.trace.time * 1000, tx.clock.now()),
    connector: attribution.connector,
    pool: attribution.pool,
    campaign: attribution.campaign,
  })
}

/**
 * Message, original recipient and organization of the reporter (ATT-3): each counts once. A copy that proves less does not stand in the way
 * of one that proves more.
 */
function dedupeKey(tx: Tx, { name, recipient, grade }: Origin, organisation: string): string {
  return keyed(
    tx,
    `${name}\0${recipient === null ? '' : recipientKey(tx.keys.hashes, recipient)}\0${organisation}\0${grade}`,
  )
}

function keyed(tx: Tx, text: string): string {
  return mac(tx.keys.hashes, `abuse-message\0${text}`, 20).toString('base64url')
}
