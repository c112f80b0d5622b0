import { minute } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import type { StandingsFrame } from '../access/standings-frame.ts'
import type { EngineMode, RateRules, Standing } from '../access/standing.ts'
import { judgedAs, type Address } from '../standards/ip.ts'
import { parseListable } from '../standards/prefix.ts'
import { readName, type SenderName } from '../standards/reverse-name.ts'
import { scopes, StandingTable, type Scope } from './standing-table.ts'

/** Standings that core has not confirmed for so long are not acted on: everybody passes. */
const heldMs = 15 * minute

/** Organisations, good domains and kinds of name that there are standings of; what is beyond is known by its range, or not at all. */
const mostNames = 200_000

/** Names whose kind is kept at hand. */
const mostReadNames = 8192

/** What core says of senders that are not listed; in memory only, for it is true for minutes. */
export class Standings {
  #list = newList()
  /** A whole list that is still coming; the old one holds meanwhile. */
  #coming: List | undefined
  #confirmedAt = 0
  #newcomer: Standing = { kind: 'free' }
  readonly #readNames = new Map<string, SenderName>()
  mode: EngineMode = 'observe'
  /** Core has said that our content filter is not to be believed. */
  isDoubted = false
  rules: RateRules = { newPerHour: Infinity, greyKeptMs: 0, stormAttempts: Infinity }

  /** Whether core has said lately that the list is true. */
  isHeld(now: number): boolean {
    return now - this.#confirmedAt < heldMs
  }

  /** Units and ranges. */
  get size(): number {
    return this.#list.prefixes.size
  }

  /** Bytes of typed arrays. */
  get bytes(): number {
    return this.#list.prefixes.bytes
  }

  /** Takes what core says at `now`. Frames of a connection that is over are void with `interrupt`. */
  take(frame: StandingsFrame, now: number): void {
    if (frame.whole) this.#coming = newList()
    const list = this.#coming ?? this.#list
    for (const [key, standing] of frame.entries) put(list, key, standing)
    if (frame.more) return
    this.#list = list
    this.#coming = undefined
    this.mode = frame.mode
    this.rules = frame.rules
    this.isDoubted = frame.doubted === true
    this.#newcomer = { kind: 'hourly', perHour: frame.rules.newPerHour, reason: 'new-sender' }
    // A core whose clock is ahead does not keep its word alive for longer.
    this.#confirmedAt = Math.min(frame.at, now)
  }

  /** The connection has ended: a list that has not come to its end never will. */
  interrupt(): void {
    this.#coming = undefined
  }

  /**
   * What holds for an address with this forward-confirmed name (null: none, undefined: not known): what is known of the unit itself,
   * else of the organisation that the name is of, else of the range, else of that kind of name, else what holds for anybody new.
   */
  of(address: Address, name: string | null | undefined): Standing {
    const { family, words } = judgedAs(address)
    const isFour = family === 4
    const { prefixes, names } = this.#list
    const own = prefixes.find(isFour ? scopes['4/32'] : scopes['6/64'], words[0], words[1])
    if (own !== undefined) return own
    const { kind, organisation } = names.size === 0 ? nothingOfNames : this.#readName(name, address)
    const ofOrganisation = organisation === undefined ? undefined : names.get(`org ${organisation}`)
    if (ofOrganisation !== undefined) return ofOrganisation
    const range = isFour
      ? prefixes.find(scopes['4/24'], words[0] & 0xffffff00, 0)
      : prefixes.find(scopes['6/56'], words[0], words[1] & 0xffffff00)
    return range ?? names.get(`kind ${kind}`) ?? this.#newcomer
  }

  /** Whether core says, and has said lately, that mail of the domain is good where it proves to be of it. `domain`: an organisation's. */
  isGoodDomain(domain: string, now: number): boolean {
    return this.isHeld(now) && this.#list.names.has(`domain ${domain}`)
  }

  /** Who writes often is read once: telling the kind of a name takes longer than all the rest of a decision. */
  #readName(name: string | null | undefined, address: Address): SenderName {
    if (name === undefined || name === null) return readName(name, address)
    const key = `${name} ${address.words[0]}`
    const known = this.#readNames.get(key)
    if (known !== undefined) return known
    const read = readName(name, address)
    if (this.#readNames.size >= mostReadNames) this.#readNames.clear()
    if (address.family === 4) this.#readNames.set(key, read)
    return read
  }
}

const nothingOfNames = { kind: 'unknown', organisation: undefined } as const

interface List {
  readonly prefixes: StandingTable
  readonly names: Map<string, Standing>
}

function newList(): List {
  return { prefixes: new StandingTable(), names: new Map() }
}

function put({ prefixes, names }: List, key: string, standing: Standing | null): void {
  if (/^(?:org|kind|domain) /.test(key)) {
    if (standing === null) names.delete(key)
    else if (names.has(key) || names.size < mostNames) names.set(key, standing)
    return
  }
  const prefix = parseListable(key)
  if (prefix instanceof Refusal) return
  const scope = scopeOf(prefix.family, prefix.length)
  if (scope === undefined) return
  const [high, low] = prefix.words
  if (standing === null) prefixes.drop(scope, high, low)
  else prefixes.put(scope, high, low, standing)
}

function scopeOf(family: 4 | 6, length: number): Scope | undefined {
  const text = `${family}/${length}`
  return isScope(text) ? scopes[text] : undefined
}

function isScope(text: string): text is keyof typeof scopes {
  return Object.hasOwn(scopes, text)
}
