import { newId, newSecretText } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import type { Language } from '../../access/reasons.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { askerOf } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import { askByLetter, checkHalf, usableLink, useUp } from '../letter-links/actions.ts'
import type { Asked, LetterLink } from '../letter-links/letter-link.ts'
import { spend } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { domainsLookedAfter, mustBeOurs, recipientKey, type Recipient } from './recipient.ts'
import * as store from './store.ts'

/**
 * Writes to a mailbox of ours so that it can show itself. Whether there is such a mailbox is nothing that we know or say: the answer is the
 * same. Throws `recipients.not-ours` for a mailbox of somebody else's domain, and writes nothing then.
 */
export async function askToEnter(
  ctx: Context,
  input: { readonly mailbox: string; readonly language: Language },
): Promise<Asked> {
  const mailbox = orThrow(parseMailbox(input.mailbox.trim()))
  const refusal = mustBeOurs(ctx.settings.provider.domains, mailbox)
  if (refusal) throw refusal
  const { language } = input
  return await askByLetter(
    ctx,
    { purpose: 'recipient', mailbox, language, lifeMs: ctx.settings.recipients.linkMs, isOurs: true },
    {
      keep: async (tx, { id }) => {
        await spend(tx, 'recipients.enter.client.hour', askerOf(tx.actor))
        await record(tx, { action: 'recipient-link.asked', subject: `recipient-link:${id}`, facts: {} })
      },
      write: async (tx, { id, expiresAt }, half) =>
        await queueLetter(tx, {
          key: `recipient-link:${id}`,
          kind: 'recipient-link',
          mailbox,
          language,
          slots: { link: `${tx.settings.provider.site}/recipients/link/${id}.${half}`, expiresAt },
          expiresAt,
        }),
    },
  )
}

/** What the page behind a link may show. Reading acts on nothing. */
export async function seeRecipientLink(ctx: Context, token: string): Promise<{ readonly id: string }> {
  const { id } = await usableLink(ctx, token, 'recipient')
  return { id }
}

/** The button behind the link: with the page's half, or its code, the mailbox has shown itself. Gives the session's secret. */
export async function enter(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
): Promise<{ readonly session: string }> {
  const link = await usableLink(ctx, input.link, 'recipient')
  await checkHalf(ctx, link, input)
  return await transact(ctx, async (tx) => {
    await useUp(tx, link)
    return { session: await openSession(tx, { ...link, groups: [], way: 'letter' }) }
  })
}

/** Opens a session for whoever has shown this mailbox; gives its secret. */
export async function openSession(
  tx: Tx,
  who: Pick<LetterLink, 'mailbox' | 'language'> & {
    readonly groups: readonly string[]
    readonly way: 'letter' | 'oidc'
  },
): Promise<string> {
  const [session, at] = [newSecretText(), tx.clock.now()]
  const { mailbox, language, groups, way } = who
  const { id } = await store.putRecipient(tx.queries, {
    id: newId(),
    mailbox,
    language,
    key: recipientKey(mailbox),
    at,
  })
  await store.insertSession(tx.queries, {
    hash: sessionHash(tx, session),
    recipientId: id,
    groups,
    at,
    until: at + tx.settings.recipients.sessionMs,
  })
  await record(tx, { action: 'recipient.entered', subject: `recipient:${id}`, facts: { way } })
  return session
}

/** Whose session this is. Throws `recipients.sign-in` without one. What they look after is as the configuration says now. */
export async function recipientOfSession(ctx: Context, session: string | undefined): Promise<Recipient> {
  const isShaped = session !== undefined && /^[A-Za-z0-9_-]{43}$/.test(session)
  const found =
    isShaped && (await store.sessionRecipient(ctx.db.queries, sessionHash(ctx, session), ctx.clock.now()))
  if (!found) throw new Refusal('recipients.sign-in')
  const { groups, ...recipient } = found
  const { provider, recipients } = ctx.settings
  // A domain that is ours no more is nobody's to look at.
  if (mustBeOurs(provider.domains, recipient.mailbox)) throw new Refusal('recipients.sign-in')
  // Nor do groups count that nobody tells us of any more.
  const told = recipients.oidc?.groupsClaim === undefined ? [] : groups
  const domains = domainsLookedAfter(recipients.admins, recipient.mailbox, told)
  return { ...recipient, domains: domains.filter((domain) => provider.domains.includes(domain)) }
}

export async function leave(ctx: Context, session: string): Promise<void> {
  await transact(ctx, async (tx) => await store.deleteSession(tx.queries, sessionHash(tx, session)))
}

function sessionHash(ctx: Context, session: string): string {
  return mac(ctx.keys.halves, `recipient-session\0${session}`).toString('hex')
}
