import type { Actor, Role } from '../../core/actor.ts'
import type { Approval } from '../../core/approvals/actions.ts'
import type { OperatorAnswer } from '../../core/operators/oidc-actions.ts'
import type { PasskeyPurpose } from '../../core/operators/passkey.ts'
import type { WaysIn } from '../../core/operators/passkey-actions.ts'
import type { Operator, Session } from '../../core/operators/actions.ts'

/** What the console asks of the core about signing in without a password, about operators, and about what takes two; each throws a `Refusal` when it will not. */
export interface SignInActions {
  /** What the browser is handed to ask for a passkey, as JSON. */
  passkeyOptions(
    actor: Actor,
    input: { readonly purpose: PasskeyPurpose; readonly session?: string | undefined },
  ): Promise<object>
  signInByPasskey(
    visitor: Actor,
    input: { readonly answer: string; readonly client: string },
  ): Promise<{ readonly session: string }>
  /** Gives the session's new secret. */
  confirmByPasskey(
    actor: Actor,
    input: { readonly answer: string; readonly session: string; readonly client: string },
  ): Promise<{ readonly session: string }>
  /** Throws `permission.denied` unless they have shown just now that they sit there. */
  permitNewKey(actor: Actor, session: Session): Promise<void>
  addPasskey(
    actor: Actor,
    input: {
      readonly answer: string
      readonly name: string
      readonly session: Session
      readonly secret: string
    },
  ): Promise<void>
  revokePasskey(actor: Actor, id: string): Promise<void>
  /** How the operator who asks can sign in. */
  waysIn(actor: Actor): Promise<WaysIn>
  /** Signs in by a one-time link. */
  useEnrolment(
    visitor: Actor,
    input: { readonly secret: string; readonly client: string },
  ): Promise<{ readonly session: string }>
  /** Where to send the browser, and what it keeps meanwhile. */
  beginOidc(
    actor: Actor,
    input: { readonly purpose: 'sign-in' | 'connect'; readonly next: string },
  ): Promise<{ readonly url: string; readonly errand: string }>
  /** What the errand was for; undefined when it is none of ours, or too old. */
  purposeOf(actor: Actor, errand: string): 'sign-in' | 'connect' | undefined
  signInByOidc(
    visitor: Actor,
    answer: OperatorAnswer,
  ): Promise<{ readonly session: string; readonly next: string }>
  listOperators(actor: Actor): Promise<readonly Operator[]>
  /** What waits for a second person, where it does; undefined when it is done. */
  changeRoles(
    actor: Actor,
    input: { readonly name: string; readonly roles: readonly Role[] },
  ): Promise<Approval | undefined>
  /** What became lately of what they proposed. */
  listAnswered(actor: Actor): Promise<readonly Approval[]>
  /** What waits for somebody like the one who asks. */
  listApprovals(actor: Actor): Promise<readonly Approval[]>
  showApproval(actor: Actor, id: string): Promise<Approval>
  /** Says yes as the second person, and does it. */
  confirmApproval(actor: Actor, id: string): Promise<void>
  declineApproval(actor: Actor, id: string): Promise<void>
  connectOidc(actor: Actor, answer: OperatorAnswer): Promise<{ readonly next: string }>
}
