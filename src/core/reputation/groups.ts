import { formatPrefix, prefixOf, type Prefix } from '../../standards/prefix.ts'
import { formatAddress } from '../../standards/ip.ts'
import { day } from '../../base/clock.ts'
import { nothing, type EvidenceKind } from './evidence.ts'
import { Group, type GroupMemory } from './group.ts'
import { hitsOf, type Prior } from './grade.ts'
import type { Given } from './late.ts'
import type { Sender } from './sender.ts'
import { nameKinds } from '../../standards/reverse-name.ts'
import type { Tuning } from './tuning.ts'

/** Before anything is known of anybody: one message in four. */
const everybody: Prior = { mean: 0.25, strength: 8 }
const groupStrength = 6
/** A kind of name is thousands of hosts: a handful of messages says nothing of it. */
const kindStrength = 24
/** Judged messages that one member adds to its groups in a day. */
const mostGiven = 5
/** A kind of name is known by the first messages of those who have it, not by the large ones among them. */
const firstMessages = 5
const oldestMs = 30 * day
/** Groups that are heard of in one round: within it they keep their order. */
const roundSize = 4096
/** All mail: counts what is judged, as `ham`, and what is not. */
const everyone = 'kind everyone'

/** The groups that senders belong to. A new sender starts from the nearest one that something is known of. */
export class Groups {
  readonly #groups = new Map<string, Group>()
  readonly #tuning: Tuning
  readonly #most: number
  readonly #onChange: (key: string, group: Group) => void
  #round = 1
  #heard = 0

  #last:
    | {
        readonly sender: Sender
        readonly name: Sender['name']
        readonly home: Sender['home']
        readonly chain: readonly string[]
        readonly waits: readonly string[]
      }
    | undefined

  /** `most`: groups after which those that were not heard of for longest are forgotten. `onChange`: told whenever one may have changed. */
  constructor(tuning: Tuning, most: number, onChange: (key: string, group: Group) => void = () => {}) {
    this.#tuning = tuning
    this.#most = most
    this.#onChange = onChange
  }

  get size(): number {
    return this.#groups.size
  }

  has(key: string): boolean {
    return this.#groups.has(key)
  }

  /** When a group was heard of last; -Infinity when it is not in memory. */
  seenAt(key: string): number {
    return this.#groups.get(key)?.seenAt ?? -Infinity
  }

  /** A group as it was written down. */
  recall(key: string, memory: GroupMemory): void {
    this.#groups.set(key, Group.read(memory, this.#tuning.halfLife))
  }

