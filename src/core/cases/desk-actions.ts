import { newId } from '../../base/id.ts'
import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { hour } from '../../base/clock.ts'
import { actorName, may, permit, recordedName } from '../actor.ts'
import { listAudit, record, type AuditRecord } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { closeCase } from './actions.ts'
import { recount, reopen } from './hear-actions.ts'
import { lockCase, saveCase, targetsOf, tell } from './hold-actions.ts'
import { participantsOf } from './look-actions.ts'
import {
  answered,
  assigned,
  mayReopen,
  withSeverity,
  type Case,
  type CaseKind,
  type CaseState,
  type Severity,
} from './case.ts'
import { isSpokenTo, masked, mayHandle } from './legal.ts'
import { longestAnswer, readAnswer, type Message } from './message.ts'
import { takesPart, type Participant } from './participant.ts'
import { pressedTwiceMs, say, wasJustSaid, type Saying } from './say-actions.ts'
import * as listStore from './list-store.ts'
import * as store from './store.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'

/** What people at the desk do with cases, besides deciding them, which belongs to whoever opened them. */

/** What the queue is asked for. */
export interface CaseSearch {
  readonly states: readonly CaseState[]
  readonly severity?: Severity | undefined
  readonly kind?: CaseKind | undefined
  /** `mine`, `nobody`, or anybody's. */
  readonly assigned?: 'mine' | 'nobody' | undefined
  readonly about?: string | undefined
  /** Those that sleep, too. */
  readonly asleep?: boolean | undefined
  readonly offset: number
  readonly limit: number
}

/** Cases by the clock: what is overdue comes first. */
export async function listCases(ctx: Context, search: CaseSearch): Promise<readonly Case[]> {
  permit(ctx.actor, 'case.read')
  const { assigned, asleep, ...rest } = search
  const found = await listStore.listCases(ctx.db.queries, {
    ...rest,
    // Whoever asks for an address would learn that it is the one.
    withoutLegal: rest.about !== undefined && !may(ctx.actor, 'case.legal'),
    assignee: assigned === undefined ? undefined : assigned === 'mine' ? actorName(ctx.actor) : null,
    awakeAt: asleep === true ? undefined : ctx.clock.now(),
  })
  return found.map(masked)
}

/** How many are our turn, and how many of them are late. */
export async function countCases(ctx: Context): Promise<{ readonly open: number; readonly overdue: number }> {
  return await listStore.countOpen(ctx.db.queries, ctx.clock.now())
}

export interface CaseView {
  readonly case: Case
  readonly participants: readonly Participant[]
  readonly messages: readonly Message[]
  /** Other cases of the same mailboxes, and of the same address; newest first. */
  readonly others: readonly Case[]
  readonly history: readonly AuditRecord[]
}

const mostOthers = 20

/** A case as the desk sees it; of a restricted one only that it is there (`lookInto` opens it). Throws `case.not-found`. */
export async function showCase(ctx: Context, id: string): Promise<CaseView> {
  permit(ctx.actor, 'case.read')
  const it = await store.caseById(ctx.db.queries, id)
  if (!it) throw new Refusal('case.not-found')
  if (it.legal !== null) return { case: masked(it), participants: [], messages: [], others: [], history: [] }
  return await viewOf(ctx, it)
}

/** A case with everything in it, restricted or not. Whoever calls has written the look down. */
export async function showRestricted(ctx: Context, id: string): Promise<CaseView> {
  permit(ctx.actor, 'case.legal')
  const it = await store.caseById(ctx.db.queries, id)
  if (!it) throw new Refusal('case.not-found')
  return await viewOf(ctx, it)
}

/** Throws `case.restricted` where the case is, and `case.not-found`. For actions of other nouns that read of a case. */
export async function permitCase(ctx: Context, id: string): Promise<void> {
  const it = await store.caseById(ctx.db.queries, id)
  if (!it) throw new Refusal('case.not-found')
  const refusal = mayHandle(ctx.actor, it)
  if (refusal) throw refusal
}

async function viewOf(ctx: Context, it: Case): Promise<CaseView> {
  const { queries } = ctx.db
  const { id } = it
  const [participants, messages, history] = await Promise.all([
    participantStore.participantsOf(queries, id),
    messageStore.messagesOf(queries, ctx.keys.vault, { caseId: id }),
    listAudit(ctx, { subject: `case:${id}`, limit: 200, isOpened: it.legal !== null }),
  ])
  return { case: it, participants, messages, history, others: await othersOf(ctx, it, participants) }
}

async function othersOf(
  ctx: Context,
  { id, about }: Case,
  participants: readonly Participant[],
): Promise<readonly Case[]> {
  const { queries } = ctx.db
  const found: Case[] = []
  for (const { mailbox, mailboxKey } of participants.slice(0, 10))
    found.push(...(await listStore.casesOfMailbox(queries, { mailbox, mailboxKey }, mostOthers)))
  if (about !== null) found.push(...(await listStore.casesAboutUnits(queries, [about], mostOthers)))
  return besides(ctx, id, found)
}

