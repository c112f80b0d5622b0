import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { openTag } from '../../base/signed-token.ts'
import { record } from '../audit/actions.ts'
import { visitorNetwork } from '../actor.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { isTombstone } from '../tombstone.ts'
import { spendAll } from '../limits/actions.ts'
import { closeCase } from './actions.ts'
import { hear } from './hear-actions.ts'
import { lockCase, saveCase } from './hold-actions.ts'
import {
  isConcluded,
  mayReopen,
  type Case,
  type CaseOutcome,
  type CaseState,
  type Condition,
} from './case.ts'
import { isSpokenTo } from './legal.ts'
import { longestAnswer, readAnswer, type Message, namesTests } from './message.ts'
import { takesPart, type Helped, type Participant } from './participant.ts'
import * as store from './store.ts'
import * as participantStore from './participant-store.ts'
import * as messageStore from './message-store.ts'

/** A case as one of its participants sees it: their own thread, and nothing of the others, of notes or of who of us wrote. */
export interface CasePage {
  readonly id: string
  readonly about: string | null
  readonly state: CaseState
  readonly openedAt: number
  /** By when they hear from us, or something happens; null while it is their turn or over. */
  readonly dueAt: number | null
  /** What is wanted of them by then. */
  readonly askedUntilAt: number | null
  readonly conditions: readonly Condition[]
  readonly checkedAt: number | null
  readonly outcome: CaseOutcome | null
  readonly closedAt: number | null
  /** Whether they may still say something. */
  readonly isOver: boolean
  /** Null where they are not asked whether it helped. */
  readonly survey: { readonly answer: Helped | null } | null
  /** It is handled with the owner of the address space, and nothing else is said of it. */
  readonly isWithOwner: boolean
  /** Whether a code for the recipient is of use to them; a recipient has no use for one. */
  readonly mayGiveCode: boolean
  readonly messages: readonly PageMessage[]
}

export type PageMessage = Pick<Message, 'id' | 'at' | 'letter'> & {
  readonly isOurs: boolean
  readonly says: Message['content']['says']
  readonly text: string
  readonly tests: readonly string[]
  readonly until: number | undefined
}

/** What whoever has the link sees. Reading acts on nothing. Throws `case.not-found`. */
export async function showPage(ctx: Context, token: string): Promise<CasePage> {
  const participant = await participantOfToken(ctx, token)
  const it = await store.caseById(ctx.db.queries, participant.caseId)
  if (!it) throw new Refusal('case.not-found')
  const messages = await messageStore.messagesOf(ctx.db.queries, ctx.keys.vault, {
    participant: participant.id,
  })
  return {
    ...standingFor(
      it,
      participant,
      messages.some(({ content }) => namesTests(content)),
    ),
    id: it.id,
    about: it.about,
    openedAt: participant.sinceAt,
    mayGiveCode: participant.role !== 'recipient',
    isOver: mayReopen(it, ctx.clock.now()) !== undefined,
    survey: surveyFor(ctx, it, participant),
    isWithOwner: !isSpokenTo(it, participant),
    messages: isSpokenTo(it, participant) ? messages.filter(isTheirs).map(shown) : [],
  }
}

type Standing = Pick<
  CasePage,
  'state' | 'dueAt' | 'askedUntilAt' | 'conditions' | 'checkedAt' | 'outcome' | 'closedAt'
>

/**
 * How it stands for this participant: for who withdrew it is over, whatever becomes of the others; whoever was not told the tests that a decision
 * waits for hears of it by their end.
 */
function standingFor(it: Case, participant: Participant, isTold: boolean): Standing {
  const { withdrawnAt } = participant
  if (!isSpokenTo(it, participant)) return withOwner(it)
  const { state, dueAt, askedUntilAt, conditions, checkedAt, outcome, closedAt } = it
  if (withdrawnAt === null && it.conditionsEndAt !== null && !isTold)
    return state === 'conditional'
      ? { ...nothingKnown, state: 'open', dueAt: it.conditionsEndAt }
      : { ...nothingKnown, state, dueAt, askedUntilAt }
  if (withdrawnAt === null) return { state, dueAt, askedUntilAt, conditions, checkedAt, outcome, closedAt }
  return {
    state: 'closed',
    dueAt: null,
    askedUntilAt: null,
    conditions: [],
    checkedAt: null,
    outcome: 'withdrawn',
    closedAt: withdrawnAt,
  }
}

const nothingKnown = {
  dueAt: null,
  askedUntilAt: null,
  conditions: [],
  checkedAt: null,
  outcome: null,
  closedAt: null,
} as const

