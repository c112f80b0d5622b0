import { formatAddress, type Address } from './ip.ts'
import { covers, prefixOf } from './prefix.ts'
import type { DnsAnswer, DnsQuestions } from './dns-answer.ts'
import { expandDomain, type MacroFacts } from './spf-macro.ts'
import {
  isSpf,
  parseSpf,
  type Mechanism,
  type Qualifier,
  type SpfMistake,
  type SpfRecord,
} from './spf-record.ts'

/**
 * Sender Policy Framework (RFC 7208): may this address send mail for that domain? `check_host()` of section 4 with a trace, so that
 * somebody whose mail fails can see at which term. The explanation that a record may offer (`exp=`) is checked and never fetched:
 * nobody reads it.
 */
export const spfResults = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const
export type SpfResult = (typeof spfResults)[number]

export interface SpfInput {
  readonly address: Address
  readonly domain: string
  /** MAIL FROM; `postmaster@` the domain when left out (RFC 7208 §2.4). */
  readonly sender?: string
  readonly helo: string
}

/** What a receiver would find, and how it came to that. */
export interface SpfEvaluation {
  readonly result: SpfResult
  /** Terms so far that ask DNS; more than ten make the record void (§4.6.4). */
  readonly lookups: number
  /** Questions of terms that were answered with nothing; more than two make it void. */
  readonly voids: number
  readonly trace: readonly SpfStep[]
  /** Why it is permerror or temperror. */
  readonly trouble?: SpfTrouble
  /** The record of the domain itself, if there is one. */
  readonly record?: string
}

/** One term, in the order in which they are asked; terms of an included record follow theirs, one deeper. */
export interface SpfStep {
  readonly domain: string
  readonly depth: number
  readonly term: string
  /** `error`: the evaluation ends here. */
  readonly outcome: 'match' | 'no-match' | 'go-on' | 'error'
  /** The name that was asked for, macros expanded. */
  readonly asked?: string
  /** After this term. */
  readonly lookups: number
  readonly voids: number
}

export type SpfTrouble =
  | { readonly kind: 'several-records'; readonly domain: string; readonly count: number }
  | {
      readonly kind: 'syntax'
      readonly domain: string
      readonly record: string
      readonly mistake: SpfMistake
    }
  | { readonly kind: 'too-many-lookups' | 'too-many-voids'; readonly domain: string; readonly term: string }
  | { readonly kind: 'too-many-hosts'; readonly domain: string; readonly term: string }
  | {
      readonly kind: 'no-record-there'
      readonly domain: string
      readonly term: string
      readonly target: string
    }
  | { readonly kind: 'temperror' | 'unasked'; readonly domain: string; readonly name: string }

/** RFC 7208 §4.6.4. */
export const mostLookups = 10
export const mostVoids = 2
/** Names of an MX or PTR answer that are looked at. */
const mostNames = 10

/** Asks what the records say about the address. Every outcome is an answer. */
export async function evaluateSpf(input: SpfInput, dns: DnsQuestions): Promise<SpfEvaluation> {
  const run = new Evaluation(input, dns)
  try {
    const { result, record } = await run.check(input.domain, 0)
    return { result, ...run.counts(), trace: run.trace, ...(record === undefined ? {} : { record }) }
  } catch (error) {
    if (!(error instanceof Ended)) throw error
    const { trouble } = error
    const isForNow = trouble.kind === 'temperror' || trouble.kind === 'unasked'
    return {
      result: isForNow ? 'temperror' : 'permerror',
      ...run.counts(),
      trace: run.trace,
      trouble,
      ...(run.first === undefined ? {} : { record: run.first }),
    }
  }
}

/** Ends the whole evaluation, however deep: an error of an included record is one of the including record (§5.2). */
class Ended extends Error {
  readonly trouble: SpfTrouble

  constructor(trouble: SpfTrouble) {
    super(trouble.kind)
    this.trouble = trouble
  }
}

const resultOf: Readonly<Record<Qualifier, SpfResult>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
}

