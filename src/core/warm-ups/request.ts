import { day } from '../../base/clock.ts'
import { plainText } from '../../base/plain-text.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseDomain } from '../../standards/domain.ts'
import { formatPrefix, parseListable, parsePrefix, unitLength, type Prefix } from '../../standards/prefix.ts'
import type { Forecast } from '../forecasts/forecast.ts'
import { mailKinds, type MailKind } from '../forecasts/warm-up.ts'

/** A request as it was read: whose mail, from which addresses, and how much on which days. */
export interface WarmUpRequest {
  readonly units: readonly Prefix[]
  readonly domain: string
  readonly mail: MailKind
  readonly forecast: Forecast
  readonly words: string
}

/** As it was typed; `starts`: YYYY-MM-DD. */
export interface WarmUpInput {
  readonly addresses: string
  readonly domain: string
  readonly mail: string
  readonly starts: string
  readonly days: string
  readonly first: string
  readonly growth: string
  readonly most: string
  readonly words: string
}

/** Later than that nobody knows what they will send. */
const farthestMs = 90 * day
/** Doubling and half as much again: faster is no warming. */
const mostGrowth = 150
const mostWords = 4000

/** Reads it; the refusal says which field (`form.invalid` with `field`), and what is wrong with an address as everywhere. */
export function readWarmUp(
  input: WarmUpInput,
  {
    now,
    most,
  }: {
    readonly now: number
    readonly most: { readonly addresses: number; readonly days: number; readonly perDay: number }
  },
): WarmUpRequest | Refusal {
  const units = readUnits(input.addresses, most.addresses)
  if (units instanceof Refusal) return units
  const typed = input.domain.trim()
  const domain = parseDomain(typed.slice(typed.lastIndexOf('@') + 1))
  if (domain === undefined) return invalid('domain')
  const mail = mailKinds.find((each) => each === input.mail)
  if (mail === undefined) return invalid('mail')
  const forecast = readForecast(input, { now, most })
  if (forecast instanceof Refusal) return forecast
  return { units, domain, mail, forecast, words: plainText(input.words, mostWords).trim() }
}

/** The figures alone: the desk types them too. */
export function readForecast(
  input: Pick<WarmUpInput, 'starts' | 'days' | 'first' | 'growth' | 'most'>,
  { now, most }: { readonly now: number; readonly most: { readonly days: number; readonly perDay: number } },
): Forecast | Refusal {
  const startsAt = readDay(input.starts)
  const today = now - (now % day)
  if (startsAt === undefined || startsAt < today || startsAt > now + farthestMs) return invalid('starts')
  const days = readNumber(input.days, { from: 1, to: most.days })
  if (days === undefined) return invalid('days')
  const first = readNumber(input.first, { from: 1, to: most.perDay })
  if (first === undefined) return invalid('first')
  const growth = readNumber(input.growth, { from: 0, to: mostGrowth })
  if (growth === undefined) return invalid('growth')
  const ceiling = readNumber(input.most, { from: first, to: most.perDay })
  if (ceiling === undefined) return invalid('most')
  return { startsAt, days, first, growth, most: ceiling }
}

/** Midnight (UTC) of a day as YYYY-MM-DD; undefined for what is none. */
export function readDay(text: string): number | undefined {
  const typed = text.trim()
  const at = /^\d{4}-\d{2}-\d{2}$/.test(typed) ? Date.parse(`${typed}T00:00:00Z`) : Number.NaN
  // The 31st of April is no day, whatever Date makes of it.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(typed) ? at : undefined
}

export function readNumber(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  const digits = text.trim().replaceAll(/[\s.,_'%]/g, '')
  if (!/^\d{1,9}$/.test(digits)) return undefined
  const value = Number(digits)
  return value >= from && value <= to ? value : undefined
}

function invalid(field: string): Refusal {
  return new Refusal('form.invalid', { why: 'field', field })
}

/** Single addresses (IPv6: with the whole /64): a range sends nothing, its addresses do. */
function readUnits(text: string, most: number): readonly Prefix[] | Refusal {
  const found = new Map<string, Prefix>()
  for (const each of text.split(/[\s,;]+/).filter((part) => part !== '')) {
    const prefix = parseListable(each)
    if (prefix instanceof Refusal) return prefix
    const narrowest = unitLength[prefix.family]
    if (prefix.length < narrowest)
      return new Refusal('prefix.too-wide', { input: each, widest: `/${narrowest}` })
    found.set(formatPrefix(prefix), prefix)
    if (found.size > most) return new Refusal('forms.too-many', { most })
  }
  return found.size === 0 ? invalid('addresses') : [...found.values()]
}

/** As JSON has it, for the time in which the mailbox shows itself. */
export type KeptRequest = Omit<WarmUpRequest, 'units'> & { readonly units: readonly string[] }

export function keepRequest({ units, ...rest }: WarmUpRequest): KeptRequest {
  return { ...rest, units: units.map(formatPrefix) }
}

export function keptRequest({ units, ...rest }: KeptRequest): WarmUpRequest {
  return { ...rest, units: units.map((text) => orThrow(parsePrefix(text))) }
}
