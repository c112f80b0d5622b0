import { askerOf } from '../actor.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { OidcClient } from '../../net/oidc-client.ts'
import { transact, type Context } from '../context.ts'
import { beginErrand, redeemErrand } from '../oidc/actions.ts'
import type { OidcAnswer } from '../oidc/oidc.ts'
import { groupsThatCount, mailboxOf } from './oidc.ts'
import { openSession } from './session-actions.ts'

/** An operator's errand does not open here, nor a recipient's in the console. */
const bound = 'oidc:recipient'

/** The way to the OpenID provider and back, as the site's pages ask for it. */
export interface RecipientProvider {
  /** What recipients call it. */
  readonly label: string
  /** Where to send the browser, and the errand that it keeps. Throws `recipients.provider-away`. */
  begin(ctx: Context, next: string): Promise<{ readonly url: string; readonly errand: string }>
  /** See `enterByOidc`. */
  enter: (ctx: Context, answer: RecipientAnswer) => ReturnType<typeof enterByOidc>
}

/** An answer, and the language of the page that it came by. */
interface RecipientAnswer extends OidcAnswer {
  readonly language: Language
}

export function recipientProvider(label: string, provider: OidcClient): RecipientProvider {
  return {
    label,
    begin: async (ctx, next) => await inOurWords(beginErrand(ctx, provider, { bound, next })),
    enter: async (ctx, answer) => await enterByOidc(ctx, provider, answer),
  }
}

/**
 * Opens a session for the mailbox that the provider stands for. Says `recipients.provider-failed` whatever is wrong with the answer; when
 * it is good, `recipients.mailbox-unverified` and `recipients.provider-foreign`.
 */
async function enterByOidc(
  ctx: Context,
  provider: OidcClient,
  answer: RecipientAnswer,
): Promise<{ readonly session: string; readonly next: string }> {
  const { provider: ours, recipients } = ctx.settings
  if (recipients.oidc === undefined) throw new Refusal('recipients.provider-failed')
  const limit = { name: 'recipients.enter.client.hour', key: askerOf(ctx.actor) } as const
  const { claims, next } = await inOurWords(redeemErrand(ctx, provider, answer, { bound, limit }))
  const mailbox = mailboxOf(recipients.oidc, ours.domains, claims)
  if (mailbox instanceof Refusal) throw mailbox
  const groups = groupsThatCount(recipients.oidc, recipients.admins, claims)
  const session = await transact(
    ctx,
    async (tx) => await openSession(tx, { mailbox, language: answer.language, groups, way: 'oidc' }),
  )
  return { session, next }
}

/** Operators are told of passwords and passkeys, recipients of the letter. */
async function inOurWords<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'sign-in.provider-away') throw new Refusal('recipients.provider-away')
    throw error.code === 'sign-in.failed' ? new Refusal('recipients.provider-failed') : error
  }
}