  /** Forgets those that were not heard of for longest, when there are too many; kinds of name and what is `needed` stay. */
  shrink(needed: () => ReadonlySet<string>): void {
    if (this.#groups.size <= this.#most) return
    const kept = needed()
    const wanted = Math.floor(this.#most * 0.9)
    for (const key of this.#groups.keys()) {
      if (this.#groups.size <= wanted) return
      if (!isKind(key) && !kept.has(key)) this.#groups.delete(key)
    }
  }

  /** What is expected of a sender before it has shown anything itself: from the widest group to the nearest. */
  priorOf(sender: Sender, now: number): Prior {
    const { halfLife } = this.#tuning
    const mean = this.#keysOf(sender).chain.reduce((prior, key) => {
      const group = this.#known(key, now)
      if (group === undefined) return prior
      const own = (isKind(key) ? sender.kindShare : sender.share).hits(now, halfLife)
      const from = isKind(key) ? { ...prior, strength: kindStrength } : prior
      return { mean: group.mean(now, from, this.#tuning, own), strength: groupStrength }
    }, everybody).mean
    return { mean, strength: this.#tuning.priorStrength }
  }

  /**
   * Counts a sender's evidence for its groups, as far as one member may. `judged`: its judged messages so far. Gives how much of it was
   * counted, and how much for its kind of name.
   */
  add(sender: Sender, kind: EvidenceKind, count: number, at: number, judged: number): Given {
    const today = Math.floor(at / day)
    if (sender.givenDay !== today) {
      sender.givenDay = today
      sender.given = 0
    }
    const room = Math.min(count, mostGiven - sender.given)
    if (room <= 0) return { given: 0, givenFirst: 0 }
    sender.given += room
    const isFirst = judged <= firstMessages
    for (const key of this.#keysOf(sender).chain)
      if (isFirst || !isKind(key)) this.#of(key, at).add(kind, room, at)
    const { bad, good } = hitsOf({ ...nothing, [kind]: room }, this.#tuning)
    sender.share.add(bad, good, at, this.#tuning.halfLife)
    if (isFirst) sender.kindShare.add(bad, good, at, this.#tuning.halfLife)
    return { given: room, givenFirst: isFirst ? room : 0 }
  }

  /** Takes out of a sender's groups what `add` counted of it. */
  takeBack(sender: Sender, kind: EvidenceKind, { given, givenFirst }: Given, at: number): void {
    for (const key of chainOf(sender)) this.#of(key, at).add(kind, -(isKind(key) ? givenFirst : given), at)
    const weight = hitsOf({ ...nothing, [kind]: 1 }, this.#tuning).bad
    sender.share.add(-weight * given, 0, at, this.#tuning.halfLife)
    sender.kindShare.add(-weight * givenFirst, 0, at, this.#tuning.halfLife)
  }

  /** A sender that had to wait came again, and was judged. */
  noteWaited(sender: Sender, isBad: boolean, now: number): void {
    for (const key of this.#keysOf(sender).waits) this.#of(key, now).noteWaited(isBad, now)
  }

  /** How many steps longer than the shortest the sender waits: as the worst of its groups says. */
  waitSteps(sender: Sender, now: number): number {
    let most = 0
    for (const key of this.#keysOf(sender).waits)
      most = Math.max(most, this.#known(key, now)?.waitSteps(now) ?? 0)
    return most
  }

  /** How much of the mail that is let in somebody judges, of late. */
  coverage(now: number): number {
    const counts = this.#known(everyone, now)?.evidence.counts(now)
    if (counts === undefined) return 1
    const { ham: judged, unjudged } = counts
    return judged + unjudged < 50 ? 1 : judged / (judged + unjudged)
  }

  noteCovered(isJudged: boolean, at: number): void {
    this.#of(everyone, at).add(isJudged ? 'ham' : 'unjudged', 1, at)
  }

  /** The group of the range that a prefix is, or lies in. */
  rangeOf(prefix: Prefix, now: number): Group {
    return this.#of(rangeKey(prefix), now)
  }

  /** Whether the organisation in the sender's name is known and sends hardly anything unwanted. */
  isGoodOrganisation({ name }: Sender, now: number): boolean {
    return name.organisation !== undefined && this.#isGood(`org ${name.organisation}`, now)
  }

  /** The same of a domain that accepted mail was authenticated for, from wherever it came: of its own hosts, or of others. */
  isGoodDomain(domain: string, now: number): boolean {
    return this.#isGood(domainKey(domain), now) || this.#isGood(`org ${domain}`, now)
  }

  #isGood(key: string, now: number): boolean {
    const hits = this.#known(key, now)?.hits(now, this.#tuning)
    return hits !== undefined && hits.judged >= 20 && hits.bad < hits.good * 0.1
  }

  forgetOld(now: number): void {
    for (const [key, group] of this.#groups) if (now - group.seenAt > oldestMs) this.#groups.delete(key)
  }

  /** A sender is looked at several times in a row, and keys of addresses take their time. */
  #keysOf(sender: Sender): { readonly chain: readonly string[]; readonly waits: readonly string[] } {
    const last = this.#last
    if (last?.sender === sender && last.name === sender.name && last.home === sender.home) return last
    const { name, home } = sender
    const keys = { sender, name, home, chain: chainOf(sender), waits: waitKeys(sender) }
    this.#last = keys
    return keys
  }

  #known(key: string, now: number): Group | undefined {
    const group = this.#groups.get(key)
    return group === undefined || now - group.seenAt > oldestMs ? undefined : group
  }

  #of(key: string, now: number): Group {
    const group = this.#known(key, now) ?? new Group(this.#tuning.halfLife)
    group.seenAt = Math.max(group.seenAt, now)
    // Those heard of in the last round are the last in order: to move one costs more than everything else that is done with it here.
    if (group.round !== this.#round) {
      group.round = this.#round
      this.#groups.delete(key)
      this.#groups.set(key, group)
    }
    if (++this.#heard % roundSize === 0) this.#round++
    this.#onChange(key, group)
    return group
  }
}

/** Those whose members wait as long as each other. */
function waitKeys({ name, unit }: Sender): readonly string[] {
  return name.kind === 'own' ? [rangeKey(unit)] : [`kind ${name.kind}`, rangeKey(unit)]
}

/** Keys of every group that an event may be counted for, or its sender judged by. */
export function groupKeysOf(
  unit: Prefix,
  names: readonly { readonly organisation?: string | undefined; readonly home?: string | undefined }[],
): readonly string[] {
  const keys = new Set([everyone, ...nameKinds.map((kind) => `kind ${kind}`)])
  if (unit.family === 6) keys.add(wideKey(unit))
  keys.add(rangeKey(unit))
  for (const { organisation, home } of names) {
    if (organisation !== undefined) keys.add(`org ${organisation}`)
    if (home !== undefined) keys.add(domainKey(home))
  }
  return [...keys]
}

/** The range that a sender is in: /24, in IPv6 /56. */
export function rangeOf(unit: Prefix): Prefix {
  return prefixOf(unit, unit.family === 4 ? 24 : 56)
}

export function rangeKey(unit: Prefix): string {
  return `net ${formatPrefix(rangeOf(unit))}`
}

/** Those whose accepted mail was authenticated for this domain. */
export function domainKey(domain: string): string {
  return `domain ${domain}`
}

function wideKey(unit: Prefix): string {
  return `net ${formatAddress(prefixOf(unit, 48))}/48`
}

/** Keys of a sender's groups, widest first. */
function chainOf({ name, home, unit }: Sender): readonly string[] {
  // That others have names too says nothing against a host that has one.
  const keys = name.kind === 'own' ? [] : [`kind ${name.kind}`]
  if (unit.family === 6) keys.push(wideKey(unit))
  keys.push(rangeKey(unit))
  if (name.organisation !== undefined) keys.push(`org ${name.organisation}`)
  if (home !== undefined && home !== name.organisation) keys.push(domainKey(home))
  return keys
}

function isKind(key: string): boolean {
  return key.startsWith('kind ')
}
