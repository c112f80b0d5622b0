import type { DmarcResult, MailVerdict, SpfResult } from '../../src/access/mail-event.ts'
import { formatAddress, type Address } from '../../src/standards/ip.ts'
import { hour, minute } from '../../src/base/clock.ts'
import type { Random } from './random.ts'
import type { Sender } from './truth.ts'

/** A message before it is tried: everything about it is settled at its birth, so that every judge meets the same mail. */
export interface Draft {
  readonly id: string
  readonly bornAt: number
  readonly sender: Sender
  readonly wanted: boolean
  readonly host: Host
  /** Where a pool tries the message again from; else it comes from the same host. */
  readonly nextHost?: ((attempt: number) => Host) | undefined
  readonly identity: Identity
  readonly rcpt: readonly string[]
  readonly unknown: number
  readonly traps: number
  readonly verdict: MailVerdict
  readonly size: number
  readonly retry: Retry
  /** Chance that a recipient who finds it in the inbox reports it; decided by `luck`. */
  readonly annoyance: number
  readonly luck: number
  readonly reportAfterMs: number
}

/** What the connection shows. */
export interface Host {
  readonly address: Address
  readonly ip: string
  readonly helo: string
  readonly ptr: string | null | undefined
}

/** Whose mail it says it is, and what of that is proven. */
export interface Identity {
  readonly mailFrom: string
  readonly from: string
  readonly spf: SpfResult
  readonly dkim: readonly string[]
  readonly dmarc: DmarcResult
}

/**
 * What a sender does with a temporary answer: mail servers come back for five days (RFC 5321 §4.5.4.1), bots mostly not at all, broken
 * software at once and again and again.
 */
export type Retry = 'mta' | 'never' | 'soon' | 'hammer' | 'impatient'

/** What the mail of a flow is like. Shares are of messages where nothing else is said. */
export interface Style {
  readonly wanted: boolean
  readonly nature: 'ham' | 'bulk' | 'spam' | 'phish' | 'malware'
  /** The filter is wrong about so many: takes wanted for spam, unwanted for ham. */
  readonly wrong: number
  readonly annoyance: number
  /** Chance of each recipient not to exist. */
  readonly unknown: number
  readonly trapped: number
  readonly recipients?: ((random: Random) => number) | undefined
  readonly retry: Retry
}

/** The honest man's mail. */
export const honest: Style = {
  wanted: true,
  nature: 'ham',
  wrong: 0.004,
  annoyance: 0.0003,
  unknown: 0.006,
  trapped: 0,
  retry: 'mta',
}

export const spam: Style = {
  wanted: false,
  nature: 'spam',
  wrong: 0.1,
  annoyance: 0.02,
  unknown: 0.1,
  trapped: 0.003,
  retry: 'never',
}

/** Mailboxes that the receiver has. */
const mailboxes = 20_000

export function mailbox(nth: number): string {
  return `u${nth.toString(16).padStart(6, '0')}`
}

export interface Writing {
  readonly at: number
  readonly sender: Sender
  readonly host: Host
  readonly identity: Identity
  readonly style: Style
  readonly random: Random
  /** Goes there instead of to anybody. */
  readonly to?: readonly string[] | undefined
  readonly nextHost?: ((attempt: number) => Host) | undefined
  /** Reports come so fast; else as people read their mail. */
  readonly reportAfterMs?: number | undefined
}

export function write({ at, sender, host, identity, style, random, ...more }: Writing): Draft {
  const recipients = more.to?.length ?? style.recipients?.(random) ?? usualRecipients(random)
  const nature = random.unit()
  const wrongly = random.unit()
  let unknown = 0
  for (let nth = 0; nth < recipients; nth++)
    if (more.to === undefined && random.chance(style.unknown)) unknown++
  const rcpt = more.to ?? Array.from({ length: recipients }, () => mailbox(random.int(mailboxes)))
  return {
    id: random.hex(14),
    bornAt: at,
    sender,
    wanted: style.wanted,
    host,
    nextHost: more.nextHost,
    identity,
    rcpt,
    unknown,
    traps: random.chance(style.trapped) && unknown < recipients ? 1 : 0,
    verdict: verdictOf(style, nature, wrongly),
    size: Math.round(random.logNormal(style.wanted ? 18_000 : 6000, 1)),
    retry: style.retry,
    annoyance: style.annoyance,
    luck: random.unit(),
    reportAfterMs: Math.round(more.reportAfterMs ?? minute + random.logNormal(3 * hour, 1.3)),
  }
}

function verdictOf({ wanted, nature, wrong }: Style, kind: number, wrongly: number): MailVerdict {
  if (wanted) {
    if (wrongly < wrong) return 'spam'
    if (kind < 0.01) return 'unknown'
    return nature === 'bulk' && kind < 0.6 ? 'bulk' : 'ham'
  }
  if (wrongly < wrong) return kind < 0.8 ? 'ham' : kind < 0.95 ? 'bulk' : 'unknown'
  // Of a phishing or malware run not everything is known to be one.
  if (nature === 'phish' || nature === 'malware') return kind < 0.4 ? nature : 'spam'
  return kind < 0.02 ? 'phish' : 'spam'
}

function usualRecipients(random: Random): number {
  const luck = random.unit()
  return luck < 0.88 ? 1 : luck < 0.97 ? 2 : 2 + random.int(5)
}

export function hostOf(address: Address, helo: string, ptr: string | null | undefined): Host {
  return { address, ip: formatAddress(address), helo, ptr }
}

/** A mail server that has a name and says it. */
export function namedHost(address: Address, name: string): Host {
  return hostOf(address, name, name)
}

/** A machine on an access line or a rented one nobody named: its name is made from its address, or it has none. */
export function namelessHost(address: Address, random: Random, provider: string, helo?: string): Host {
  const ip = formatAddress(address)
  const luck = random.unit()
  const word = address.family === 4 ? ip.replaceAll('.', '-') : `h${random.hex(6)}`
  const ptr =
    luck < 0.55
      ? `${random.pick(['dyn', 'pool', 'ip', 'cust'])}-${word}.${provider}`
      : luck < 0.92
        ? null
        : undefined
  return { address, ip, helo: helo ?? ptr ?? `[${ip}]`, ptr }
}

/** Everything signed and aligned. */
export function signedBy(domain: string, envelope = domain): Identity {
  return { mailFrom: envelope, from: domain, spf: 'pass', dkim: [domain], dmarc: 'pass' }
}

/** How honest houses are set up: most sign, some have SPF only, a few have nothing. */
export function identityOf(domain: string, random: Random): Identity {
  const luck = random.unit()
  if (luck < 0.72) return signedBy(domain)
  if (luck < 0.9) return { ...signedBy(domain), dkim: [], dmarc: random.chance(0.5) ? 'pass' : 'none' }
  return {
    mailFrom: domain,
    from: domain,
    spf: random.chance(0.5) ? 'none' : 'neutral',
    dkim: [],
    dmarc: 'none',
  }
}

/** Somebody else's name on it, nothing proven. */
export function forged(domain: string, random: Random): Identity {
  const spf = random.pick(['fail', 'fail', 'softfail', 'softfail', 'neutral', 'none'] as const)
  return { mailFrom: domain, from: domain, spf, dkim: [], dmarc: random.chance(0.6) ? 'fail' : 'none' }
}
