import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { actorName, permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { closeCase } from '../cases/actions.ts'
import { lockCase, saveCase, targetsOf, tell } from '../cases/hold-actions.ts'
import { participantsOf } from '../cases/look-actions.ts'
import { madeConditional, type Case, type Condition } from '../cases/case.ts'
import { permitCase } from '../cases/desk-actions.ts'
import { mayHandle } from '../cases/legal.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import { takesPart, type Participant } from '../cases/participant.ts'
import { say, wasJustSaid, type Saying } from '../cases/say-actions.ts'
import type { Checks } from '../checks/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { actingAt, coveringIn, lift, putCarveOut } from '../listings/actions.ts'
import { dropStandings } from '../standings/actions.ts'
import { isRange } from '../listings/listing.ts'
import { readDecided } from './condition.ts'
import { runAll } from './condition-actions.ts'
import { saveRequest, settleRemoved } from './decide-actions.ts'
import type { DelistRequest } from './request.ts'
import * as store from './store.ts'

/** What a person decides of a case about a listed address: it holds for everybody who takes part. */
export type Decision =
  /** With a sentence for the senders, or without. */
  | { readonly decision: 'delist'; readonly words?: string | undefined }
  /** Delisted as soon as these tests pass. */
  | {
      readonly decision: 'conditional'
      readonly tests: readonly string[]
      readonly words?: string | undefined
    }
  /** Names a test that is not passed, or says why in a sentence; the senders are told. */
  | { readonly decision: 'refuse'; readonly unmet?: string | undefined; readonly words?: string | undefined }

/**
 * Decides a case. Throws `case.not-found`, `case.closed`, `case.no-request` where it is about no address that somebody asked for,
 * `case.reason-missing`, `case.condition-unknown`, `case.conditions-many`, `case.condition-passes` where a refusal names a test that passes, `case.condition-untold`
 * where it names one that says nothing now.
 */
export async function decideCase(
  ctx: Context,
  checks: Checks,
  input: Decision & { readonly id: string },
): Promise<Case> {
  permit(ctx.actor, 'delisting.decide')
  await permitCase(ctx, input.id)
  const tests = readDecided(testsOf(input))
  const words = readWords(input.words)
  if (input.decision === 'conditional' && tests.length === 0) throw new Refusal('case.reason-missing')
  if (input.decision === 'refuse' && tests.length === 0 && words === undefined)
    throw new Refusal('case.reason-missing')
  const said = await runAll(ctx, checks, input.id, tests)
  const met = said.find((each) => each.said !== 'fails')
  if (input.decision === 'refuse' && met)
    throw new Refusal(met.said === 'passes' ? 'case.condition-passes' : 'case.condition-untold', {
      test: met.test,
    })
  return await transact(ctx, async (tx) => {
    const matter = await matterOf(tx, input.id)
    switch (input.decision) {
      case 'delist':
        return await grant(tx, matter, words)
      case 'conditional':
        return await makeConditional(tx, matter, said, words)
      case 'refuse':
        return await refuse(tx, matter, { unmet: said[0]?.test, words })
    }
  })
}

function testsOf(input: Decision): readonly string[] {
  if (input.decision === 'conditional') return input.tests
  return input.decision === 'refuse' && input.unmet !== undefined ? [input.unmet] : []
}

function readWords(words: string | undefined): string | undefined {
  return words === undefined || words.trim() === ''
    ? undefined
    : plainText(orThrow(readAnswer(words)), longestAnswer)
}

/** What is decided: a case, and the requests of those who take part. */
interface Matter {
  readonly case: Case
  readonly participants: readonly Participant[]
  readonly requests: readonly DelistRequest[]
}

/** Taken in this order by everybody: the turn, the case, its requests. */
export async function matterOf(tx: Tx, id: string): Promise<Matter> {
  await takeTurn(tx)
  const it = await lockCase(tx, id)
  if (!it) throw new Refusal('case.not-found')
  const refusal = mayHandle(tx.actor, it)
  if (refusal) throw refusal
  if (it.state === 'closed') throw new Refusal('case.closed')
  const participants = (await participantsOf(tx, id)).filter(takesPart)
  const ids = participants.map((each) => each.id)
  const all = await store.ofParticipants(tx.queries, ids)
  const waits = ({ state }: DelistRequest): boolean => state === 'review' || state === 'joined'
  const chosen = all.some(waits) ? all.filter((each) => waits(each) || each.outcome === 'closed') : again(all)
  const requests: DelistRequest[] = []
  for (const { id: request } of chosen.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const locked = await store.lockById(tx.queries, request)
    if (locked) requests.push({ ...locked, decidedBy: actorName(tx.actor) })
  }
  if (requests.length === 0) throw new Refusal('case.no-request')
  return { case: it, participants, requests }
}

/**
 * What a case that was opened again, or that somebody came back to, is about: what was refused, or left, before; where all of it was granted,
 * what was lifted then and may be listed anew.
 */
function again(requests: readonly DelistRequest[]): readonly DelistRequest[] {
  const kept = requests.filter(({ outcome }) => outcome === 'declined' || outcome === 'closed')
  return kept.length > 0
    ? kept
    : requests.filter(({ outcome }) => outcome === 'delisted' || outcome === 'not-listed')
}

export async function grant(
  tx: Tx,
  { case: it, participants, requests }: Matter,
  text?: string,
): Promise<Case> {
  const byUnit = Map.groupBy(requests, ({ unit }) => formatPrefix(unit))
  let changed = false
  for (const alike of byUnit.values()) {
    const [lead, ...others] = alike.toSorted(
      (a, b) => Number(b.state === 'review') - Number(a.state === 'review'),
    )
    if (!lead) continue
    const settled = await letIn(tx, { ...lead, state: 'review' })
    const outcome = settled.outcome === 'delisted' ? 'delisted' : 'not-listed'
    changed ||= outcome === 'delisted'
    for (const other of others) await end(tx, { ...other, feedSeq: settled.feedSeq }, outcome)
  }
  const ended = await closeCase(tx, it, { outcome: changed ? 'granted' : 'not-needed' })
  await tell(tx, 'case.decided', ended, changed ? 'granted' : 'not-needed')
  await sayToAll(tx, participants, requests, (about) => ({
    says: changed ? 'granted' : 'not-needed',
    about,
    text,
  }))
  return ended
}

/** Ends the sender's own listings; out of a listed range the sender is carved, the range stays. */
export async function letIn(tx: Tx, request: DelistRequest): Promise<DelistRequest> {
  if (isRange({ prefix: request.unit })) return await letRangeIn(tx, request)
  const listings = await coveringIn(tx, request.ip)
  for (const listing of listings.filter((each) => !isRange(each) && each.effect === 'refuse')) {
    await lift(tx, listing, 'operator')
  }
  const range = listings.find((each) => isRange(each))
  if (range?.effect === 'refuse') {
    await putCarveOut(tx, request.unit, range)
    await dropStandings(tx, [formatPrefix(request.unit)])
  }
  const [first] = listings
  if (first) return await settleRemoved(tx, request, first)
  return await end(tx, request, 'not-listed')
}

/** What the owner of a listed range asked for: its listing ends. */
async function letRangeIn(tx: Tx, request: DelistRequest): Promise<DelistRequest> {
  const listing = await actingAt(tx, request.unit)
  if (!listing) return await end(tx, request, 'not-listed')
  await lift(tx, listing, 'operator')
  return await settleRemoved(tx, request, listing)
}

export async function refuse(
  tx: Tx,
  { case: it, participants, requests }: Matter,
  { unmet, words }: { readonly unmet: string | undefined; readonly words: string | undefined },
): Promise<Case> {
  for (const request of requests) await end(tx, request, 'declined')
  const ended = await closeCase(tx, it, { outcome: 'refused', why: words ?? unmet ?? '' })
  await tell(tx, 'case.decided', ended, 'refused')
  const [listing] = requests[0] ? await coveringIn(tx, requests[0].ip) : []
  const until = listing?.endsAt
  await sayToAll(tx, participants, requests, (about) => ({
    says: 'refused',
    about,
    unmet,
    text: words,
    until,
  }))
  return ended
}

async function makeConditional(
  tx: Tx,
  { case: it, participants, requests }: Matter,
  conditions: readonly Condition[],
  words: string | undefined,
): Promise<Case> {
  const now = tx.clock.now()
  const endAt = now + tx.settings.support.conditionsMs
  const tests = conditions.map(({ test }) => test)
  const saying = (about: string): Saying => ({
    says: 'conditional',
    about,
    tests,
    until: endAt,
    text: words,
  })
  if (it.state === 'conditional' && (await wasJustSaidTo(tx, participants, requests, saying))) return it
  const next = madeConditional(it, { conditions, endAt }, now, targetsOf(tx).calendar)
  await saveCase(tx, next)
  await record(tx, {
    action: 'case.conditional',
    subject: `case:${it.id}`,
    facts: { tests, until: new Date(endAt).toISOString() },
  })
  await tell(tx, 'case.answered', next)
  await tell(tx, 'case.decided', next, 'conditional')
  await sayToAll(tx, participants, requests, saying)
  tx.afterCommit('cases')
  return next
}

/** Whether everybody has just heard it of their own address. */
async function wasJustSaidTo(
  tx: Tx,
  participants: readonly Participant[],
  requests: readonly DelistRequest[],
  saying: (about: string) => Saying,
): Promise<boolean> {
  for (const participant of participants) {
    const request = requests.find(({ participantId }) => participantId === participant.id)
    if (request && !(await wasJustSaid(tx, participant, saying(formatPrefix(request.unit))))) return false
  }
  return true
}

/** Everybody hears of their own address. */
export async function sayToAll(
  tx: Tx,
  participants: readonly Participant[],
  requests: readonly DelistRequest[],
  saying: (about: string) => Saying,
): Promise<void> {
  for (const participant of participants) {
    const request = requests.find(({ participantId }) => participantId === participant.id)
    if (request) await say(tx, participant, saying(formatPrefix(request.unit)))
  }
}

export async function end(
  tx: Tx,
  request: DelistRequest,
  outcome: 'delisted' | 'declined' | 'not-listed' | 'closed',
): Promise<DelistRequest> {
  const ended: DelistRequest = {
    ...request,
    state: 'done',
    outcome,
    outcomeFacts: {},
    decidedAt: tx.clock.now(),
  }
  await saveRequest(tx, ended)
  await record(tx, {
    action: `delist-request.${outcome}`,
    subject: `delist-request:${request.id}`,
    facts: { ip: formatAddress(request.ip) },
  })
  tx.afterCommit('delisting')
  return ended
}

/** Requests of a case, in the order in which they came. */
export async function requestsOfCase(ctx: Context, id: string): Promise<readonly DelistRequest[]> {
  permit(ctx.actor, 'case.read')
  await permitCase(ctx, id)
  const ids = (await participantsOf(ctx, id)).map((each) => each.id)
  return await store.ofParticipants(ctx.db.queries, ids)
}
