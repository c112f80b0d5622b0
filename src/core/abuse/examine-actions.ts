import { minute } from '../../base/clock.ts'
import { mac } from '../../base/secret.ts'
import { unseal } from '../../base/seal.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { domainOf, parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { isWithin } from '../../standards/domain.ts'
import { accountName } from '../accounts/account.ts'
import { accountOfPseudonym, findSent } from '../accounts/actions.ts'
import { recipientKey } from '../accounts/sent.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { addToIncident, type Joined } from '../incidents/actions.ts'
import { tellOperator } from '../incidents/act-actions.ts'
import { meetReporter, organisationKey, reportersOf, type Reporter } from '../reporters/actions.ts'
import { isOurs } from '../../standards/received-chain.ts'
import { redacted, redactedMailbox } from './redaction.ts'
import { attributionOf, type Attribution } from './attribution.ts'
import { writeInstructions, writeReceipt, writeOutcome } from './answer-actions.ts'
import type { Envelope, Examination, Examiner, ReportedMessage, Shape } from './examination.ts'
import { originOf, recipientsToLookUp, type Origin } from './origin.ts'
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

/** Reading and judging what was kept: origin, account, incident. */

/** What came with a report; undefined once it was deleted, or when it was sealed with another key. */
export interface Evidence {
  readonly shape: Shape
  readonly envelope: Envelope
  readonly raw: Buffer
}

export async function openEvidence(ctx: Context, id: string): Promise<Evidence | undefined> {
  const row = await store.evidenceOf(ctx.db.queries, id)
  if (!row) return undefined
  const envelope = unseal(ctx.keys.vault, `envelope:${id}`, row.envelope)
  const raw = unseal(ctx.keys.vault, `evidence:${id}`, row.content)
  if (!envelope || !raw) return undefined
  // Sealed by `receiveReport`, so it is what that wrote.
  return { shape: row.shape as Shape, envelope: JSON.parse(envelope.toString()) as Envelope, raw }
}

/** Tries at reading one report before a person has to. */
const mostTries = 3
const pauseMs = minute

export interface Examining {
  readonly examiner: Examiner
  /** Hands a message in which nothing is reported to the people who run this; resolves when their mail system has taken it. */
  readonly forward: (message: { readonly mailFrom: string; readonly raw: Buffer }) => Promise<unknown>
}

/** Examines the reports that are due, at most `limit`; gives how many there were. */
export async function examineDue(
  ctx: Context,
  how: Examining,
  limit: number,
  signal?: AbortSignal,
): Promise<number> {
  const due = await store.dueReports(ctx.db.queries, ctx.clock.now(), limit)
  for (const row of due) {
    if (signal?.aborted) break
    await examineOne(ctx, how, row)
  }
  return due.length
}

async function examineOne(ctx: Context, how: Examining, row: store.ReportRow): Promise<void> {
  const evidence = await openEvidence(ctx, row.id)
  if (!evidence) return await leaveToPeople(ctx, row, 'evidence-gone')
  const { shape, envelope, raw } = evidence
  const examination = await how.examiner.examine(raw, { shape, envelope, now: ctx.clock.now() })
  if ('failure' in examination) {
    const isLast = examination.failure === 'breach' || row.attempts + 1 >= mostTries
    if (isLast) return await leaveToPeople(ctx, row, examination.failure)
    return await tryAgain(ctx, row)
  }
  // DNS did not say who wrote it: their letter and their word depend on that.
  if (examination.writer?.isUnsure && !examination.writer.isAligned && row.attempts + 1 < mostTries)
    return await tryAgain(ctx, row)
  if (examination.reported.length === 0 && row.channel === 'mail')
    await how.forward({ mailFrom: envelope.mailFrom ?? '', raw })
  await conclude(ctx, row, envelope, examination)
}

