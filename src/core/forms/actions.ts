import type { Language } from '../../access/reasons.ts'
import { orThrow } from '../../base/refusal.ts'
import { mailboxKey, parseMailbox } from '../../standards/mail-address.ts'
import { askerOf } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import { askByLetter, checkHalf, openOnce, usableLink } from '../letter-links/actions.ts'
import type { Asked, LetterLink } from '../letter-links/letter-link.ts'
import { spend, spendAll } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { formKinds, type FormKind } from './form.ts'

/**
 * Keeps what was filled in, and writes to the mailbox so that it can show itself. `content` was read before. The answer is the same whatever the
 * mailbox. Throws `limit.exceeded`, and what is wrong with the mailbox.
 */
export async function askForm(
  ctx: Context,
  input: {
    readonly kind: FormKind
    readonly mailbox: string
    readonly language: Language
    readonly content: unknown
  },
): Promise<Asked> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'forms.client.day', key: askerOf(tx.actor) },
      { name: 'forms.all.hour', key: 'all' },
    ])
  })
  const { kind, language, content } = input
  return await askByLetter(
    ctx,
    { purpose: kind, mailbox, language, content, lifeMs: ctx.settings.delisting.linkMs },
    {
      keep: async (tx, { id }) =>
        await record(tx, { action: 'case-form.asked', subject: `case-form:${id}`, facts: { kind } }),
      write: async (tx, { id, expiresAt }, half) =>
        await queueLetter(tx, {
          key: `case-form:${id}`,
          kind: 'confirm-form',
          mailbox,
          language,
          slots: { link: `${tx.settings.provider.site}/forms/link/${id}.${half}`, expiresAt },
          expiresAt,
        }),
    },
  )
}

/** What the page behind a link may show. Reading acts on nothing. Throws `links.invalid`, `links.over`. */
export async function seeForm(
  ctx: Context,
  token: string,
): Promise<{ readonly id: string; readonly kind: FormKind; readonly expiresAt: number }> {
  const { id, purpose, expiresAt } = await usableLink(ctx, token, ...formKinds)
  return { id, kind: purpose === 'warm-up' ? 'warm-up' : 'deliverability', expiresAt }
}

/**
 * The button behind the link, with the page's half or its code: the mailbox has shown itself, and `open` opens the case, once. Gives the thread; of
 * a form that was opened before, the same. Throws `links.second-half-wrong`, and what `open` throws.
 */
export async function useForm(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
  open: (tx: Tx, form: LetterLink) => Promise<string>,
): Promise<string> {
  const form = await usableLink(ctx, input.link, ...formKinds)
  await checkHalf(ctx, form, input)
  return await transact(ctx, async (tx) => {
    return await openOnce(tx, form, async () => {
      await spend(tx, 'forms.mailbox.day', mailboxKey(form.mailbox))
      return await open(tx, form)
    })
  })
}
