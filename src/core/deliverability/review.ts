import type { Condition } from '../cases/case.ts'
import type { FormState } from '../outbox/letter-words.ts'
import type { Symptom } from './form.ts'

/** Why it stands so; the words are the doors'. */
export const reviewReasons = [
  'waiting',
  'special-purpose',
  'ours',
  'not-opened',
  'third-party',
  'cool-down',
  'not-listed',
  'put-off',
  'passes',
  'tests',
  'policy-test',
  'freed',
  'person',
  'range',
  'budget',
  'junk',
  'answered',
  'by-person',
  'asked',
  'untested',
  'ended',
] as const
export type ReviewReason = (typeof reviewReasons)[number]

/** What belongs to a reason. */
export interface ReviewFacts {
  readonly tests?: readonly Condition[] | undefined
  /** RFC 3339: when it can be asked again, or until when tests are run. */
  readonly until?: string | undefined
  readonly url?: string | undefined
}

export interface Review {
  readonly state: FormState
  readonly why: ReviewReason
  readonly facts: ReviewFacts
}

/** What the rules of the portal would do now. */
export type Course =
  | { readonly kind: 'none' }
  | { readonly kind: 'lift' }
  | { readonly kind: 'person' }
  | { readonly kind: 'cool-down'; readonly again: string | undefined }
  | { readonly kind: 'third-party'; readonly url: string | undefined }
  | { readonly kind: 'policy'; readonly test: string | undefined }

/** What is known of one address when it is looked at. */
export interface Look {
  readonly symptom: Symptom
  readonly isSpecial: boolean
  readonly isOurs: boolean
  /** Whether outsiders may bring this by the form; owners of the network always may. */
  readonly isOpened: boolean
  /** More than one sender, and the asker has not shown that the network is theirs. */
  readonly isForeignRange: boolean
  /** Something inside of it is listed. */
  readonly isListedInside: boolean
  readonly course: Course
  /** Mail from it is put off by its standing now. */
  readonly isPutOff: boolean
  /** What the named tests say. */
  readonly tests: readonly Condition[]
  /** RFC 3339: until when tests of a condition are run. */
  readonly until: string
}

/**
 * The automatic review of one address: what cannot be asked for comes first, then what the rules of the portal say, then what may explain a symptom
 * that no listing makes. `mitigated` says that it may be lifted; whoever acts may still find a budget spent.
 */
export function reviewOf(look: Look): Review {
  if (look.isSpecial) return of('not-qualified', 'special-purpose')
  if (look.isOurs) return of('not-qualified', 'ours')
  if (!look.isOpened) return of('not-qualified', 'not-opened')
  if (look.isForeignRange)
    return look.course.kind === 'none' && !look.isListedInside ? unlisted(look) : of('escalated', 'range')
  switch (look.course.kind) {
    case 'none':
      return unlisted(look)
    case 'person':
      return of('escalated', 'person')
    case 'cool-down':
      return of('not-qualified', 'cool-down', { until: look.course.again })
    case 'third-party':
      return of('not-qualified', 'third-party', { url: look.course.url })
    case 'policy': {
      const { test } = look.course
      const tests = test === undefined ? [] : [{ test, said: 'fails' as const }]
      return of('not-qualified', 'policy-test', { tests })
    }
    case 'lift': {
      const failing = failingOf(look.tests)
      if (failing.length > 0)
        return of('conditionally-mitigated', 'tests', { tests: failing, until: look.until })
      return of('mitigated', 'freed')
    }
  }
}

/** No listing of ours makes the symptom. */
function unlisted({ symptom, isPutOff, tests }: Look): Review {
  const failing = failingOf(tests)
  switch (symptom) {
    case 'refused':
      return of('needs-info', 'not-listed')
    case 'delayed':
      return isPutOff ? of('auto-reviewed', 'put-off') : of('auto-reviewed', 'passes')
    case 'junk':
      return failing.length > 0
        ? of('not-qualified', 'untested', { tests: failing })
        : of('escalated', 'junk')
  }
}

/** What could not be found out counts for nothing. */
export function failingOf(tests: readonly Condition[]): readonly Condition[] {
  return tests.filter(({ said }) => said === 'fails')
}

function of(state: FormState, why: ReviewReason, facts: ReviewFacts = {}): Review {
  return { state, why, facts }
}

/** Whether nothing more is going to happen about it. */
export function isFinal(state: FormState): boolean {
  return state === 'mitigated' || state === 'not-qualified' || state === 'closed' || state === 'auto-reviewed'
}

/** Whose turn it is: ours, theirs, the tests', or nobody's any more. */
export type Turn = 'ours' | 'theirs' | 'tests' | 'nobody'

/** With a whole form. */
export function turnOf(states: readonly FormState[]): Turn {
  if (states.some((each) => each === 'escalated' || each === 'received')) return 'ours'
  if (states.includes('needs-info')) return 'theirs'
  return states.includes('conditionally-mitigated') ? 'tests' : 'nobody'
}
