import { day, minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { breathe } from '../../base/steps.ts'
import type { Standing } from '../../access/standing.ts'
import { formatPrefix, parsePrefix, unitOf, type Prefix } from '../../standards/prefix.ts'
import { nameKinds, type NameKind } from '../../standards/reverse-name.ts'
import type { Context, Tx } from '../context.ts'
import { confirmStandings, putStandings, standingsOf, standingsPage } from '../standings/actions.ts'
import { domainKey, groupKeysOf, rangeOf } from './groups.ts'
import { namesIn, recallGroups, recallUnits, rememberedIn } from './memory-actions.ts'
import type { Examined } from './mind.ts'
import type { Reputation } from './reputation.ts'
import type { Attempt } from './senders.ts'
import { differs, isWorthTelling, Weights } from './standing-rule.ts'
import * as store from './store.ts'

/** How often standings are said to hold; the edges go by them for a quarter of an hour. */
const confirmEveryMs = 30_000
/** How often those that change with time alone are worked out anew, at most. */
const reviseEveryMs = 5 * minute
/** How often those that have a forecast are worked out anew, at most. */
const forecastEveryMs = minute
/** Standings worked out anew in one step. */
const revisedAtOnce = 256
/** Keys worked out between two breaths. */
const sliceSize = 200
/** Whoever was not heard of for so long has no standing of its own. */
const activeMs = 14 * day

/** Tells the edges what senders may do, where that is not what they do of themselves: of those who were heard of at once, of the others now and then. Says nothing twice. */
export class Teller {
  readonly #judge: Reputation
  readonly #mayTell: (tx: Tx) => Promise<void>
  readonly #touched = new Map<string, Attempt>()
  readonly #kinds = new Map<NameKind, Standing>()
  /** Of ranges, as they were worked out while telling. */
  readonly #ranges = new Map<string, Standing | undefined>()
  #puts = new Map<string, Standing | null>()
  #confirmedAt = 0
  #revisedAt = 0
  #forecastAt = -Infinity
  #forecast = ''
  /** Where the revision is; undefined between two. */
  #revising: string | undefined
  readonly #weights = new Weights()
  /** Whether the edges are told of good domains: only where the message door can hold mail to what it claims. */
  #tellsDomains = false

  /** `mayTell` throws when somebody else has the judgement. */
  constructor(judge: Reputation, mayTell: (tx: Tx) => Promise<void>) {
    this.#judge = judge
    this.#mayTell = mayTell
  }

  /** Standings at the last revision. */
  get told(): number {
    return this.#weights.counted
  }

  /** Somebody was heard of. */
  touch(attempt: Attempt): void {
    this.#touched.set(formatPrefix(unitOf(attempt.address)), attempt)
  }

  async tell(ctx: Context, now: number): Promise<void> {
    this.#kinds.clear()
    this.#ranges.clear()
    this.#tellsDomains = ctx.settings.messageDoor === 'installed'
    await this.#tellTouched(now)
    await this.#tellForecast(ctx, now)
    await this.#revise(ctx, now)
    const puts = await this.#news(ctx)
    this.#puts = new Map()
    if (puts.length > 0) await putStandings(ctx, puts, this.#mayTell)
    if (puts.length === 0 && now - this.#confirmedAt < confirmEveryMs) return
    this.#confirmedAt = now
    await confirmStandings(ctx, now)
  }

  /** Those who were heard of, their organisations and their ranges. */
  async #tellTouched(now: number): Promise<void> {
    let done = 0
    for (const [key, attempt] of this.#touched) {
      const known = this.#judge.examineKey(key, now)
      if (known) this.#tellSender(known, now)
      else this.#rangeStanding(rangeOf(unitOf(attempt.address)), now)
      if (++done % sliceSize === 0) await breathe()
    }
    this.#touched.clear()
  }

  /** Budgets inside a forecast change with the day, and end with it: they are worked out each minute, and when one is agreed or stopped. */
  async #tellForecast(ctx: Context, now: number): Promise<void> {
    const forecast = JSON.stringify([...this.#judge.forecast])
    if (forecast === this.#forecast && Math.abs(now - this.#forecastAt) < forecastEveryMs) return
    this.#forecast = forecast
    this.#forecastAt = now
    const keys = [...this.#judge.forecast.keys()].filter((key) => !this.#puts.has(key))
    for (let from = 0; from < keys.length; from += revisedAtOnce)
      await this.#reviseKeys(ctx, keys.slice(from, from + revisedAtOnce), now)
  }

  #tellSender({ sender, standing, assessment }: Examined, now: number): void {
    const { key, unit, name, seenAt } = sender
    const range = this.#rangeStanding(rangeOf(unit), now)
    const stranger = { at: now, address: strangerIn(rangeOf(unit)), ptr: name.text }
    const organisation =
      name.organisation === undefined
        ? undefined
        : this.#putOr(
            `org ${name.organisation}`,
            this.#judge.standingOfStranger(stranger),
            this.#kind(name.kind, now),
          )
    if (sender.home !== undefined) this.#tellDomain(sender.home, now)
    const isHeard = now - seenAt < activeMs && this.#weights.isHeavy(assessment.counts)
    const otherwise = organisation ?? range ?? this.#kind(name.kind, now)
    const isForecast = (this.#judge.forecast.get(key) ?? []).length > 0
    // Inside a forecast it is said as it is, however little it differs.
    if (isForecast) this.#puts.set(key, standing)
    else this.#putOr(key, isHeard ? standing : undefined, otherwise)
  }

  /** Only good domains are told of; whoever claims one may be free of its range, and is held to the claim at the end of the message. */
  #tellDomain(domain: string, now: number): void {
    const isGood = this.#tellsDomains && this.#judge.isGoodDomain(domain, now)
    this.#puts.set(domainKey(domain), isGood ? { kind: 'free' } : null)
  }

  /** What an address of the range of which nothing is known may do, if that is said apart. */
  #rangeStanding(range: Prefix, now: number): Standing | undefined {
    const key = formatPrefix(range)
    if (this.#ranges.has(key)) return this.#ranges.get(key)
    const standing = this.#judge.standingOfStranger({ at: now, address: strangerIn(range) })
    const said = this.#putOr(key, standing, this.#kind('unknown', now))
    this.#ranges.set(key, said)
    return said
  }

  /** Gives it if it is said, because it is not what holds without it. */
  #putOr(key: string, standing: Standing | undefined, otherwise: Standing): Standing | undefined {
    const said = standing && isWorthTelling(standing, otherwise) ? standing : undefined
    this.#puts.set(key, said ?? null)
    return said
  }

  #kind(kind: NameKind, now: number): Standing {
    const known = this.#kinds.get(kind) ?? this.#judge.standingOfStranger(nobody(kind, now))
    this.#kinds.set(kind, known)
    return known
  }

  /** A page of those that were told; from the beginning, when it is time. */
  async #revise(ctx: Context, now: number): Promise<void> {
    if (this.#revising === undefined) {
      if (now - this.#revisedAt < reviseEveryMs) return
      this.#revisedAt = now
      this.#revising = ''
      await recallGroups(
        ctx,
        this.#judge,
        nameKinds.map((kind) => `kind ${kind}`),
      )
      for (const kind of nameKinds) this.#puts.set(`kind ${kind}`, this.#kind(kind, now))
    }
    const page = await standingsPage(ctx, this.#revising, revisedAtOnce)
    const keys = page.map(([key]) => key).filter((key) => !this.#puts.has(key))
    await this.#reviseKeys(ctx, keys, now)
    this.#revising = page.length < revisedAtOnce ? undefined : page.at(-1)?.[0]
    if (this.#revising === undefined) this.#weights.endRound()
  }

  /** Senders are judged as they were written down, and do not come to mind for it. */
  async #reviseKeys(ctx: Context, keys: readonly string[], now: number): Promise<void> {
    const prefixes = new Map(keys.flatMap((key) => prefixIn(key)))
    const units = [...prefixes].filter(([, prefix]) => prefix.length !== rangeOf(prefix).length)
    const rows =
      units.length === 0
        ? []
        : await store.sendersOf(
            ctx.db.queries,
            units.map(([key]) => key),
          )
    const groups = new Set<string>()
    for (const [, prefix] of prefixes) for (const key of groupKeysOf(prefix, [])) groups.add(key)
    for (const row of rows)
      for (const key of groupKeysOf(
        orThrow(parsePrefix(row.unit)),
        namesIn(row, orThrow(parsePrefix(row.unit))),
      ))
        groups.add(key)
    const organisations = keys.filter((key) => key.startsWith('org '))
    const domains = keys.flatMap((key) => domainIn(key))
    for (const domain of domains) groups.add(domainKey(domain)).add(`org ${domain}`)
    await recallGroups(ctx, this.#judge, [...groups, ...organisations])
    for (const domain of domains) this.#tellDomain(domain, now)
    for (const key of organisations)
      if (!this.#judge.isGroupHeard(key, now - activeMs)) this.#puts.set(key, null)
    const counted = rows.filter(({ memory, unit }) => memory === null && !this.#judge.has(unit))
    await recallUnits(ctx, this.#judge, new Map(counted.flatMap(({ unit }) => prefixIn(unit))), now)
    const written = new Map(rows.map((row) => [row.unit, row]))
    for (const [key, prefix] of prefixes) {
      if (prefix.length === rangeOf(prefix).length) {
        this.#rangeStanding(prefix, now)
        continue
      }
      const row = written.get(key)
      const known =
        this.#judge.examine(prefix, now) ?? (row && this.#judge.examineAs(prefix, rememberedIn(row), now))
      if (known === undefined) this.#puts.set(key, null)
      else {
        this.#tellSender(known, now)
        this.#weights.add(known.assessment.counts)
      }
    }
  }

  /** Where there is or was a forecast nothing is left of a raised budget, be it ever so little. */
  #hasChanged(key: string, standing: Standing, before: Standing): boolean {
    if (!this.#judge.forecast.has(key)) return differs(standing, before)
    return JSON.stringify(standing) !== JSON.stringify(before)
  }

  /** What the edges were not told yet. */
  async #news(ctx: Context): Promise<{ readonly key: string; readonly standing: Standing | null }[]> {
    const news: { key: string; standing: Standing | null }[] = []
    const keys = [...this.#puts.keys()]
    for (let from = 0; from < keys.length; from += 256) {
      const some = keys.slice(from, from + 256)
      const told = await standingsOf(ctx, some)
      for (const key of some) {
        const [before, standing] = [told.get(key), this.#puts.get(key) ?? null]
        const isNews =
          standing === null
            ? before !== undefined
            : before === undefined || this.#hasChanged(key, standing, before)
        if (isNews) news.push({ key, standing })
      }
    }
    return news
  }
}

function domainIn(key: string): readonly string[] {
  return key.startsWith(domainKey('')) ? [key.slice(domainKey('').length)] : []
}

function prefixIn(key: string): readonly (readonly [string, Prefix])[] {
  const prefix = key.includes(' ') ? undefined : parsePrefix(key)
  return prefix === undefined || prefix instanceof Error ? [] : [[key, prefix]]
}

/** An address of the range that hardly anybody sends from: its last. */
function strangerIn({ family, words: [first, second, third, fourth] }: Prefix): Attempt['address'] {
  if (family === 4) return { family, words: [(first | 255) >>> 0, second, third, fourth] }
  return { family, words: [first, (second | 255) >>> 0, third, fourth] }
}

/** Somebody new with a name of this kind, from nowhere. */
function nobody(kind: NameKind, at: number): Attempt {
  return { at, address: { family: 4, words: [0, 0, 0, 0] }, ptr: namesOf[kind] }
}

const namesOf: Readonly<Record<NameKind, string | null | undefined>> = {
  own: 'mail.nobody.invalid',
  generic: '0-0-0-0.pool.nobody.invalid',
  none: null,
  unknown: undefined,
}