async function tryAgain(ctx: Context, row: store.ReportRow): Promise<void> {
  const attempts = row.attempts + 1
  await transact(
    ctx,
    async (tx) =>
      await store.updateReport(tx.queries, row, {
        attempts,
        next_at: tx.clock.now() + pauseMs * 5 ** (attempts - 1),
      }),
  )
}

/** What no program can read stays as it came (security PAR-1), before a person. */
async function leaveToPeople(ctx: Context, row: store.ReportRow, why: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const change = { state: 'examining', examined_at: tx.clock.now(), facts: JSON.stringify({ unread: why }) }
    await store.updateReport(tx.queries, row, change)
    await record(tx, { action: 'report.unread', subject: `report:${row.id}`, facts: { why } })
  })
}

/** What is found of one reported message before anything is written. */
interface Judged {
  readonly message: ReportedMessage
  readonly origin: Origin
  readonly attribution: Attribution
}

/** What a report says of itself, kept for the people at the desk. No mailbox of a reporter or recipient stands in it. */
export interface ReportFacts {
  readonly reasons: Origin['reasons']
  readonly isReplay: boolean
  readonly attribution: Attribution | null
  /** Messages in it. */
  readonly reported: number
  readonly claims: { readonly kind: string | null; readonly errors: readonly string[] } | null
  /** Of the reported message, mailboxes of strangers redacted (RFC 6590). */
  readonly sample: Sample | null
  readonly elsewhere: { readonly address: string; readonly contact: string | null } | null
  /** Why it could not be read. */
  readonly unread?: string | undefined
}

/** What the owner of the account may see of a message that they sent. */
export interface Sample {
  readonly from: string | null
  readonly subject: string | null
  readonly date: string | null
  readonly messageId: string | null
  readonly recipient: string | null
  /** The line of ours that took the message: from where, and when. */
  readonly takenFrom: string | null
  readonly takenAt: number | null
}

async function conclude(
  ctx: Context,
  row: store.ReportRow,
  envelope: Envelope,
  examination: Examination,
): Promise<void> {
  const judged: Judged[] = []
  for (const message of examination.reported) judged.push(await judge(ctx, message))
  // One report is about one message; where somebody attached several, the best proven speaks for it and all are counted.
  const best = judged.toSorted((a, b) => (a.origin.grade < b.origin.grade ? -1 : 1))[0]
  const elsewhere = best?.origin.grade === 'D' ? await whereToTurn(ctx, best.origin.deliveredBy) : null
  await transact(ctx, async (tx) => {
    const now = tx.clock.now()
    const teller = await meetTeller(tx, row, envelope, examination)
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
    }
    const isLive = lifecycle === 'live'
    const fate = await fateOf(tx, { row, teller, judged, step, twin, isLive, abuseClass })
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
    await record(tx, {
      action: 'report.examined',
      subject: `report:${row.id}`,
      facts: { grade: best?.origin.grade ?? 'none', outcome: fate.outcome ?? 'open' },
    })
    tx.afterCommit('reports')
    const told: store.ReportRow = { ...row, ...change, incident_id: fate.incident }
    if (best === undefined) await writeInstructions(tx, told)
    else if (fate.outcome === null) await writeReceipt(tx, told)
    else await writeOutcome(tx, told, fate.outcome, elsewhere)
  })
}

async function judge(ctx: Context, message: ReportedMessage): Promise<Judged> {
  const { abuse, provider } = ctx.settings
  const servers = { names: provider.domains, networks: provider.networks }
  const own = { traceKey: ctx.keys.trace, signers: abuse.signers, ...servers }
  const mailboxes = recipientsToLookUp(message, own)
  // The log is asked for the account of the trace header, once that is known to be ours.
  const alone = originOf(message, own, { hasMessage: false, recipients: [] })
  const pseudonym = alone.trace?.account ?? null
  const log =
    message.messageId === null
      ? { account: null, hasMessage: false, recipients: [] }
      : await findSent(ctx, message.messageId, mailboxes, pseudonym)
  const origin = originOf(message, own, log)
  const known = {
    logged: log.account,
    traced: pseudonym === null ? null : await accountOfPseudonym(ctx, pseudonym),
  }
  const attribution = attributionOf(message, origin, known, {
    accountFrom: abuse.accountFrom,
    connectors: abuse.connectors,
    pools: abuse.pools,
    servers,
  })
  const account = attribution.account === null ? null : accountName(attribution.account)
  return { message, origin, attribution: { ...attribution, account } }
}

