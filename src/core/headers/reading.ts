import { readArc, arcTrouble, type ArcInstance } from '../../standards/arc.ts'
import {
  readAuthenticationResults,
  type AuthenticationResults,
} from '../../standards/authentication-results.ts'
import { isWithin } from '../../standards/domain.ts'
import { decodeWords } from '../../standards/encoded-word.ts'
import { valueOf, valuesOf, type HeaderField } from '../../standards/header-fields.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { readPastedHeader } from '../../standards/pasted-header.ts'
import { readReceived, type Hop } from '../../standards/received.ts'
import { handoverOf, probableHandover, type OurServers } from '../../standards/received-chain.ts'
import { tlsOfReceived } from '../../standards/received-tls.ts'
import { parseTagList, tagOf } from '../../standards/tag-list.ts'

/** What a header says, for people: who sent it, which way it came and how long it took, and whose word on it counts. Pure. */
export interface HeaderReading {
  readonly envelope: Envelope
  /** Oldest first: the way of the message. */
  readonly hops: readonly Step[]
  /** Where the message came in: our own line, else a guess. */
  readonly handover: { readonly index: number; readonly isOurs: boolean } | undefined
  readonly results: readonly Verdict[]
  readonly signatures: readonly Signature[]
  readonly arc: readonly ArcInstance[]
  readonly arcTrouble: ReturnType<typeof arcTrouble>
  /** Fields about lists and unsubscribing, as they are. */
  readonly list: readonly HeaderField[]
  /** Fields that our own filter writes. */
  readonly ours: readonly HeaderField[]
}

interface Envelope {
  readonly from: string | undefined
  readonly fromDomain: string | undefined
  readonly to: string | undefined
  readonly subject: string | undefined
  readonly date: string | undefined
  readonly messageId: string | undefined
  readonly replyTo: string | undefined
  /** Envelope sender as the last server wrote it; `<>` for the null sender. */
  readonly returnPath: string | undefined
  /** Whether the envelope sender is of the author's organisation; undefined where either is not known. */
  readonly isReturnAligned: boolean | undefined
}

export interface Step extends Hop {
  /** `TLSv1.3`, `TLS` without a version, `none`; undefined where the line does not say. */
  readonly tls: string | undefined
  /** Milliseconds since the step before; negative where a clock is wrong; undefined where a time is missing. */
  readonly delay: number | undefined
}

/** One Authentication-Results field, and whose it is (RFC 8601 §5). */
export interface Verdict extends AuthenticationResults {
  /** `ours`: our own server wrote it; `receiver`: the server that took the message last; `earlier`: anybody before may have written it. */
  readonly trust: 'ours' | 'receiver' | 'earlier'
}

interface Signature {
  readonly domain: string
  readonly selector: string
  readonly algorithm: string
  readonly signed: readonly string[]
  readonly isAligned: boolean | undefined
  /** Only a part of the body is signed. */
  readonly isPart: boolean
  readonly expiresAt: number | undefined
}

export const mostHops = 50
export const mostOthers = 20

/** Undefined when the text holds no header. */
export function readHeader(text: string, ours: OurServers): HeaderReading | undefined {
  const fields = readPastedHeader(text)
  if (fields.length === 0) return undefined
  const newest = valuesOf(fields, 'received').slice(0, mostHops)
  const hops = newest.map(readReceived)
  const fromDomain = domainIn(valueOf(fields, 'from'))
  const arc = readArc(fields)
  return {
    envelope: envelopeOf(fields, fromDomain),
    hops: stepsOf(hops, newest),
    handover: handoverIn(hops, ours),
    results: verdictsOf(fields, hops, ours),
    signatures: valuesOf(fields, 'dkim-signature')
      .slice(0, mostOthers)
      .map((value) => signatureOf(value, fromDomain)),
    arc,
    arcTrouble: arc.length === 0 ? undefined : arcTrouble(arc),
    list: fields
      .filter(({ name, value }) => (name.startsWith('list-') || name === 'precedence') && value !== '')
      .slice(0, mostOthers),
    ours: fields.filter(({ name }) => name.startsWith('x-postern-')).slice(0, mostOthers),
  }
}

function envelopeOf(fields: readonly HeaderField[], fromDomain: string | undefined): Envelope {
  const said = (name: string): string | undefined => {
    const value = valueOf(fields, name)
    return value === undefined ? undefined : decodeWords(value).slice(0, 500)
  }
  const returnPath = valueOf(fields, 'return-path')?.slice(0, 320)
  const returnDomain = domainIn(returnPath)
  return {
    from: said('from'),
    fromDomain,
    to: said('to'),
    subject: said('subject'),
    date: said('date'),
    messageId: said('message-id'),
    replyTo: said('reply-to'),
    returnPath,
    isReturnAligned: aligned(returnDomain, fromDomain),
  }
}

