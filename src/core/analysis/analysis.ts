import type { Path, ReasonName, Who } from '../../access/reasons.ts'
import type { Feedback } from '../../standards/arf.ts'
import type { Hop } from '../../standards/received.ts'

/** What `postern analyse` tells of a bounce, a reply, a report or a header (contracts 3). Words for people are made of it at the doors. */

/** Why mail was refused or is delayed. */
export const bounceReasons = [
  'ip-reputation',
  'ip-rate',
  'ip-policy',
  'domain-reputation',
  'authentication',
  'content',
  'policy',
  'sender-address',
  'recipient-unknown',
  'recipient-disabled',
  'recipient-policy',
  'mailbox-full',
  'system-full',
  'message-too-large',
  'too-many',
  'host-unknown',
  'network',
  'expired',
  'relay-denied',
  'tls',
  'system',
  'unknown',
] as const
export type BounceReason = (typeof bounceReasons)[number]

export const kinds = [
  'bounce',
  'reply',
  'feedback',
  'xarf',
  'headers',
  'message',
  'auto-reply',
  'unknown',
] as const
export type Kind = (typeof kinds)[number]

/** One recipient of a bounce, or one refusal of a log. What the input does not say is absent. */
export interface Recipient {
  readonly address?: string | undefined
  /** RFC 3464 §2.3.3. */
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
  /** The enhanced status code that the input says. */
  readonly status?: string | undefined
  /** What the code would be by the reply code and the reason; only where the input says none. */
  readonly statusDerived?: string | undefined
  readonly replyCode?: string | undefined
  /** SMTP command in whose answer the refusal stood. */
  readonly command?: string | undefined
  /** The words of the receiver, at most 998 characters. */
  readonly diagnostic?: string | undefined
  /** The host that refused, or its address where it has no name. */
  readonly remoteMta?: string | undefined
  /** Absent for reports of success. */
  readonly reason?: BounceReason | undefined
  readonly permanent?: boolean | undefined
  /** The address that the receiver refused. */
  readonly rejectedIp?: string | undefined
  /** Whose rule of the knowledge spoke: a receiver or the operator of a list. */
  readonly receiver?: string | undefined
  readonly path: Path
  readonly who: Who
  /** Where to ask, as a URL (`https:` or `mailto:`). */
  readonly ask?: string | undefined
}

/** A link of ours in the input, before the key has been asked. */
export interface CaseLinkFound {
  readonly host: string
  readonly token: string
}

export interface CaseOfLink {
  readonly ip: string
  /** RFC 3339, the minute of the decision. */
  readonly at: string
  readonly reason: ReasonName
  /** True: an edge of ours made the link. Null: this machine has no keys to tell. */
  readonly valid: true | null
}

/** The trace and the results of authentication in a header. */
export interface HeaderFacts {
  readonly from?: string | undefined
  readonly subject?: string | undefined
  readonly date?: string | undefined
  readonly messageId?: string | undefined
  readonly returnPath?: string | undefined
  /** Newest first. */
  readonly hops: readonly Hop[]
  readonly authenticationResults: readonly string[]
  /** Fields in which filters write what they thought, as they are. */
  readonly verdicts: readonly { readonly name: string; readonly value: string }[]
}

export interface XarfFacts extends Feedback {
  readonly category?: string | undefined
  readonly type?: string | undefined
  /** Why it is not a valid report; absent for a valid one. */
  readonly errors?: readonly string[] | undefined
}

export interface BounceFinding {
  readonly kind: 'bounce' | 'reply'
  readonly recipients: readonly Recipient[]
  readonly links: readonly CaseLinkFound[]
  /** Message-ID of the message that a bounce gives back. */
  readonly returned?: string | undefined
}

/** What a text without a reply sounds like. */
export interface Guess {
  readonly reason: BounceReason
  readonly path: Path
  readonly who: Who
}

/** What reading found, without keys. */
export type Finding =
  | BounceFinding
  | { readonly kind: 'feedback'; readonly feedback: Feedback }
  | { readonly kind: 'xarf'; readonly feedback: XarfFacts }
  | { readonly kind: 'headers' | 'message' | 'auto-reply'; readonly header: HeaderFacts }
  | {
      readonly kind: 'unknown'
      readonly error: AnalysisError
      /** No server speaks in it, but its words say why mail comes back. */
      readonly perhaps?: Guess | undefined
    }

/** Why nothing could be said; a key of the messages. */
export const analysisErrors = [
  'empty',
  'nothing-found',
  'too-large',
  'binary',
  'budget',
  'time',
  'memory',
  'crash',
  'busy',
  'unreadable',
] as const
export type AnalysisError = (typeof analysisErrors)[number]
