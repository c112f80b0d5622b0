import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, formatPrefix, type Prefix } from '../standards/prefix.ts'
import { rangeCovers } from '../standards/address-range.ts'
import { isGlobal } from '../standards/special-purpose.ts'
import { serverFor } from '../standards/rdap-bootstrap.ts'
import { readRdapNetwork, type RdapNetwork } from '../standards/rdap.ts'
import type { HttpsAnswer, HttpsClient } from './https-client.ts'
import type { Registries } from './registries.ts'

/**
 * Questions to the registries by RDAP (RFC 7480, RFC 9082 §3.1.1), each as politely as they ask for: one at a time for each server, a
 * second between two, none while a server has told us to wait (security CHK-6: RIPE shuts out for good whoever does not listen). The way
 * out is the guarded one of `https-client.ts`; redirects are followed by https only, twice at most, and to servers that are known
 * already (security CHK-1).
 */
export interface RdapClient {
  /** The network that holds all of the prefix, as the registry has it. Never throws. */
  network(prefix: Prefix): Promise<RdapAnswer>
}

export type RdapAnswer =
  /** `server`: whose answer it is. */
  | { readonly kind: 'network'; readonly network: RdapNetwork; readonly server: string }
  /** No registry is known for it, or none knows it. */
  | { readonly kind: 'none' }
  /** Too much is asked for; not before so many milliseconds have gone by. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** No answer, or none that can be read. */
  | { readonly kind: 'temperror' }

export interface RdapClientOptions {
  /** Which may be asked, as is known now. Redirects go to their servers and to its `hosts`: national registries, which the file of IANA does not name. */
  readonly registries: () => Registries
  readonly client: HttpsClient
  /** Only tests change it. */
  readonly pauseMs?: number
}

/** What `httpsClient` is to be made with: the sizes and times of security CHK-2. */
export const rdapHttps = {
  mostBytes: 256 * 1024,
  accept: 'application/rdap+json',
  tellHeaders: ['location', 'retry-after', 'date'],
} as const

const mostRedirects = 2
/** Between the beginnings of two questions to one server. */
const usualPauseMs = 1000
/** Questions that wait for one server; whoever comes then is told to come again. */
const mostWaiting = 5
/** What we wait when a server says that it is too much, but not for how long; and the most that we believe it. */
const usualWaitMs = 60_000
const longestWaitMs = 3_600_000

interface Line {
  /** Settles when the one before is done. */
  last: Promise<unknown>
  waiting: number
  /** Of `performance.now()`. */
  notBefore: number
}

export function rdapClient({ registries, client, pauseMs = usualPauseMs }: RdapClientOptions): RdapClient {
  const lines = new Map<string, Line>()

  const ask = async (url: URL): Promise<HttpsAnswer | { readonly kind: 'wait'; readonly waitMs: number }> => {
    const line = lines.get(url.hostname) ?? { last: Promise.resolve(), waiting: 0, notBefore: 0 }
    lines.set(url.hostname, line)
    const left = line.notBefore - performance.now()
    if (left > pauseMs) return { kind: 'wait', waitMs: Math.ceil(left) }
    if (line.waiting >= mostWaiting) return { kind: 'wait', waitMs: pauseMs * mostWaiting }
    line.waiting += 1
    const turn = line.last.then(async () => {
      const pause = line.notBefore - performance.now()
      // Whoever was before us may have been told to wait for long.
      if (pause > pauseMs) return { kind: 'wait', waitMs: Math.ceil(pause) } as const
      if (pause > 0) await sleep(pause)
      line.notBefore = performance.now() + pauseMs
      const answer = await client.fetchText(url.hostname, url.pathname)
      const waitMs = waitOf(answer)
      if (waitMs !== undefined) line.notBefore = performance.now() + waitMs
      return answer
    })
    line.last = turn.catch(() => {})
    try {
      return await turn
    } finally {
      line.waiting -= 1
    }
  }

  const follow = async (
    url: URL,
    prefix: Prefix,
    { known, redirects }: { readonly known: ReadonlySet<string>; readonly redirects: number },
  ): Promise<RdapAnswer> => {
    const answer = await ask(url)
    if (answer.kind === 'wait') return { kind: 'busy', waitMs: answer.waitMs }
    if (answer.kind === 'text') {
      const network = readRdapNetwork(utf8(answer.text))
      // A server that speaks of another network than was asked for does not speak for this one.
      if (network === undefined || !rangeCovers(network.range, prefix)) return { kind: 'temperror' }
      return { kind: 'network', network, server: url.hostname }
    }
    if (answer.kind !== 'status') return { kind: 'temperror' }
    const waitMs = waitOf(answer)
    if (waitMs !== undefined) return { kind: 'busy', waitMs }
    if (answer.status === 404) return { kind: 'none' }
    const next = redirects > 0 ? redirectOf(answer, url, known) : undefined
    return next === undefined
      ? { kind: 'temperror' }
      : await follow(next, prefix, { known, redirects: redirects - 1 })
  }

  return {
    network: async (prefix) => {
      const { services, hosts, elsewhere } = registries()
      const base = serverFor(services, prefix) ?? (isGlobal(addressOf(prefix, 0)) ? elsewhere : undefined)
      if (base === undefined) return { kind: 'none' }
      const known = new Set([...services.map(({ url }) => new URL(url).hostname), ...hosts])
      return await follow(new URL(`ip/${formatPrefix(prefix)}`, base), prefix, {
        known,
        redirects: mostRedirects,
      })
    },
  }
}

/** How long a server wants to be left alone (RFC 6585 §4, RFC 9110 §15.6.4); undefined when it does not say that. */
function waitOf(answer: HttpsAnswer): number | undefined {
  if (answer.kind !== 'status' || (answer.status !== 429 && answer.status !== 503)) return undefined
  const { 'retry-after': said = '', date = '' } = answer.headers ?? {}
  // A moment counts by the server's own clock.
  const ms = /^\d{1,9}$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.parse(date)
  return Number.isFinite(ms) ? Math.min(longestWaitMs, Math.max(1000, ms)) : usualWaitMs
}

/** Where to go on: by https, at the usual port, to a server that is known. */
function redirectOf(
  { status, headers }: Extract<HttpsAnswer, { kind: 'status' }>,
  from: URL,
  known: ReadonlySet<string>,
): URL | undefined {
  const location = headers?.['location']
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined
  if (!URL.canParse(location, from)) return undefined
  const to = new URL(location, from)
  const isPlain = to.protocol === 'https:' && to.port === '' && to.username === '' && to.search === ''
  return isPlain && known.has(to.hostname) ? to : undefined
}

/** The client gives the bytes as they are; JSON is UTF-8 (RFC 8259 §8.1). */
function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
