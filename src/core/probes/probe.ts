import { Refusal } from '../../base/refusal.ts'
import type { Language } from '../../access/reasons.ts'
import type { Explanation } from '../senders/explanation.ts'
import type { ProbeFacts } from './facts.ts'

/** A one-time address and what became of the message to it: "send a message to this address and get a report". */
export interface Probe {
  /** Names the report; 130 random bits, and whoever knows them may read it. */
  readonly id: string
  /** Names the address. Another than `id`: every mail server on the way sees it. */
  readonly tag: string
  readonly language: Language
  readonly createdAt: number
  /** Until then a message is taken. */
  readonly validUntil: number
  readonly receivedAt: number | null
  readonly found: ProbeFound | null
  readonly letter: ProbeLetter | null
}

/** What became of the short answer by mail. `unsafe`: nobody is shown to read the mailbox, or a program wrote. */
export type ProbeLetter = 'queued' | 'over-budget' | 'suppressed' | 'unsafe'

/** What was found, as it is kept. */
export interface ProbeFound {
  readonly connection: ProbeConnection
  /** Absent when the message was refused before it could be read. */
  readonly facts?: ProbeFacts | undefined
  /** Why the message was refused in the session. */
  readonly refused?: ProbeRefused | undefined
  /** The decision about the address when the message came. */
  readonly decision?: Explanation | undefined
}

export const probeRefusals = ['bare-newline', 'too-large', 'unreadable'] as const
export type ProbeRefused = (typeof probeRefusals)[number]

/** Who spoke, and how. */
export interface ProbeConnection {
  /** Canonical text; null when no server of ours says. */
  readonly ip: string | null
  /** Who says it: the session (XFORWARD of a relay of ours, else the socket), or a Received line of ours. */
  readonly source: 'session' | 'received' | 'nobody'
  readonly helo: string | null
  /** Envelope sender; empty for the null sender. */
  readonly mailFrom: string
  /** `TLSv1.3`, `TLS` where the version is not said, `none`, or null when no line of ours says. */
  readonly tls: string | null
  readonly cipher: string | null
  /** PTR names that DNS gives. */
  readonly names: readonly string[]
  /** Those that lead back. */
  readonly confirmed: readonly string[]
  readonly isNameUnsure: boolean
  /** Whether the domain of From takes mail (RFC 5321 §5.1); null when it was not asked or DNS did not say. */
  readonly fromTakesMail: boolean | null
}

/** A message to a probe is short; more would only cost the parser time. */
export const mostProbeBytes = 2 * 1024 * 1024

/** Whether a message may come now. */
export function mayReceive(probe: Probe, now: number): Refusal | undefined {
  if (probe.receivedAt !== null) return new Refusal('probe.used')
  if (now >= probe.validUntil) return new Refusal('probe.expired')
  return undefined
}

export type ProbeState = 'waiting' | 'received' | 'expired'

export function stateOf(probe: Probe, now: number): ProbeState {
  if (probe.receivedAt !== null) return 'received'
  return now >= probe.validUntil ? 'expired' : 'waiting'
}
