import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import { isSameMailbox, mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { addressOf, showPrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import type { SecondHalf } from '../halves.ts'
import { askByLetter, checkHalf, usableLink, useUp } from '../letter-links/actions.ts'
import type { Asked } from '../letter-links/letter-link.ts'
import { spendAll } from '../limits/actions.ts'
import { queueLetter } from '../outbox/actions.ts'
import { findRegistered, mustFind } from '../registries/actions.ts'
import { identityOf, type Registered } from '../registries/registered.ts'
import { note, ownClaim, saveClaim, writeState } from './actions.ts'
import {
  confirm,
  mailProofs,
  noFacts,
  type Claim,
  type ClaimFacts,
  type MailProof,
  type Owner,
} from './claim.ts'
import { hasNames, holesOf, nameContacts, registryContacts, type Contact } from './contact.ts'
import { namesEverywhere } from './look.ts'
import { questionContent, readQuestion } from './stored-facts.ts'
import * as store from './store.ts'
import * as claimStore from './claim-store.ts'

/** Whom we could write to about a claim, and what the registry says of the network. */
export interface Contacts {
  readonly contacts: readonly Contact[]
  /** `none`: no registry knows it, or none may be asked. `unknown`: the registry did not answer. */
  readonly registered: Registered | 'none' | 'unknown'
}

/** Looks for whoever may be asked about the claim. It asks the registry and DNS, so it costs the owner. */
export async function findContacts(ctx: Context, owner: Owner, id: string): Promise<Contacts> {
  const claim = await openTo(ctx, owner, id)
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'owners.look.owner.hour', key: owner.id },
      { name: 'proof.request', key: claim.id },
    ])
  })
  return await contactsOf(ctx, claim.prefix)
}

async function openTo(ctx: Context, owner: Owner, id: string): Promise<Claim> {
  const claim = await ownClaim(ctx, owner, id)
  if (claim.state === 'ended') throw new Refusal('owners.ended')
  return claim
}

async function contactsOf(ctx: Context, prefix: Prefix): Promise<Contacts> {
  const [found, names] = await Promise.all([findRegistered(ctx, prefix), confirmedNames(ctx, prefix)])
  const registered = found.kind === 'found' ? found.registered : found.kind
  const contacts = [
    ...(found.kind === 'found' ? registryContacts(found.registered) : []),
    ...nameContacts(names),
  ]
  return { registered, contacts }
}

async function confirmedNames(ctx: Context, prefix: Prefix): Promise<readonly string[]> {
  return hasNames(prefix) ? await namesEverywhere(ctx.out, prefix) : []
}

export type AskedContact =
  /** A letter has perhaps gone out; the page has the other half. */
  | { readonly kind: 'asked'; readonly asked: Asked }
  /** The owner signed in with that very mailbox. */
  | { readonly kind: 'confirmed' }

/**
 * Asks a contact by letter whether the network is this owner's. Who signed in with the contact's own mailbox has shown it already. Throws
 * `owners.contact-unknown` for a mailbox that nobody names.
 */
export async function askContact(
  ctx: Context,
  owner: Owner,
  input: { readonly id: string; readonly mailbox: string; readonly language: Language },
): Promise<AskedContact> {
  const claim = await openTo(ctx, owner, input.id)
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'owners.look.owner.hour', key: owner.id },
      { name: 'owners.contact.owner.day', key: owner.id },
    ])
  })
  const { contacts } = await contactsOf(ctx, claim.prefix)
  const contact = contacts.find(({ mailbox }) => isSameMailbox(mailbox, input.mailbox.trim()))
  if (contact === undefined) throw new Refusal('owners.contact-unknown')
  const facts = contact.proof === 'rdap' ? await factsOf(ctx, claim.prefix) : noFacts
  const about = { claimId: claim.id, proof: contact.proof, facts }
  if (isSameMailbox(contact.mailbox, owner.mailbox)) {
    await transact(ctx, async (tx) => await confirmClaim(tx, claim.id, about, contact.mailbox))
    return { kind: 'confirmed' }
  }
  const { mailbox } = contact
  const { language } = input
  const asked = await askByLetter(
    ctx,
    {
      purpose: 'owner-contact',
      mailbox,
      language,
      content: questionContent(about),
      lifeMs: ctx.settings.owners.linkMs,
    },
    {
      keep: async (tx) => {
        await spendAll(tx, [{ name: 'owners.contact.week', key: mailboxKey(mailbox) }])
        await record(tx, {
          action: 'owner-claim.contact-asked',
          subject: `owner-claim:${claim.id}`,
          facts: { owner: owner.id, proof: contact.proof },
        })
      },
      write: async (tx, { id, expiresAt }, half) =>
        await queueLetter(tx, {
          key: `owner-contact:${id}`,
          kind: 'owner-contact',
          mailbox,
          language,
          slots: {
            prefix: showPrefix(claim.prefix),
            link: `${tx.settings.provider.site}/owners/contact/${id}.${half}`,
            expiresAt,
          },
          expiresAt,
        }),
    },
  )
  return { kind: 'asked', asked }
}

