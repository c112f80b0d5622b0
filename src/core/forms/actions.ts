import type { Language } from '../../access/reasons.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { openTag, signTag } from '../../base/signed-token.ts'
import { mailboxKey, maskMailbox, parseMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { askerOf } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { checkChallenge, spendChallenge } from '../challenges/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import {
  askByLetter,
  checkHalf,
  linkOfSecret,
  openOnce,
  proveLink,
  usableById,
  usableLink,
} from '../letter-links/actions.ts'
import { mayUse, roadOf, type Asked, type LetterLink, type Road } from '../letter-links/letter-link.ts'
import { spend, spendAll } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { formKinds, type FormKind } from './form.ts'

/** What every form has beside its own fields. */
export interface FormAsker {
  readonly mailbox: string
  readonly language: Language
  /** Answer to a challenge; without one whoever asks writes to us instead. */
  readonly pow?: string | undefined
}

export interface AskedForm extends Asked {
  readonly road: Road
  /** Where to write on the road `write-in`. */
  readonly writeTo: string
}

/**
 * Keeps what was filled in. The mailbox shows itself by a letter that we write, which costs whoever asks a proof of work, or by a message to us.
 * `content` was read before. The answer is the same whatever the mailbox. Throws `limit.exceeded`, `pow.invalid`, `pow.replayed`, and what is
 * wrong with the mailbox.
 */
export async function askForm(
  ctx: Context,
  input: FormAsker & { readonly kind: FormKind; readonly content: unknown },
): Promise<AskedForm> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  const spent = input.pow === undefined ? undefined : await checkChallenge(ctx, input.pow)
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'forms.client.day', key: askerOf(tx.actor) },
      { name: 'forms.all.hour', key: 'all' },
    ])
  })
  const { kind, language, content } = input
  const road: Road = spent === undefined ? 'write-in' : 'mail'
  const asked = await askByLetter(
    ctx,
    { purpose: kind, mailbox, language, content, lifeMs: ctx.settings.delisting.linkMs, road },
    {
      keep: async (tx, { id }) => {
        if (spent) await spendChallenge(tx, spent)
        await record(tx, { action: 'case-form.asked', subject: `case-form:${id}`, facts: { kind, road } })
      },
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
  return { ...asked, road, writeTo: writeToOf(ctx, asked.id) }
}

function writeToOf({ keys, settings }: Context, id: string): string {
  return `f+${signTag(keys.tags, 'form', id)}@${settings.mail.replyDomain}`
}

/**
 * A message to the address of a form, from an authenticated mailbox: it shows that mailbox, which counts from then on, whatever the form said. Once
 * the form has opened its case, or its time is over, nothing happens. Throws `links.invalid` for a tag that is not ours.
 */
export async function proveForm(
  ctx: Context,
  input: { readonly tag: string; readonly mailbox: MailAddress },
): Promise<void> {
  const id = openTag(ctx.keys.tags, 'form', input.tag)
  if (id === undefined) throw new Refusal('links.invalid')
  await transact(ctx, async (tx) => {
    if (await proveLink(tx, { id, mailbox: input.mailbox }))
      await record(tx, { action: 'case-form.proven', subject: `case-form:${id}`, facts: {} })
  })
}

/** `open`: its mailbox has not shown itself. `proven`: it has, by a message, and the button is left. */
export const formStates = ['open', 'proven', 'opened', 'over'] as const
export type FormState = (typeof formStates)[number]

/** A form for whoever filled it in. */
export interface FormView {
  readonly id: string
  readonly kind: FormKind
  readonly mailbox: string
  readonly state: FormState
  readonly road: Road
  readonly writeTo: string
  readonly expiresAt: number
  /** The page of its case, once it has one. */
  readonly page: string | null
}

/** How a form stands, for whoever holds its secret. Throws `links.invalid`. */
export async function showForm(
  ctx: Context,
  input: { readonly id: string; readonly secret: string | undefined },
): Promise<FormView> {
  const form = await linkOfSecret(ctx, input, ...formKinds)
  const { id, mailbox, expiresAt, opened } = form
  return {
    id,
    kind: kindOf(form),
    mailbox: maskMailbox(mailbox),
    state: stateOf(form, ctx.clock.now()),
    road: roadOf(form),
    writeTo: writeToOf(ctx, id),
    expiresAt,
    page: opened === null ? null : pageToken(ctx, opened),
  }
}

function stateOf(form: LetterLink, now: number): FormState {
  if (form.opened !== null) return 'opened'
  if (mayUse(form, now)) return 'over'
  return form.provenAt === null ? 'open' : 'proven'
}

function kindOf({ purpose }: LetterLink): FormKind {
  return purpose === 'warm-up' ? 'warm-up' : 'deliverability'
}

/** What the page behind a link may show. Reading acts on nothing. Throws `links.invalid`, `links.over`. */
export async function seeForm(
  ctx: Context,
  token: string,
): Promise<{ readonly id: string; readonly kind: FormKind; readonly expiresAt: number }> {
  const form = await usableLink(ctx, token, ...formKinds)
  const { id, expiresAt } = form
  return { id, kind: kindOf(form), expiresAt }
}

/** Which form the button is about: the link of its letter, or, where a message has shown the mailbox, its id. The page's half, or its code, belongs to both. */
export type FormButton = SecondHalf & ({ readonly link: string } | { readonly id: string })

/** What kind of form it is, so that the button does what belongs to it. Throws `links.invalid`, `links.over`. */
export async function kindOfForm(ctx: Context, input: FormButton): Promise<FormKind> {
  return kindOf(await formOf(ctx, input))
}

async function formOf(ctx: Context, input: FormButton): Promise<LetterLink> {
  return 'link' in input
    ? await usableLink(ctx, input.link, ...formKinds)
    : await usableById(ctx, input.id, ...formKinds)
}

/**
 * The button, with the page's half or its code: the mailbox has shown itself, and `open` opens the case, once. Gives the thread; of a form that was
 * opened before, the same. Throws `links.second-half-wrong`, `links.not-proven`, and what `open` throws.
 */
export async function useForm(
  ctx: Context,
  input: FormButton,
  open: (tx: Tx, form: LetterLink) => Promise<string>,
): Promise<string> {
  const form = await formOf(ctx, input)
  await checkHalf(ctx, form, input)
  const isShown = 'link' in input || form.provenAt !== null || form.opened !== null
  if (!isShown) throw new Refusal('links.not-proven')
  return await transact(ctx, async (tx) => {
    return await openOnce(tx, form, async () => {
      await spend(tx, 'forms.mailbox.day', mailboxKey(form.mailbox))
      return await open(tx, form)
    })
  })
}
