import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { domainOf, type MailAddress } from '../../standards/mail-address.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { fitsCode, fitsSecret, hashHalf, isGuess, newHalves, readLink, type SecondHalf } from '../halves.ts'
import { trySpend } from '../limits/actions.ts'
import { maxTries, mayUse, type Asked, type LetterLink, type LinkPurpose, type Road } from './letter-link.ts'
import * as store from './store.ts'

/** Letters with a link, whatever they are about: how they are made, opened, and used once. Whoever asks for one writes the letter. */

/** What a new link is about. */
export type NewLink = Pick<LetterLink, 'purpose' | 'mailbox' | 'language'> & {
  readonly content?: unknown
  readonly lifeMs: number
  /** The mailbox is of a domain of ours: whether it takes mail is nothing that DNS need be asked. */
  readonly isOurs?: boolean
  /** How the mailbox shows itself; `mail` where it is not said. On the other road nothing is written to anybody. */
  readonly road?: Road
}

/** What else is done in the transaction that makes a link. */
export interface Asking {
  /** Limits and the record. */
  readonly keep: (tx: Tx, link: LetterLink) => Promise<unknown>
  /** Queues the letter; `half` is what only the letter has, and stands behind the id and a full stop. */
  readonly write: (tx: Tx, link: LetterLink, half: string) => Promise<unknown>
}

/**
 * Makes a link and keeps its hashes, in a transaction with whatever `keep` does and with its letter. A mailbox of a domain that DNS knows no
 * mail host of gets one where there is room for such; the answer is the same. Asks DNS, so not to be called in a transaction. What `keep`
 * throws leaves nothing.
 */
export async function askByLetter(ctx: Context, about: NewLink, { keep, write }: Asking): Promise<Asked> {
  const { road = 'mail', isOurs = false, mailbox } = about
  const hasMailHost =
    isOurs || road === 'write-in' || (await ctx.out.acceptsMail(domainOf(mailbox))) !== false
  const { link, half, asked } = newLink(ctx, about)
  await transact(ctx, async (tx) => {
    await keep(tx, link)
    await store.insert(tx.queries, tx.keys.vault, link)
    if (road === 'write-in') return
    const isRoom =
      hasMailHost || (await trySpend(tx, [{ name: 'letters.no-mail-host.hour', key: 'all' }])) === undefined
    if (isRoom) await write(tx, link, half)
  })
  return asked
}

function newLink(
  ctx: Context,
  { purpose, mailbox, language, content = null, lifeMs, road = 'mail' }: NewLink,
): { readonly link: LetterLink; readonly half: string; readonly asked: Asked } {
  const [id, halves, now] = [newId(), newHalves(), ctx.clock.now()]
  const link: LetterLink = {
    id,
    purpose,
    mailbox,
    language,
    content,
    linkHash: road === 'mail' ? hashHalf(ctx.keys.halves, 'link', id, halves.link) : '',
    browserHash: hashHalf(ctx.keys.halves, 'browser', id, halves.secret),
    codeHash: hashHalf(ctx.keys.halves, 'code', id, halves.code),
    tries: 0,
    createdAt: now,
    expiresAt: now + lifeMs,
    provenAt: null,
    usedAt: null,
    opened: null,
  }
  const asked = { id, secret: halves.secret, code: halves.code, expiresAt: link.expiresAt }
  return { link, half: halves.link, asked }
}

/** The link of a letter, if it still works and is for one of these. Reading acts on nothing. Throws `links.invalid`, `links.over`. */
export async function usableLink(
  ctx: Context,
  token: string,
  ...purposes: readonly LinkPurpose[]
): Promise<LetterLink> {
  const read = readLink(token)
  const link = read && (await store.byId(ctx.db.queries, ctx.keys.vault, read.id))
  const isOurs = read && link && hashHalf(ctx.keys.halves, 'link', read.id, read.link) === link.linkHash
  if (!isOurs || !purposes.includes(link.purpose)) throw new Refusal('links.invalid')
  const refusal = mayUse(link, ctx.clock.now())
  if (refusal) throw refusal
  return link
}

/** The same by its id, for whoever shows the page's half beside it. Throws `links.invalid`, `links.over`. */
export async function usableById(
  ctx: Context,
  id: string,
  ...purposes: readonly LinkPurpose[]
): Promise<LetterLink> {
  const link = await store.byId(ctx.db.queries, ctx.keys.vault, id)
  if (!link || !purposes.includes(link.purpose)) throw new Refusal('links.invalid')
  const refusal = mayUse(link, ctx.clock.now())
  if (refusal) throw refusal
  return link
}

/** For whoever holds the page's half: no code is asked here, where no try counts. Throws `links.invalid`. */
export async function linkOfSecret(
  ctx: Context,
  { id, secret }: { readonly id: string; readonly secret: string | undefined },
  ...purposes: readonly LinkPurpose[]
): Promise<LetterLink> {
  const link = await store.byId(ctx.db.queries, ctx.keys.vault, id)
  if (!link || !purposes.includes(link.purpose) || !fitsSecret(ctx.keys.halves, link, secret))
    throw new Refusal('links.invalid')
  return link
}

/**
 * A message from this mailbox has shown it: it counts from now on, whatever was typed before. False where the link opens nothing any more: a late
 * message changes nothing.
 */
export async function proveLink(
  tx: Tx,
  { id, mailbox }: { readonly id: string; readonly mailbox: MailAddress },
): Promise<boolean> {
  return await store.prove(tx.queries, id, { at: tx.clock.now(), mailbox, maxTries })
}

/** The page's half, or its code. Throws `links.second-half-wrong`; what could be right is counted, and the fifth wrong one burns the link. */
export async function checkHalf(ctx: Context, link: LetterLink, half: SecondHalf): Promise<void> {
  const { halves } = ctx.keys
  if (fitsSecret(halves, link, half.secret) || fitsCode(halves, link, half.code)) return
  const tries = isGuess(half)
    ? await transact(ctx, async (tx) => await store.countTry(tx.queries, link.id))
    : link.tries
  throw tries >= maxTries
    ? new Refusal('links.over')
    : new Refusal('links.second-half-wrong', { left: maxTries - tries })
}

/** Uses the link up. Throws `links.over` where it was meanwhile. */
export async function useUp(tx: Tx, { id }: LetterLink): Promise<void> {
  if (!(await store.use(tx.queries, id, { at: tx.clock.now(), maxTries }))) throw new Refusal('links.over')
}

/** Uses the link up and opens something, once: whoever comes again, or at the same time, is led to the same. Throws `links.over`, and what `open` throws. */
export async function openOnce(tx: Tx, link: LetterLink, open: () => Promise<string>): Promise<string> {
  const isFirst = await store.use(tx.queries, link.id, { at: tx.clock.now(), maxTries })
  if (isFirst) {
    const opened = await open()
    await store.setOpened(tx.queries, link.id, opened)
    return opened
  }
  const opened = (await store.byId(tx.queries, tx.keys.vault, link.id))?.opened ?? null
  if (opened === null) throw new Refusal('links.over')
  return opened
}
