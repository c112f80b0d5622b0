import type { Feedback } from '../../standards/arf.ts'
import type { Hop } from '../../standards/received.ts'

/**
 * What was found in the bytes of a report, by a process that may be killed. Everything that is not verified by a key is what somebody
 * says: `origin.ts` decides what it is worth.
 */
export interface Examination {
  /** The messages that are complained of, at most ten. */
  readonly reported: readonly ReportedMessage[]
  /** What the machine part of a report, or an XARF report, claims. */
  readonly claims: Claims | null
  /** Who wrote the message that brought the report; null when it came by another way than mail. */
  readonly writer: Writer | null
}

/** A message that somebody complains of, or what is left of it. */
export interface ReportedMessage {
  /** Only its header came with the report. */
  readonly isHeaderOnly: boolean
  /** Two readers may see two messages in it (security PAR-2). */
  readonly isAmbiguous: boolean
  /** SHA-256 of what came, hexadecimal. */
  readonly digest: string
  /** In the form of `readMessageId`. */
  readonly messageId: string | null
  readonly from: string | null
  readonly subject: string | null
  /** As written. */
  readonly date: string | null
  /** Inside the angle brackets of List-Id (RFC 2919). */
  readonly listId: string | null
  readonly feedbackId: string | null
  /** Trace fields, newest first. */
  readonly hops: readonly Hop[]
  /** Mailboxes that a receiver wrote down as the one delivered to (`Delivered-To`, `X-Original-To`, `Envelope-To` …), newest first. */
  readonly deliveredTo: readonly string[]
  /** Mailboxes of To and Cc. */
  readonly addressees: readonly string[]
  /** Value of the only `X-Postern-Trace`; null when there is none or more than one. */
  readonly trace: string | null
  readonly signatures: readonly Signature[]
  /** Login that a server wrote into its trace field (`Authenticated sender: ann`), newest first. */
  readonly logins: readonly string[]
}

/** A DKIM signature (RFC 6376). */
export interface Signature {
  /** `d=`, lower case. */
  readonly domain: string
  readonly selector: string
  /** `bh=`. */
  readonly bodyHash: string
  /** It verifies over the whole body. */
  readonly isValid: boolean
  /** Why not: `body` changed since, `key` could not be had just now, or the rest. */
  readonly why: 'body' | 'key' | 'other' | null
}

export interface Claims {
  readonly format: 'arf' | 'xarf'
  /** `abuse`, `fraud`, `virus` …; of XARF `category/type`. */
  readonly kind: string | null
  readonly feedback: Feedback
  /** What breaks the rules of the format. */
  readonly errors: readonly string[]
  /** The report says of itself that it is a test. */
  readonly isTest: boolean
}

export interface Writer {
  /** The one mailbox of From; null when there is none or more. */
  readonly mailbox: string | null
  /** DKIM or SPF of its domain vouch for it (RFC 9989). */
  readonly isAligned: boolean
  /** DNS did not answer something that might have made it so. */
  readonly isUnsure: boolean
  /** No person wrote it (RFC 3834): nobody is answered. */
  readonly isAutomatic: boolean
  /** Of its Subject and text, whether they are Chinese. */
  readonly language: 'en' | 'zh-CN'
}

/** How a report came: inside of a message, as the reported message itself, or as JSON. */
export const shapes = ['message', 'reported', 'xarf'] as const
export type Shape = (typeof shapes)[number]

/** Who brought the bytes; sealed beside them. */
export interface Envelope {
  /** Canonical text. */
  readonly client?: string | undefined
  readonly helo?: string | undefined
  readonly mailFrom?: string | undefined
  /** Mailbox of ours that it was written to. */
  readonly recipient?: string | undefined
  /** That somebody typed into a form. */
  readonly mailbox?: string | undefined
  /** Name of a program with a token. */
  readonly program?: string | undefined
}

/** Reads bytes in a process that may be killed (security 6.4): the parse pool, as far as the abuse desk knows it. */
export interface Examiner {
  examine(
    raw: Buffer,
    about: { readonly shape: Shape; readonly envelope: Envelope; readonly now: number },
  ): Promise<Examination | { readonly failure: 'breach' | 'crash' | 'time' | 'memory' | 'busy' }>
}

/** What is wrong with an XARF report, before it is taken. */
export interface XarfCheck {
  /** As its writer says; null when it says none. */
  readonly version: string | null
  /** What breaks the rules of its version, the limits or the hashes of its evidence, at most twenty. Empty: it may be taken. */
  readonly errors: readonly string[]
}

/** Looks at the JSON of a stranger in a process that may be killed: the parse pool, as far as the API knows it. */
export interface XarfChecker {
  checkXarf(
    raw: Buffer,
  ): Promise<XarfCheck | { readonly failure: 'breach' | 'crash' | 'time' | 'memory' | 'busy' }>
}