/** Each once, without that one, newest first. That somebody has a part in a restricted case is a part of what is in it. */
export function besides(ctx: Context, id: string, found: readonly Case[]): readonly Case[] {
  const seen = new Map(found.map((it) => [it.id, it]))
  seen.delete(id)
  const known = [...seen.values()].filter(({ legal }) => legal === null || may(ctx.actor, 'case.legal'))
  return known
    .toSorted((a, b) => b.openedAt - a.openedAt)
    .slice(0, mostOthers)
    .map(masked)
}

/** Cases about one of these units, newest first, restricted ones too: `besides` leaves out what may not be seen. */
export async function casesAboutUnits(ctx: Context, units: readonly string[]): Promise<readonly Case[]> {
  permit(ctx.actor, 'case.read')
  return await listStore.casesAboutUnits(ctx.db.queries, units, mostOthers)
}

/** The cases of threads, restricted ones too. */
export async function casesOfThreads(
  ctx: Context,
  threads: readonly string[],
): Promise<ReadonlyMap<string, Case>> {
  permit(ctx.actor, 'case.read')
  const found = await listStore.casesOfThreads(ctx.db.queries, threads)
  return new Map(found.map(({ thread, case: it }) => [thread, it]))
}

/** A message as it came, to be downloaded and opened elsewhere; looking is written down. Throws `case.original-gone`. */
export async function takeOriginal(
  ctx: Context,
  input: { readonly id: string; readonly message: string },
): Promise<{ readonly hash: string; readonly raw: Buffer }> {
  permit(ctx.actor, 'case.read')
  await permitCase(ctx, input.id)
  const found = await messageStore.originalOf(ctx.db.queries, ctx.keys.vault, input.message)
  if (!found || found.caseId !== input.id) throw new Refusal('case.original-gone')
  await transact(ctx, async (tx) => {
    const facts = { message: input.message, sha256: found.hash }
    await record(tx, { action: 'case.original-taken', subject: `case:${input.id}`, facts })
  })
  return found
}

/** The case for a change; throws `case.not-found`, and `case.restricted` for whoever may not handle it. */
async function heldCase(tx: Tx, id: string): Promise<Case> {
  const it = await lockCase(tx, id)
  if (!it) throw new Refusal('case.not-found')
  const refusal = mayHandle(tx.actor, it)
  if (refusal) throw refusal
  return it
}

/** The same; throws `case.closed` where it has ended. */
export async function openOne(tx: Tx, id: string): Promise<Case> {
  const it = await heldCase(tx, id)
  if (it.state === 'closed') throw new Refusal('case.closed')
  return it
}

async function change(ctx: Context, id: string, work: (tx: Tx, it: Case) => Promise<Case>): Promise<Case> {
  permit(ctx.actor, 'case.answer')
  return await transact(ctx, async (tx) => {
    const it = await openOne(tx, id)
    const changed = await work(tx, it)
    await saveCase(tx, changed)
    tx.afterCommit('cases')
    return changed
  })
}

/**
 * Answers: one participant, or all of them. `asks`: and asks for something, so that it is their turn, for as long as the setting says;
 * `closes`: and there is nothing more to do. Throws `case.empty`, `case.too-long`, `case.closed`.
 */
export async function answerCase(
  ctx: Context,
  input: {
    readonly id: string
    readonly text: string
    readonly to?: string | undefined
    readonly next: 'open' | 'asks' | 'closes'
  },
): Promise<Case> {
  permit(ctx.actor, 'case.answer')
  const text = plainText(orThrow(readAnswer(input.text)), longestAnswer)
  return await transact(ctx, async (tx) => {
    const it = await openOne(tx, input.id)
    const now = tx.clock.now()
    const until = input.next === 'asks' ? now + tx.settings.support.askedMs : undefined
    const everybody = await participantsOf(tx, it.id)
    const readers = everybody.filter(
      (each) => takesPart(each) && isSpokenTo(it, each) && (input.to === undefined || each.id === input.to),
    )
    if (readers.length === 0) throw new Refusal('case.nobody')
    const saying: Saying = { says: 'answer', text, until }
    // What closes the case was said once: it is closed then.
    if (input.next !== 'closes' && (await wasJustSaidToAll(tx, readers, saying))) return it
    await record(tx, {
      action: input.next === 'asks' ? 'case.asked' : 'case.answered',
      subject: `case:${it.id}`,
      facts: { readers: readers.length },
    })
    for (const reader of readers) await say(tx, reader, saying)
    await recount(tx, it.id)
    const next = answered(await openOne(tx, it.id), now, targetsOf(tx).calendar, until)
    await tell(tx, 'case.answered', next)
    tx.afterCommit('cases')
    if (input.next === 'closes') return await closeCase(tx, next, { outcome: 'answered' })
    await saveCase(tx, next)
    return { ...next, version: next.version + 1 }
  })
}

/** Whether all of them have just been told so. */
async function wasJustSaidToAll(tx: Tx, readers: readonly Participant[], saying: Saying): Promise<boolean> {
  for (const reader of readers) if (!(await wasJustSaid(tx, reader, saying))) return false
  return true
}

