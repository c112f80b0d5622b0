import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { addressOf, showPrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { closeCase } from '../cases/actions.ts'
import { lockCase, saveCase, tell } from '../cases/hold-actions.ts'
import { participantOf, participantsOf } from '../cases/look-actions.ts'
import type { Case } from '../cases/case.ts'
import { mayHandle } from '../cases/legal.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import type { Participant } from '../cases/participant.ts'
import { say } from '../cases/say-actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { endOf, type Forecast } from '../forecasts/forecast.ts'
import { saveWarmUp, warmUpsOf } from '../forecasts/actions.ts'
import type { WarmUp } from '../forecasts/warm-up.ts'
import { unfitOf } from './fit-actions.ts'
import { readDay, readNumber } from './request.ts'

/** What a person decides of a warm-up: as it was asked for or shortened, not at all, or no longer. */
export const warmUpDeeds = ['agree', 'refuse', 'stop'] as const
export type WarmUpDeed = (typeof warmUpDeeds)[number]

export interface WarmUpDecision {
  /** Of the case. */
  readonly id: string
  /** Of the thread that asked. */
  readonly participant: string
  readonly deed: WarmUpDeed
  /** With `agree`: never earlier, longer or more than what was asked for; empty: as asked. */
  readonly starts?: string | undefined
  readonly days?: string | undefined
  readonly most?: string | undefined
  readonly words?: string | undefined
}

/**
 * Decides a warm-up, and writes to whoever asked. Throws `case.not-found`, `case.closed`, `warm-ups.not-found`, `warm-ups.decided`, `case.reason-missing`
 * where a refusal or an end has no words, `warm-ups.unfit` where an address is listed or does badly, `form.invalid` with the field.
 */
export async function decideWarmUp(ctx: Context, input: WarmUpDecision): Promise<void> {
  permit(ctx.actor, 'delisting.decide')
  const { deed } = input
  const isSilent = input.words === undefined || input.words.trim() === ''
  const words = isSilent ? undefined : plainText(orThrow(readAnswer(input.words ?? '')), longestAnswer)
  if (deed !== 'agree' && isSilent) throw new Refusal('case.reason-missing')
  const [asked] = await warmUpsOf(ctx, [input.participant])
  if (!asked) throw new Refusal('warm-ups.not-found')
  if (deed === 'agree') await mustFit(ctx, asked)
  await transact(ctx, async (tx) => {
    const { it, participant, warmUp } = await held(tx, input)
    const now = tx.clock.now()
    switch (deed) {
      case 'agree': {
        if (warmUp.state !== 'asked') throw new Refusal('warm-ups.decided')
        const forecast = orThrow(shortened(warmUp.asked, input, now))
        const until = endOf(forecast)
        await change(tx, it.id, { ...warmUp, forecast, state: 'agreed' })
        await say(tx, participant, { says: 'forecast-agreed', text: words, until })
        await settle(tx, it, 'granted')
        break
      }
      case 'refuse':
        if (warmUp.state !== 'asked') throw new Refusal('warm-ups.decided')
        await change(tx, it.id, { ...warmUp, state: 'refused' })
        await say(tx, participant, { says: 'forecast-refused', text: words })
        await settle(tx, it, 'refused')
        break
      case 'stop':
        if (warmUp.state !== 'agreed') throw new Refusal('warm-ups.decided')
        await change(tx, it.id, { ...warmUp, state: 'stopped', why: 'operator' })
        await say(tx, participant, { says: 'forecast-stopped', text: words })
        tx.afterCommit('cases')
    }
  })
}

/** Writes down that a warm-up has another state. Callers hold the case. */
export async function change(tx: Tx, caseId: string, warmUp: WarmUp): Promise<void> {
  const { participantId, state, why, units, forecast } = warmUp
  if (state === 'asked') throw new Error('a warm-up is asked for once')
  await saveWarmUp(tx, { ...warmUp, changedAt: tx.clock.now() })
  const until = new Date(endOf(forecast)).toISOString()
  await record(tx, {
    action: `warm-up.${state}`,
    subject: `case:${caseId}`,
    facts: {
      participant: participantId,
      senders: units.length,
      ...(state === 'agreed' && {
        since: new Date(forecast.startsAt).toISOString(),
        until,
        size: forecast.most,
      }),
      ...(why === null ? {} : { why }),
    },
  })
}

async function held(
  tx: Tx,
  { id, participant: thread, deed }: WarmUpDecision,
): Promise<{ readonly it: Case; readonly participant: Participant; readonly warmUp: WarmUp }> {
  const it = await lockCase(tx, id)
  if (!it) throw new Refusal('case.not-found')
  const restricted = mayHandle(tx.actor, it)
  if (restricted) throw restricted
  // What was agreed can be stopped when its case is long closed.
  if (it.state === 'closed' && deed !== 'stop') throw new Refusal('case.closed')
  const isOfCase = (await participantsOf(tx, id)).some((each) => each.id === thread)
  const participant = isOfCase ? await participantOf(tx, thread) : undefined
  const [warmUp] = await warmUpsOf(tx, [thread])
  if (!participant || !warmUp) throw new Refusal('warm-ups.not-found')
  return { it, participant, warmUp }
}

async function mustFit(ctx: Context, { units }: WarmUp): Promise<void> {
  for (const unit of units) {
    const why = await unfitOf(ctx, addressOf(unit, 0))
    if (why !== undefined) throw new Refusal('warm-ups.unfit', { prefix: showPrefix(unit), why })
  }
}

/** The forecast as it is agreed: inside what was asked for. */
function shortened(
  asked: Forecast,
  { starts = '', days = '', most = '' }: WarmUpDecision,
  now: number,
): Forecast | Refusal {
  const startsAt = starts.trim() === '' ? asked.startsAt : readDay(starts)
  if (startsAt === undefined || startsAt < asked.startsAt) return invalid('starts')
  const agreedDays = days.trim() === '' ? asked.days : readNumber(days, { from: 1, to: asked.days })
  if (agreedDays === undefined) return invalid('days')
  const agreedMost = most.trim() === '' ? asked.most : readNumber(most, { from: 1, to: asked.most })
  if (agreedMost === undefined) return invalid('most')
  const agreed = { ...asked, startsAt, days: agreedDays, most: agreedMost }
  return endOf(agreed) <= now ? invalid('starts') : agreed
}

function invalid(field: string): Refusal {
  return new Refusal('form.invalid', { why: 'field', field })
}

/** The case ends with the decision, unless others in it still wait for one. */
async function settle(tx: Tx, it: Case, decision: 'granted' | 'refused'): Promise<void> {
  await tell(tx, 'case.decided', (await lockCase(tx, it.id)) ?? it, decision)
  const threads = (await participantsOf(tx, it.id)).map(({ id }) => id)
  const isWaited = (await warmUpsOf(tx, threads)).some(({ state }) => state === 'asked')
  // A message was added: the case is another one.
  const now = (await lockCase(tx, it.id)) ?? it
  if (isWaited) await saveCase(tx, now)
  // Nothing was listed and nothing is lifted: of such an outcome the page of the case would speak, and the public clock count it.
  else await closeCase(tx, now, { outcome: 'answered' })
  tx.afterCommit('cases')
}
