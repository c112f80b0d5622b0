import { Refusal } from '../../base/refusal.ts'
import type { Address } from '../../standards/ip.ts'
import { formatAddress } from '../../standards/ip.ts'
import { unitOf } from '../../standards/prefix.ts'
import type { Checks } from '../checks/actions.ts'
import { topicOf } from '../checks/finding.ts'
import type { Context } from '../context.ts'
import { lastSeenOf } from '../decisions/actions.ts'
import { runTest } from '../policies/run.ts'
import type { TestOutcome } from '../policies/policy-test.ts'
import type { ConditionTest } from './condition.ts'

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
