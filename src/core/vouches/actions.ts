import { day } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { mostVouches, vouchHash, vouchNetwork, type VouchEntry } from '../../access/vouch.ts'
import { Conflict } from '../../db/open.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import type { AuditAction } from '../audit/names.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { findRefused, listVouched } from '../decisions/recipient-actions.ts'
import type { RefusedMail } from '../decisions/refused-mail.ts'
import { takeTurn, tellEdges } from '../edges/actions.ts'
import { spend } from '../limits/actions.ts'
import { listingEntry } from '../listings/actions.ts'
import { mayActFor, recipientKey, type Recipient } from '../recipients/recipient.ts'
import * as store from './store.ts'
import { ended, endOf, readDays, vouchableOf, type Vouch, type Vouchable, type VouchEnd } from './vouch.ts'

/** How long what has ended is still shown to its mailbox. */
const endedShownMs = 30 * day

/** How long what an operator has ended cannot be vouched for again. */
const revokedMs = 30 * day

/** A refusal as somebody sees it who may vouch for it. */
export interface SeenRefusal {
  readonly mailbox: MailAddress
  readonly refused: RefusedMail
  /** What of it can be vouched for, or why nothing. */
  readonly vouchable: Vouchable | Refusal
}

/**
 * One refusal of mail to a mailbox that they act for; their own when none is named. Throws `recipients.not-theirs`, and
 * `recipients.not-found` for what was not refused to this mailbox, whatever was refused to others.
 */
export async function showRefusal(
  ctx: Context,
  recipient: Recipient,
  asked: { readonly id: string; readonly mailbox?: string | undefined },
): Promise<SeenRefusal> {
  const mailbox = readMailbox(recipient, asked.mailbox)
  const refused = await findRefused(ctx, { mailbox }, asked.id)
  if (!refused) throw new Refusal('recipients.not-found')
  const listing = refused.listing === null ? undefined : await listingEntry(ctx, refused.listing)
  return { mailbox, refused, vouchable: vouchableOf(refused, listing ?? null, ctx.settings.vouches.mode) }
}

function readMailbox(recipient: Recipient, text: string | undefined): MailAddress {
  const mailbox = text === undefined || text === '' ? recipient.mailbox : orThrow(parseMailbox(text))
  const refusal = mayActFor(recipient, mailbox)
  if (refusal) throw refusal
  return mailbox
}

/**
 * Vouches for the sender of a refusal of this very mailbox. One that is there already lasts as long as is asked now. Edges learn of it
 * within seconds. Throws what `showRefusal` does, and `vouches.*`.
 */
export async function vouch(
  ctx: Context,
  recipient: Recipient,
  input: {
    readonly id: string
    readonly mailbox?: string | undefined
    /** Of those that can be vouched for; needed where there are several. */
    readonly domain?: string | undefined
    readonly days: string
  },
): Promise<Vouch> {
  const { mailbox, refused, vouchable } = await showRefusal(ctx, recipient, input)
  const { domains, network } = orThrow(vouchable)
  const days = orThrow(readDays(input.days, ctx.settings.vouches.longestMs))
  const domain = domains.length === 1 ? domains[0] : domains.find((each) => each === input.domain)
  if (domain === undefined) throw new Refusal('vouches.domain')
  const hash = vouchHash(ctx.keys.vouches, { mailbox, domain, network })
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    await spend(tx, 'vouches.mailbox.day', recipientKey(mailbox))
    const now = tx.clock.now()
    const endsAt = endOf(days, now)
    const known = await store.activeByHash(tx.queries, hash)
    if (known && known.endsAt > now) {
      const longer = { ...known, endsAt, recipientId: recipient.id }
      await save(tx, longer)
      await act(tx, longer, 'vouch.renewed')
      return longer
    }
    // Its time is over, and nobody has written it down yet.
    if (known) await end(tx, known, 'expired')
    if (await store.wasRevoked(tx.queries, hash, now - revokedMs)) throw new Refusal('vouches.revoked')
    await mustHaveRoom(tx, mailbox)
    const { ip, reason } = refused
    const id = newId()
    const fresh = { id, mailbox, recipientId: recipient.id, domain, network, hash, ip, reason } as const
    const made: Vouch = { ...fresh, sinceAt: now, endsAt, endedAt: null, endedWhy: null, version: 1 }
    await store.insert(tx.queries, made)
    await act(tx, made, 'vouch.made')
    return made
  })
}

