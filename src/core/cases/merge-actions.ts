import { newId, readCrockford } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { permit, recordedName } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { closeCase } from './actions.ts'
import { recount } from './hear-actions.ts'
import { saveCase, targetsOf, tell } from './hold-actions.ts'
import { participantsOf } from './look-actions.ts'
import type { Case } from './case.ts'
import { openOne } from './desk-actions.ts'
import { mayMerge, mergedWith, runsTests, splitFrom, withoutTests } from './merge.ts'
import { namesTests } from './message.ts'
import type { Participant } from './participant.ts'
import { say } from './say-actions.ts'
import * as listStore from './list-store.ts'
import * as store from './store.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'

/** One case out of two, and two out of one; whose case has another reference from then on is told so. */

/** Characters of a reference that may stand for all of it, where they fit one case alone. */
const leastOfReference = 6

/**
 * The case that somebody means: by its reference as pages and letters show it, the beginning of one, or the address of its page in the console.
 * Throws `case.not-found`, also where a beginning fits several.
 */
export async function caseByReference(ctx: Context, text: string): Promise<string> {
  permit(ctx.actor, 'case.read')
  const [whole] = /(?<![0-9a-z])[0-9a-z]{26}(?![0-9a-z])/i.exec(text) ?? []
  const beginning = readCrockford(whole ?? text)
  if (beginning === undefined || beginning.length < leastOfReference || beginning.length > 26)
    throw new Refusal('case.not-found')
  const [found, ...others] = await listStore.idsFrom(ctx.db.queries, beginning)
  if (found === undefined || others.length > 0) throw new Refusal('case.not-found')
  return found
}

/**
 * Everybody and everything that was said goes to `into`, a reference; their addresses and pages go on working, and they are told the new reference.
 * Throws `case.not-found`, `case.closed`, `case.same`, `case.legal-stays`, `case.other-subject`, `case.conditional-stays`.
 */
export async function mergeCases(
  ctx: Context,
  input: { readonly id: string; readonly into: string },
): Promise<Case> {
  permit(ctx.actor, 'case.answer')
  const target = await caseByReference(ctx, input.into)
  if (target === input.id) throw new Refusal('case.same')
  return await transact(ctx, async (tx) => {
    // Always in the same order, so that two people who merge the same two do not wait for each other.
    for (const id of [input.id, target].toSorted()) await openOne(tx, id)
    const [from, into] = [await openOne(tx, input.id), await openOne(tx, target)]
    const moved = await participantsOf(tx, from.id)
    const refusal = mayMerge(into, from, [...(await participantsOf(tx, into.id)), ...moved])
    if (refusal) throw refusal
    const ids = moved.map(({ id }) => id)
    await participantStore.moveParticipants(tx.queries, ids, target)
    await messageStore.moveNotes(tx.queries, from.id, target)
    await recount(tx, from.id)
    await closeCase(tx, { ...(await openOne(tx, from.id)), mergedInto: target }, { outcome: 'merged' })
    await record(tx, {
      action: 'case.merged',
      subject: `case:${target}`,
      facts: { from: from.id, participants: moved.length },
    })
    await recount(tx, target)
    const merged = mergedWith(await openOne(tx, target), from, tx.clock.now(), targetsOf(tx).calendar)
    await saveCase(tx, merged)
    for (const each of moved) await tellMoved(tx, { ...each, caseId: target }, merged)
    tx.afterCommit('cases')
    return await openOne(tx, target)
  })
}

/**
 * Takes a participant with their thread out into a case of their own, and tells them its reference. Throws `case.nobody` where they are the only
 * one, `case.legal-stays`.
 */
export async function splitCase(
  ctx: Context,
  input: { readonly id: string; readonly participant: string },
): Promise<Case> {
  permit(ctx.actor, 'case.answer')
  return await transact(ctx, async (tx) => {
    const it = await openOne(tx, input.id)
    if (it.legal !== null) throw new Refusal('case.legal-stays')
    const everybody = await participantsOf(tx, it.id)
    const moved = everybody.find(({ id }) => id === input.participant)
    if (!moved || everybody.length < 2) throw new Refusal('case.nobody')
    const [now, targets] = [tx.clock.now(), targetsOf(tx)]
    const promised = new Set(await toldOfTests(tx, everybody))
    const named = { id: newId(), openedBy: recordedName(tx.actor) }
    const own = splitFrom(it, named, { now, targets, isPromised: promised.has(moved.id) })
    await store.insertCase(tx.queries, own)
    await participantStore.moveParticipants(tx.queries, [moved.id], own.id)
    await record(tx, {
      action: 'case.opened',
      subject: `case:${own.id}`,
      facts: { kind: own.kind, from: it.id },
    })
    await record(tx, {
      action: 'case.split',
      subject: `case:${it.id}`,
      facts: { participant: moved.id, to: own.id },
    })
    await tell(tx, 'case.opened', own)
    await recount(tx, it.id)
    await recount(tx, own.id)
    if (everybody.every(({ id }) => id === moved.id || !promised.has(id)))
      await saveCase(tx, withoutTests(await openOne(tx, it.id), now, targets.calendar))
    await tellMoved(tx, { ...moved, caseId: own.id }, own)
    tx.afterCommit('cases')
    return await openOne(tx, own.id)
  })
}

async function tellMoved(tx: Tx, participant: Participant, it: Case): Promise<void> {
  const isPromised = runsTests(it) && (await toldOfTests(tx, [participant])).length > 0
  await say(tx, participant, {
    says: 'moved',
    about: it.about,
    reference: it.id,
    ...(isPromised && {
      tests: it.conditions.map(({ test }) => test),
      until: it.conditionsEndAt ?? undefined,
    }),
  })
  await recount(tx, it.id)
}

/** Those of them to whom the tests of a decision were named, by id. */
export async function toldOfTests(
  ctx: Tx,
  participants: readonly Pick<Participant, 'id'>[],
): Promise<readonly string[]> {
  const told: string[] = []
  for (const { id } of participants) {
    const messages = await messageStore.messagesOf(ctx.queries, ctx.keys.vault, { participant: id })
    if (messages.some(({ content }) => namesTests(content))) told.push(id)
  }
  return told
}
