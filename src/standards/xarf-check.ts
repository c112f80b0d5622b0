import { Refusal } from '../base/refusal.ts'
import { parseDomain } from './domain.ts'
import { parseAddress } from './ip.ts'

/** What the readers of all versions of XARF have in common: the report that they give, and how they find what is wrong with one. */
export interface XarfReport {
  readonly version: string | undefined
  readonly category: string | undefined
  readonly type: string | undefined
  /** The address that is complained of, where it is one. */
  readonly sourceIp: string | undefined
  /** When it happened, as written. */
  readonly arrivalDate: string | undefined
  readonly originalMailFrom: string | undefined
  readonly originalRcptTo: readonly string[]
  readonly reportedDomain: readonly string[]
  readonly reportedUri: readonly string[]
  /** The program that wrote it, or who. */
  readonly userAgent: string | undefined
  readonly subject: string | undefined
  /** What breaks the rules of its version: `Report.Date: no date-time (RFC 3339)`. Empty for a valid report. */
  readonly errors: readonly string[]
}

export type Json = Readonly<Record<string, unknown>>

/** Collects what is wrong, each with its path. */
export class Check {
  readonly errors: string[] = []

  that(isRight: boolean, path: string, words: string): void {
    if (!isRight && this.errors.length < 20) this.errors.push(`${path}: ${words}`)
  }

  /** A field that may be absent. */
  field(object: Json, name: string, path: string, isRight: (value: unknown) => boolean, words: string): void {
    if (name in object) this.that(isRight(object[name]), `${path}${name}`, words)
  }

  required(object: Json, names: readonly string[], path: string): void {
    for (const name of names) this.that(isFilled(object[name]), `${path}${name}`, 'missing')
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 998).toWellFormed() : undefined
}

export function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

export function isIp(value: unknown): boolean {
  return typeof value === 'string' && !(parseAddress(value) instanceof Refusal)
}

export function isPort(value: unknown): boolean {
  return isCount(value) && Number(value) >= 1 && Number(value) <= 65_535
}

export function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

export function isHostName(value: unknown): boolean {
  return typeof value === 'string' && parseDomain(value) !== undefined && value.includes('.')
}

export function isMailbox(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value)
}

/** RFC 3339 §5.6, of a day that exists. */
export function isDateTime(value: unknown): boolean {
  const match =
    typeof value === 'string'
      ? /^\d{4}-\d\d-(\d\d)[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/.exec(value)
      : null
  if (!match || typeof value !== 'string') return false
  const at = new Date(`${value.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.getUTCDate() === Number(match[1])
}
