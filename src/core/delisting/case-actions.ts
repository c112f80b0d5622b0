import { isSameMailbox, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { joinCase, openCase, shareSecrecy } from '../cases/actions.ts'
import { hear, hearMore, type Incoming } from '../cases/hear-actions.ts'
import { lockCase, saveCase, targetsOf } from '../cases/hold-actions.ts'
import { participantOf, participantsOf } from '../cases/look-actions.ts'
import { deadline } from '../cases/calendar.ts'
import type { Case } from '../cases/case.ts'
import { isSpokenTo } from '../cases/legal.ts'
import type { Participant, ParticipantRole } from '../cases/participant.ts'
import { say } from '../cases/say-actions.ts'
import type { Tx } from '../context.ts'
import type { Control, DelistRequest } from './request.ts'
import * as store from './store.ts'

/** What a request that a person decides has to do with its case. */

/** Opens the case of a request, or lets its sender join that of the request which waits already. */
export async function handToCase(
  tx: Tx,
  request: DelistRequest,
  waits: DelistRequest | undefined,
  says: Incoming | undefined,
  role: ParticipantRole = request.control === 'owner' ? 'owner' : 'sender',
): Promise<{ readonly case: Case; readonly participant: Participant }> {
  const { mailbox, language, unit } = request
  const by = { role, mailbox, language, says }
  const running = waits && (await caseOfRequest(tx, waits))
  const isMail = says?.channel === 'mail'
  if (!running) {
    const opened = await openCase(tx, {
      kind: role !== 'sender' ? role : isMail ? 'mail' : 'record',
      about: formatPrefix(unit),
      by,
    })
    return opened
  }
  const { participant } = await joinCase(tx, running, by)
  await shareSecrecy(tx, running.id, [`delist-request:${request.id}`])
  return { case: await goOn(tx, running.id, participant), participant }
}

/** What shows the address and leaves the mailbox as somebody typed it. */
const withoutMailbox: readonly Control[] = ['txt', 'http', 'mail']

/**
 * Whoever has a thread in the case of the request that waits already goes on in it: nobody has two of the same. Gives the thread, and whether it is
 * news there; undefined where this mailbox has none that it has shown itself for: the page of another may be open to whoever typed it. Throws
 * `case.full`.
 */
export async function goOnInThread(
  tx: Tx,
  waits: DelistRequest,
  mailbox: MailAddress,
  says: Incoming,
): Promise<{ readonly participant: Participant; readonly isNews: boolean } | undefined> {
  const running = await caseOfRequest(tx, waits)
  const theirs = running ? await participantsOf(tx, running.id) : []
  const alike = theirs.filter((each) => isSameMailbox(each.mailbox, mailbox))
  const requests = await store.ofParticipants(
    tx.queries,
    alike.map(({ id }) => id),
  )
  const typed = requests.filter(({ control }) => withoutMailbox.includes(control))
  const own = alike.find(({ id }) => !typed.some(({ participantId }) => participantId === id))
  return own && { participant: own, isNews: (await hear(tx, own, says)) === 'kept' }
}

/**
 * Somebody else has come: it is our turn, unless tests decide; those they are told. A case that is spoken of with the owner alone stands as it stood, and
 * they are told the time that a case of their own would have.
 */
export async function goOn(tx: Tx, id: string, participant: Participant): Promise<Case> {
  const it = await lockCase(tx, id)
  if (!it) throw new Error(`case ${id} is gone while it is held`)
  const targets = targetsOf(tx)
  if (!isSpokenTo(it, participant))
    return { ...it, effectDueAt: deadline(targets.calendar, tx.clock.now(), targets.effectMs) }
  if (it.state === 'conditional' && it.conditionsEndAt !== null) {
    const tests = it.conditions.map(({ test }) => test)
    const until = it.conditionsEndAt
    await say(tx, participant, { says: 'conditional', about: it.about ?? '', tests, until })
    return it
  }
  const next = await hearMore(tx, it)
  await saveCase(tx, next)
  return { ...next, version: next.version + 1 }
}

/** The open case of a request, held until the transaction ends. */
async function caseOfRequest(tx: Tx, { participantId }: DelistRequest): Promise<Case | undefined> {
  const participant = participantId === null ? undefined : await participantOf(tx, participantId)
  const it = participant && (await lockCase(tx, participant.caseId))
  return it?.state === 'closed' ? undefined : it
}

/** What these threads of a case asked for, by id. */
export async function requestIdsOf(tx: Tx, participants: readonly string[]): Promise<readonly string[]> {
  return (await store.ofParticipants(tx.queries, participants)).map(({ id }) => id)
}

/** What somebody wrote into the form. */
export function saysOf({ note }: DelistRequest): Incoming | undefined {
  if (note.trim() === '') return undefined
  return { channel: 'form', content: { text: note }, isVerified: true, isSilent: false }
}
