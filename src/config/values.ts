import { z } from 'zod'
import { Refusal } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseDomain } from '../standards/domain.ts'
import { formatDuration, parseDuration } from '../standards/duration.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import { isTimeZone } from '../standards/time-zone.ts'
import { parsePrefix, type Prefix } from '../standards/prefix.ts'
import { isEdgeName } from '../access/edge-name.ts'

/**
 * Kinds of values in the configuration: each reads text and says in words what it expects.
 * The words stand in mistakes ("expected …") and on the reference page.
 */

/** What a schema expects, for pages and mistakes. */
export const expectations = z.registry<{ readonly expects: string }>()

/** Where a door listens. `unix` stands for `<data>/<door>.sock`, which is known once `data` is. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number }

/** Why a text is not what was expected, where that can be said. */
class Wrong {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** Text that `read` makes a value of; undefined or `Wrong` when it is something else. */
function text<T extends string | number | object>(
  expects: string,
  read: (given: string) => T | Wrong | undefined,
) {
  const error = `expected ${expects}`
  const schema = z.string({ error }).transform((given, ctx): T => {
    const value = read(given.trim())
    if (value !== undefined && !(value instanceof Wrong)) return value
    ctx.addIssue({ code: 'custom', message: value === undefined ? error : `${error}: ${value.why}` })
    return z.NEVER
  })
  return schema.register(expectations, { expects })
}

/** A line for people: no control characters. */
export function line(longest: number) {
  const isLine = (given: string): boolean =>
    given.length > 0 && given.length <= longest && !/\p{Cc}/u.test(given)
  return text(`one line of at most ${longest} characters`, (given) => (isLine(given) ? given : undefined))
}

/** Milliseconds of `24h`. */
export function duration(shortest: number, longest: number) {
  const range = `between ${formatDuration(shortest)} and ${formatDuration(longest)}`
  return text(`a duration ${range}, such as 90s, 30m, 24h or 7d`, (given) => {
    const ms = parseDuration(given)
    if (ms === undefined) return undefined
    return ms < shortest || ms > longest ? new Wrong(`it must be ${range}`) : ms
  })
}

/** The beginning of a UTC day, milliseconds since 1970. */
export function date() {
  return text('a date such as 2026-05-05 (UTC)', (given) => {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : NaN
    const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(given)
    return isReal ? at : undefined
  })
}

/** `2026-12-25`, in whatever zone it is read. */
export function holiday() {
  return text('a date such as 2026-12-25', (given) => {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : NaN
    return !Number.isNaN(at) && new Date(at).toISOString().startsWith(given) ? given : undefined
  })
}

export function timeZone() {
  return text('a time zone such as Europe/Vienna or UTC', (given) => (isTimeZone(given) ? given : undefined))
}

/** `09:00-17:30`, as minutes after midnight; `00:00-24:00` is the whole day. */
export function hoursOfDay() {
  return text('hours such as 09:00-17:30', (given) => {
    const parts = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(given)
    if (!parts) return undefined
    const [, hour, minute, toHour = '24', toMinute = '0'] = parts
    const [from, until] = [60 * Number(hour) + Number(minute), 60 * Number(toHour) + Number(toMinute)]
    return until > from ? { from, until } : new Wrong('the second must be later than the first')
  })
}

/** A domain name, A-labels, lower case; `localhost` is one. */
export function domain() {
  return text('a domain name such as provider.example', (given) => parseDomain(given, 1))
}

/** A mailbox without display name or quotes. */
export function mailbox() {
  return text('a mailbox such as postmaster@provider.example', readMailbox)
}

/** Our own host may be called `localhost`, which nobody else's mailbox is at. */
function readMailbox(given: string): string | undefined {
  const at = given.lastIndexOf('@')
  const host = at < 1 ? undefined : parseDomain(given.slice(at + 1), 1)
  if (host === undefined || parseMailbox(`${given.slice(0, at)}@example.org`) instanceof Refusal)
    return undefined
  return `${given.slice(0, at)}@${host}`
}

/** This machine and private networks: whom a door may be opened to unasked. */
export const localNetworks: readonly string[] = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
]

/** No list of ours means half of the Internet: such a line is a slip, and would open a door to everybody. */
const widestSettable = { 4: 8, 6: 16 } as const

export function network(widest: Readonly<Record<4 | 6, number>> = widestSettable) {
  return text('a network such as 203.0.113.0/24 or 2001:db8::/32', (given): Prefix | Wrong | undefined => {
    const prefix = parsePrefix(given)
    if (prefix instanceof Refusal) return whyNoNetwork(prefix)
    return prefix.length < widest[prefix.family]
      ? new Wrong(`/${widest[prefix.family]} is the widest that is taken`)
      : prefix
  })
}

function whyNoNetwork({ code, facts }: Refusal): Wrong | undefined {
  if (code === 'prefix.host-bits')
    return new Wrong(`it has bits set behind its length; perhaps ${facts['suggestion']} is meant`)
  if (code === 'address.leading-zero')
    return new Wrong('an octet begins with zero, which some programs read as octal')
  return undefined
}

/** The origin of a site: http only on this machine, because confirmation links travel there. */
export function origin() {
  return text(
    'the address of a site without a path, such as https://postmaster.provider.example',
    (given) => {
      const url = readUrl(given, ['https:', 'http:'])
      if (!url) return undefined
      if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
        return new Wrong('scheme, host and port, nothing behind them')
      }
      if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
        return new Wrong('http is for a loopback host only; others need https')
      }
      // With more, a case link would not fit into an SMTP reply (RFC 5321 §4.5.3.1.5).
      return url.origin.length > 120 ? new Wrong('it is longer than 120 characters') : url.origin
    },
  )
}

