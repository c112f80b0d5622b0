import { minute, second } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { reverseZoneName } from '../../standards/dns-list.ts'
import { specialPurpose } from '../../standards/special-purpose.ts'
import { visitorNetwork } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { spendAll, trySpend } from '../limits/actions.ts'
import { explain } from '../senders/actions.ts'
import { finding, worstOf, type Finding, type FindingResult } from './finding.ts'
import { performCheck } from './perform.ts'
import { askWithin, zoneOf, type SharedQuestions } from './questions.ts'
import { recordCheck } from './record-actions.ts'
import { shareQuestions } from './shared-questions.ts'
import { ofStanding } from './standing-findings.ts'
import { readSubject, subjectKey, type CheckWish, type Subject } from './subject.ts'

/** What a check found. */
export interface CheckReport {
  readonly domain: string
  readonly ip: string | null
  readonly selector: string | null
  readonly helo: string | null
  /** When DNS was asked; a repeated check may get what was found some minutes ago. Milliseconds since 1970. */
  readonly at: number
  /** The gravest of the findings. */
  readonly result: FindingResult
  readonly findings: readonly Finding[]
}

/** Security CHK-3, with two more for the host of an MTA-STS policy. */
const mostQuestions = 38
const mostElsewhere = 10
/** All of DNS; a policy by HTTPS may take until `wholeMs`. */
const dnsMs = 3 * second
const wholeMs = 5 * second
/** Security CHK-5: and a person who has mended something need not wait longer to see it. */
const keptMs = 5 * minute
const mostKept = 500
/** Security CHK-2. */
const mostAtOnce = 20
const mostPerOrganization = 2

interface Found {
  readonly at: number
  readonly findings: readonly Finding[]
}

interface Running {
  readonly organization: string
  readonly found: Promise<Found>
  readonly soFar: readonly Finding[]
  readonly listeners: Set<Tell>
}

type Tell = (findings: readonly Finding[]) => void

/** The checks of this process: how many run, and what was found lately. One for all doors. */
export class Checks {
  readonly #kept = new Map<string, Found>()
  readonly #running = new Map<string, Running>()
  #shared: SharedQuestions | undefined

