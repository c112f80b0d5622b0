import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseDomain } from '../../standards/domain.ts'
import { topics, type Topic } from '../checks/finding.ts'
import { readPolicyTest, type PolicyTest } from '../policies/policy-test.ts'

/**
 * Tests that a decision can be made to wait for, by name: those of policies (`reverse-name`, `helo-name`, `spf:example.org`,
 * `dmarc:example.org`: one record stands there), and topics of the check of a domain (`check:dkim:example.org`: no fault is found in it).
 */
export type ConditionTest =
  | { readonly kind: 'policy'; readonly name: string; readonly test: PolicyTest }
  | { readonly kind: 'check'; readonly name: string; readonly topic: Topic; readonly domain: string }

/** Topics of a check that are about a domain alone. */
export const conditionTopics = [
  'spf',
  'dkim',
  'dmarc',
  'mail-hosts',
  'transport',
] as const satisfies readonly Topic[]

/** The test of that name; undefined when there is none. */
export function readCondition(name: string): ConditionTest | undefined {
  const text = name.trim().toLowerCase()
  const test = readPolicyTest(text)
  if (test)
    return { kind: 'policy', name: 'domain' in test ? `${test.kind}:${test.domain}` : test.kind, test }
  const [check, topicName, domainText, ...more] = text.split(':')
  if (check !== 'check' || more.length > 0) return undefined
  const topic = topics.find((each) => each === topicName && conditionTopics.some((known) => known === each))
  const domain = domainText === undefined ? undefined : parseDomain(domainText, 2)
  return topic && domain !== undefined
    ? { kind: 'check', name: `check:${topic}:${domain}`, topic, domain }
    : undefined
}

/** Most tests of one decision. */
export const mostConditions = 10

/** Several, each once; throws `case.condition-unknown` with the first that is none. */
export function readConditions(names: readonly string[]): readonly ConditionTest[] {
  const tests = new Map<string, ConditionTest>()
  for (const name of names.map((each) => each.trim()).filter((each) => each !== '')) {
    const test = readCondition(name) ?? orThrow<ConditionTest>(unknown(name))
    tests.set(test.name, test)
  }
  return [...tests.values()].slice(0, mostConditions)
}

/** The same of a decision: none is left out in silence. Throws `case.conditions-many` besides. */
export function readDecided(names: readonly string[]): readonly ConditionTest[] {
  const given = new Set(names.map((each) => each.trim().toLowerCase()).filter((each) => each !== ''))
  if (given.size > mostConditions) throw new Refusal('case.conditions-many', { most: mostConditions })
  return readConditions(names)
}

export function unknown(name: string): Refusal {
  return new Refusal('case.condition-unknown', { input: name.slice(0, 100) })
}
