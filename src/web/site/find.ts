import {
  causeNames,
  findReasons,
  listingClasses,
  reasonNames,
  reasonOf,
  reasons,
  type ReasonName,
} from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import type { Prefix } from '../../standards/prefix.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { isRefusal, readSender } from './bounce.ts'

/** What somebody pasted: an address, a code, our link, or the line of a bounce with any of them in it. */
export type Found =
  /** `besides`: what else the text says, for a link that turns out to lead nowhere. */
  | { readonly kind: 'record'; readonly token: string; readonly besides: Found }
  | { readonly kind: 'address'; readonly ip: string }
  /** `ip`: the address that the same text names. */
  | {
      readonly kind: 'code'
      readonly code: string
      readonly reasons: readonly ReasonName[]
      readonly ip?: string | undefined
    }
  | { readonly kind: 'unknown-code'; readonly code: string }
  /** Somebody else's refusal: the analyser reads it. */
  | { readonly kind: 'bounce' }
  /** Addresses of which any may be the sender's. */
  | { readonly kind: 'unsure'; readonly candidates: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'mailbox'; readonly domain: string }
  | { readonly kind: 'nothing' }

/** Room for a whole bounce with the header of the message in it; who pastes more should cut it down. */
export const longestQuestion = 50_000

/** Host of our site, and our own networks: their addresses in a line are never the sender's. */
interface Ours {
  readonly host: string
  readonly networks: readonly Prefix[]
}

/** Reads it. */
export function find(text: string, ours: Ours): Found {
  const question = text.replaceAll('\r\n', '\n').trim()
  if (question.length > longestQuestion) return refused(new Refusal('form.invalid', { why: 'too-long' }))
  if (question === '') return { kind: 'nothing' }
  if (!/\s/.test(question)) {
    const one = findWord(question)
    if (one !== undefined) return one
  }
  return findInLine(question, ours)
}