function stepsOf(newest: readonly Hop[], values: readonly string[]): readonly Step[] {
  const oldest = newest.map((hop, index) => ({ hop, tls: tlsIn(values[index] ?? '') })).toReversed()
  let before: number | undefined
  return oldest.map(({ hop, tls }) => {
    const delay = before === undefined || hop.at === undefined ? undefined : hop.at - before
    before = hop.at ?? before
    return { ...hop, tls, delay }
  })
}

function tlsIn(value: string): string | undefined {
  const tls = tlsOfReceived(value)
  if (tls === undefined) return undefined
  if (typeof tls !== 'string') return tls.version
  return tls === 'encrypted' ? 'TLS' : 'none'
}

/** The index counts from the oldest. */
function handoverIn(newest: readonly Hop[], ours: OurServers): HeaderReading['handover'] {
  const own = handoverOf(newest, ours)
  const hop = own ?? probableHandover(newest)
  return hop === undefined
    ? undefined
    : { index: newest.length - 1 - newest.indexOf(hop), isOurs: own !== undefined }
}

/**
 * Whose word a field is: that of the server which took the message last, where it stands above the first line of anybody else and bears the
 * name of that server's organisation (RFC 8601 §5: a receiver takes away such fields that come with a message). Everything else may have
 * been written by whoever sent it.
 */
function verdictsOf(
  fields: readonly HeaderField[],
  hops: readonly Hop[],
  ours: OurServers,
): readonly Verdict[] {
  const receiver = hops.find(({ by }) => by !== undefined && by !== 'localhost')?.by
  const border = borderOf(fields, hops, receiver)
  return fields
    .flatMap(({ name, value }, index) => (name === 'authentication-results' ? [{ value, index }] : []))
    .slice(0, mostOthers)
    .map(({ value, index }) => {
      const read = readAuthenticationResults(value)
      if (receiver === undefined || index >= border || !isNameOf(read.authservId, receiver))
        return { ...read, trust: 'earlier' as const }
      return { ...read, trust: isOfOurs(receiver, ours) ? ('ours' as const) : ('receiver' as const) }
    })
}

/** Index of the first trace field that another organisation than the receiver's wrote; the end where there is none. */
function borderOf(
  fields: readonly HeaderField[],
  hops: readonly Hop[],
  receiver: string | undefined,
): number {
  const lines = fields.flatMap(({ name, value }, index) =>
    name === 'received' && value !== '' ? [index] : [],
  )
  const stranger = hops.findIndex(
    ({ by }) => by !== undefined && by !== 'localhost' && receiver !== undefined && !isOneHouse(by, receiver),
  )
  return stranger < 0 ? fields.length : (lines[stranger] ?? fields.length)
}

function isOneHouse(a: string, b: string): boolean {
  return a === b || (organisationOf(a) ?? a) === (organisationOf(b) ?? b)
}

/** Microsoft's servers leave the name out. */
function isNameOf(authservId: string | undefined, receiver: string): boolean {
  return authservId === undefined ? isWithin(receiver, 'outlook.com') : isOneHouse(authservId, receiver)
}

function isOfOurs(name: string, { names }: OurServers): boolean {
  return names.some((each) => isWithin(name, each.toLowerCase()))
}

function signatureOf(value: string, fromDomain: string | undefined): Signature {
  const tags = parseTagList(value)
  const domain = (tagOf(tags, 'd') ?? '').toLowerCase().slice(0, 253)
  const expires = Number(tagOf(tags, 'x'))
  return {
    domain,
    selector: (tagOf(tags, 's') ?? '').slice(0, 200),
    algorithm: (tagOf(tags, 'a') ?? '').slice(0, 40),
    signed: [...new Set((tagOf(tags, 'h') ?? '').toLowerCase().split(/[:\s]+/))].filter(Boolean).slice(0, 60),
    isAligned: aligned(domain, fromDomain),
    isPart: tagOf(tags, 'l') !== undefined,
    expiresAt: Number.isSafeInteger(expires) && expires > 0 && expires < 1e11 ? expires * 1000 : undefined,
  }
}

/** Relaxed alignment by the Public Suffix List. */
function aligned(domain: string | undefined, from: string | undefined): boolean | undefined {
  if (!domain || !from) return undefined
  return (organisationOf(domain) ?? domain) === (organisationOf(from) ?? from)
}

/** Of the last `@` within angle brackets, or of the text. */
function domainIn(value: string | undefined): string | undefined {
  const mailbox = /<([^<>]{0,320})>\s*$/.exec(value ?? '')?.[1] ?? value
  return /@([A-Za-z0-9.-]{1,253})/.exec(mailbox?.slice(mailbox.lastIndexOf('@')) ?? '')?.[1]?.toLowerCase()
}
