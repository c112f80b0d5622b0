import { isSameMailbox } from '../../standards/mail-address.ts'
import { pathOf, reasonOf } from '../../access/reasons.ts'
import { minute } from '../../base/clock.ts'
import { addressOf, covers, formatPrefix, unitLength, type Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { record } from '../audit/actions.ts'
import { lockCase } from '../cases/hold-actions.ts'
import { closedAmong, heardSince, participantOf } from '../cases/look-actions.ts'
import type { Condition } from '../cases/case.ts'
import { opensCase } from '../cases/external.ts'
import type { Participant } from '../cases/participant.ts'
import type { Checks } from '../checks/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { isOwnDomain } from '../delisting/actions.ts'
import { readCondition } from '../delisting/condition.ts'
import { sayCondition } from '../delisting/condition-actions.ts'
import { courseFor } from '../delisting/decide-actions.ts'
import { freeByHand, freeByRules, type AskingFor } from '../delisting/on-behalf-actions.ts'
import type { Control, Course as PortalCourse } from '../delisting/request.ts'
import { takeTurn } from '../edges/actions.ts'
import { actingWithin } from '../listings/actions.ts'
import { mayAskFor, ownersOf, type Holder } from '../owners/actions.ts'
import { allows } from '../owners/claim.ts'
import { excludeSubAllocation } from '../owners/contact-actions.ts'
import { explain } from '../senders/actions.ts'
import { verdictOf } from '../senders/explanation.ts'
import { conclude } from './conclude-actions.ts'
import { isFinal, reviewOf, type Course, type Look, type Review } from './review.ts'
import * as store from './store.ts'
import type { FormAddress, FormFacts } from './address.ts'

/** The automatic review, and the tests of conditions run again. */

/** Forms in one run: the servers that are asked are other people's. */
const mostAtOnce = 10
/** Between two looks at the tests of one form. */
const againMs = 30 * minute

/** What is known of an address before the list is held still. */
interface Known {
  readonly control: Control
  /** What they may have a range listing ended in without a person: owners whose proof allows it. */
  readonly owned: Prefix | undefined
  readonly isPutOff: boolean
  readonly isListedInside: boolean
  readonly tests: readonly Condition[]
}

/**
 * Looks at what has come, runs the tests of conditions again, takes up what was answered, and ends what belongs to a closed case. Each change set
 * of a form is one letter. How many forms were looked at.
 */
export async function tendForms(ctx: Context, checks: Checks, signal?: AbortSignal): Promise<number> {
  const { queries } = ctx.db
  const now = ctx.clock.now()
  const fresh = await store.threadsWith(queries, ['received'], { before: now, limit: mostAtOnce })
  const waiting = await store.threadsWith(queries, ['conditionally-mitigated'], {
    before: now - againMs,
    limit: mostAtOnce,
  })
  const ids = [...new Set([...fresh, ...waiting])]
  for (const id of ids) {
    if (signal?.aborted) break
    await reviewThread(ctx, checks, id)
  }
  await settleAnswered(ctx)
  await settleClosed(ctx)
  return ids.length
}

async function reviewThread(ctx: Context, checks: Checks, id: string): Promise<void> {
  const participant = await participantOf(ctx, id)
  const [form] = await store.formsOf(ctx.db.queries, [id])
  if (!participant || !form) return
  const addresses = await store.addressesOf(ctx.db.queries, [id])
  const known = new Map<string, Known>()
  const ofDomain = await domainTests(ctx, checks, form, addresses)
  for (const each of addresses.filter(isDue))
    known.set(
      formatPrefix(each.prefix),
      await lookUp(ctx, checks, { form, participant, address: each, ofDomain }),
    )
  await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const it = await lockCase(tx, participant.caseId)
    if (!it || it.state === 'closed') return
    const changed: FormAddress[] = []
    for (const each of await store.addressesOf(tx.queries, [id])) {
      const facts = known.get(formatPrefix(each.prefix))
      if (facts === undefined || !isDue(each)) continue
      const next = await settle(tx, { form, participant, address: each, facts })
      await store.save(tx.queries, next)
      if (next.state !== each.state) changed.push(next)
    }
    if (changed.length > 0) await conclude(tx, it, participant, { changed, by: 'rules' })
    tx.afterCommit('cases')
  })
}

function isDue({ state }: FormAddress): boolean {
  return state === 'received' || state === 'conditionally-mitigated'
}

/** What every address of the form has in common: the records of the domain that sends. */
async function domainTests(
  ctx: Context,
  checks: Checks,
  { sending }: FormFacts,
  [first]: readonly FormAddress[],
): Promise<readonly Condition[]> {
  if (sending === '' || !first || specialPurpose(first.prefix) !== undefined) return []
  return await run(ctx, checks, [`check:spf:${sending}`, `check:dmarc:${sending}`], first.prefix)
}