/** One word without spaces: an address, a code, a name, a mailbox. */
function findWord(word: string): Found | undefined {
  const bare = bareAddress(word)
  if (looksLikeAddress(bare)) {
    const address = parseAddress(bare)
    return address instanceof Refusal ? refused(address) : { kind: 'address', ip: formatAddress(address) }
  }
  const code = readCode(word)
  if (code !== undefined) return codeFound(code)
  const domain = /^[^@\s/]+@([^@\s/]+)$/.exec(word)?.[1]
  if (domain !== undefined) return { kind: 'mailbox', domain: domain.toLowerCase().replace(/[>.,;]+$/, '') }
  if (/^(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/i.test(word))
    return { kind: 'name', name: word.toLowerCase().replace(/\.$/, '') }
  return undefined
}

/** Codes are written as `5.7.606`, `550-5.7.606`, `#5.7.606`, `PSN606`, `(PSN606)`. */
export function readCode(text: string): string | undefined {
  const word = text.trim().replaceAll(/^[[(#]+|[\])]+$/g, '')
  if (/^psn\d{3}$/i.test(word)) return word.toUpperCase()
  return /^(?:[245]\d\d[\s-]#?)?([245]\.\d{1,3}\.\d{1,3})$/.exec(word)?.[1]
}

/** `[192.0.2.45]`, `192.0.2.45:25`, `[2001:db8::1]:25`, `IPv6:2001:db8::1` as the address alone. */
function bareAddress(word: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?[.,;]?$/.exec(word)?.[1]
  const plain = (bracketed ?? word).replace(/^ipv6:/i, '')
  return plain.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1')
}

function looksLikeAddress(word: string): boolean {
  if (/^[245]\.\d{1,3}\.\d{1,3}$/.test(word)) return false
  return /^\d+(\.\d*)+(\/\d*)?$/.test(word) || /^[0-9a-f]*:[0-9a-f:.]*(%\w+)?(\/\d*)?$/i.test(word)
}

function findInLine(text: string, ours: Ours): Found {
  const token = findToken(text, ours.host)
  const besides = findBesidesLink(text, ours)
  return token === undefined ? besides : { kind: 'record', token, besides }
}

function findBesidesLink(text: string, ours: Ours): Found {
  if (isForeign(text, ours.host)) return { kind: 'bounce' }
  const reference = referenceIn(text)
  const named = readSender(withoutHost(text, ours.host), ours.networks)
  // What no listing has to do with, the look-up of an address would not know.
  if (reference !== undefined && !findReasons(reference).some((name) => ofListings.has(name)))
    return codeFound(reference, named.sender)
  if (named.sender !== undefined) return { kind: 'address', ip: named.sender }
  const code = codeIn(text)
  if (code !== undefined) return codeFound(code)
  return named.candidates.length > 0 ? { kind: 'unsure', candidates: named.candidates } : { kind: 'nothing' }
}

/** Our own host may be an address itself, which is never the sender's. */
function withoutHost(text: string, host: string): string {
  return text.replaceAll(new RegExp(`(?<![\\w.-])${host.replaceAll(/[.]/g, '\\.')}(?=/)`, 'gi'), '')
}

/**
 * The token of our link. Mail programs fold long lines and quote them, so what stands between the link and our reference
 * `(PSN606)` is one token even when it is broken.
 */
function findToken(text: string, host: string): string | undefined {
  const start = `(?:https?://${host.replaceAll(/[.]/g, '\\.')})(?:/[a-z]{2}(?:-[A-Za-z]{2,4})?)?/c/`
  const folded = new RegExp(
    `${start}([\\w-]+(?:=?[ \\t]*\\n[>| \\t]*[\\w-]+)*)\\s*\\(PSN\\d{3}\\)`,
    'i',
  ).exec(text)?.[1]
  if (folded !== undefined) return folded.replaceAll(/=?[ \t]*\n[>| \t]*/g, '')
  return new RegExp(`${start}([\\w-]{20,300})`, 'i').exec(text)?.[1]
}

/** The host of the first link in the text that is not ours; undefined when one of ours is there. */
function foreignHost(text: string, host: string): string | undefined {
  const hosts = [...text.matchAll(/https?:\/\/([a-z0-9.-]+)/gi)].map(([, name = '']) =>
    name.toLowerCase().replace(/\.$/, ''),
  )
  return hosts.includes(host.replace(/:\d+$/, '')) ? undefined : hosts[0]
}

/** A refusal that bears neither our reference nor a code that is ours alone. Another provider uses the same codes: its link tells. */
function isForeign(text: string, host: string): boolean {
  if (referenceIn(text) !== undefined || !isRefusal(text)) return false
  return foreignHost(text, host) !== undefined || !isOurCode(codeIn(text))
}

/** Codes of the registry at IANA are everybody's. */
function isOurCode(code: string | undefined): boolean {
  if (code === undefined) return false
  return findReasons(code).some((name) => {
    const { status } = reasons[name]
    return status['microsoft-like'] === code && status['iana-strict'] !== code
  })
}

/** Reasons that a listing of the address gives. */
const ofListings: ReadonlySet<ReasonName> = new Set(
  causeNames.flatMap((cause) =>
    listingClasses.map((listingClass) => reasonOf({ cause, class: listingClass })),
  ),
)

/** In brackets as we write it, or as somebody tells of it; never a part of a link. */
function referenceIn(text: string): string | undefined {
  return /(?<![\w/=&?%.-])(PSN\d{3})(?![\w/=-])/i.exec(text)?.[1]?.toUpperCase()
}

function codeIn(text: string): string | undefined {
  const reference = referenceIn(text)
  if (reference !== undefined) return reference
  return /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)/.exec(text)?.[1]
}

function codeFound(code: string, sender?: string): Found {
  const names = findReasons(code)
  if (names.length === 0) return { kind: 'unknown-code', code }
  return { kind: 'code', code, reasons: names, ip: isLookedUp(sender) ? sender : undefined }
}

/** No page is about private and reserved space. */
function isLookedUp(ip: string | undefined): boolean {
  const address = ip === undefined ? undefined : parseAddress(ip)
  return address !== undefined && !(address instanceof Refusal) && specialPurpose(address) === undefined
}

function refused(refusal: Refusal): Found {
  return { kind: 'refused', refusal }
}

/** The reason of a help page's address: its slug, else the codes that people write. */
export function reasonsOfPath(text: string): readonly ReasonName[] {
  const slug = reasonNames.find((name) => reasons[name].slug === text.toLowerCase())
  if (slug !== undefined) return [slug]
  const written = text.replaceAll('_', ' ')
  const code = readCode(written)
  return code === undefined ? reasonsInRange(written) : findReasons(code)
}

/** Ranges are written as `5.7.606-649`, `5.7.606-5.7.649`, `550 5.7.606-649`, with a hyphen or a dash: all reasons with a code in it. */
function reasonsInRange(text: string): readonly ReasonName[] {
  const [, subject = '', from = '', to = ''] =
    /^(?:[245]\d\d[\s-]#?)?([245]\.\d{1,3})\.(\d{1,3})\s*[-‐–—~]\s*(?:\1\.)?(\d{1,3})$/.exec(text.trim()) ??
    []
  if (subject === '') return []
  return reasonNames.filter((name) =>
    Object.values(reasons[name].status).some((status) => {
      const detail = status.startsWith(`${subject}.`) ? Number(status.slice(subject.length + 1)) : NaN
      return detail >= Number(from) && detail <= Number(to)
    }),
  )
}
