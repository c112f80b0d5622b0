import type { Language } from '../../access/reasons.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { actorName, visitorNetwork } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import { askByLetter, checkHalf, usableLink, useUp } from '../letter-links/actions.ts'
import type { Asked } from '../letter-links/letter-link.ts'
import { spend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { erasePerson } from './erase-actions.ts'
import { exportSelf } from './export-actions.ts'
import type { Erasure, Exported } from './person.ts'

/** Somebody asks for themself: a letter shows that the mailbox is theirs, in two halves as in the portal; each link does one thing, once. */

/** Writes to the mailbox. The answer is the same whatever the mailbox, and whether or not anything is known of it. */
export async function askForMyData(
  ctx: Context,
  input: { readonly mailbox: string; readonly language: Language },
): Promise<Asked> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  const { actor } = ctx
  const asker = actor.kind === 'visitor' ? visitorNetwork(actor.client) : actorName(actor)
  await transact(ctx, async (tx) => await spend(tx, 'owners.enter.client.hour', asker))
  const { language } = input
  return await askByLetter(
    ctx,
    { purpose: 'person', mailbox, language, lifeMs: ctx.settings.owners.linkMs },
    {
      keep: async (tx, { id }) =>
        await record(tx, { action: 'person-link.asked', subject: `person-link:${id}`, facts: {} }),
      write: async (tx, { id, expiresAt }, half) =>
        await queueLetter(tx, {
          key: `person-link:${id}`,
          kind: 'person-link',
          mailbox,
          language,
          slots: { link: `${tx.settings.provider.site}/my-data/link/${id}.${half}`, expiresAt },
          expiresAt,
        }),
    },
  )
}

/** What the page behind the link may show. Reading acts on nothing. Throws `links.invalid`, `links.over`. */
export async function seeMyLink(ctx: Context, token: string): Promise<{ readonly id: string }> {
  const { id } = await usableLink(ctx, token, 'person')
  return { id }
}

export type MyWish = SecondHalf & { readonly link: string }

/** Their data. Throws `links.second-half-wrong` and `links.over` besides. */
export async function takeMyData(ctx: Context, wish: MyWish): Promise<Exported> {
  return await exportSelf(ctx, await proven(ctx, wish))
}

/** Erases them, or as soon as nothing of theirs is open. */
export async function eraseMe(ctx: Context, wish: MyWish): Promise<Erasure> {
  return await erasePerson(ctx, await proven(ctx, wish))
}

async function proven(ctx: Context, wish: MyWish) {
  const link = await usableLink(ctx, wish.link, 'person')
  await checkHalf(ctx, link, wish)
  await transact(ctx, async (tx) => await useUp(tx, link))
  return link.mailbox
}