/** A note among ourselves; it stays possible after the end. */
export async function noteCase(
  ctx: Context,
  input: { readonly id: string; readonly text: string },
): Promise<void> {
  permit(ctx.actor, 'case.answer')
  const text = plainText(orThrow(readAnswer(input.text)), longestAnswer)
  await transact(ctx, async (tx) => {
    const it = await heldCase(tx, input.id)
    const messages = await messageStore.messagesOf(tx.queries, tx.keys.vault, { caseId: it.id })
    const last = messages.at(-1)
    const isOurs = last?.direction === 'note' && last.author === recordedName(tx.actor)
    if (isOurs && last.content.text === text && last.at > tx.clock.now() - pressedTwiceMs) return
    await noteIn(tx, it.id, text)
  })
}

/** The same inside of a transaction that holds the case. */
export async function noteIn(tx: Tx, id: string, text: string): Promise<void> {
  await messageStore.insertMessage(tx.queries, tx.keys.vault, {
    id: newId(),
    caseId: id,
    participant: null,
    direction: 'note',
    channel: 'console',
    author: recordedName(tx.actor),
    isVerified: true,
    isSilent: false,
    at: tx.clock.now(),
    size: Buffer.byteLength(text),
    copies: 1,
    bodyKey: null,
    intakeKey: null,
    letter: null,
    content: { text },
  })
  await record(tx, { action: 'case.noted', subject: `case:${id}`, facts: {} })
  await recount(tx, id)
}

/** Whose it is: that of whoever asks, or nobody's. A colleague gets it by `handCase`. */
export async function assignCase(
  ctx: Context,
  input: { readonly id: string; readonly to: 'me' | 'nobody' },
): Promise<Case> {
  return await giveCase(ctx, { id: input.id, to: input.to === 'me' ? actorName(ctx.actor) : null })
}

/** Gives a case to somebody by the name that `actorName` has for them; whoever calls knows that there is such an operator. */
export async function giveCase(
  ctx: Context,
  { id, to }: { readonly id: string; readonly to: string | null },
): Promise<Case> {
  return await change(ctx, id, async (tx, it) => {
    const by = actorName(tx.actor)
    const facts = {
      ...(to !== null && { to }),
      ...(it.assignee !== null && it.assignee !== to && { from: it.assignee }),
    }
    await record(tx, { action: 'case.assigned', subject: `case:${it.id}`, facts })
    const given = assigned(it, to, by, tx.clock.now())
    // Whoever takes a case knows it; somebody who is given one is told.
    if (to !== null && to !== by) await tell(tx, 'case.assigned', given)
    return given
  })
}

/** Cases that are not closed and are somebody's who is not among these names, restricted ones too; for whoever takes them back. */
export async function casesNotOf(
  ctx: Context,
  names: readonly string[],
  limit: number,
): Promise<readonly string[]> {
  const { queries } = ctx.db
  const found: string[] = []
  for (const assignee of await listStore.assigneesOfOpen(queries)) {
    if (names.includes(assignee)) continue
    const states = ['open', 'waiting', 'conditional'] as const
    const theirs = await listStore.listCases(queries, { states, assignee, offset: 0, limit })
    found.push(...theirs.map(({ id }) => id))
  }
  return found.slice(0, limit)
}

/** Days that a case may sleep. */
export const snoozeHours = [4, 24, 72, 168] as const

/** Puts it out of sight until then; its clock goes on. */
export async function snoozeCase(
  ctx: Context,
  input: { readonly id: string; readonly hours: number },
): Promise<Case> {
  const hours = snoozeHours.find((each) => each === input.hours)
  if (hours === undefined) throw new Refusal('form.invalid', { field: 'hours' })
  return await change(ctx, input.id, async (tx, it) => {
    const snoozedUntilAt = tx.clock.now() + hours * hour
    const until = new Date(snoozedUntilAt).toISOString()
    await record(tx, { action: 'case.snoozed', subject: `case:${it.id}`, facts: { until } })
    return { ...it, snoozedUntilAt }
  })
}

export async function weighCase(
  ctx: Context,
  input: { readonly id: string; readonly severity: Severity },
): Promise<Case> {
  return await change(ctx, input.id, async (tx, it) => {
    await record(tx, {
      action: 'case.weighed',
      subject: `case:${it.id}`,
      facts: { severity: input.severity, before: it.severity },
    })
    return withSeverity(it, input.severity, targetsOf(tx))
  })
}

/** Opens a closed case again, within 14 days. Throws `case.over`, `case.merged`, `case.open`. */
export async function reopenCase(ctx: Context, id: string): Promise<Case> {
  permit(ctx.actor, 'case.answer')
  return await transact(ctx, async (tx) => {
    const it = await heldCase(tx, id)
    if (it.state !== 'closed') throw new Refusal('case.open')
    const refusal = mayReopen(it, tx.clock.now())
    if (refusal) throw refusal
    const again = await reopen(tx, it)
    await saveCase(tx, again)
    tx.afterCommit('cases')
    return again
  })
}
