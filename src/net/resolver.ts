import { Resolver } from 'node:dns/promises'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import type { TlsaRecord } from '../standards/tlsa.ts'
import { Refusal } from '../base/refusal.ts'

/**
 * Questions to the Domain Name System (RFC 1035), asked of a recursive resolver.
 * An answer is never an exception: a name without records gives an empty list, a resolver that did not answer gives `temperror`,
 * the word that SPF (RFC 7208 §2.6.6) and DMARC use for "ask again later".
 * Answers are bounded, because the owner of a name decides what is in them.
 */
export interface DnsResolver {
  /** TXT strings, each joined from its parts. */
  txt(name: string): Promise<readonly string[] | 'temperror'>
  /** PTR names of an address: lower case, without the last dot, host names only. */
  ptr(address: Address): Promise<readonly string[] | 'temperror'>
  mx(name: string): Promise<readonly MailExchange[] | 'temperror'>
  /** A and AAAA records; `temperror` when none were found and one of the questions was not answered. */
  addresses(name: string): Promise<readonly Address[] | 'temperror'>
  /** The same questions in the shape that mail authentication asks them: records, or an error with the code of `node:dns`. */
  lookup(name: string, type: string): Promise<DnsRecords>
}

export interface MailExchange {
  readonly exchange: string
  readonly priority: number
}

/** TXT records come in parts, MX and TLSA records as objects, all others as strings. */
export type DnsRecords =
  | readonly string[]
  | readonly (readonly string[])[]
  | readonly MailExchange[]
  | readonly TlsaRecord[]

export interface ResolverOptions {
  /** `address` or `address:port` of recursive resolvers; the machine's own when empty. */
  readonly servers?: readonly string[]
  /** Longest time for one question, with all its retries. */
  readonly timeoutMs?: number
}

/** Nobody waits longer than this for a name. */
const longestWaitMs = 3000
const mostRecords = 64
const longestText = 8192

/** Codes that mean: asked and answered, there is nothing (RFC 2308). A name that cannot exist has nothing either. */
const empty = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME'])

export class DnsFailure extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.name = 'DnsFailure'
    this.code = code
  }
}

export function dnsResolver(options: ResolverOptions = {}): DnsResolver {
  const timeoutMs = Math.min(options.timeoutMs ?? longestWaitMs, longestWaitMs)
  const dns = new Resolver({ timeout: Math.ceil(timeoutMs / 3), tries: 2, maxTimeout: timeoutMs })
  if (options.servers && options.servers.length > 0) dns.setServers(options.servers)

  const ask = async <T>(name: string, question: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    if (!isAskable(name)) throw new DnsFailure('EBADNAME')
    return (await within(timeoutMs, question())).slice(0, mostRecords)
  }
  const exchanges = async (name: string): Promise<MailExchange[]> =>
    (await dns.resolveMx(name)).map(({ exchange, priority }) => ({ exchange, priority }))
  const keys = async (name: string): Promise<TlsaRecord[]> =>
    (await dns.resolveTlsa(name)).flatMap(({ certUsage, selector, match, data }) =>
      data.byteLength > longestText
        ? []
        : [{ usage: certUsage, selector, matching: match, data: new Uint8Array(data) }],
    )
  const lookup = (name: string, type: string): Promise<DnsRecords> => {
    switch (type) {
      case 'TXT':
        return ask(name, async () =>
          (await dns.resolveTxt(name)).filter((parts) => parts.join('').length <= longestText),
        )
      case 'MX':
        return ask(name, () => exchanges(name))
      case 'A':
        return ask(name, () => dns.resolve4(name))
      case 'AAAA':
        return ask(name, () => dns.resolve6(name))
      case 'CNAME':
        return ask(name, () => dns.resolveCname(name))
      case 'PTR':
        return ask(name, () => dns.resolvePtr(name))
      case 'TLSA':
        return ask(name, () => keys(name))
      default:
        return Promise.reject(new DnsFailure('ENODATA'))
    }
  }
  return {
    lookup,
    txt: (name) =>
      answer(async () => {
        const records = await ask(name, () => dns.resolveTxt(name))
        return records.map((parts) => parts.join('')).filter((text) => text.length <= longestText)
      }),
    ptr: (address) =>
      answer(async () => {
        const text = formatAddress(address)
        const names = await ask(text, () => dns.reverse(text))
        return names.map((name) => name.toLowerCase().replace(/\.$/, '')).filter(isHostName)
      }),
    mx: (name) => answer(async () => await ask(name, () => exchanges(name))),
    addresses: async (name) => {
      const found = await Promise.all([
        answer(async () => await ask(name, () => dns.resolve4(name))),
        answer(async () => await ask(name, () => dns.resolve6(name))),
      ])
      const texts = found.flatMap((list) => (list === 'temperror' ? [] : list))
      if (texts.length === 0 && found.includes('temperror')) return 'temperror'
      return texts.flatMap((text) => {
        const address = parseAddress(text)
        return address instanceof Refusal ? [] : [address]
      })
    },
  }
}

/** Whether the text can be asked for at all: 1 to 253 octets of printable ASCII without blanks. */
function isAskable(name: string): boolean {
  return /^[\x21-\x7e]{1,253}$/.test(name)
}

/** A PTR record may hold any octets (RFC 2181 §11); only what looks like a host name goes further. */
function isHostName(name: string): boolean {
  return name.length <= 253 && /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name)
}

async function answer<T>(question: () => Promise<readonly T[]>): Promise<readonly T[] | 'temperror'> {
  try {
    return await question()
  } catch (error) {
    return empty.has(codeOf(error)) ? [] : 'temperror'
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The library's own timeout is per try and server; this one is the promise. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DnsFailure('ETIMEOUT')), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