class Evaluation {
  readonly trace: SpfStep[] = []
  first: string | undefined
  readonly #input: SpfInput
  readonly #dns: DnsQuestions
  #lookups = 0
  #voids = 0
  #name: Promise<string> | undefined

  constructor(input: SpfInput, dns: DnsQuestions) {
    this.#input = input
    this.#dns = dns
  }

  counts(): { readonly lookups: number; readonly voids: number } {
    return { lookups: this.#lookups, voids: this.#voids }
  }

  /** `check_host()` for one domain. */
  async check(
    domain: string,
    depth: number,
  ): Promise<{ readonly result: SpfResult; readonly record?: string }> {
    if (!isAskable(domain)) return { result: 'none' }
    const found = (this.#known(await this.#dns.txt(domain), domain, domain) ?? []).filter(isSpf)
    const [text, ...more] = found
    if (text === undefined) return { result: 'none' }
    if (depth === 0) this.first = text
    if (more.length > 0) throw new Ended({ kind: 'several-records', domain, count: found.length })
    const record = parseSpf(text)
    if (!('mechanisms' in record)) throw new Ended({ kind: 'syntax', domain, record: text, mistake: record })
    return { result: await this.#run(record, domain, depth), record: text }
  }

  async #run(record: SpfRecord, domain: string, depth: number): Promise<SpfResult> {
    for (const mechanism of record.mechanisms) {
      const place = this.trace.length
      this.#step({ domain, depth, term: mechanism.term, outcome: 'error' })
      const { matches, asked } = await this.#matches(mechanism, domain, depth, place)
      this.#amend(place, {
        outcome: matches ? 'match' : 'no-match',
        ...(asked === undefined ? {} : { asked }),
      })
      if (matches) return resultOf[mechanism.qualifier]
    }
    // §5.1: `redirect` is passed over where there is an `all`, which always matches, so it is never come to.
    return record.redirect === undefined ? 'neutral' : await this.#redirect(record.redirect, domain, depth)
  }

  async #redirect(text: string, domain: string, depth: number): Promise<SpfResult> {
    const term = `redirect=${text}`
    const place = this.trace.length
    this.#step({ domain, depth, term, outcome: 'error' })
    this.#count(domain, term)
    const target = await expandDomain(text, this.#facts(domain))
    this.#amend(place, { asked: target })
    const { result } = await this.check(target, depth)
    if (result === 'none') throw new Ended({ kind: 'no-record-there', domain, term, target })
    this.#amend(place, { outcome: 'go-on' })
    return result
  }

