import type { ConnectionEvent, MessageEvent } from '../../../src/access/mail-event.ts'
import { day, hour } from '../../../src/base/clock.ts'
import { formatAddress, type Address } from '../../../src/standards/ip.ts'
import { organisationOf } from '../../../src/standards/organisation.ts'
import type { Decision, Glance, Judge } from '../judge.ts'
import { isUnwanted, unitKey } from './unit.ts'

/**
 * A sender reputation level as Exchange's Protocol Analysis agent documents it: 0 to 9 for each address from the HELOs it says, whether
 * its name fits, the share of high-SCL messages so far and the number of them in the last day; computed from 20 messages on; from level 7
 * the address is refused for 24 hours and its profile deleted. How the inputs add up is not published: here six points are for the
 * share, three for the last day, one for the HELOs, one for the name. The proxy test is left out.
 */
export const srl = { leastMessages: 20, threshold: 7, blockMs: 24 * hour } as const

interface Profile {
  messages: number
  unwanted: number
  /** High-SCL messages of the day that began at `dayFrom`, and of the one before it. */
  dayFrom: number
  today: number
  yesterday: number
  readonly helos: Set<string>
  isMisnamed: boolean
}

export class SrlJudge implements Judge {
  readonly #profiles = new Map<string, Profile>()
  readonly #blockedUntil = new Map<string, number>()

  decide({ at, address }: Glance): Decision {
    const key = unitKey(address)
    const until = this.#blockedUntil.get(key)
    if (until === undefined || until <= at) return { action: 'pass', reason: null, grade: 'neutral' }
    return { action: 'reject', reason: 'sender-reputation', grade: 'bad' }
  }

  learn(event: MessageEvent | ConnectionEvent): void {
    if (event.type !== 'message') return
    const key = unitKey(event.address)
    const profile = this.#profiles.get(key) ?? newProfile(event.at)
    this.#profiles.set(key, profile)
    count(profile, event)
    if (profile.messages < srl.leastMessages || levelOf(profile, event.at) < srl.threshold) return
    this.#blockedUntil.set(key, event.at + srl.blockMs)
    this.#profiles.delete(key)
  }

  attempt(): void {}

  complain(): void {}

  delist(_at: number, address: Address): boolean {
    this.#blockedUntil.delete(unitKey(address))
    return true
  }
}

function newProfile(at: number): Profile {
  return {
    messages: 0,
    unwanted: 0,
    dayFrom: at,
    today: 0,
    yesterday: 0,
    helos: new Set(),
    isMisnamed: false,
  }
}

function count(profile: Profile, { at, helo, ptr, address, verdict }: MessageEvent): void {
  turnDay(profile, at)
  profile.messages++
  if (isUnwanted(verdict)) {
    profile.unwanted++
    profile.today++
  }
  if (helo === undefined) return
  if (profile.helos.size < 8) profile.helos.add(helo)
  const isForeignLiteral = helo.startsWith('[') && helo !== `[${formatAddress(address)}]`
  profile.isMisnamed =
    isForeignLiteral || (typeof ptr === 'string' && organisationOf(ptr) !== organisationOf(helo))
}

function turnDay(profile: Profile, at: number): void {
  const days = Math.floor((at - profile.dayFrom) / day)
  if (days <= 0) return
  profile.yesterday = days === 1 ? profile.today : 0
  profile.today = 0
  profile.dayFrom += days * day
}

/** 0 to 9, not rounded. */
function levelOf(profile: Profile, at: number): number {
  // Of yesterday's so many as are still within the last 24 hours, taking them as spread evenly.
  const lastDay = profile.today + profile.yesterday * (1 - (at - profile.dayFrom) / day)
  const share = profile.unwanted / profile.messages
  const helos = profile.helos.size > 3 ? 1 : 0
  return Math.min(9, 6 * share + Math.min(3, lastDay / 10) + helos + (profile.isMisnamed ? 1 : 0))
}
