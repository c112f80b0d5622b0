import type { Actor } from '../../core/actor.ts'
import type { CaseFile } from '../../core/case-desk/file-actions.ts'
import type { ListedCase } from '../../core/case-desk/named-actions.ts'
import type { Condition, Severity } from '../../core/cases/case.ts'
import type { CaseSearch } from '../../core/cases/desk-actions.ts'
import type { AddressDeed } from '../../core/deliverability/desk-actions.ts'
import type { Decision } from '../../core/delisting/decide-case-actions.ts'
import type { Claim, Owner } from '../../core/owners/claim.ts'
import type { WarmUpDecision } from '../../core/warm-ups/desk-actions.ts'

export type { CaseFile } from '../../core/case-desk/file-actions.ts'

/** What the console asks of cases; the first parameter is who asks. */
export interface CaseActions {
  listCases(actor: Actor, search: CaseSearch): Promise<readonly ListedCase[]>
  countCases(actor: Actor): Promise<{ readonly open: number; readonly overdue: number }>
  /** Throws `case.not-found`. */
  showCase(actor: Actor, id: string): Promise<CaseFile>
  /** What tests say now, by look-ups. Throws `case.condition-unknown`. */
  testsNow(
    actor: Actor,
    input: { readonly id: string; readonly tests: readonly string[] },
  ): Promise<readonly Condition[]>
  takeOriginal(
    actor: Actor,
    input: { readonly id: string; readonly message: string },
  ): Promise<{ readonly hash: string; readonly raw: Buffer }>
  answerCase(
    actor: Actor,
    input: {
      readonly id: string
      readonly text: string
      readonly to?: string | undefined
      readonly next: 'open' | 'asks' | 'closes'
    },
  ): Promise<unknown>
  noteCase(actor: Actor, input: { readonly id: string; readonly text: string }): Promise<void>
  assignCase(actor: Actor, input: { readonly id: string; readonly to: 'me' | 'nobody' }): Promise<unknown>
  /** Names of those who can work on cases, without whoever asks. */
  colleagues(actor: Actor): Promise<readonly string[]>
  /** Throws `operator.not-found`. */
  handCase(actor: Actor, input: { readonly id: string; readonly to: string }): Promise<unknown>
  /** Throws `case.not-found`. */
  ownersFor(actor: Actor, id: string): Promise<readonly { readonly claim: Claim; readonly owner: Owner }[]>
  markLegal(
    actor: Actor,
    input: { readonly id: string; readonly claim: string; readonly how: string },
  ): Promise<void>
  /** What is in a restricted case; each look is written down. */
  lookInto(actor: Actor, id: string): Promise<CaseFile>
  endLegal(actor: Actor, id: string): Promise<void>
  snoozeCase(actor: Actor, input: { readonly id: string; readonly hours: number }): Promise<unknown>
  weighCase(actor: Actor, input: { readonly id: string; readonly severity: Severity }): Promise<unknown>
  mergeCases(
    actor: Actor,
    input: { readonly id: string; readonly into: string },
  ): Promise<{ readonly id: string }>
  splitCase(
    actor: Actor,
    input: { readonly id: string; readonly participant: string },
  ): Promise<{ readonly id: string }>
  reopenCase(actor: Actor, id: string): Promise<unknown>
  /** Throws `forms.none-chosen`, `case.reason-missing`. */
  decideAddresses(
    actor: Actor,
    input: {
      readonly id: string
      readonly prefixes: readonly string[]
      readonly deed: AddressDeed
      readonly words?: string | undefined
      readonly tests?: readonly string[] | undefined
    },
  ): Promise<void>
  /** Throws `warm-ups.decided`, `warm-ups.unfit`, `case.reason-missing`. */
  decideWarmUp(actor: Actor, input: WarmUpDecision): Promise<void>
  decideCase(actor: Actor, input: Decision & { readonly id: string }): Promise<unknown>
}
