import { domainToASCII } from 'node:url'

/**
 * Domain names as mail uses them (RFC 1035 §2.3.1, RFC 5890 §2.3): letters, digits and hyphens, other scripts
 * as A-labels (UTS #46).
 */

/** RFC 1035 §2.3.4, in text without the last dot. */
const longestName = 253

/** More characters than this cannot become a name; the converter is not asked. */
const longestInput = 1000

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * What WHATWG calls ending in a number: browsers and libraries read such a host as an IPv4 address, so it is
 * no name.
 */
const endsInNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/

/**
 * The name in lower case, A-labels, without the last dot; undefined when it is none.
 * `labels`: how many it must have at least; one makes `localhost` a name.
 */
export function parseDomain(text: string, labels = 2): string | undefined {
  // Node's converter is a URL parser inside: it would cut a path off, resolve %41 and turn 127.1 into 127.0.0.1.
  if (text.length > longestInput || /[^a-z0-9.\u0080-\u{10ffff}-]/iu.test(text)) return undefined
  const ascii = /^[a-z0-9.-]*$/i.test(text) ? text.toLowerCase() : domainToASCII(text)
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
  if (name.length > longestName || endsInNumber.test(name)) return undefined
  const parts = name.split('.')
  return parts.length >= labels && parts.every((part) => label.test(part)) ? name : undefined
}

/** Whether `domain` is `parent` or lies below it. Both as `parseDomain` gives them. */
export function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`)
}
