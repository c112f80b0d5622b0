import { newId, randomId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { openTag, signTag } from '../../base/signed-token.ts'
import { mac } from '../../base/secret.ts'
import type { Language } from '../../access/reasons.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox, domainOf, type MailAddress } from '../../standards/mail-address.ts'
import { visitorNetwork } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { spend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { explain } from '../senders/actions.ts'
import type { ProbeFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { judge } from './judge.ts'
import {
  mayReceive,
  stateOf,
  type Probe,
  type ProbeConnection,
  type ProbeFound,
  type ProbeRefused,
  type ProbeState,
} from './probe.ts'
import * as store from './store.ts'

/** A probe as its report shows it. */
export interface ProbeView {
  readonly id: string
  readonly state: ProbeState
  /** Where to send the message. */
  readonly address: string
  /** The report's page. */
  readonly report: string
  readonly validUntil: number
  readonly keptUntil: number
  readonly receivedAt: number | null
  readonly found: ProbeFound | null
  readonly findings: readonly Finding[]
  readonly letter: Probe['letter']
}

/** A new address and the page of its report. Spends a visitor's budget and everybody's. */
export async function startProbe(
  ctx: Context,
  { language }: { readonly language: Language },
): Promise<ProbeView> {
  const now = ctx.clock.now()
  const probe: Probe = {
    id: newId(),
    tag: randomId(12),
    language,
    createdAt: now,
    validUntil: now + ctx.settings.probe.validMs,
    receivedAt: null,
    found: null,
    letter: null,
  }
  await transact(ctx, async (tx) => {
    const { actor } = tx
    if (actor.kind === 'visitor') await spend(tx, 'probe.client.hour', visitorNetwork(actor.client))
    await spend(tx, 'probe.all.hour', 'all')
    await store.insertProbe(tx.queries, probe)
  })
  return viewOf(ctx, probe)
}

/** The report, for whoever has its link. Throws `probe.not-found` once it is kept no longer. */
export async function showProbe(ctx: Context, id: string): Promise<ProbeView> {
  const probe = await store.probeById(ctx.db.queries, id)
  if (!probe || ctx.clock.now() >= keptUntil(ctx, probe)) throw new Refusal('probe.not-found')
  return viewOf(ctx, probe)
}

/** A message that came to a probe address. */
export interface ProbeArrival {
  /** Of the address, with its MAC. */
  readonly tag: string
  /** SHA-256 of the message: the same one a second time is no second message. */
  readonly digest: string
  readonly client: Pick<ProbeConnection, 'ip' | 'source' | 'helo' | 'mailFrom' | 'tls' | 'cipher'>
  readonly content: { readonly facts: ProbeFacts } | { readonly refused: ProbeRefused }
  /** Who is shown to have written it and reads that mailbox; undefined when that is not shown. */
  readonly writer: MailAddress | undefined
}

/**
 * Keeps what was found and writes the short answer. Once for an address; the same message again changes nothing.
 * Throws `probe.not-found`, `probe.used` or `probe.expired`.
 */
export async function receiveProbe(ctx: Context, arrival: ProbeArrival): Promise<void> {
  const tag = openTag(ctx.keys.tags, 'probe', arrival.tag)
  const known = tag === undefined ? undefined : await store.probeByTag(ctx.db.queries, tag)
  if (!known) throw new Refusal('probe.not-found')
  const digest = mac(ctx.keys.hashes, `probe\0${known.id}\0${arrival.digest}`, 16).toString('base64url')
  if (known.digest === digest) return
  const refusal = mayReceive(known, ctx.clock.now())
  if (refusal) throw refusal
  const found = await investigate(ctx, arrival)
  await transact(ctx, async (tx) => {
    const now = tx.clock.now()
    const isFirst = await store.saveReceived(tx.queries, known.id, { at: now, digest, found })
    if (!isFirst) throw new Refusal('probe.used')
    const letter = await answer(tx, known, arrival)
    await store.saveLetter(tx.queries, known.id, letter)
  })
}

/** What DNS and our own rules say of the sender. */
async function investigate(ctx: Context, { client, content }: ProbeArrival): Promise<ProbeFound> {
  const address = client.ip === null ? undefined : orThrow(parseAddress(client.ip))
  const facts = 'facts' in content ? content.facts : undefined
  const [names, confirmed, fromTakesMail, decision] = await Promise.all([
    address === undefined ? [] : ctx.out.ptr(address),
    address === undefined ? [] : ctx.out.confirmedNames(address),
    takesMail(ctx, facts?.header.from ?? null),
    // A message that came from the address itself shows an SMTP session from it, as the link of a refusal does.
    address === undefined ? undefined : explain(ctx, address, 'link'),
  ])
  return {
    connection: {
      ...client,
      names: names === 'temperror' ? [] : names.slice(0, 5),
      confirmed: confirmed === 'temperror' ? [] : confirmed.slice(0, 5),
      isNameUnsure: names === 'temperror' || confirmed === 'temperror',
      fromTakesMail,
    },
    ...(facts ? { facts } : {}),
    ...('refused' in content ? { refused: content.refused } : {}),
    ...(decision ? { decision } : {}),
  }
}

async function takesMail(ctx: Context, from: string | null): Promise<boolean | null> {
  const mailbox = from === null ? undefined : parseMailbox(from)
  if (mailbox === undefined || mailbox instanceof Refusal) return null
  const answer = await ctx.out.acceptsMail(domainOf(mailbox))
  return answer === 'temperror' ? null : answer
}

/** The letter holds a link and two numbers; whoever gets it wrote to us from that mailbox a moment ago. */
async function answer(
  tx: Parameters<typeof queueLetter>[0],
  probe: Probe,
  { writer }: ProbeArrival,
): Promise<NonNullable<Probe['letter']>> {
  if (writer === undefined) return 'unsafe'
  const row = await store.probeById(tx.queries, probe.id)
  const findings = row ? viewOf(tx, row).findings : []
  const count = (tone: Finding['tone']): number => findings.filter((each) => each.tone === tone).length
  return await queueLetter(tx, {
    kind: 'probe-report',
    key: `probe:${probe.id}`,
    mailbox: writer,
    language: probe.language,
    slots: {
      link: reportUrl(tx, probe),
      faults: count('bad'),
      warnings: count('warning'),
      expiresAt: keptUntil(tx, probe),
    },
    expiresAt: keptUntil(tx, probe),
  })
}

function viewOf(ctx: Context, probe: Probe): ProbeView {
  const { found, receivedAt } = probe
  return {
    id: probe.id,
    state: stateOf(probe, ctx.clock.now()),
    address: `p+${signTag(ctx.keys.tags, 'probe', probe.tag)}@${ctx.settings.mail.replyDomain}`,
    report: reportUrl(ctx, probe),
    validUntil: probe.validUntil,
    keptUntil: keptUntil(ctx, probe),
    receivedAt,
    found,
    findings: found?.facts && receivedAt !== null ? judge(found.connection, found.facts, receivedAt) : [],
    letter: probe.letter,
  }
}

function reportUrl(ctx: Context, { id }: Probe): string {
  return `${ctx.settings.provider.site}/probe/${id}`
}

function keptUntil(ctx: Context, { createdAt }: Probe): number {
  return createdAt + ctx.settings.retention.probesMs
}