/** A web address; http only on this machine. */
export function webAddress() {
  return text('a web address that begins with https://', (given) => {
    const url = readUrl(given, ['https:', 'http:'])
    if (!url) return undefined
    return url.protocol === 'http:' && !isLoopback(url.hostname)
      ? new Wrong('http is for a loopback host only')
      : url.href
  })
}

/** Where an operator is told what they must know now. */
export function notice() {
  return text('mailto: and a mailbox, or a web address that begins with https://', (given) => {
    if (given.startsWith('mailto:')) {
      const address = readMailbox(given.slice('mailto:'.length))
      return address === undefined ? undefined : `mailto:${address}`
    }
    const url = readUrl(given, ['https:', 'http:'])
    if (!url) return undefined
    return url.protocol === 'http:' && !isLoopback(url.hostname)
      ? new Wrong('http is for a loopback host only')
      : url.href
  })
}

export function smarthost() {
  return text('smtp://host:port, smtps://host:port, or outbox', (given) => {
    if (given === 'outbox') return given
    const url = readUrl(given, ['smtp:', 'smtps:'])
    if (!url?.hostname) return undefined
    return /^\/?$/.test(url.pathname) && !url.search && !url.hash
      ? given
      : new Wrong('scheme, host and port, nothing behind them')
  })
}

export function database() {
  // What stands behind the scheme is for the driver: a unix socket there is no URL to others.
  return text('sqlite, or postgres://user@host/name', (given) =>
    given === 'sqlite' || /^postgres(?:ql)?:\/\/[^\s]+$/.test(given) ? given : undefined,
  )
}

export function path() {
  return text('the path of a file or folder', (given) =>
    given.length > 0 && !given.includes('\0') ? given : undefined,
  )
}

export function edgeName() {
  return text('at most 16 lower-case letters, digits, dots and hyphens', (given) =>
    isEdgeName(given) ? given : undefined,
  )
}

export function endpoint() {
  return text('host:port, :port (on 127.0.0.1), the path of a unix socket, or unix', readEndpoint)
}

/** `127.0.0.1:8080`, `[::1]:8080`, `core.example:10050`, `:8080`, `/run/postern/policy.sock`, `unix:/run/x.sock`, `unix`. */
function readEndpoint(given: string): Endpoint | 'unix' | Wrong | undefined {
  if (given === 'unix') return 'unix'
  if (given.startsWith('unix:')) return given.length > 5 ? { path: given.slice(5) } : undefined
  if (given.includes('/')) return { path: given }
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):([0-9]{1,5})$/i.exec(given) ?? []
  const port = Number(digits)
  if (digits === undefined) return undefined
  if (port > 65535) return new Wrong('a port is at most 65535')
  if (plain === '') return { host: '127.0.0.1', port }
  const host = bracketed ?? (/^[0-9.]+$/.test(plain ?? '') ? plain : parseDomain(plain ?? '', 1))
  if (host === undefined) return undefined
  const isLiteral = /^[0-9.]+$|:/.test(host)
  return isLiteral && parsePrefix(host) instanceof Refusal ? undefined : { host, port }
}

/** A resolver: `127.0.0.1`, `127.0.0.1:5353`, `[::1]:53`. */
export function server() {
  return text('the address of a DNS server, with its port if that is not 53', (given) => {
    const {
      1: bracketed,
      2: plain,
      3: port,
    } = /^(?:\[([^\]]+)\]|([0-9.]+))(?::([0-9]{1,5}))?$/.exec(given) ?? []
    const address = parseAddress(bracketed ?? plain ?? given)
    return address instanceof Refusal || Number(port ?? 53) > 65535 ? undefined : given
  })
}

export function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  const words = names.map((name) => `\`${name}\``)
  const expects = words.length === 1 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  return z
    .enum(names, { error: `expected ${expects.replaceAll('`', '')}` })
    .register(expectations, { expects })
}

export function wholeNumber(least: number, most: number) {
  const expects = `a whole number from ${least} to ${most}`
  return z
    .number({ error: `expected ${expects}` })
    .int({ error: `expected ${expects}` })
    .min(least, { error: `expected ${expects}` })
    .max(most, { error: `expected ${expects}` })
    .register(expectations, { expects })
}

/** A part of one, such as 0.003. */
export function share() {
  return decimal('a number from 0 to 1', (given) => given >= 0 && given <= 1)
}

/** How much of something weighs; not nothing. */
export function weight(most: number) {
  return decimal(`a number above 0, at most ${most}`, (given) => given > 0 && given <= most)
}

/** A bound of any size. */
export function threshold() {
  return decimal('a number from 0 on', (given) => given >= 0)
}

function decimal(expects: string, isGood: (given: number) => boolean) {
  const error = `expected ${expects}`
  return z.number({ error }).refine(isGood, { error }).register(expectations, { expects })
}

/** Several of the same kind, in their order; each once. */
export function list<Item extends z.ZodType>(item: Item, least = 0) {
  const each = expectations.get(item)?.expects ?? 'values'
  const expects = `a list, each ${each}`
  return z
    .array(item, { error: `expected ${expects}` })
    .min(least, { error: `expected at least ${least === 1 ? 'one' : least}, each ${each}` })
    .register(expectations, { expects })
}

function readUrl(given: string, protocols: readonly string[]): URL | undefined {
  if (/\s/.test(given) || !URL.canParse(given)) return undefined
  const url = new URL(given)
  return protocols.includes(url.protocol) ? url : undefined
}

/** Whether a URL's host is this machine: `localhost` and below (RFC 6761 §6.3), 127.0.0.0/8, ::1. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === '[::1]' || hostname === '::1' || /^(?:.*\.)?localhost$|^127(?:\.\d{1,3}){3}$/.test(hostname)
  )
}
