import { hour } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import type { MailAddress } from '../../standards/mail-address.ts'
import { actorName, permit } from '../actor.ts'
import { confirmAct, declineAct, proposeAct, type Approval } from '../approvals/actions.ts'
import { record } from '../audit/actions.ts'
import { forgetThreads, openCasesOf } from '../cases/person-actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { takeTurn } from '../edges/actions.ts'
import { forgetLetters } from '../outbox/person-actions.ts'
import { endClaimsOf } from '../owners/person-actions.ts'
import { endVouchesOf } from '../vouches/person-actions.ts'
import { personOf } from './find-actions.ts'
import type { Blocker, Erasure, Person } from './person.ts'
import { places, type Fate } from './places.ts'
import * as store from './store.ts'

/**
 * Erasing somebody: everything of theirs gets a keyed tombstone, or is deleted, in one transaction. What goes on delays it: a case or a
 * report that is open, a request that a person decides. Then it is tried again until it is done.
 */

/** Between two tries of what waits. */
const againMs = hour

/**
 * An operator erases somebody who asked for it. A second person has to agree (security CON-6); at the machine itself, where nobody could be
 * the second, it happens at once. Asked again while it waits, it is the same erasure.
 */
export async function askErasure(
  ctx: Context,
  mailbox: MailAddress,
): Promise<{ readonly erasure: Erasure; readonly approval?: Approval }> {
  permit(ctx.actor, 'person.erase')
  if (ctx.actor.kind !== 'operator') return { erasure: await erasePerson(ctx, mailbox) }
  const person = await personOf(ctx, mailbox)
  return await transact(ctx, async (tx) => {
    const erasure = await begin(tx, person, 'proposed')
    if (erasure.state !== 'proposed') return { erasure }
    const subject = `person:${person.pseudonym}`
    await record(tx, { action: 'person.erase-asked', subject, facts: { request: erasure.id } })
    const approval = await proposeAct(tx, {
      kind: 'person.erase',
      subject,
      facts: { request: erasure.id },
      permission: 'person.erase',
    })
    return { erasure, approval }
  })
}

/** Erases whoever has shown the mailbox, or as somebody at the machine says; callers have seen to that. At once, or when nothing goes on. */
export async function erasePerson(ctx: Context, mailbox: MailAddress): Promise<Erasure> {
  const person = await personOf(ctx, mailbox)
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const begun = await begin(tx, person, 'waiting')
    return await carryOut(tx, { ...begun, state: 'waiting' }, person)
  })
}

/** The second person agrees. */
export async function confirmErasure(ctx: Context, approvalId: string): Promise<void> {
  const found = await transact(ctx, async (tx) => {
    const { facts } = await confirmAct(tx, { id: approvalId, kind: 'person.erase' })
    const it = await store.lockErasure(tx.queries, facts['request'] ?? '')
    if (!it || it.state !== 'proposed') throw new Refusal('approval.not-waiting')
    const waiting: Erasure = { ...it, state: 'waiting' }
    await store.updateErasure(tx.queries, waiting, tx.clock.now())
    return waiting
  })
  await tryErasure(ctx, found)
}

/** The second person does not agree, or whoever asked takes it back: nothing is erased, and nothing waits. */
export async function declineErasure(ctx: Context, approvalId: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const { facts } = await declineAct(tx, { id: approvalId, kind: 'person.erase' })
    const it = await store.lockErasure(tx.queries, facts['request'] ?? '')
    // The person may have shown the mailbox meanwhile: what they asked for themselves goes on.
    if (!it || it.state !== 'proposed') return
    await store.updateErasure(tx.queries, { ...it, state: 'declined', doneAt: tx.clock.now() }, null)
    await record(tx, {
      action: 'person.erase-declined',
      subject: `person:${it.pseudonym}`,
      facts: { request: it.id },
    })
  })
}

/** Tries those again that waited for something to end; how many are done now. */
export async function eraseWaiting(ctx: Context, signal?: AbortSignal): Promise<number> {
  let done = 0
  for (const it of await store.dueErasures(ctx.db.queries, ctx.clock.now(), 50)) {
    if (signal?.aborted) break
    if ((await tryErasure(ctx, it)).state === 'done') done++
  }
  return done
}

/** What an approval is about: shown to whoever decides it. */
export async function showErasure(ctx: Context, id: string): Promise<Erasure> {
  permit(ctx.actor, 'person.erase')
  const it = await store.findErasure(ctx.db.queries, { id })
  if (!it) throw new Refusal('person.not-found')
  return it
}

/** Erasures of late, the newest first. */
export async function listErasures(ctx: Context): Promise<readonly Erasure[]> {
  permit(ctx.actor, 'person.erase')
  return await store.listErasures(ctx.db.queries, 50)
}