/**
 * What the grant will rest on: the object of the registry, without what it has given to others at either end of the claimed network.
 * Parts in the middle are found when somebody asks for them (`excludeSubAllocation`).
 */
async function factsOf(ctx: Context, prefix: Prefix): Promise<ClaimFacts> {
  const whole = await mustFind(ctx, prefix)
  const ends = await Promise.all(endsOf(prefix).map(async (unit) => await findRegistered(ctx, unit)))
  const others = ends.flatMap((found) =>
    found.kind === 'found' && identityOf(found.registered) !== identityOf(whole) ? [found.registered] : [],
  )
  return { registered: identityOf(whole), holes: holesOf(prefix, others) }
}

function endsOf(prefix: Prefix): readonly Prefix[] {
  if (prefix.length >= (prefix.family === 4 ? 32 : 64)) return []
  const first = unitOf(prefix)
  if (prefix.family === 6) return [first]
  return [first, unitOf(addressOf(prefix, 2 ** (32 - prefix.length) - 1))]
}

/**
 * Whether the registry has given the prefix to somebody else than the network that a grant rests on; if so the grant does not hold it from
 * now on. A registry that does not answer says nothing.
 */
export async function excludeSubAllocation(ctx: Context, claimId: string, prefix: Prefix): Promise<boolean> {
  const claim = await claimStore.anyClaim(ctx.db.queries, claimId)
  if (claim?.proof !== 'rdap' || claim.facts.registered === null) return false
  const found = await findRegistered(ctx, prefix)
  if (found.kind !== 'found' || identityOf(found.registered) === claim.facts.registered) return false
  const holes = holesOf(claim.prefix, [found.registered])
  await transact(ctx, async (tx) => {
    const current = await claimStore.anyClaim(tx.queries, claimId)
    if (!current || current.state !== 'granted' || holes.length === 0) return
    const facts = { ...current.facts, holes: [...current.facts.holes, ...holes] }
    await saveClaim(tx, { ...current, facts })
    await note(tx, { ...current, facts }, 'owner-claim.part-excluded')
  })
  return true
}

/** What the page behind the letter to a contact shows. Reading acts on nothing. */
export interface ContactQuestion {
  readonly id: string
  readonly prefix: Prefix
  /** Who says that the network is theirs. */
  readonly applicant: MailAddress
  readonly expiresAt: number
}

export async function seeContactLink(ctx: Context, token: string): Promise<ContactQuestion> {
  const { id, content, expiresAt } = await usableLink(ctx, token, 'owner-contact')
  const claim = await claimStore.anyClaim(ctx.db.queries, readQuestion(content).claimId)
  const applicant = claim && (await store.ownerById(ctx.db.queries, claim.ownerId))
  if (!claim || !applicant || claim.state === 'ended') throw new Refusal('links.over')
  return { id, prefix: claim.prefix, applicant: applicant.mailbox, expiresAt }
}

/** The button behind the letter to a contact, with the code that the applicant's page shows: the claim is granted. */
export async function confirmByContact(
  ctx: Context,
  input: SecondHalf & { readonly link: string },
): Promise<{ readonly claimId: string; readonly prefix: Prefix }> {
  const link = await usableLink(ctx, input.link, 'owner-contact')
  await checkHalf(ctx, link, input)
  const { content, mailbox } = link
  const about = readQuestion(content)
  return await transact(ctx, async (tx) => {
    await useUp(tx, link)
    const { id, prefix } = await confirmClaim(tx, about.claimId, about, mailbox)
    return { claimId: id, prefix }
  })
}

async function confirmClaim(
  tx: Tx,
  id: string,
  { proof, facts }: { readonly proof: MailProof; readonly facts: ClaimFacts },
  contact: MailAddress,
): Promise<Claim> {
  const claim = await claimStore.anyClaim(tx.queries, id)
  if (!claim || claim.state === 'ended') throw new Refusal('links.over')
  // What is proven by DNS is not made less by a letter.
  if (isStronger(claim)) return claim
  const confirmed = confirm(
    claim,
    { proof, contact, facts },
    tx.clock.now(),
    tx.settings.owners.contactTermMs,
  )
  await saveClaim(tx, confirmed)
  await note(tx, confirmed, claim.state === 'granted' ? 'owner-claim.renewed' : 'owner-claim.granted')
  if (claim.state === 'open') await writeState(tx, confirmed, 'granted')
  return confirmed
}

/** Whether the owner has shown by a record or file that the network is theirs. */
function isStronger({ state, proof }: Claim): boolean {
  return state === 'granted' && proof !== 'delegation' && !mailProofs.some((each) => each === proof)
}