async function mustHaveRoom(tx: Tx, mailbox: MailAddress): Promise<void> {
  const { most } = tx.settings.vouches
  const now = tx.clock.now()
  if ((await store.countActive(tx.queries, now, { mailbox })) >= most)
    throw new Refusal('vouches.too-many', { most })
  if ((await store.countActive(tx.queries, now)) >= mostVouches) throw new Refusal('vouches.full')
}

async function act(tx: Tx, it: Vouch, action: AuditAction): Promise<void> {
  const { hash, network, endsAt: until } = it
  await tellEdges(tx, { kind: 'vouch', vouch: { hash, network, until } })
  await note(tx, it, action)
}

/** Whose mailbox it is stands with the vouch, not in the audit, of which nothing is ever taken out. */
async function note(tx: Tx, it: Vouch, action: AuditAction): Promise<void> {
  await record(tx, {
    action,
    subject: `vouch:${it.id}`,
    facts: {
      domain: it.domain,
      ...(it.network === null ? {} : { network: formatPrefix(it.network) }),
      until: new Date(it.endsAt).toISOString(),
    },
  })
}

async function save(tx: Tx, it: Vouch): Promise<void> {
  if (!(await store.update(tx.queries, it))) throw new Conflict(`vouch ${it.id} was changed by somebody else`)
}

/** Ends one that has not ended. What ends by itself edges know. Callers have their turn. */
export async function end(tx: Tx, it: Vouch, why: VouchEnd): Promise<void> {
  const over = ended(it, why, tx.clock.now())
  await save(tx, over)
  if (why !== 'expired') await tellEdges(tx, { kind: 'unvouch', hash: it.hash })
  await note(tx, over, `vouch.${why}`)
}

/** A vouch with what passed because of it, as far as records are kept. */
export interface UsedVouch {
  readonly vouch: Vouch
  readonly passed: number
  readonly lastAt: number | null
}

/** The vouches of a mailbox that they act for, newest first. */
export async function listOwnVouches(
  ctx: Context,
  recipient: Recipient,
  asked?: string,
): Promise<{ readonly mailbox: MailAddress; readonly vouches: readonly UsedVouch[] }> {
  const mailbox = readMailbox(recipient, asked)
  const [vouches, passed] = await Promise.all([
    store.ofMailbox(ctx.db.queries, mailbox, ctx.clock.now() - endedShownMs),
    listVouched(ctx, mailbox),
  ])
  return { mailbox, vouches: vouches.map((each) => usedOf(each, passed)) }
}

function usedOf(it: Vouch, passed: readonly RefusedMail[]): UsedVouch {
  const its = passed.filter((each) => each.at >= it.sinceAt && isBy(it, each))
  return { vouch: it, passed: its.length, lastAt: its[0]?.at ?? null }
}

function isBy({ network, domain }: Vouch, { ip, mailFrom, signedBy }: RefusedMail): boolean {
  if (network === null) return signedBy.includes(domain)
  const from = vouchNetwork(orThrow(parseAddress(ip)))
  return mailFrom?.toLowerCase() === domain && formatPrefix(from) === formatPrefix(network)
}

/** Takes a vouch back. Throws `vouches.not-found` for one of a mailbox that is not theirs, whether it exists or not. */
export async function withdrawVouch(ctx: Context, recipient: Recipient, id: string): Promise<Vouch> {
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const it = await store.byId(tx.queries, id)
    if (!it || mayActFor(recipient, it.mailbox)) throw new Refusal('vouches.not-found')
    if (it.endedAt !== null) throw new Refusal('vouches.ended')
    await end(tx, it, 'withdrawn')
    return it
  })
}

/** Rows read at once. */
const pageSize = 5000

/** All that act, for an edge's snapshot. */
export async function activeVouches(ctx: Context): Promise<readonly VouchEntry[]> {
  const all: VouchEntry[] = []
  for (let after = ''; ;) {
    const page = await store.activePage(ctx.db.queries, ctx.clock.now(), after, pageSize)
    all.push(...page.map(({ hash, network, until }) => ({ hash, network, until })))
    const last = page.at(-1)
    if (!last || page.length < pageSize) return all
    after = last.id
  }
}

/** Writes down that vouches have ended by themselves; how many. */
export async function endExpiredVouches(ctx: Context, limit: number): Promise<number> {
  const due = await store.overdue(ctx.db.queries, ctx.clock.now(), limit)
  for (const { id } of due) {
    await transact(ctx, async (tx) => {
      const it = await store.byId(tx.queries, id)
      if (it && it.endedAt === null && it.endsAt <= tx.clock.now()) await end(tx, it, 'expired')
    })
  }
  return due.length
}
