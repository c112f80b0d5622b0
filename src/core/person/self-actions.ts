import type { Language } from '../../access/reasons.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { actorName, visitorNetwork } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import type { Asked } from '../letter-link.ts'
import { spend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { checkHalf, keepLink, mayReach, newLink, usableLink, useUp } from '../owners/link-actions.ts'
import { erasePerson } from './erase-actions.ts'
import { readPerson } from './export-actions.ts'
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
  const mayWrite = await mayReach(ctx, mailbox)
  const { link, half, asked } = newLink(ctx, {
    purpose: 'person',
    mailbox,
    language: input.language,
    about: null,
  })
  await transact(ctx, async (tx) => {
    await keepLink(tx, link)
    await record(tx, { action: 'person-link.asked', subject: `person-link:${link.id}`, facts: {} })
    if (!(await mayWrite(tx))) return
    const { id, language, expiresAt } = link
    const slots = { link: `${tx.settings.provider.site}/my-data/link/${id}.${half}`, expiresAt }
    await queueLetter(tx, {
      key: `person-link:${id}`,
      kind: 'person-link',
      mailbox,
      language,
      slots,
      expiresAt,
    })
  })
  return asked
}

/** What the page behind the link may show. Reading acts on nothing. Throws `owners.link-invalid`, `owners.link-over`. */
export async function seeMyLink(ctx: Context, token: string): Promise<{ readonly id: string }> {
  const { id } = await usableLink(ctx, token, 'person')
  return { id }
}

export type MyWish = SecondHalf & { readonly link: string }

/** Their data. Throws `owners.second-half-wrong` and `owners.link-over` besides. */
export async function takeMyData(ctx: Context, wish: MyWish): Promise<Exported> {
  return await readPerson(ctx, await proven(ctx, wish))
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