/** Of a case that is handled with the owner: that it is, and how it ended. */
function withOwner({ state, outcome, closedAt }: Case): Standing {
  const isOver = state === 'closed'
  return {
    state: isOver ? 'closed' : 'open',
    dueAt: null,
    askedUntilAt: null,
    conditions: [],
    checkedAt: null,
    outcome: isOver ? outcome : null,
    closedAt: isOver ? closedAt : null,
  }
}

/** Whether they are asked if it helped, and what they said: only where it is over, and where the survey is on. */
function surveyFor({ settings }: Context, it: Case, participant: Participant): CasePage['survey'] {
  const isAsked =
    settings.support.survey === 'on' &&
    it.state === 'closed' &&
    takesPart(participant) &&
    isSpokenTo(it, participant) &&
    isConcluded(it.outcome)
  return isAsked ? { answer: participant.helped } : null
}

/** They say whether it helped; the last answer counts. Throws `case.no-survey` where nobody asks. */
export async function answerSurvey(
  ctx: Context,
  input: { readonly token: string; readonly helped: Helped },
): Promise<void> {
  const participant = await participantOfToken(ctx, input.token)
  await transact(ctx, async (tx) => {
    await spendForm(tx, participant)
    const it = await lockCase(tx, participant.caseId)
    if (!it || surveyFor(tx, it, participant) === null) throw new Refusal('case.no-survey')
    await participantStore.setHelped(tx.queries, participant.id, input.helped)
    const facts = { participant: participant.id, helped: input.helped }
    await record(tx, { action: 'case.surveyed', subject: `case:${it.id}`, facts })
  })
}

/** What a stranger wrote to their address is not theirs to read, nor what a program answered. */
function isTheirs({ direction, isVerified, isSilent }: Message): boolean {
  return direction === 'out' || (direction === 'in' && isVerified && !isSilent)
}

function shown({ id, at, letter, direction, content }: Message): PageMessage {
  const { says, text, tests = [], until } = content
  return { id, at, letter, isOurs: direction === 'out', says, text, tests, until }
}

/** They add something by the form. Throws `case.empty`, `case.too-long`, `case.over`, `case.full`, `limit.exceeded`. */
export async function addToPage(
  ctx: Context,
  input: { readonly token: string; readonly text: string },
): Promise<void> {
  const participant = await participantOfToken(ctx, input.token)
  const text = plainText(orThrow(readAnswer(input.text)), longestAnswer)
  await transact(ctx, async (tx) => {
    await spendForm(tx, participant)
    await hear(tx, participant, { channel: 'form', content: { text }, isVerified: true, isSilent: false })
  })
}

async function spendForm(tx: Tx, { mailboxKey }: Participant): Promise<void> {
  const { actor } = tx
  await spendAll(tx, [
    { name: 'cases.mailbox.hour', key: mailboxKey },
    ...(actor.kind === 'visitor'
      ? [{ name: 'cases.client.hour', key: visitorNetwork(actor.client) } as const]
      : []),
  ])
}

/**
 * They need nothing any more. A case that others wait in goes on without them: no letter comes to them, and what they asked for is closed
 * (`settleRequests`). They may come back by writing. Throws `case.closed`.
 */
export async function withdraw(ctx: Context, token: string): Promise<void> {
  const participant = await participantOfToken(ctx, token)
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, participant.caseId)
    if (!it) throw new Refusal('case.not-found')
    if (it.state === 'closed') throw new Refusal('case.closed')
    if (!takesPart(participant)) return
    const others = (await participantStore.participantsOf(tx.queries, it.id)).filter(
      (each) => takesPart(each) && each.id !== participant.id,
    )
    await participantStore.setWithdrawn(tx.queries, participant.id, tx.clock.now())
    await record(tx, {
      action: 'case.withdrawn',
      subject: `case:${it.id}`,
      facts: { participant: participant.id },
    })
    // A case that is spoken of with somebody else does not end by it.
    if (others.length === 0 && isSpokenTo(it, participant)) await closeCase(tx, it, { outcome: 'withdrawn' })
    else await saveCase(tx, it)
    tx.afterCommit('cases')
  })
}

/** Whose page it is. Throws `case.not-found`. */
export async function participantOfToken(ctx: Context, token: string): Promise<Participant> {
  const id = openTag(ctx.keys.tags, 'case-page', token)
  const participant =
    id === undefined ? undefined : await participantStore.participantById(ctx.db.queries, id)
  // The address and the page of somebody who was erased lead to nothing.
  if (!participant || isTombstone(participant.mailbox)) throw new Refusal('case.not-found')
  return participant
}
