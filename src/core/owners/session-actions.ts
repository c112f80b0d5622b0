import { newId, newSecretText } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import type { Language } from '../../access/reasons.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { askerOf } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import { askByLetter, checkHalf, usableLink, useUp } from '../letter-links/actions.ts'
import type { Asked } from '../letter-links/letter-link.ts'
import { spend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import type { Owner } from './claim.ts'
import * as store from './store.ts'

/** Writes to a mailbox so that it can show itself. The answer is the same whatever the mailbox, and whether or not it is known here. */
export async function askToEnter(
  ctx: Context,
  input: { readonly mailbox: string; readonly language: Language },
): Promise<Asked> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  await transact(ctx, async (tx) => await spend(tx, 'owners.enter.client.hour', askerOf(tx.actor)))
  const { language } = input
  return await askByLetter(
    ctx,
    { purpose: 'owner', mailbox, language, lifeMs: ctx.settings.owners.linkMs },
    {
      keep: async (tx, { id }) =>
        await record(tx, { action: 'owner-link.asked', subject: `owner-link:${id}`, facts: {} }),
      write: async (tx, { id, expiresAt }, half) =>
        await queueLetter(tx, {
          key: `owner-link:${id}`,
          kind: 'owner-link',
          mailbox,
          language,
          slots: { link: `${tx.settings.provider.site}/owners/link/${id}.${half}`, expiresAt },
          expiresAt,
        }),
    },
  )
}

/** What the page behind a link may show. Reading acts on nothing. */
export async function seeOwnerLink(
  ctx: Context,
  token: string,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const { id, expiresAt } = await usableLink(ctx, token, 'owner')
  return { id, expiresAt }
}

/** The button behind the link: with the page's half, or its code, the mailbox has shown itself. Gives the session's secret. */
export async function enter(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
): Promise<{ readonly owner: Owner; readonly session: string }> {
  const link = await usableLink(ctx, input.link, 'owner')
  await checkHalf(ctx, link, input)
  const session = newSecretText()
  const owner = await transact(ctx, async (tx) => {
    const at = tx.clock.now()
    await useUp(tx, link)
    const { mailbox, language } = link
    const entered = await store.putOwner(tx.queries, {
      id: newId(),
      mailbox,
      language,
      mailboxKey: mailbox.toLowerCase(),
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
