import { dnsListName, readListAnswer } from '../../standards/dns-list.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { addressOf, type Prefix } from '../../standards/prefix.ts'

/** An address of ours on a list of somebody else: our own standing, which is what others reject our mail by. */

export interface OwnListing {
  readonly id: string
  readonly zone: string
  readonly address: string
  /** The A record, `127.0.0.2`: what it means is for the list to say. */
  readonly code: string
  /** The TXT record; a stranger's words. */
  readonly said: string
  readonly since: number
  /** When the list last said so. */
  readonly seenAt: number
  readonly endedAt: number | null
}

/**
 * How a list answers. `refused`: 127.255.255.0/24, it does not answer this asker, which is no listing. `silent`: nobody answered. `no-list`: no answer
 * of a list, or its test entry is not there. `everything`: it lists what no list may, so that it means nothing.
 */
export const listResults = ['answers', 'refused', 'silent', 'no-list', 'everything'] as const
export type ListResult = (typeof listResults)[number]

/** What a list said about one address. */
export type Said =
  | { readonly kind: 'listed'; readonly code: string; readonly text: string }
  | { readonly kind: 'not-listed' }
  | { readonly kind: 'no-answer'; readonly result: Exclude<ListResult, 'answers'>; readonly code: string }

/** One DNS question; an empty list where the name or the record is not there. */
export type Ask = (name: string, type: 'A' | 'TXT') => Promise<readonly string[] | 'temperror'>

const mostSaid = 500

/** Asks a list about an address (RFC 5782 §2.1). `read` makes addresses of texts. */
export async function askList(
  zone: string,
  address: Address,
  ask: Ask,
  read: (text: string) => Address | undefined,
): Promise<Said> {
  const name = dnsListName(address, zone)
  const records = await ask(name, 'A')
  if (records === 'temperror') return { kind: 'no-answer', result: 'silent', code: '' }
  const answers = records.flatMap((text) => read(text) ?? [])
  const code = answers[0] === undefined ? '' : formatAddress(answers[0])
  switch (readListAnswer(answers)) {
    case 'not-listed':
      return { kind: 'not-listed' }
    case 'error':
      return { kind: 'no-answer', result: 'refused', code }
    case 'no-list':
      return { kind: 'no-answer', result: 'no-list', code }
    case 'listed': {
      const texts = await ask(name, 'TXT')
      return { kind: 'listed', code, text: texts === 'temperror' ? '' : texts.join(' ').slice(0, mostSaid) }
    }
  }
}

/**
 * What its test entries say of a list (RFC 5782 §5): 127.0.0.2 is always on it, 127.0.0.1 never. A list that was given up answers nothing, or
 * everything.
 */
export function resultOfTests(two: Said, one: Said): { readonly result: ListResult; readonly code: string } {
  if (two.kind === 'no-answer') return two
  if (one.kind === 'no-answer') return one
  if (one.kind === 'listed') return { result: 'everything', code: one.code }
  return { result: two.kind === 'listed' ? 'answers' : 'no-list', code: '' }
}

/** Addresses that are asked about at most. */
export const mostAddresses = 1024

/**
 * The addresses of our networks that lists are asked about. Of IPv6 one for each /64, for lists name those; a wider network is too wide to ask about,
 * and `left` are the networks that were left out, in whole or in part.
 */
export function watchedAddresses(networks: readonly Prefix[]): {
  readonly addresses: readonly Address[]
  readonly left: readonly Prefix[]
} {
  const addresses = new Map<string, Address>()
  const left: Prefix[] = []
  for (const network of networks) {
    const size = network.family === 4 ? 2 ** (32 - network.length) : network.length >= 64 ? 1 : Infinity
    const room = mostAddresses - addresses.size
    const count = size === Infinity ? 0 : Math.min(size, room)
    for (let nth = 0; nth < count; nth++) {
      const address = addressOf(network, nth)
      addresses.set(formatAddress(address), address)
    }
    if (count < size) left.push(network)
  }
  return { addresses: [...addresses.values()], left }
}