  async #matches(
    mechanism: Mechanism,
    domain: string,
    depth: number,
    place: number,
  ): Promise<{ readonly matches: boolean; readonly asked?: string }> {
    const { kind, term, network, length4, length6 } = mechanism
    const { address } = this.#input
    if (kind === 'all') return { matches: true }
    const length = address.family === 4 ? length4 : length6
    if (network !== undefined) {
      const isSame = network.family === address.family && kind === `ip${address.family}`
      return { matches: isSame && covers(prefixOf(network, length), address) }
    }
    this.#count(domain, term)
    const target =
      mechanism.domain === undefined ? domain : await expandDomain(mechanism.domain, this.#facts(domain))
    this.#amend(place, { asked: target })
    switch (kind) {
      case 'include':
        return { matches: await this.#include(target, domain, term, depth), asked: target }
      case 'a':
        return { matches: await this.#hasAddress(target, length, domain, term), asked: target }
      case 'mx':
        return { matches: await this.#hasMailHost(target, length, domain, term), asked: target }
      case 'ptr':
        return { matches: await this.#hasName(target), asked: target }
      case 'exists': {
        const found = await this.#ask(target, domain, term, async () => await this.#dns.addresses(target, 4))
        return { matches: found.length > 0, asked: target }
      }
      case 'ip4':
      case 'ip6':
        return { matches: false }
    }
  }

  /** §5.2: only `pass` of the other record matches; that it has none makes ours void. */
  async #include(target: string, domain: string, term: string, depth: number): Promise<boolean> {
    const { result } = await this.check(target, depth + 1)
    if (result === 'none') throw new Ended({ kind: 'no-record-there', domain, term, target })
    return result === 'pass'
  }

  async #hasAddress(target: string, length: number, domain: string, term: string): Promise<boolean> {
    const { address } = this.#input
    const found = await this.#ask(
      target,
      domain,
      term,
      async () => await this.#dns.addresses(target, address.family),
    )
    return found.some((each) => covers(prefixOf(each, length), address))
  }

  async #hasMailHost(target: string, length: number, domain: string, term: string): Promise<boolean> {
    const { address } = this.#input
    const hosts = await this.#ask(target, domain, term, async () => await this.#dns.mx(target))
    // §4.6.4: more than ten make the record void.
    if (hosts.length > mostNames) throw new Ended({ kind: 'too-many-hosts', domain, term })
    for (const { host } of hosts) {
      if (host === '') continue
      const found = await this.#ask(
        host,
        domain,
        term,
        async () => await this.#dns.addresses(host, address.family),
      )
      if (found.some((each) => covers(prefixOf(each, length), address))) return true
    }
    return false
  }

  /** §5.5: a confirmed name of the address that lies in the domain. Names that cannot be looked up do not count, and are no error. */
  async #hasName(target: string): Promise<boolean> {
    const names = await this.#confirmedNames()
    const wanted = target.toLowerCase()
    return names.some((name) => name === wanted || name.endsWith(`.${wanted}`))
  }

  async #confirmedNames(): Promise<readonly string[]> {
    const { address } = this.#input
    const names = await this.#dns.ptr(address)
    if (typeof names === 'string') return []
    const confirmed: string[] = []
    for (const name of names.slice(0, mostNames)) {
      const found = await this.#dns.addresses(name, address.family)
      if (typeof found === 'string') continue
      if (found.some((each) => formatAddress(each) === formatAddress(address))) confirmed.push(name)
    }
    return confirmed
  }

  #facts(domain: string): MacroFacts {
    const { address, helo, sender = `postmaster@${this.#input.domain}` } = this.#input
    const name = async (): Promise<string> => {
      const names = await this.#confirmedNames()
      const own = names.find((each) => each === domain) ?? names.find((each) => each.endsWith(`.${domain}`))
      return own ?? names[0] ?? 'unknown'
    }
    return { sender, domain, address, helo, name: async () => await (this.#name ??= name()) }
  }

  /** A question of a term; one that is answered with nothing is a void look-up. A name that cannot exist is not asked for (§4.8). */
  async #ask<T>(
    name: string,
    domain: string,
    term: string,
    question: () => Promise<DnsAnswer<T>>,
  ): Promise<readonly T[]> {
    const found = isAskable(name) ? (this.#known(await question(), domain, name) ?? []) : []
    if (found.length > 0) return found
    this.#voids += 1
    if (this.#voids > mostVoids) throw new Ended({ kind: 'too-many-voids', domain, term })
    return found
  }

  #known<T>(answer: DnsAnswer<T>, domain: string, name: string): readonly T[] | undefined {
    if (answer === 'temperror' || answer === 'unasked') throw new Ended({ kind: answer, domain, name })
    return answer === 'no-name' ? undefined : answer
  }

  #count(domain: string, term: string): void {
    this.#lookups += 1
    if (this.#lookups > mostLookups) throw new Ended({ kind: 'too-many-lookups', domain, term })
  }

  #step(step: Omit<SpfStep, 'lookups' | 'voids'>): void {
    this.trace.push({ ...step, ...this.counts() })
  }

  #amend(place: number, change: Partial<SpfStep>): void {
    const step = this.trace[place]
    if (step) this.trace[place] = { ...step, ...change, ...this.counts() }
  }
}

/** §4.3: labels of 1 to 63 octets, more than one of them, 253 in all. */
function isAskable(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.')
  return name.length <= 253 && labels.length > 1 && labels.every((label) => /^[\x20-\x7e]{1,63}$/.test(label))
}