async function run(
  ctx: Context,
  checks: Checks,
  names: readonly string[],
  prefix: Prefix,
): Promise<readonly Condition[]> {
  const said: Condition[] = []
  for (const name of names) {
    const test = readCondition(name)
    if (test === undefined) continue
    said.push({ test: test.name, said: await sayCondition(ctx, checks, test, addressOf(prefix, 0)) })
  }
  return said
}

async function lookUp(
  ctx: Context,
  checks: Checks,
  {
    form,
    participant,
    address,
    ofDomain,
  }: {
    readonly form: FormFacts
    readonly participant: Participant
    readonly address: FormAddress
    readonly ofDomain: readonly Condition[]
  },
): Promise<Known> {
  const { prefix } = address
  const isSingle = prefix.length === unitLength[prefix.family]
  const nobody = {
    control: 'none',
    owned: undefined,
    isPutOff: false,
    isListedInside: false,
    tests: [],
  } as const
  if (specialPurpose(prefix) !== undefined) return nobody
  const held = await grantOf(ctx, participant, prefix)
  const owned = held && allows(held.proof, 'range') ? held.prefix : undefined
  const listed = isSingle ? [] : await actingWithin(ctx, prefix, 1)
  const named = isByPerson(address) ? (address.facts.tests ?? []).map(({ test }) => test) : undefined
  if (!isSingle)
    return {
      ...nobody,
      control: held ? 'owner' : 'none',
      owned,
      tests: await run(ctx, checks, named ?? [], prefix),
      isListedInside: listed.some(({ effect }) => effect !== 'pass'),
    }
  const ip = addressOf(prefix, 0)
  const isOwn = held === undefined && (await isOwnDomain(ctx, ip, participant.mailbox))
  const now = form.symptom === 'delayed' ? await explain(ctx, ip, 'link') : undefined
  return {
    control: held ? 'owner' : isOwn ? 'domain' : 'none',
    owned,
    isPutOff: now !== undefined && verdictOf(now) === 'defer',
    isListedInside: false,
    tests:
      named === undefined
        ? [...(await run(ctx, checks, ['reverse-name'], prefix)), ...ofDomain]
        : await run(ctx, checks, named, prefix),
  }
}

/** By what whoever filled the form in may ask for the prefix: what they could ask for on their own page, with the same mailbox to the letter. */
async function grantOf(ctx: Context, { mailbox }: Participant, prefix: Prefix): Promise<Holder | undefined> {
  const holders = await ownersOf(ctx, prefix)
  const own = holders.find(({ owner }) => isSameMailbox(owner.mailbox, mailbox))
  const held = own && (await mayAskFor(ctx, own.owner, prefix))
  const isAnothers = held?.proof === 'rdap' && (await excludeSubAllocation(ctx, held.claimId, prefix))
  return isAnothers ? undefined : held
}

/** What becomes of one address, and does it. */
async function settle(
  tx: Tx,
  {
    form,
    participant,
    address,
    facts,
  }: {
    readonly form: FormFacts
    readonly participant: Participant
    readonly address: FormAddress
    readonly facts: Known
  },
): Promise<FormAddress> {
  const now = tx.clock.now()
  const { prefix } = address
  const { mailbox, language } = participant
  const asking = { ip: addressOf(prefix, 0), unit: prefix, control: facts.control }
  const course = await courseFor(tx, asking, facts.owned)
  const until = address.facts.until ?? new Date(now + tx.settings.support.conditionsMs).toISOString()
  const review = reviewOf(lookOf(tx, { form, prefix, facts, course, until }))
  const own = { ...asking, mailbox, language }
  const decided = isByPerson(address)
    ? await keepPromise(tx, own, { tests: facts.tests, until })
    : review.state === 'mitigated'
      ? await free(tx, own, course)
      : review.state === 'conditionally-mitigated' && Date.parse(until) <= now
        ? unmet(review.facts.tests ?? [])
        : review
  const isSame = decided.state === address.state && decided.why === address.why
  if (!isSame)
    await record(tx, {
      action: `form-address.${decided.state}`,
      subject: `case:${participant.caseId}`,
      facts: { prefix: formatPrefix(prefix), why: decided.why },
    })
  return { ...address, ...decided, changedAt: isSame ? address.changedAt : now, checkedAt: now }
}

