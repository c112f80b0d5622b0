import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import { domainOf, type MailAddress } from '../../standards/mail-address.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { fitsCode, fitsSecret, hashHalf, isGuess, newHalves, readLink, type SecondHalf } from '../halves.ts'
import { maxTries, mayUse, type Asked } from '../letter-link.ts'
import { trySpend } from '../limits/actions.ts'
import type { LinkPurpose, OwnerLink } from './link.ts'
import * as store from './store.ts'

/** Letters with a link, whatever they are about: how they are made, opened, and used once. */

export interface NewLink {
  readonly link: OwnerLink
  /** The half that only the letter has. */
  readonly half: string
  readonly asked: Asked
}

export function newLink(
  ctx: Context,
  about: Pick<OwnerLink, 'purpose' | 'about'> & {
    readonly mailbox: MailAddress
    readonly language: Language
  },
): NewLink {
  const [id, halves, now] = [newId(), newHalves(), ctx.clock.now()]
  const expiresAt = now + ctx.settings.owners.linkMs
  const link: OwnerLink = {
    id,
    ...about,
    linkHash: hashHalf(ctx.keys.halves, 'link', id, halves.link),
    browserHash: hashHalf(ctx.keys.halves, 'browser', id, halves.secret),
    codeHash: hashHalf(ctx.keys.halves, 'code', id, halves.code),
    tries: 0,
    createdAt: now,
    expiresAt,
    usedAt: null,
  }
  return { link, half: halves.link, asked: { id, secret: halves.secret, code: halves.code, expiresAt } }
}

/** Keeps the hashes of a new link, in the transaction that writes its letter. */
export async function keepLink(tx: Tx, link: OwnerLink): Promise<void> {
  await store.insertLink(tx.queries, link)
}

/** Whether there is room for a letter to the domain: those that DNS knows no mail host of are few. Asks DNS, so not in a transaction. */
export async function mayReach(ctx: Context, mailbox: MailAddress): Promise<(tx: Tx) => Promise<boolean>> {
  const hasMailHost = (await ctx.out.acceptsMail(domainOf(mailbox))) !== false
  return async (tx) =>
    hasMailHost || (await trySpend(tx, [{ name: 'letters.no-mail-host.hour', key: 'all' }])) === undefined
}

/** The link of a letter, if it still works and is for this. Reading acts on nothing. Throws `owners.link-invalid`, `owners.link-over`. */
export async function usableLink(ctx: Context, token: string, purpose: LinkPurpose): Promise<OwnerLink> {
  const read = readLink(token)
  const link = read && (await store.linkById(ctx.db.queries, read.id))
  const isOurs = read && link && hashHalf(ctx.keys.halves, 'link', read.id, read.link) === link.linkHash
  if (!isOurs || link.purpose !== purpose) throw new Refusal('owners.link-invalid')
  const refusal = mayUse(link, ctx.clock.now())
  if (refusal) throw refusal
  return link
}

/** The page's half, or its code. Throws `owners.second-half-wrong`; what could be right is counted, and the fifth wrong one burns the link. */
export async function checkHalf(ctx: Context, link: OwnerLink, half: SecondHalf): Promise<void> {
  const { halves } = ctx.keys
  if (fitsSecret(halves, link, half.secret) || fitsCode(halves, link, half.code)) return
  const tries = isGuess(half)
    ? await transact(ctx, async (tx) => await store.countTry(tx.queries, link.id))
    : link.tries
  throw tries >= maxTries
    ? new Refusal('owners.link-over')
    : new Refusal('owners.second-half-wrong', { left: maxTries - tries })
}

/** Uses the link up. Throws `owners.link-over` where it was meanwhile. */
export async function useUp(tx: Tx, link: OwnerLink): Promise<void> {
  if (!(await store.useLink(tx.queries, link.id, { at: tx.clock.now(), maxTries })))
    throw new Refusal('owners.link-over')
}
