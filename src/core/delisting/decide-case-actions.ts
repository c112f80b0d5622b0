import { day, minute } from '../../base/clock.ts'
import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { actorName, permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { closeCase } from '../cases/actions.ts'
import { lockCase, saveCase, targetsOf, tell } from '../cases/hold-actions.ts'
import { casesWithConditions, closedAmong, participantsOf } from '../cases/look-actions.ts'
import { madeConditional, type Case, type Condition } from '../cases/case.ts'
import { permitCase } from '../cases/desk-actions.ts'
import { mayHandle } from '../cases/legal.ts'
import { namesOf } from '../cases/merge.ts'
import { toldOfTests } from '../cases/merge-actions.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import { takesPart, type Participant } from '../cases/participant.ts'
import { say, wasJustSaid, type Saying } from '../cases/say-actions.ts'
import type { Checks } from '../checks/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { actingAt, coveringIn, lift, putCarveOut } from '../listings/actions.ts'
import { dropStandings } from '../standings/actions.ts'
import { isRange } from '../listings/listing.ts'
import { handToCase, saysOf } from './case-actions.ts'
import { readConditions, readDecided, type ConditionTest } from './condition.ts'
import { sayCondition } from './condition-actions.ts'
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
async function matterOf(tx: Tx, id: string): Promise<Matter> {
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

async function grant(tx: Tx, { case: it, participants, requests }: Matter, text?: string): Promise<Case> {
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

async function refuse(
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
async function sayToAll(
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

async function end(
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

/** Runs tests for the address of a case, outside of any transaction. */
async function runAll(
  ctx: Context,
  checks: Checks,
  id: string,
  tests: readonly ConditionTest[],
): Promise<readonly Condition[]> {
  const address = tests.length === 0 ? undefined : await addressOf(ctx, id)
  const said: Condition[] = []
  for (const test of tests) {
    const outcome = address === undefined ? 'unknown' : await sayCondition(ctx, checks, test, address)
    said.push({ test: test.name, said: outcome })
  }
  return said
}

/** The address that was asked for first. */
async function addressOf(ctx: Context, id: string): Promise<Address | undefined> {
  const ids = (await participantsOf(ctx, id)).map((each) => each.id)
  const [request] = await store.ofParticipants(ctx.db.queries, ids)
  return request?.ip
}

/** The checks that stand beside a case: what the tests that a decision may name say now. */
export async function testsNow(
  ctx: Context,
  checks: Checks,
  input: { readonly id: string; readonly tests: readonly string[] },
): Promise<readonly Condition[]> {
  permit(ctx.actor, 'case.read')
  await permitCase(ctx, input.id)
  return await runAll(ctx, checks, input.id, readConditions(input.tests))
}

/** Requests of a case, in the order in which they came. */
export async function requestsOfCase(ctx: Context, id: string): Promise<readonly DelistRequest[]> {
  permit(ctx.actor, 'case.read')
  await permitCase(ctx, id)
  const ids = (await participantsOf(ctx, id)).map((each) => each.id)
  return await store.ofParticipants(ctx.db.queries, ids)
}

/** Between two looks at the tests of one case: who sets a record up needs some time. */
const againMs = 30 * minute
/** Cases in one run: the servers that are asked are other people's. */
const mostAtOnce = 20
/** A sender hears at most this often what is still missing. */
const toldApartMs = day

/**
 * Looks at the tests of conditional decisions again. Where all pass, the delisting is carried out; where their time is over, the request is
 * refused by the first that does not; else the senders are told once a day what is missing. How many cases were looked at.
 */
export async function recheckConditions(ctx: Context, checks: Checks, signal?: AbortSignal): Promise<number> {
  const due = await casesWithConditions(ctx, ctx.clock.now() - againMs, mostAtOnce)
  for (const it of due) {
    if (signal?.aborted) break
    const names = it.conditions.map(({ test }) => test)
    const said = await runAll(ctx, checks, it.id, readConditions(names))
    await transact(ctx, async (tx) => await settleTests(tx, it, said))
  }
  return due.length
}

async function settleTests(tx: Tx, looked: Case, said: readonly Condition[]): Promise<void> {
  const matter = await matterOf(tx, looked.id).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
  if (!matter) return await putOff(tx, looked.id)
  // Somebody has decided meanwhile, or named other tests than those that were run.
  if (matter.case.conditionsEndAt === null || namesOf(matter.case) !== namesOf(looked)) return
  const { case: it, participants, requests } = matter
  const now = tx.clock.now()
  const missing = said.filter((each) => each.said !== 'passes')
  if (missing.length === 0) return void (await grant(tx, { ...matter, case: { ...it, conditions: said } }))
  if (now >= (it.conditionsEndAt ?? 0)) {
    const unmet = (missing.find((each) => each.said === 'fails') ?? missing[0])?.test
    return void (await refuse(
      tx,
      { ...matter, case: { ...it, conditions: said } },
      { unmet, words: undefined },
    ))
  }
  const failing = missing.filter((each) => each.said === 'fails').map(({ test }) => test)
  const tells = failing.length > 0 && now - (it.toldAt ?? 0) >= toldApartMs
  await saveCase(tx, { ...it, conditions: said, checkedAt: now, toldAt: tells ? now : it.toldAt })
  const until = it.conditionsEndAt ?? now
  if (!tells) return
  const told = new Set(await toldOfTests(tx, participants))
  const readers = participants.filter(({ id }) => told.has(id))
  await sayToAll(tx, readers, requests, (about) => ({ says: 'unmet', about, tests: failing, until }))
}

/** Nobody who still takes part asked for anything that could be granted: those whose turn it is are not kept waiting by it. */
async function putOff(tx: Tx, id: string): Promise<void> {
  const it = await lockCase(tx, id)
  if (it && it.conditionsEndAt !== null) await saveCase(tx, { ...it, checkedAt: tx.clock.now() })
}

/** Requests handled in one run. */
const batch = 500

/**
 * Brings requests and cases together: a request whose case was closed without a decision, or whose asker withdrew, waits no longer, and one
 * that a version before cases put before a person gets its case.
 */
export async function settleRequests(ctx: Context): Promise<void> {
  for (const { id } of await store.withoutCase(ctx.db.queries, batch))
    await transact(ctx, async (tx) => await adopt(tx, id))
  const waiting = await store.waitingWithCase(ctx.db.queries, 20 * batch)
  const over = new Set(
    await closedAmong(
      ctx,
      waiting.map(({ participantId }) => participantId),
    ),
  )
  for (const { id, participantId } of waiting.filter((each) => over.has(each.participantId)))
    await transact(ctx, async (tx) => {
      await takeTurn(tx)
      const request = await store.lockById(tx.queries, id)
      const isOver = (await closedAmong(tx, [participantId])).length > 0
      if (!isOver || (request?.state !== 'review' && request?.state !== 'joined')) return
      await end(tx, request, 'closed')
      if (request.state === 'review') await moveUp(tx, request)
    })
}

/** The place in the queue goes to whoever waited with the request that is gone, the one who came first. */
async function moveUp(tx: Tx, { unit }: DelistRequest): Promise<void> {
  const [next] = await store.listJoined(tx.queries, unit)
  const locked = next && (await store.lockById(tx.queries, next.id))
  if (locked?.state === 'joined') await saveRequest(tx, { ...locked, state: 'review' })
}

async function adopt(tx: Tx, id: string): Promise<void> {
  await takeTurn(tx)
  const request = await store.lockById(tx.queries, id)
  if (!request || request.participantId !== null) return
  const open = request.state === 'joined' ? await store.openReview(tx.queries, request.unit) : undefined
  const { participant } = await handToCase(tx, request, open, saysOf(request))
  await saveRequest(tx, { ...request, participantId: participant.id })
}
