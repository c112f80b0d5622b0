import { Refusal } from '../../base/refusal.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { unitOf } from '../../standards/prefix.ts'
import { permit } from '../actor.ts'
import { participantsOf } from '../cases/look-actions.ts'
import type { Condition } from '../cases/case.ts'
import { permitCase } from '../cases/desk-actions.ts'
import type { Checks } from '../checks/actions.ts'
import { topicOf } from '../checks/finding.ts'
import type { Context } from '../context.ts'
import { lastSeenOf } from '../decisions/actions.ts'
import { runTest } from '../policies/run.ts'
import type { TestOutcome } from '../policies/policy-test.ts'
import { readConditions, type ConditionTest } from './condition.ts'
import * as store from './store.ts'

/** Runs a test now, by look-ups of our own. */
async function runCondition(
  ctx: Context,
  checks: Checks,
  test: ConditionTest,
  address: Address,
): Promise<TestOutcome> {
  if (test.kind === 'policy') {
    const seen = await lastSeenOf(ctx, unitOf(address))
    return await runTest(test.test, { address, helo: seen?.helo ?? null }, ctx.out)
  }
  const report = await checks.run(ctx, { domain: test.domain, ip: formatAddress(address) })
  const found = report.findings.filter(({ name }) => topicOf(name) === test.topic).map(({ result }) => result)
  if (found.includes('fault')) return 'fails'
  return found.length === 0 || found.includes('unknown') ? 'unknown' : 'passes'
}

/** The same for a decision: a check that cannot be made now says nothing for or against anybody. */
export async function sayCondition(
  ctx: Context,
  checks: Checks,
  test: ConditionTest,
  address: Address,
): Promise<TestOutcome> {
  try {
    return await runCondition(ctx, checks, test, address)
  } catch (error) {
    if (error instanceof Refusal) return 'unknown'
    throw error
  }
}

/** Runs tests for the address of a case, outside of any transaction. */
export async function runAll(
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
