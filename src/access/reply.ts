import { formatAddress, type Address } from '../standards/ip.ts'
import { formatPrefix, unitLength } from '../standards/prefix.ts'
import { formatReplyLine } from '../standards/smtp-reply.ts'
import type { ListingEntry } from './listing-entry.ts'
import { reasons, type CodeProfile, type Reason, type ReasonName } from './reasons.ts'

/** What Postfix puts before our words, less the name and address of the client: `<name[address]>: Client host rejected: `. */
const postfixWords = '<[]>: Client host rejected: '.length

/** Octets of a line for us when an MTA says so much of its own before it: 512 in all with CR LF (RFC 5321 §4.5.3.1.5), at most 450. */
export function roomBeside(client: { readonly name: string; readonly address: string }): number {
  return Math.min(450, 510 - postfixWords - client.name.length - client.address.length)
}

/** The one line that a refused server sees (contracts 8). ASCII, English, at most `octets` long; words are cut, never the link. */
export function formatReply(
  verdict: {
    readonly reason: ReasonName
    readonly listing: ListingEntry | null
    /** Of the header From, where the reason names it. */
    readonly domain?: string | undefined
  },
  address: Address,
  profile: CodeProfile,
  url: string,
  octets = 450,
): string {
  const reason: Reason = reasons[verdict.reason]
  return formatReplyLine(
    {
      code: reason.code,
      status: reason.status[profile],
      text: shortReason(reason, verdict.listing).replace(domainPlace, `[${verdict.domain ?? 'domain'}]`),
      ...(reason.showsAddress ? { address: formatAddress(address) } : {}),
      action: whatToDo(reason, verdict.listing),
      url,
      reference: reason.reference,
    },
    octets,
  )
}

/** Where the sending domain stands in a reason's text. */
const domainPlace = '[domain]'

/** A listing wider than one sender names its range, so that nobody looks for the fault in one address alone. */
function shortReason(reason: Reason, listing: ListingEntry | null): string {
  if (listing === null || reason.code !== 550) return reason.text
  const { prefix } = listing
  if (prefix.length === unitLength[prefix.family]) return reason.text
  return `${reason.text} of network ${formatPrefix(prefix)}`
}

function whatToDo(reason: Reason, listing: ListingEntry | null): string {
  if (listing === null || reason.code !== 550) return reason.action
  switch (listing.class) {
    case 'third-party':
      return 'Another organisation decides on removal; to see which please visit'
    case 'policy':
      return 'This ends by itself once a test passes; to see which please visit'
    case 'self-service':
    case 'investigate':
      return reason.action
  }
}
