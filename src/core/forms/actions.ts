import type { Language } from '../../access/reasons.ts'
import { newId } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { domainOf, mailboxKey, parseMailbox } from '../../standards/mail-address.ts'
import { askerOf } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { fitsCode, fitsSecret, hashHalf, isGuess, newHalves, readLink, type SecondHalf } from '../halves.ts'
import { spend, spendAll, trySpend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { maxTries, mayUse, type CaseForm, type FormKind } from './form.ts'
import * as store from './store.ts'

/** A letter with a link has perhaps gone out; the page has the other half. */
export interface AskedForm {
  readonly id: string
  readonly secret: string
  readonly code: string
  readonly expiresAt: number
}

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
): Promise<AskedForm> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'forms.client.day', key: askerOf(tx.actor) },
      { name: 'forms.all.hour', key: 'all' },
    ])
  })
  const hasMailHost = (await ctx.out.acceptsMail(domainOf(mailbox))) !== false
  const [id, halves, now] = [newId(), newHalves(), ctx.clock.now()]
  const { kind, language, content } = input
  const form: CaseForm = {
    id,
    kind,
    mailbox,
    language,
    content,
    linkHash: hashHalf(ctx.keys.halves, 'link', id, halves.link),
    browserHash: hashHalf(ctx.keys.halves, 'browser', id, halves.secret),
    codeHash: hashHalf(ctx.keys.halves, 'code', id, halves.code),
    tries: 0,
    createdAt: now,
    expiresAt: now + ctx.settings.delisting.linkMs,
    participantId: null,
  }
  await transact(ctx, async (tx) => {
    await store.insert(tx.queries, tx.keys.vault, form)
    await record(tx, { action: 'case-form.asked', subject: `case-form:${id}`, facts: { kind } })
    const mayWrite =
      hasMailHost || (await trySpend(tx, [{ name: 'letters.no-mail-host.hour', key: 'all' }])) === undefined
    if (mayWrite)
      await queueLetter(tx, {
        key: `case-form:${id}`,
        kind: 'confirm-form',
        mailbox,
        language,
        slots: {
          link: `${tx.settings.provider.site}/forms/link/${id}.${halves.link}`,
          expiresAt: form.expiresAt,
        },
        expiresAt: form.expiresAt,
      })
  })
  return { id, secret: halves.secret, code: halves.code, expiresAt: form.expiresAt }
}

/** What the page behind a link may show. Reading acts on nothing. Throws `forms.not-found`, `forms.over`. */
export async function seeForm(
  ctx: Context,
  token: string,
): Promise<{ readonly id: string; readonly kind: FormKind; readonly expiresAt: number }> {
  const { id, kind, expiresAt } = await usableForm(ctx, token)
  return { id, kind, expiresAt }
}

/**
 * The button behind the link, with the page's half or its code: the mailbox has shown itself, and `open` opens the case, once. Gives the thread; of
 * a form that was opened before, the same. Throws `forms.second-half-wrong`, and what `open` throws.
 */
export async function useForm(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
  open: (tx: Tx, form: CaseForm) => Promise<string>,
): Promise<string> {
  const form = await usableForm(ctx, input.link)
  const fits = fitsSecret(ctx.keys.halves, form, input.secret) || fitsCode(ctx.keys.halves, form, input.code)
  if (!fits) throw await secondHalfWrong(ctx, form, input)
  return await transact(ctx, async (tx) => {
    const locked = await store.lock(tx.queries, tx.keys.vault, form.id)
    if (!locked) throw new Refusal('forms.not-found')
    if (locked.participantId !== null) return locked.participantId
    // Since the half was looked at, others may have burned it.
    const refusal = mayUse(locked, tx.clock.now())
    if (refusal) throw refusal
    await spend(tx, 'forms.mailbox.day', mailboxKey(locked.mailbox))
    const participant = await open(tx, locked)
    await store.setParticipant(tx.queries, form.id, participant)
    return participant
  })
}

async function usableForm(ctx: Context, token: string): Promise<CaseForm> {
  const read = readLink(token)
  const form = read && (await store.byId(ctx.db.queries, ctx.keys.vault, read.id))
  const isOurs = read && form && hashHalf(ctx.keys.halves, 'link', read.id, read.link) === form.linkHash
  if (!isOurs) throw new Refusal('forms.not-found')
  const refusal = mayUse(form, ctx.clock.now())
  if (refusal) throw refusal
  return form
}

/** What could be right is counted; the fifth wrong one burns the form. */
async function secondHalfWrong(ctx: Context, form: CaseForm, half: SecondHalf): Promise<Refusal> {
  const tries = isGuess(half)
    ? await transact(ctx, async (tx) => await store.countTry(tx.queries, form.id))
    : form.tries
  return tries >= maxTries
    ? new Refusal('forms.over')
    : new Refusal('forms.second-half-wrong', { left: maxTries - tries })
}
