import { orThrow, Refusal } from '../../base/refusal.ts'
import { openTag } from '../../base/signed-token.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import { openCase } from '../cases/actions.ts'
import { participantsOf } from '../cases/look-actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { isFormOpen } from '../cases/external.ts'
import type { Context, Tx } from '../context.ts'
import { askForm, useForm, type AskedForm, type FormAsker, type FormButton } from '../forms/actions.ts'
import type { LetterLink } from '../letter-links/letter-link.ts'
import { keepForm, keptForm, readDeliverability, type FormInput, type KeptForm } from './form.ts'
import * as store from './store.ts'
import type { FormAddress, FormFacts } from './address.ts'

/** The deliverability form (SUP-14): one for all addresses of a sender, one case, a state for each address. */

/** Begins: the mailbox has to show itself. Throws `case.not-opened` where outsiders may not, and what is wrong with a field. */
export async function askDeliverability(ctx: Context, input: FormInput & FormAsker): Promise<AskedForm> {
  mustBeOpen(ctx)
  const { mailbox, language, pow } = input
  const { provider, support } = ctx.settings
  const form = orThrow(readDeliverability(input, { domains: provider.domains, most: support.formAddresses }))
  return await askForm(ctx, { kind: 'deliverability', mailbox, language, pow, content: keepForm(form) })
}

function mustBeOpen({ settings }: Context): void {
  if (!isFormOpen(settings.support)) throw new Refusal('case.not-opened')
}

/** The button behind the link opens the case. Gives the token of its page. */
export async function openDeliverability(ctx: Context, input: FormButton): Promise<string> {
  mustBeOpen(ctx)
  const participant = await useForm(ctx, input, openFromForm)
  return pageToken(ctx, participant)
}

async function openFromForm(tx: Tx, { mailbox, language, content }: LetterLink): Promise<string> {
  const form = keptForm(content as KeptForm)
  const [only, ...others] = form.prefixes
  const { case: it, participant } = await openCase(tx, {
    kind: 'form',
    about: only !== undefined && others.length === 0 ? formatPrefix(only) : null,
    by: {
      role: 'sender',
      mailbox,
      language,
      says: { channel: 'form', content: { text: form.words }, isVerified: true, isSilent: false },
    },
  })
  const now = tx.clock.now()
  const { symptom, domain, sending, volume, prefixes } = form
  const participantId = participant.id
  await store.insert(
    tx.queries,
    { participantId, symptom, domain, sending, volume },
    prefixes.map((prefix, nth) => ({
      participantId,
      prefix,
      nth,
      state: 'received',
      why: 'waiting',
      facts: {},
      changedAt: now,
      // Looked at by the next run.
      checkedAt: 0,
    })),
  )
  await record(tx, {
    action: 'case-form.opened',
    subject: `case:${it.id}`,
    facts: { kind: 'deliverability', senders: prefixes.length },
  })
  return participant.id
}

/** Of all forms that name one of some addresses. */
const mostStated = 100

/** What stands in a thread that a form opened; undefined where none did. */
export interface FormView {
  readonly form: FormFacts
  readonly addresses: readonly FormAddress[]
}

/** The addresses of a thread, for whoever has the link to its page. */
export async function addressesOfPage(ctx: Context, token: string): Promise<FormView | undefined> {
  const participant = openTag(ctx.keys.tags, 'case-page', token)
  return participant === undefined ? undefined : (await formsOfThreads(ctx, [participant]))[0]
}

/** The forms of a case, for the desk. Callers have asked whether the case may be read. */
export async function formsOfCase(ctx: Context, id: string): Promise<readonly FormView[]> {
  return await formsOfThreads(
    ctx,
    (await participantsOf(ctx, id)).map((each) => each.id),
  )
}

/** Those of these threads, with their addresses. Callers have asked whether the cases may be read. */
export async function formsOfThreads(
  ctx: Context,
  participants: readonly string[],
): Promise<readonly FormView[]> {
  const { queries } = ctx.db
  const [forms, addresses] = await Promise.all([
    store.formsOf(queries, participants),
    store.addressesOf(queries, participants),
  ])
  return forms.map((form) => ({
    form,
    addresses: addresses.filter(({ participantId }) => participantId === form.participantId),
  }))
}

/** How these addresses stood, or stand, in any form, the latest first. Callers ask which of their cases may be read. */
export async function statedAddresses(
  ctx: Context,
  prefixes: readonly string[],
): Promise<readonly FormAddress[]> {
  return await store.withPrefixes(ctx.db.queries, prefixes, mostStated)
}
