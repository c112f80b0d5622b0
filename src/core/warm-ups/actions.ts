import { orThrow, Refusal } from '../../base/refusal.ts'
import { openTag } from '../../base/signed-token.ts'
import { formatPrefix, type Prefix } from '../../standards/prefix.ts'
import { isSameMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { record } from '../audit/actions.ts'
import { openCase } from '../cases/actions.ts'
import { participantsOf } from '../cases/look-actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { isFormOpen } from '../cases/external.ts'
import type { Participant } from '../cases/participant.ts'
import type { Context, Tx } from '../context.ts'
import { addWarmUp, warmUpsOf } from '../forecasts/actions.ts'
import type { WarmUp } from '../forecasts/warm-up.ts'
import { askForm, useForm, type AskedForm, type FormAsker, type FormButton } from '../forms/actions.ts'
import type { LetterLink } from '../letter-links/letter-link.ts'
import { grantsCovering, ownersOf } from '../owners/actions.ts'
import type { Owner } from '../owners/claim.ts'
import { keepRequest, keptRequest, readWarmUp, type KeptRequest, type WarmUpInput } from './request.ts'
import { seenDays, type SeenDay } from './seen-actions.ts'

/** Warm-up requests (SUP-15, PRG-30): a forecast of what new addresses will send, which a person agrees to, shortens or refuses. */

/** Begins: the mailbox has to show itself. Throws what is wrong with a field. */
export async function askWarmUp(ctx: Context, input: WarmUpInput & FormAsker): Promise<AskedForm> {
  const { mailbox, language, pow } = input
  const request = orThrow(readWarmUp(input, { now: ctx.clock.now(), most: ctx.settings.support.warmUp }))
  return await askForm(ctx, { kind: 'warm-up', mailbox, language, pow, content: keepRequest(request) })
}

/**
 * The button behind the link opens the case. Gives the token of its page. Throws `case.not-opened` where outsiders may not and the mailbox is
 * not that of a proven owner of all the addresses.
 */
export async function openWarmUp(ctx: Context, input: FormButton): Promise<string> {
  return pageToken(ctx, await useForm(ctx, input, openFromForm))
}

async function openFromForm(tx: Tx, { mailbox, language, content }: LetterLink): Promise<string> {
  const { units, domain, mail, forecast, words } = keptRequest(content as KeptRequest)
  const mayOpen =
    isFormOpen(tx.settings.support) ||
    (await ownsAll(async (unit) => await grantsCovering(tx, unit), mailbox, units))
  if (!mayOpen) throw new Refusal('case.not-opened')
  const [only, ...others] = units
  const { case: it, participant } = await openCase(tx, {
    kind: 'form',
    about: only !== undefined && others.length === 0 ? formatPrefix(only) : null,
    by: {
      role: 'sender',
      mailbox,
      language,
      says: { channel: 'form', content: { text: words }, isVerified: true, isSilent: false },
    },
  })
  await addWarmUp(tx, {
    participantId: participant.id,
    domain,
    mail,
    forecast,
    asked: forecast,
    state: 'asked',
    why: null,
    changedAt: tx.clock.now(),
    units,
  })
  await record(tx, {
    action: 'case-form.opened',
    subject: `case:${it.id}`,
    facts: { kind: 'warm-up', senders: units.length },
  })
  return participant.id
}

/** Whether the mailbox is, to the letter, that of a proven owner of every address: other dots or a tag are somebody else's at most houses. */
async function ownsAll(
  holdersOf: (unit: Prefix) => Promise<readonly { readonly owner: Owner }[]>,
  mailbox: MailAddress,
  units: readonly Prefix[],
): Promise<boolean> {
  for (const unit of units) {
    const holders = await holdersOf(unit)
    if (!holders.some(({ owner }) => isSameMailbox(owner.mailbox, mailbox))) return false
  }
  return true
}

/** A warm-up with what was seen on its days. */
export interface WarmUpView {
  readonly warmUp: WarmUp
  readonly days: readonly SeenDay[]
}

/** The warm-up of a thread, for whoever has the link to its page; undefined where there is none. */
export async function warmUpOfPage(ctx: Context, token: string): Promise<WarmUpView | undefined> {
  const participant = openTag(ctx.keys.tags, 'case-page', token)
  if (participant === undefined) return undefined
  const [warmUp] = await warmUpsOf(ctx, [participant])
  return warmUp && { warmUp, days: await seenDays(ctx, warmUp) }
}

/** A warm-up for the desk, with whether who asks is a proven owner of all its addresses. */
export interface WarmUpAtDesk extends WarmUpView {
  readonly isOwner: boolean
}

/** The warm-ups of a case, for the desk. Callers have asked whether the case may be read. */
export async function warmUpsOfCase(ctx: Context, id: string): Promise<readonly WarmUpAtDesk[]> {
  const participants = await participantsOf(ctx, id)
  const found = await warmUpsOf(
    ctx,
    participants.map((each) => each.id),
  )
  const views: WarmUpAtDesk[] = []
  for (const warmUp of found)
    views.push({
      warmUp,
      days: await seenDays(ctx, warmUp),
      isOwner: await isOwnedBy(ctx, warmUp, participants),
    })
  return views
}

async function isOwnedBy(
  ctx: Context,
  { participantId, units }: WarmUp,
  participants: readonly Participant[],
): Promise<boolean> {
  const mailbox = participants.find(({ id }) => id === participantId)?.mailbox
  return mailbox !== undefined && (await ownsAll(async (unit) => await ownersOf(ctx, unit), mailbox, units))
}