/** What goes on with somebody now, for a page that says so beforehand. */
export async function blockersNow(ctx: Context, mailbox: MailAddress): Promise<readonly Blocker[]> {
  const person = await personOf(ctx, mailbox)
  return await transact(ctx, async (tx) => await blockersOf(tx, person))
}

async function tryErasure(ctx: Context, { id, mailbox }: Erasure): Promise<Erasure> {
  const person = mailbox === null ? undefined : await personOf(ctx, mailbox)
  return await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const it = await store.lockErasure(tx.queries, id)
    if (!it) throw new Refusal('person.not-found')
    return it.state === 'waiting' && person ? await carryOut(tx, it, person) : it
  })
}

/** The erasure that waits for this person, or a new one. */
async function begin(tx: Tx, person: Person, state: 'proposed' | 'waiting'): Promise<Erasure> {
  const it: Erasure = {
    id: newId(),
    pseudonym: person.pseudonym,
    mailbox: person.mailbox,
    state,
    askedBy: tx.actor.kind === 'visitor' ? 'person' : actorName(tx.actor),
    askedAt: tx.clock.now(),
    blockers: [],
    counts: {},
    doneAt: null,
  }
  if (await store.insertErasure(tx.queries, it, null)) return it
  const waiting = await store.findErasure(tx.queries, { pseudonym: person.pseudonym })
  if (!waiting) throw new Error(`the erasure of ${person.pseudonym} is there and is not`)
  return waiting
}

/** Everything, or nothing: what goes on is written down, and it is tried again. */
async function carryOut(tx: Tx, it: Erasure, person: Person): Promise<Erasure> {
  const subject = `person:${person.pseudonym}`
  const blockers = await blockersOf(tx, person)
  const now = tx.clock.now()
  if (blockers.length > 0) {
    const waiting: Erasure = { ...it, state: 'waiting', blockers }
    await store.updateErasure(tx.queries, waiting, now + againMs)
    if (it.blockers.length === 0)
      await record(tx, {
        action: 'person.erase-waits',
        subject,
        facts: { request: it.id, open: blockers.length },
      })
    return waiting
  }
  const counts: Record<string, number> = {}
  for (const place of places) {
    if (place.fate.kind === 'kept' || place.table === 'person_requests') continue
    const set = place.fate.kind === 'replaced' ? valuesOf(place.fate, person) : {}
    const count = await store.countOf(tx.queries, place, person, set)
    if (count > 0) counts[place.table] = (counts[place.table] ?? 0) + count
  }
  // What has a life of its own ends before its rows lose their names.
  await endVouchesOf(tx, person.mailbox)
  await endClaimsOf(tx, person.mailbox)
  await forgetThreads(tx, person.mailbox, person.tombstone)
  for (const place of places) await erasePlace(tx, place, person)
  await forgetLetters(tx, person.mailbox, person.tombstone)
  await store.forgetErasures(tx.queries, person.mailbox)
  const rows = Object.values(counts).reduce((sum, each) => sum + each, 0)
  const done: Erasure = { ...it, state: 'done', mailbox: null, blockers: [], counts, doneAt: now }
  await store.updateErasure(tx.queries, done, null)
  await record(tx, { action: 'person.erased', subject, facts: { request: it.id, rows } })
  return done
}

async function erasePlace(tx: Tx, place: (typeof places)[number], person: Person): Promise<void> {
  switch (place.fate.kind) {
    case 'deleted':
      return await store.deleteOf(tx.queries, place, person)
    case 'replaced':
      return await store.replaceOf(tx.queries, place, person, valuesOf(place.fate, person))
    case 'by-noun':
    case 'kept':
  }
}

function valuesOf(
  { set }: Extract<Fate, { readonly kind: 'replaced' }>,
  { tombstone }: Person,
): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries(
    Object.entries(set).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? tombstone : value,
    ]),
  )
}

/** Everything of theirs that still goes on. */
async function blockersOf(tx: Tx, person: Person): Promise<readonly Blocker[]> {
  const blockers: Blocker[] = [...(await openCasesOf(tx, person.mailbox))]
  const rows = async (table: 'delist_requests' | 'abuse_reports') => {
    const place = places.find((each) => each.table === table)
    return place ? await store.rowsOf(tx.queries, place, person, ['id', 'state']) : []
  }
  for (const { id, state } of await rows('delist_requests'))
    if (state === 'review' || state === 'joined') blockers.push({ kind: 'request', id: String(id) })
  for (const { id, state } of await rows('abuse_reports'))
    if (state !== 'closed') blockers.push({ kind: 'report', id: String(id) })
  return blockers
}
