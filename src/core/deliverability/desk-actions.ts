import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { addressOf, formatPrefix } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { lockCase, tell, type CaseDecision } from '../cases/hold-actions.ts'
import { participantsOf } from '../cases/look-actions.ts'
import { mayHandle } from '../cases/legal.ts'
import { longestAnswer, readAnswer } from '../cases/message.ts'
import type { Participant } from '../cases/participant.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { readDecided, type ConditionTest } from '../delisting/condition.ts'
import { freeByHand } from '../delisting/on-behalf-actions.ts'
import { takeTurn } from '../edges/actions.ts'
import { conclude } from './conclude-actions.ts'
import type { Review } from './review.ts'
import * as store from './store.ts'
import type { FormAddress } from './address.ts'

/** What a person decides of addresses of a form. */
export const addressDeeds = ['mitigate', 'condition', 'refuse', 'ask'] as const
export type AddressDeed = (typeof addressDeeds)[number]

/** What programs are told of it; a question decides nothing. */
const decisionOf: Readonly<Record<AddressDeed, CaseDecision | undefined>> = {
  mitigate: 'granted',
  condition: 'conditional',
  refuse: 'refused',
  ask: undefined,
}

/**
 * Decides several addresses of one case alike; whoever asked gets one letter about all of them. Throws `case.not-found`, `case.closed`,
 * `forms.none-chosen`, `case.reason-missing` where a refusal or a question has no words or a condition no tests.
 */
export async function decideAddresses(
  ctx: Context,
  input: {
    readonly id: string
    readonly prefixes: readonly string[]
    readonly deed: AddressDeed
    readonly words?: string | undefined
    readonly tests?: readonly string[] | undefined
  },
): Promise<void> {
  permit(ctx.actor, 'delisting.decide')
  const { deed } = input
  const isSilent = input.words === undefined || input.words.trim() === ''
  const words = isSilent ? undefined : plainText(orThrow(readAnswer(input.words ?? '')), longestAnswer)
  const tests = deed === 'condition' ? readDecided(input.tests ?? []) : []
  const isBare =
    ((deed === 'refuse' || deed === 'ask') && isSilent) || (deed === 'condition' && tests.length === 0)
  if (isBare) throw new Refusal('case.reason-missing')
  await transact(ctx, async (tx) => {
    await takeTurn(tx)
    const it = await lockCase(tx, input.id)
    if (!it) throw new Refusal('case.not-found')
    const restricted = mayHandle(tx.actor, it)
    if (restricted) throw restricted
    if (it.state === 'closed') throw new Refusal('case.closed')
    let count = 0
    for (const participant of await participantsOf(tx, it.id)) {
      const chosen = (await store.addressesOf(tx.queries, [participant.id])).filter(({ prefix }) =>
        input.prefixes.includes(formatPrefix(prefix)),
      )
      if (chosen.length === 0) continue
      const changed: FormAddress[] = []
      for (const each of chosen) changed.push(await decide(tx, { participant, address: each, deed, tests }))
      count += changed.length
      const held = (await lockCase(tx, it.id)) ?? it
      await conclude(tx, held, participant, { changed, words, by: 'desk' })
      const decision = decisionOf[deed]
      if (decision) await tell(tx, 'case.decided', (await lockCase(tx, it.id)) ?? held, decision)
    }
    if (count === 0) throw new Refusal('forms.none-chosen')
  })
}

async function decide(
  tx: Tx,
  {
    participant,
    address,
    deed,
    tests,
  }: {
    readonly participant: Participant
    readonly address: FormAddress
    readonly deed: AddressDeed
    readonly tests: readonly ConditionTest[]
  },
): Promise<FormAddress> {
  const now = tx.clock.now()
  const next: FormAddress = {
    ...address,
    ...(await outcomeOf(tx, { participant, address, deed, tests })),
    changedAt: now,
    checkedAt: now,
  }
  await store.save(tx.queries, next)
  await record(tx, {
    action: `form-address.${next.state}`,
    subject: `case:${participant.caseId}`,
    facts: { prefix: formatPrefix(address.prefix), why: next.why },
  })
  return next
}

async function outcomeOf(
  tx: Tx,
  {
    participant,
    address: { prefix },
    deed,
    tests,
  }: {
    readonly participant: Participant
    readonly address: FormAddress
    readonly deed: AddressDeed
    readonly tests: readonly ConditionTest[]
  },
): Promise<Review> {
  switch (deed) {
    case 'mitigate': {
      const { mailbox, language } = participant
      const asking = { ip: addressOf(prefix, 0), unit: prefix, control: 'none', mailbox, language } as const
      const isFreed = await freeByHand(tx, asking)
      return isFreed
        ? { state: 'mitigated', why: 'by-person', facts: {} }
        : { state: 'auto-reviewed', why: 'passes', facts: {} }
    }
    case 'condition': {
      const until = new Date(tx.clock.now() + tx.settings.support.conditionsMs).toISOString()
      const said = tests.map(({ name }) => ({ test: name, said: 'unknown' as const }))
      return { state: 'conditionally-mitigated', why: 'by-person', facts: { tests: said, until } }
    }
    case 'refuse':
      return { state: 'not-qualified', why: 'by-person', facts: {} }
    case 'ask':
      return { state: 'needs-info', why: 'asked', facts: {} }
  }
}