interface Teller {
  readonly reporter: Reporter | undefined
  readonly organisation: string
  /** It is shown that it is them. */
  readonly isVouched: boolean
  /** A feedback loop that was asked for: it speaks for many recipients. */
  readonly isTrusted: boolean
  readonly mayAnswer: boolean
}

/** Who reports: only whose From is vouched for, who confirmed, or who has a token counts as somebody. */
async function meetTeller(
  tx: Tx,
  row: store.ReportRow,
  envelope: Envelope,
  { writer }: Examination,
): Promise<Teller> {
  if (envelope.program !== undefined) {
    const reporter = await meetReporter(tx, { program: envelope.program })
    return {
      reporter,
      organisation: reporter.organisation,
      isVouched: true,
      isTrusted: true,
      mayAnswer: false,
    }
  }
  const named = writer?.mailbox ?? undefined
  const mailbox = named === undefined ? undefined : parseMailbox(named)
  if (mailbox !== undefined && !(mailbox instanceof Refusal) && writer?.isAligned) {
    const reporter = await meetReporter(tx, { mailbox })
    const isTrusted = isOf(mailbox, tx.settings.abuse.trusted)
    return {
      reporter,
      organisation: reporter.organisation,
      isVouched: true,
      isTrusted,
      mayAnswer: !writer.isAutomatic && !isTrusted,
    }
  }
  const [known] = row.reporter === null ? [] : [...(await reportersOf(tx, [row.reporter])).values()]
  if (known && row.may_answer === 1)
    return {
      reporter: known,
      organisation: known.organisation,
      isVouched: true,
      isTrusted: false,
      mayAnswer: true,
    }
  return {
    reporter: known,
    organisation: organisationKey(tx, 'nobody.invalid'),
    isVouched: false,
    isTrusted: false,
    mayAnswer: false,
  }
}

function isOf(mailbox: MailAddress, domains: readonly string[]): boolean {
  return domains.some((domain) => isWithin(domainOf(mailbox), domain))
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
    reporter: teller.isTrusted ? `r:${recipient}` : (teller.reporter?.id ?? 'nobody'),
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

/** Who to turn to about a message that did not come from us: the abuse mailbox (RFC 2142 §2) of whoever handed it over. */
async function whereToTurn(ctx: Context, deliveredBy: string | null): Promise<ReportFacts['elsewhere']> {
  const address = deliveredBy === null ? undefined : parseAddress(deliveredBy)
  if (deliveredBy === null || address === undefined || address instanceof Refusal) return null
  const names = await ctx.out.confirmedNames(address)
  const organisation = names === 'temperror' ? undefined : organisationOf(names[0] ?? '')
  return { address: deliveredBy, contact: organisation === undefined ? null : `abuse@${organisation}` }
}

function sampleOf(tx: Tx, { message, origin, attribution }: Judged): Sample {
  const { hashes } = tx.keys
  const { domains, networks } = tx.settings.provider
  const scope = attribution.account ?? ''
  const plain = (text: string | null): string | null =>
    text === null ? null : redacted(text, hashes, scope, domains)
  const taken = message.hops.findLast(
    (hop) => hop.ip !== undefined && isOurs(hop, { names: domains, networks }),
  )
  return {
    from: plain(message.from),
    subject: plain(message.subject),
    date: message.date,
    messageId: message.messageId,
    recipient: origin.recipient === null ? null : redactedMailbox(origin.recipient, hashes, scope),
    takenFrom: taken?.ip ?? null,
    takenAt: taken?.at ?? null,
  }
}
