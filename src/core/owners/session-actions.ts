import { newId, newSecretText } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import type { Language } from '../../access/reasons.ts'
import { domainOf, mailboxKey, parseMailbox } from '../../standards/mail-address.ts'
import { actorName, visitorNetwork } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { fitsCode, fitsSecret, hashHalf, isGuess, newHalves, readLink, type SecondHalf } from '../halves.ts'
import { spend, trySpend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import type { Owner } from './claim.ts'
import { maxTries, mayUse, type OwnerLink } from './link.ts'
import * as store from './store.ts'

/** A letter with a link has perhaps gone out; the page has the other half. */
export interface Asked {
  readonly id: string
  readonly secret: string
  readonly code: string
  readonly expiresAt: number
}

/** Writes to a mailbox so that it can show itself. The answer is the same whatever the mailbox, and whether or not it is known here. */
export async function askToEnter(
  ctx: Context,
  input: { readonly mailbox: string; readonly language: Language },
): Promise<Asked> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  await transact(ctx, async (tx) => await spend(tx, 'owners.enter.client.hour', askerOf(tx)))
  const hasMailHost = (await ctx.out.acceptsMail(domainOf(mailbox))) !== false
  const [id, halves, now] = [newId(), newHalves(), ctx.clock.now()]
  const link: OwnerLink = {
    id,
    mailbox,
    language: input.language,
    linkHash: hashHalf(ctx.keys.halves, 'link', id, halves.link),
    browserHash: hashHalf(ctx.keys.halves, 'browser', id, halves.secret),
    codeHash: hashHalf(ctx.keys.halves, 'code', id, halves.code),
    tries: 0,
    createdAt: now,
    expiresAt: now + ctx.settings.owners.linkMs,
    usedAt: null,
  }
  await transact(ctx, async (tx) => {
    await store.insertLink(tx.queries, link)
    await record(tx, { action: 'owner-link.asked', subject: `owner-link:${id}`, facts: {} })
    const mayWrite =
      hasMailHost || (await trySpend(tx, [{ name: 'letters.no-mail-host.hour', key: 'all' }])) === undefined
    if (mayWrite) await writeLink(tx, link, halves.link)
  })
  return { id, secret: halves.secret, code: halves.code, expiresAt: link.expiresAt }
}

async function writeLink(
  tx: Tx,
  { id, mailbox, language, expiresAt }: OwnerLink,
  half: string,
): Promise<void> {
  await queueLetter(tx, {
    key: `owner-link:${id}`,
    kind: 'owner-link',
    mailbox,
    language,
    slots: { link: `${tx.settings.provider.site}/owners/link/${id}.${half}`, expiresAt },
    expiresAt,
  })
}

/** What the page behind a link may show. Reading acts on nothing. */
export async function seeOwnerLink(
  ctx: Context,
  token: string,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const { id, expiresAt } = await usableLink(ctx, token)
  return { id, expiresAt }
}

/** The button behind the link: with the page's half, or its code, the mailbox has shown itself. Gives the session's secret. */
export async function enter(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
): Promise<{ readonly owner: Owner; readonly session: string }> {
  const link = await usableLink(ctx, input.link)
  const fits = fitsSecret(ctx.keys.halves, link, input.secret) || fitsCode(ctx.keys.halves, link, input.code)
  if (!fits) throw await secondHalfWrong(ctx, link, input)
  const session = newSecretText()
  const owner = await transact(ctx, async (tx) => {
    const at = tx.clock.now()
    if (!(await store.useLink(tx.queries, link.id, { at, maxTries }))) throw new Refusal('owners.link-over')
    const { mailbox, language } = link
    const entered = await store.putOwner(tx.queries, {
      id: newId(),
      mailbox,
      language,
      mailboxKey: mailboxKey(mailbox),
      at,
    })
    await store.insertSession(tx.queries, {
      hash: sessionHash(ctx, session),
      ownerId: entered.id,
      at,
      until: at + tx.settings.owners.sessionMs,
    })
    await record(tx, { action: 'owner.entered', subject: `owner:${entered.id}`, facts: {} })
    return entered
  })
  return { owner, session }
}

async function usableLink(ctx: Context, token: string): Promise<OwnerLink> {
  const read = readLink(token)
  const link = read && (await store.linkById(ctx.db.queries, read.id))
  const isOurs = read && link && hashHalf(ctx.keys.halves, 'link', read.id, read.link) === link.linkHash
  if (!isOurs) throw new Refusal('owners.link-invalid')
  const refusal = mayUse(link, ctx.clock.now())
  if (refusal) throw refusal
  return link
}

/** What could be right is counted; the fifth wrong one burns the link. */
async function secondHalfWrong(ctx: Context, link: OwnerLink, half: SecondHalf): Promise<Refusal> {
  const tries = isGuess(half)
    ? await transact(ctx, async (tx) => await store.countTry(tx.queries, link.id))
    : link.tries
  return tries >= maxTries
    ? new Refusal('owners.link-over')
    : new Refusal('owners.second-half-wrong', { left: maxTries - tries })
}

/** Whose session this is. Throws `owners.sign-in` without one. */
export async function ownerOfSession(ctx: Context, session: string | undefined): Promise<Owner> {
  const isShaped = session !== undefined && /^[A-Za-z0-9_-]{43}$/.test(session)
  const owner =
    isShaped && (await store.sessionOwner(ctx.db.queries, sessionHash(ctx, session), ctx.clock.now()))
  if (!owner) throw new Refusal('owners.sign-in')
  return owner
}

export async function leave(ctx: Context, session: string): Promise<void> {
  await transact(ctx, async (tx) => await store.deleteSession(tx.queries, sessionHash(tx, session)))
}

function sessionHash(ctx: Context, session: string): string {
  return mac(ctx.keys.halves, `owner-session\0${session}`).toString('hex')
}

function askerOf({ actor }: Context): string {
  return actor.kind === 'visitor' ? visitorNetwork(actor.client) : actorName(actor)
}
