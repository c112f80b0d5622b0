import type { Context, Tx } from '../context.ts'
import type { Case } from './case.ts'
import type { Participant } from './participant.ts'
import * as messageStore from './message-store.ts'
import * as participantStore from './participant-store.ts'
import * as listStore from './list-store.ts'
import * as store from './store.ts'

/** What other nouns ask of cases and of who takes part in them; nothing is held and nothing changes. */

/** The case as it is, held by nobody. */
export async function findCase(ctx: Context, id: string): Promise<Case | undefined> {
  return await store.caseById(ctx.db.queries, id)
}

/** The participant; inside a transaction, as it sees them. */
export async function participantOf(ctx: Context | Tx, id: string): Promise<Participant | undefined> {
  return await participantStore.participantById('queries' in ctx ? ctx.queries : ctx.db.queries, id)
}

export async function participantsOf(ctx: Context | Tx, caseId: string): Promise<readonly Participant[]> {
  return await participantStore.participantsOf('queries' in ctx ? ctx.queries : ctx.db.queries, caseId)
}

/** Those of the participants whose case is spoken of with the owner alone. */
export async function restrictedAmong(
  ctx: Context | Tx,
  participants: readonly string[],
): Promise<readonly string[]> {
  return await listStore.restrictedAmong('queries' in ctx ? ctx.queries : ctx.db.queries, participants)
}

/** Cases of one network that its owner is shown. */
const mostWithin = 500

/** The case about this unit that is open, else the one that was closed last since then; undefined for neither. Of one with the owner alone nothing is said. */
export async function lastCaseAbout(ctx: Context, about: string, since: number): Promise<Case | undefined> {
  const states = ['open', 'waiting', 'conditional', 'closed'] as const
  const found = await listStore.listCases(ctx.db.queries, { states, about, offset: 0, limit: 50 })
  const own = found.filter(({ outcome, legal }) => outcome !== 'merged' && legal === null)
  return own.find(({ state }) => state !== 'closed') ?? own.find(({ closedAt }) => (closedAt ?? 0) >= since)
}

/** Cases about addresses whose key begins with the stem, opened since then, newest first; those that went on in others are not among them. */
export async function caseRefsWithin(ctx: Context, stem: string, since: number): Promise<readonly Case[]> {
  return await listStore.casesWithin(ctx.db.queries, stem, since, mostWithin)
}

/** Those of the participants whose case has ended, or who withdrew from it. */
export async function closedAmong(
  ctx: Context | Tx,
  participants: readonly string[],
): Promise<readonly string[]> {
  const queries = 'queries' in ctx ? ctx.queries : ctx.db.queries
  const found: string[] = []
  for (let from = 0; from < participants.length; from += 500)
    found.push(...(await listStore.closedAmong(queries, participants.slice(from, from + 500))))
  return found
}

/** Whether somebody has said something in this thread since then: they themselves, and no program of theirs. */
export async function heardSince(ctx: Context, participant: string, since: number): Promise<boolean> {
  return await messageStore.hasHeardSince(ctx.db.queries, participant, since)
}

/** Cases whose tests are to be looked at, those longest ago first. */
export async function casesWithConditions(
  ctx: Context,
  before: number,
  limit: number,
): Promise<readonly Case[]> {
  return await listStore.withConditions(ctx.db.queries, before, limit)
}
