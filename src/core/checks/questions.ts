import { Refusal } from '../../base/refusal.ts'
import { reverseZoneName } from '../../standards/dns-list.ts'
import type { DnsAnswer, DnsQuestions, MailHost } from '../../standards/dns-answer.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { organisationOf } from '../../standards/organisation.ts'
import type { TlsaRecord } from '../../standards/tlsa.ts'

/** The way out that questions go; as `lookup` of `core/ways-out.ts`. */
export type Lookup = (name: string, type: string) => Promise<readonly unknown[]>

/** What a check may ask (security CHK-3): whoever writes a record decides what is asked next, so there is an end to it. */
export interface QuestionBudget {
  /** In all. */
  readonly most: number
  /** Of the names of any one organization other than those in `own`. */
  readonly mostElsewhere: number
  /** Organizations that the check is about. */
  readonly own: readonly string[]
  /** After this many milliseconds nothing is waited for any more. */
  readonly withinMs: number
}

/** What all checks share: answers of a moment ago, and what each organization’s servers may be asked in a minute. */
export interface SharedQuestions {
  kept(question: string): Promise<DnsAnswer<unknown>> | undefined
  keep(question: string, answer: Promise<DnsAnswer<unknown>>): void
  /** False when its servers were asked too often lately. */
  spend(organization: string): boolean
}

/** Records of one answer that are looked at. */
const mostRecords = 64

/**
 * The questions of one check. A name is asked once; the answers are bounded by the resolver. `isLate` gives up waiting: called with the
 * answer that is awaited and the time that is left.
 */
export function askWithin(
  lookup: Lookup,
  budget: QuestionBudget,
  shared: SharedQuestions,
  wait: <T>(answer: Promise<T>, ms: number) => Promise<T | 'late'>,
  elapsed: () => number,
): DnsQuestions & { readonly spent: () => number } {
  const until = elapsed() + budget.withinMs
  const own = new Map<string, Promise<DnsAnswer<unknown>>>()
  const elsewhere = new Map<string, number>()
  let spent = 0

  const answerOf = (name: string, type: string, question: string): Promise<DnsAnswer<unknown>> => {
    const kept = shared.kept(question)
    if (kept !== undefined) return kept
    const organization = zoneOf(name)
    const here = elsewhere.get(organization) ?? 0
    const isOwn = budget.own.includes(organization)
    if (
      spent >= budget.most ||
      (!isOwn && here >= budget.mostElsewhere) ||
      elapsed() >= until ||
      !shared.spend(organization)
    )
      return Promise.resolve('unasked')
    spent += 1
    elsewhere.set(organization, here + 1)
    const asked = askOnce(lookup, name, type)
    shared.keep(question, asked)
    return asked
  }
  const ask = async (name: string, type: string): Promise<DnsAnswer<unknown>> => {
    const question = `${type} ${name.toLowerCase()}`
    const asked = own.get(question) ?? answerOf(name, type, question)
    own.set(question, asked)
    const answer = await wait(asked, Math.max(0, until - elapsed()))
    return answer === 'late' ? 'temperror' : answer
  }
  const asked = async <T>(
    name: string,
    type: string,
    read: (record: unknown) => T | undefined,
  ): Promise<DnsAnswer<T>> => {
    const answer = await ask(name, type)
    if (typeof answer === 'string') return answer
    return answer.slice(0, mostRecords).flatMap((record) => read(record) ?? [])
  }
  return {
    spent: () => spent,
    txt: async (name) => await asked(name, 'TXT', readText),
    addresses: async (name, family) => await asked(name, family === 4 ? 'A' : 'AAAA', readAddress),
    mx: async (name) => {
      const hosts = await asked(name, 'MX', readHost)
      return typeof hosts === 'string' ? hosts : hosts.toSorted((a, b) => a.preference - b.preference)
    },
    ptr: async (address) => await asked(reverseZoneName(address), 'PTR', readName),
    cname: async (name) => await asked(name, 'CNAME', readName),
    tlsa: async (name) => await asked(name, 'TLSA', readTlsa),
  }
}

/** Whose servers are asked: the organization by its registered name, or the last two labels where there is none. */
export function zoneOf(name: string): string {
  return organisationOf(name) ?? name.toLowerCase().split('.').slice(-2).join('.')
}

/** Codes of `node:dns` that mean: asked and answered, the name is not there, or cannot be. */
const noName = new Set(['ENOTFOUND', 'EBADNAME'])

async function askOnce(lookup: Lookup, name: string, type: string): Promise<DnsAnswer<unknown>> {
  try {
    return await lookup(name, type)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (noName.has(code)) return 'no-name'
    return code === 'ENODATA' ? [] : 'temperror'
  }
}

function readText(record: unknown): string | undefined {
  return Array.isArray(record) ? record.join('') : undefined
}

function readAddress(record: unknown): Address | undefined {
  const address = typeof record === 'string' ? parseAddress(record) : undefined
  return address instanceof Refusal ? undefined : address
}

function readName(record: unknown): string | undefined {
  return typeof record === 'string' ? record.toLowerCase().replace(/\.$/, '') : undefined
}

function readHost(record: unknown): MailHost | undefined {
  if (typeof record !== 'object' || record === null || !('exchange' in record) || !('priority' in record))
    return undefined
  return { host: readName(record.exchange) ?? '', preference: Number(record.priority) }
}

function readTlsa(record: unknown): TlsaRecord | undefined {
  if (typeof record !== 'object' || record === null || !('data' in record) || !('usage' in record))
    return undefined
  const { usage, data } = record
  const { selector, matching } = { selector: -1, matching: -1, ...record }
  return typeof usage === 'number' && data instanceof Uint8Array
    ? { usage, selector, matching, data }
    : undefined
}

/** The same questions, so many different ones at most: so that one part of a check leaves some to the others. */
export function atMost(dns: DnsQuestions, most: number): DnsQuestions {
  const seen = new Set<string>()
  const may = <T>(question: string, ask: () => Promise<DnsAnswer<T>>): Promise<DnsAnswer<T>> => {
    if (!seen.has(question) && seen.size >= most) return Promise.resolve('unasked')
    seen.add(question)
    return ask()
  }
  return {
    txt: async (name) => await may(`TXT ${name}`, async () => await dns.txt(name)),
    addresses: async (name, family) =>
      await may(`${family} ${name}`, async () => await dns.addresses(name, family)),
    mx: async (name) => await may(`MX ${name}`, async () => await dns.mx(name)),
    ptr: async (address) => await may(`PTR ${reverseZoneName(address)}`, async () => await dns.ptr(address)),
    cname: async (name) => await may(`CNAME ${name}`, async () => await dns.cname(name)),
    tlsa: async (name) => await may(`TLSA ${name}`, async () => await dns.tlsa(name)),
  }
}
