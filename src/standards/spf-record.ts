import { Refusal } from '../base/refusal.ts'
import { parseAddress, type Address } from './ip.ts'
import { isDomainSpec, isMacroString } from './spf-macro.ts'

/**
 * The text of an SPF record (RFC 7208 §4.5, §4.6, §12): `v=spf1` and terms behind it, separated by blanks. Mechanisms are asked from left
 * to right, modifiers say something about the whole. One wrong character makes the whole record void, so a mistake says where it is.
 */
export interface SpfRecord {
  readonly mechanisms: readonly Mechanism[]
  /** Domain-spec of `redirect=`, macros unexpanded. */
  readonly redirect?: string | undefined
  /** Domain-spec of `exp=`. */
  readonly explanation?: string | undefined
  /** Names of modifiers that RFC 7208 does not know and that are passed over (§6). */
  readonly unknown: readonly string[]
}

export type Qualifier = '+' | '-' | '~' | '?'

export type MechanismKind = 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists'

export interface Mechanism {
  readonly kind: MechanismKind
  readonly qualifier: Qualifier
  /** As it stands in the record. */
  readonly term: string
  /** Domain-spec behind the colon; undefined where the record's own domain is meant. */
  readonly domain?: string | undefined
  /** Of `ip4` and `ip6`. */
  readonly network?: Address
  /** Lengths behind the slashes; the whole address where none is given. */
  readonly length4: number
  readonly length6: number
}

/** Where a record cannot be read: the term, and its first character counted from 1. */
export interface SpfMistake {
  readonly term: string
  readonly position: number
  readonly why: SpfMistakeKind
}

export const spfMistakeKinds = [
  'unknown-mechanism',
  'bad-domain',
  'bad-address',
  'bad-length',
  'argument-missing',
  'argument-given',
  'modifier-twice',
  'bad-macro',
  'bad-character',
] as const
export type SpfMistakeKind = (typeof spfMistakeKinds)[number]

/** Whether a TXT record claims to be SPF (RFC 7208 §4.5): `v=spf1` alone or followed by a blank. */
export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text)
}

/** Reads a record that `isSpf`; the first mistake, when there is one. */
export function parseSpf(text: string): SpfRecord | SpfMistake {
  const mechanisms: Mechanism[] = []
  const modifiers = new Map<string, string>()
  const unknown: string[] = []
  for (const { 0: term, index } of text.slice(6).matchAll(/[^ ]+/g)) {
    const position = index + 7
    const wrong = (why: SpfMistakeKind): SpfMistake => ({ term, position, why })
    if (/[^\x21-\x7e]/.test(term)) return wrong('bad-character')
    const [, name, value = ''] = /^([a-z][a-z0-9_.-]*)=(.*)$/is.exec(term) ?? []
    if (name === undefined) {
      const mechanism = parseMechanism(term)
      if (typeof mechanism === 'string') return wrong(mechanism)
      mechanisms.push(mechanism)
      continue
    }
    const modifier = name.toLowerCase()
    if (modifier !== 'redirect' && modifier !== 'exp') {
      if (!isMacroString(value)) return wrong('bad-macro')
      unknown.push(modifier)
      continue
    }
    // RFC 7208 §6: each of the two once at most.
    if (modifiers.has(modifier)) return wrong('modifier-twice')
    if (!isDomainSpec(value)) return wrong('bad-domain')
    modifiers.set(modifier, value)
  }
  return { mechanisms, redirect: modifiers.get('redirect'), explanation: modifiers.get('exp'), unknown }
}

const kinds: readonly string[] = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists']

function isKind(name: string): name is MechanismKind {
  return kinds.includes(name)
}

function parseMechanism(term: string): Mechanism | SpfMistakeKind {
  const [, sign = '', name = '', argument] = /^([+?~-]?)([a-z0-9]+)(.*)$/is.exec(term) ?? []
  const kind = name.toLowerCase()
  if (!isKind(kind) || argument === undefined || !/^(?:[:/]|$)/.test(argument)) return 'unknown-mechanism'
  const base = { kind, qualifier: (sign || '+') as Qualifier, term, length4: 32, length6: 128 }
  switch (kind) {
    case 'all':
      return argument === '' ? base : 'argument-given'
    case 'include':
    case 'exists': {
      if (!argument.startsWith(':')) return 'argument-missing'
      const domain = argument.slice(1)
      return isDomainSpec(domain) ? { ...base, domain } : 'bad-domain'
    }
    case 'ptr': {
      if (argument === '') return base
      return argument.startsWith(':') && isDomainSpec(argument.slice(1))
        ? { ...base, domain: argument.slice(1) }
        : 'bad-domain'
    }
    case 'ip4':
    case 'ip6':
      return parseNetwork(base, argument)
    case 'a':
    case 'mx':
      return parseHosts(base, argument)
  }
}

/** `:192.0.2.0/24` (RFC 7208 §5.6). */
function parseNetwork(base: Mechanism, argument: string): Mechanism | SpfMistakeKind {
  if (!argument.startsWith(':')) return 'argument-missing'
  const [text, slash] = splitOnce(argument.slice(1), '/')
  const isVersion4 = base.kind === 'ip4'
  const network = text.includes(':') === isVersion4 ? undefined : parseAddress(text)
  if (network === undefined || network instanceof Refusal) return 'bad-address'
  if (slash === undefined) return { ...base, network }
  const length = readLength(slash, isVersion4 ? 32 : 128)
  if (length === undefined) return 'bad-length'
  return isVersion4 ? { ...base, network, length4: length } : { ...base, network, length6: length }
}

/** `:domain/24//64` (RFC 7208 §5.3, §5.4); a slash may be part of a macro. */
function parseHosts(base: Mechanism, argument: string): Mechanism | SpfMistakeKind {
  const [, name = '', four, six] = /^(.*?)(?:\/(\d+))?(?:\/\/(\d+))?$/s.exec(argument) ?? []
  if (!argument.startsWith(':') && name !== '') return 'bad-length'
  const length4 = four === undefined ? 32 : readLength(four, 32)
  const length6 = six === undefined ? 128 : readLength(six, 128)
  if (length4 === undefined || length6 === undefined) return 'bad-length'
  if (name === '') return argument.startsWith(':') ? 'bad-domain' : { ...base, length4, length6 }
  const domain = name.slice(1)
  return isDomainSpec(domain) ? { ...base, domain, length4, length6 } : 'bad-domain'
}

function readLength(text: string, most: number): number | undefined {
  const length = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : NaN
  return length <= most ? length : undefined
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