  /**
   * Checks a domain, an address and what belongs to them. `tell` gets findings as they come. Throws what is wrong with the wish,
   * `limit.exceeded` or `check.busy`. Ends within five seconds and what the database takes.
   */
  async run(ctx: Context, wish: CheckWish, tell: Tell = () => {}): Promise<CheckReport> {
    const subject = orThrow(readSubject(wish))
    const found = this.#find(ctx, subject, tell)
    // Our own answer is never an old one.
    const standing = found.then(async () => await this.#standing(ctx, subject.address))
    const [{ at, findings }, own] = await Promise.all([found, standing])
    if (own.length > 0) tell(own)
    const { domain, address } = subject
    const unit = address === undefined ? '' : formatPrefix(unitOf(address))
    await recordCheck(ctx, { domain, unit, at, findings })
    const all = [...own, ...findings]
    return { ...shownSubject(subject), at, result: worstOf(all), findings: all }
  }

  async #find(ctx: Context, subject: Subject, tell: Tell): Promise<Found> {
    const key = subjectKey(subject)
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.at + keptMs > ctx.clock.now()) {
      tell(kept.findings)
      return kept
    }
    const joined = this.#join(key, tell)
    if (joined !== undefined) return await joined
    this.#refuseBusy(zoneOf(subject.domain))
    await spendCheck(ctx)
    // Others may have begun meanwhile; from here to the beginning nobody else gets a turn.
    const begun = this.#join(key, tell)
    if (begun !== undefined) return await begun
    this.#refuseBusy(zoneOf(subject.domain))
    return await this.#begin(ctx, key, subject, tell)
  }

  #join(key: string, tell: Tell): Promise<Found> | undefined {
    const running = this.#running.get(key)
    if (running === undefined) return undefined
    if (running.soFar.length > 0) tell(running.soFar)
    running.listeners.add(tell)
    return running.found
  }

  #refuseBusy(organization: string): void {
    const same = [...this.#running.values()].filter((each) => each.organization === organization)
    if (this.#running.size >= mostAtOnce || same.length >= mostPerOrganization)
      throw new Refusal('check.busy')
  }

  #begin(ctx: Context, key: string, subject: Subject, tell: Tell): Promise<Found> {
    const soFar: Finding[] = []
    const listeners = new Set([tell])
    const work = async (): Promise<Found> => {
      const at = ctx.clock.now()
      const findings = await performCheck(subject, this.#means(ctx, subject), (findings) => {
        soFar.push(...findings)
        for (const each of listeners) each(findings)
      })
      return { at, findings }
    }
    const found = work().finally(() => void this.#running.delete(key))
    this.#running.set(key, { organization: zoneOf(subject.domain), found, soFar, listeners })
    return found.then((done) => {
      this.#keep(key, done)
      return done
    })
  }

  /** What could not be found out is not kept: a second try may find it. */
  #keep(key: string, found: Found): void {
    if (found.findings.some(({ result }) => result === 'unknown')) return
    this.#kept.delete(key)
    this.#kept.set(key, found)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest)
  }

  #means(ctx: Context, { domain, address }: Subject): Parameters<typeof performCheck>[1] {
    this.#shared ??= shareQuestions(() => ctx.clock.now(), ctx.settings)
    const shared = this.#shared
    const began = ctx.clock.elapsed()
    const elapsed = (): number => ctx.clock.elapsed()
    const zones = ctx.settings.check.lists.map(({ zone }) => zoneOf(zone))
    const ask = (most: number, own: readonly string[]) =>
      askWithin(ctx.out.lookup, { most, mostElsewhere, own, withinMs: dnsMs }, shared, orLate, elapsed)
    return {
      dns: ask(mostQuestions, [
        zoneOf(domain),
        ...(address === undefined ? [] : [zoneOf(reverseZoneName(address))]),
      ]),
      lists: ask(2 * zones.length, zones),
      settings: ctx.settings,
      fetchText: async (host, path) => {
        const left = Math.max(0, began + wholeMs - elapsed())
        const answer = await orLate(ctx.out.fetchText(host, path), left)
        return answer === 'late' ? { kind: 'late' } : answer
      },
    }
  }

  async #standing(ctx: Context, address: Address | undefined): Promise<readonly Finding[]> {
    if (address === undefined || specialPurpose(address) !== undefined) return []
    const refusal = await spendLookup(ctx, address)
    if (refusal) return [finding('standing.unasked', { ip: formatAddress(address), ...refusal.facts })]
    return [ofStanding(await explain(ctx, address, 'anyone'))]
  }
}

/** Everybody from outside spends; a check at the machine itself is the operator’s. */
async function spendCheck(ctx: Context): Promise<void> {
  const { actor } = ctx
  if (actor.kind !== 'visitor') return
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'check.client.hour', key: visitorNetwork(actor.client) },
      { name: 'check.all.minute', key: 'all' },
    ])
  })
}

/** It tells what a look-up tells, so it costs the same (contracts 6); asking about oneself costs nothing. */
async function spendLookup(ctx: Context, address: Address): Promise<Refusal | undefined> {
  const { actor } = ctx
  if (actor.kind !== 'visitor' || actor.client === formatPrefix(unitOf(address))) return undefined
  return await transact(
    ctx,
    async (tx) => await trySpend(tx, [{ name: 'lookup.client.day', key: visitorNetwork(actor.client) }]),
  )
}

function shownSubject({
  domain,
  address,
  selector,
  helo,
}: Subject): Pick<CheckReport, 'domain' | 'ip' | 'selector' | 'helo'> {
  return {
    domain,
    ip: address === undefined ? null : formatAddress(address),
    selector: selector ?? null,
    helo: helo ?? null,
  }
}

async function orLate<T>(answer: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late')
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
