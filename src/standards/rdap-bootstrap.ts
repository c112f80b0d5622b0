import { Refusal } from '../base/refusal.ts'
import { covers, parsePrefix, type Prefix } from './prefix.ts'

/**
 * Which RDAP server speaks for a network (RFC 9224): IANA publishes files that name for each block the base URLs of its registry. The
 * entry that covers the network and is longest wins (§5.1, §5.2).
 */
export interface RdapService {
  readonly prefix: Prefix
  /** Base URL, https, ending in a slash. */
  readonly url: string
}

/** Files are small: ipv4.json has some 220 entries. */
const mostEntries = 20_000

/** Reads `ipv4.json` or `ipv6.json`. Throws a sentence when it is none: an operator wrote it or fetched it. */
export function readBootstrap(value: unknown): readonly RdapService[] {
  const services =
    typeof value === 'object' && value !== null && 'services' in value ? value.services : undefined
  if (!Array.isArray(services)) throw new Error('the RDAP bootstrap file has no list "services" (RFC 9224)')
  const entries = (services as readonly unknown[]).flatMap(entriesOf)
  if (entries.length === 0)
    throw new Error('the RDAP bootstrap file names no network with an https server (RFC 9224)')
  if (entries.length > mostEntries)
    throw new Error(`the RDAP bootstrap file has more than ${mostEntries} entries`)
  return entries
}

/** `[[prefix, …], [url, …]]`. Servers that can be had only without TLS are none: anybody on the way could answer. */
function entriesOf(service: unknown): readonly RdapService[] {
  if (!Array.isArray(service) || service.length < 2) return []
  const [names, urls] = service as readonly unknown[]
  if (!Array.isArray(names) || !Array.isArray(urls)) return []
  const url = (urls as readonly unknown[]).map(baseUrl).find((each) => each !== undefined)
  if (url === undefined) return []
  return (names as readonly unknown[]).flatMap((name) => {
    const prefix = typeof name === 'string' ? parsePrefix(name) : undefined
    return prefix === undefined || prefix instanceof Refusal ? [] : [{ prefix, url }]
  })
}

function baseUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isPlain = url.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === ''
  return isPlain ? (url.href.endsWith('/') ? url.href : `${url.href}/`) : undefined
}

/** The base URL for a network; undefined when no registry is named for it. */
export function serverFor(services: readonly RdapService[], network: Prefix): string | undefined {
  let best: RdapService | undefined
  for (const service of services)
    if (covers(service.prefix, network) && (best === undefined || service.prefix.length > best.prefix.length))
      best = service
  return best?.url
}