function lookOf(
  tx: Tx,
  {
    form,
    prefix,
    facts,
    course,
    until,
  }: {
    readonly form: FormFacts
    readonly prefix: Prefix
    readonly facts: Known
    readonly course: PortalCourse
    readonly until: string
  },
): Look {
  const { provider, support } = tx.settings
  const { listing } = course
  const matter =
    listing === null
      ? ({ reason: null, path: 'none' } as const)
      : { reason: reasonOf(listing), path: pathOf(listing.class) }
  const isRange = prefix.length !== unitLength[prefix.family]
  const isHeld = facts.control === 'owner'
  return {
    symptom: form.symptom,
    isSpecial: specialPurpose(prefix) !== undefined,
    isOurs: provider.networks.some((own) => covers(own, prefix)),
    isOpened: isHeld || opensCase(support, matter, 'form'),
    isForeignRange: isRange && !isHeld,
    isListedInside: facts.isListedInside,
    course: shortOf(course),
    isPutOff: facts.isPutOff,
    tests: facts.tests,
    until,
  }
}

function shortOf(course: PortalCourse): Course {
  if (course.kind === 'lift') return { kind: 'lift' }
  switch (course.outcome) {
    case 'third-party':
      return { kind: 'third-party', url: course.facts.url }
    case 'policy':
      return { kind: 'policy', test: course.facts.test }
    case 'cool-down':
      return { kind: 'cool-down', again: course.facts.again }
    case 'review':
      return { kind: 'person' }
    default:
      return { kind: 'none' }
  }
}

/** What a person granted under a condition: all the tests that they named have to pass, whatever the rules would say. */
async function keepPromise(
  tx: Tx,
  asking: AskingFor,
  { tests, until }: { readonly tests: readonly Condition[]; readonly until: string },
): Promise<Review> {
  if (tests.every(({ said }) => said === 'passes')) {
    const isFreed = await freeByHand(tx, asking)
    return { state: isFreed ? 'mitigated' : 'auto-reviewed', why: isFreed ? 'freed' : 'passes', facts: {} }
  }
  if (Date.parse(until) <= tx.clock.now()) return unmet(tests.filter(({ said }) => said !== 'passes'))
  return { state: 'conditionally-mitigated', why: 'by-person', facts: { tests, until } }
}

/** The time for it is over. */
function unmet(tests: readonly Condition[]): Review {
  return { state: 'not-qualified', why: 'tests', facts: { tests } }
}

function isByPerson({ state, why }: FormAddress): boolean {
  return state === 'conditionally-mitigated' && why === 'by-person'
}

/** Frees it by the very action of the portal's button, with its budgets; beyond them a person looks. */
async function free(tx: Tx, asking: AskingFor, course: PortalCourse): Promise<Review> {
  if (course.kind !== 'lift') return { state: 'escalated', why: 'person', facts: {} }
  return (await freeByRules(tx, asking, course.listing))
    ? { state: 'mitigated', why: 'freed', facts: {} }
    : { state: 'escalated', why: 'budget', facts: {} }
}

/** Whoever was asked for something has said it: a person goes on. */
async function settleAnswered(ctx: Context): Promise<void> {
  const asked = await store.threadsWith(ctx.db.queries, ['needs-info'], {
    before: ctx.clock.now(),
    limit: 500,
  })
  for (const id of asked) {
    const addresses = (await store.addressesOf(ctx.db.queries, [id])).filter(
      ({ state }) => state === 'needs-info',
    )
    const since = Math.min(...addresses.map(({ changedAt }) => changedAt))
    if (!(await heardSince(ctx, id, since))) continue
    await transact(ctx, async (tx) => {
      const participant = await participantOf(tx, id)
      const it = participant && (await lockCase(tx, participant.caseId))
      if (!it || it.state === 'closed') return
      for (const each of await store.addressesOf(tx.queries, [id]))
        if (each.state === 'needs-info')
          await store.save(tx.queries, {
            ...each,
            state: 'escalated',
            why: 'answered',
            facts: {},
            changedAt: tx.clock.now(),
          })
    })
  }
}

/** The case is over: so is what was open in it. */
async function settleClosed(ctx: Context): Promise<void> {
  const states = ['received', 'conditionally-mitigated', 'needs-info', 'escalated'] as const
  const open = await store.threadsWith(ctx.db.queries, states, { before: ctx.clock.now(), limit: 5000 })
  for (const id of await closedAmong(ctx, open))
    await transact(ctx, async (tx) => {
      for (const each of await store.addressesOf(tx.queries, [id]))
        if (!isFinal(each.state))
          await store.save(tx.queries, {
            ...each,
            state: 'closed',
            why: 'ended',
            facts: {},
            changedAt: tx.clock.now(),
          })
    })
}
