import { addToPage, showPage, withdraw, type CasePage } from '../../core/cases/page-actions.ts'
import type { Context } from '../../core/context.ts'
import { addressesOfPage } from '../../core/deliverability/actions.ts'
import type { FormAddress } from '../../core/deliverability/address.ts'
import type { WarmUp } from '../../core/forecasts/warm-up.ts'
import { warmUpOfPage } from '../../core/warm-ups/actions.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { caseMessage, caseState } from './case-schemas.ts'

/** The JSON twin of a participant's page (`/case/{token}`): the same thread, the same limits. The token of the page is the key. */
export const caseEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/cases/{token}',
    permission: 'anyone',
    safe: true,
    summary: 'How a case stands for whoever holds the token of its page, and their thread in it',
    answer: caseState,
    status: 200,
    handle: async ({ ctx, parameters }) => await stateAt(ctx, parameters),
  }),
  endpoint({
    method: 'post',
    path: '/cases/{token}/messages',
    permission: 'anyone',
    safe: false,
    summary: 'Add something to the thread',
    creates: true,
    body: caseMessage,
    answer: caseState,
    status: 201,
    handle: async ({ ctx, parameters, body }) => {
      await addToPage(ctx, { token: tokenOf(parameters), text: body.text })
      return await stateAt(ctx, parameters)
    },
  }),
  endpoint({
    method: 'post',
    path: '/cases/{token}/withdrawal',
    permission: 'anyone',
    safe: false,
    summary: 'Nothing is needed any more: the case is closed, or goes on without this participant',
    answer: caseState,
    status: 200,
    handle: async ({ ctx, parameters }) => {
      await withdraw(ctx, tokenOf(parameters))
      return await stateAt(ctx, parameters)
    },
  }),
]

type Parameters = Readonly<Record<string, string>>

function tokenOf(parameters: Parameters): string {
  return parameters['token'] ?? ''
}

async function stateAt(ctx: Context, parameters: Parameters): Promise<unknown> {
  const token = tokenOf(parameters)
  const page = await showPage(ctx, token)
  if (page.isWithOwner) return stateOf(page)
  const form = await addressesOfPage(ctx, token)
  const warmUp = await warmUpOfPage(ctx, token)
  return {
    ...stateOf(page),
    ...(form && { addresses: form.addresses.map(addressOf) }),
    ...(warmUp && { forecast: forecastOf(warmUp.warmUp) }),
  }
}

function addressOf({ prefix, state, why, facts, changedAt }: FormAddress): unknown {
  const { tests = [], until = null, url = null } = facts
  return { address: showPrefix(prefix), state, why, since: rfc3339(changedAt), tests, until, url }
}

function forecastOf({ state, why, changedAt, units, forecast }: WarmUp): unknown {
  const { startsAt, days, first, growth, most } = forecast
  const starts = new Date(startsAt).toISOString().slice(0, 10)
  const addresses = units.map(showPrefix)
  return { state, why, since: rfc3339(changedAt), addresses, starts, days, first, growth, most }
}

function stateOf(it: CasePage): Readonly<Record<string, unknown>> {
  return {
    id: it.id,
    about: it.about,
    state: it.state,
    outcome: it.outcome,
    opened: rfc3339(it.openedAt),
    due: rfc3339(it.dueAt),
    answerBy: rfc3339(it.askedUntilAt),
    closed: rfc3339(it.closedAt),
    tests: it.conditions,
    tested: rfc3339(it.checkedAt),
    withOwner: it.isWithOwner,
    over: it.isOver,
    messages: it.messages.map(({ id, at, isOurs, says, text, tests, until }) => ({
      id,
      at: rfc3339(at),
      from: isOurs ? 'us' : 'you',
      says: says ?? null,
      text,
      tests,
      until: rfc3339(until ?? null),
    })),
  }
}

function rfc3339(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
