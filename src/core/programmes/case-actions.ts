import { isSameMailbox } from '../../standards/mail-address.ts'
import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatPrefix, parseListable, type Prefix } from '../../standards/prefix.ts'
import { joinCase, openCase } from '../cases/actions.ts'
import { hear } from '../cases/hear-actions.ts'
import { lockCase, saveCase, targetsOf } from '../cases/hold-actions.ts'
import { caseRefsWithin, participantsOf } from '../cases/look-actions.ts'
import { pageToken } from '../cases/page-link.ts'
import { heard, type Case, type CaseOutcome, type CaseState } from '../cases/case.ts'
import { isSpokenTo } from '../cases/legal.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import { takesPart, type Participant } from '../cases/participant.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { stemOf } from '../impact/impact.ts'
import { spendAll } from '../limits/actions.ts'
import { heldBy, mayAskFor } from '../owners/actions.ts'
import { reaches, type Owner } from '../owners/claim.ts'

/**
 * A case about the space of an owner, as they see it: that there is one and how it stands. Who opened it, who else takes part and what is
 * said there is told to none of the others.
 */
export interface OwnerCase {
  readonly id: string
  readonly about: Prefix
  readonly state: CaseState
  readonly outcome: CaseOutcome | null
  readonly openedAt: number
  readonly closedAt: number | null
  /** Their own thread in it; null where they have none. */
  readonly page: string | null
}

const mostShown = 100

/** Cases about what the owner holds, newest first; those of before they proved it are not told (security OWN-5). */
export async function listOwnerCases(ctx: Context, owner: Owner): Promise<readonly OwnerCase[]> {
  const found = new Map<string, Case & { readonly prefix: Prefix }>()
  for (const claim of await heldBy(ctx, owner)) {
    const since = claim.sinceAt ?? Infinity
    for (const it of await caseRefsWithin(ctx, stemOf(claim.prefix), since)) {
      const prefix = it.about === null ? undefined : parseListable(it.about)
      if (prefix !== undefined && !(prefix instanceof Refusal) && reaches(claim, prefix))
        found.set(it.id, { ...it, prefix })
    }
  }
  const newest = [...found.values()].toSorted((a, b) => b.openedAt - a.openedAt)
  const cases: OwnerCase[] = []
  for (const it of newest.slice(0, mostShown)) {
    const own = await ownThread(ctx, it, owner)
    // What is spoken of with one owner alone is nobody else's to know.
    if (own === undefined && it.legal !== null) continue
    // Where it is spoken of with another owner alone: that it goes on, and how it ended.
    const isOthers = own !== undefined && !isSpokenTo(it, own)
    cases.push({
      id: it.id,
      about: it.prefix,
      state: isOthers && it.state !== 'closed' ? 'open' : it.state,
      outcome: it.outcome,
      openedAt: it.openedAt,
      closedAt: it.closedAt,
      page: own === undefined ? null : pageToken(ctx, own.id),
    })
  }
  return cases
}

async function ownThread(
  ctx: Context | Tx,
  { id }: Pick<Case, 'id'>,
  owner: Owner,
): Promise<Participant | undefined> {
  const participants = await participantsOf(ctx, id)
  return participants.find(
    (each) => each.role === 'owner' && isSameMailbox(each.mailbox, owner.mailbox) && takesPart(each),
  )
}

/**
 * An owner writes to us about an address or range of theirs, directly: in their thread about it if they have one that is open, in the case
 * that is open about the same, else in a new one. Gives the token of the thread's page.
 */
export async function writeAsOwner(
  ctx: Context,
  owner: Owner,
  input: { readonly prefix: string; readonly text: string },
): Promise<string> {
  const prefix = orThrow(parseListable(input.prefix.trim()))
  const text = plainText(orThrow(readAnswer(input.text)), longestAnswer)
  if (!(await mayAskFor(ctx, owner, prefix))) throw new Refusal('owners.not-found')
  const about = formatPrefix(prefix)
  const open = (await caseRefsWithin(ctx, about, 0)).find(
    (it) => it.about === about && it.state !== 'closed' && it.legal === null,
  )
  const says = { channel: 'form', content: { text }, isVerified: true, isSilent: false } as const
  const participant = await transact(ctx, async (tx) => {
    await spendAll(tx, [{ name: 'owners.write.day', key: owner.id }])
    const it = open && (await lockCase(tx, open.id))
    if (it === undefined || it.state === 'closed' || it.legal !== null) {
      const by = { role: 'owner', mailbox: owner.mailbox, language: owner.language, says } as const
      return (await openCase(tx, { kind: 'owner', about, by })).participant
    }
    const own = await ownThread(tx, it, owner)
    if (own !== undefined) {
      await hear(tx, own, says)
      return own
    }
    return await join(tx, it, owner, says)
  })
  return pageToken(ctx, participant.id)
}

/** With others, who learn nothing of it; it is our turn, unless tests decide. */
async function join(
  tx: Tx,
  it: Case,
  { mailbox, language }: Owner,
  says: NonNullable<Parameters<typeof joinCase>[2]['says']>,
): Promise<Participant> {
  const { participant } = await joinCase(tx, it, { role: 'owner', mailbox, language, says })
  const joined = await lockCase(tx, it.id)
  const isOnItsTests = joined?.state === 'conditional' && joined.conditionsEndAt !== null
  if (joined && !isOnItsTests) await saveCase(tx, heard(joined, tx.clock.now(), targetsOf(tx).calendar))
  tx.afterCommit('cases')
  return participant
}
