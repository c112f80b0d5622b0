import { Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { covers, type Prefix } from '../../standards/prefix.ts'

/** Whom a pasted text is about, as far as it says. */
interface Named {
  /** The address that sent the mail: the only one that the refusal names, or the only one at all where nothing was refused. */
  readonly sender: string | undefined
  /** Where that cannot be told: the addresses that may be it, in their order. */
  readonly candidates: readonly string[]
}

/**
 * Reads a bounce, a line of a log or a few words. A bounce names the server that refused as well (`host mx.example.com[192.0.2.1] said`,
 * `Remote-MTA`), and the hops inside the sender's network (`Received`): neither is the address that was refused.
 * `networks`: our own, whose addresses are never the sender's.
 */
export function readSender(text: string, networks: readonly Prefix[]): Named {
  const mentions = findMentions(text, networks)
  const receivers = new Set(mentions.filter(({ role }) => role === 'receiver').map(({ ip }) => ip))
  const others = mentions.filter(({ ip, role }) => role !== 'hop' && !receivers.has(ip))
  const refused = distinct(others.filter(({ role }) => role === 'refused'))
  const candidates = refused.length > 0 || isRefusal(text) ? refused : distinct(others)
  const [sender] = candidates
  if (sender !== undefined && candidates.length === 1) return { sender, candidates: [] }
  return { sender: undefined, candidates: candidates.length > 0 ? candidates : distinct(others) }
}

/** Whether the text holds the words of a server that refused. */
export function isRefusal(text: string): boolean {
  return findRefusals(text).length > 0
}

interface Mention {
  readonly ip: string
  /** `refused`: in the words of a refusal. `receiver`: the server that said them. `hop`: in a `Received` field. */
  readonly role: 'refused' | 'receiver' | 'hop' | 'other'
}

const addresses =
  /(?<![\w.:-])((?:\d{1,3}\.){3}\d{1,3}|(?=[0-9a-f]{0,4}:[0-9a-f:.]*:)[0-9a-f:.]{2,45})(?![\w.]*\d|:\d{6})/gi

function findMentions(text: string, networks: readonly Prefix[]): readonly Mention[] {
  const refusals = findRefusals(text)
  const hops = findHops(text)
  return [...text.matchAll(addresses)].flatMap(({ 1: word = '', index }) => {
    const address = parseAddress(word.replace(/[.]$/, ''))
    if (address instanceof Refusal || networks.some((network) => covers(network, address))) return []
    const lies = ({ from, to }: Span): boolean => from <= index && index < to
    const role = isReceiver(text, index, index + word.length)
      ? 'receiver'
      : refusals.some(lies)
        ? 'refused'
        : hops.some(lies)
          ? 'hop'
          : 'other'
    return [{ ip: formatAddress(address), role }]
  })
}

/** How bounces introduce the server that refused: Postfix, Exim, Exchange, Gmail, qmail and RFC 3464 §2.3.5, in this order. */
const beforeReceiver =
  /(?:(?<!\b(?:client|sending|your)\s+)\bhost\s+[\w.-]+\s*|\brelay=[\w.-]*|\bremote server at\s+[\w.-]+\s*|\b(?:rejected|refused) by[\w\s]*\s[\w-]+\.[\w.-]+\s*|\bconnect(?:ed|ing)? to\s+[\w.-]*\s*|\bremote-mta:[\w\s;.-]*)[[(]?$/i
const afterReceiver = /^[\])]?(?::\d+)?\s+(?:said:|does not like|failed after)/i

/** Characters around an address in which its role is said. */
const nearby = 120

function isReceiver(text: string, from: number, to: number): boolean {
  const before = text.slice(Math.max(0, from - nearby), from)
  return beforeReceiver.test(before) || afterReceiver.test(text.slice(to, to + nearby))
}

interface Span {
  readonly from: number
  readonly to: number
}

/** The words of each refusal: from the code to the end of its paragraph, or to the next header field. */
function findRefusals(text: string): readonly Span[] {
  const spans: Span[] = []
  let end = 0
  for (const { index } of text.matchAll(
    /(?<![\w.])(?:[45]\d\d[ \t-]+(?=[\w#[<])|[45]\.\d{1,3}\.\d{1,3}\s)/g,
  )) {
    if (index < end) continue
    const rest = /\n[> \t]*(?:\n|[A-Z][\w-]+:\s)/g
    rest.lastIndex = index
    end = rest.exec(text)?.index ?? text.length
    spans.push({ from: index, to: end })
  }
  return spans
}

/** `Received` fields with the lines they are folded into (RFC 5322 §2.2.3). */
function findHops(text: string): readonly Span[] {
  const spans: Span[] = []
  for (const { index } of text.matchAll(/^[> \t]{0,20}Received:/gim)) {
    const next = /\n(?![> ]*[ \t])/g
    next.lastIndex = index
    spans.push({ from: index, to: next.exec(text)?.index ?? text.length })
  }
  return spans
}

function distinct(mentions: readonly Mention[]): readonly string[] {
  return [...new Set(mentions.map(({ ip }) => ip))]
}
