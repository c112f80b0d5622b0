import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { covers, type Prefix } from '../../standards/prefix.ts'
import type { WebEnv } from '../env.ts'

/**
 * How the browser reached us: over https (perhaps a proxy's), over plain http on the machine itself, or over plain http
 * across a network, where no password is taken and no session is given.
 */
export type Channel = 'https' | 'loopback' | 'insecure'

export function channelOf(c: Context<WebEnv>, trusted: readonly Prefix[]): Channel {
  const { protocol, hostname } = new URL(c.req.url)
  if (protocol === 'https:' || isForwardedHttps(c, trusted)) return 'https'
  // A browser names the loopback only when it talks to its own machine, or through a tunnel that ends there.
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) ? 'loopback' : 'insecure'
}

function isForwardedHttps(c: Context<WebEnv>, trusted: readonly Prefix[]): boolean {
  const peer = parseAddress(c.env?.incoming?.socket.remoteAddress?.replace(/%.*$/, '') ?? '127.0.0.1')
  if (peer instanceof Refusal || !trusted.some((proxy) => covers(proxy, peer))) return false
  return c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase() === 'https'
}

/** Cookies of one host know no ports, so the public site on the same machine must not use this name. */
const plainName = 'postern-console'

/** With `__Host-` no other host and no plain connection can set it (RFC 6265bis §4.1.3.2). */
const secureName = `__Host-${plainName}`

/** The session's secret as the browser sent it, if it looks like one. */
export function readSessionCookie(c: Context<WebEnv>, channel: Channel): string | undefined {
  if (channel === 'insecure') return undefined
  const value = getCookie(c, channel === 'https' ? secureName : plainName)
  return value !== undefined && /^[\w-]{20,100}$/.test(value) ? value : undefined
}

/** Ends with the browser; the server ends the session earlier. */
export function setSessionCookie(c: Context<WebEnv>, channel: Channel, session: string): void {
  const secure = channel === 'https'
  setCookie(c, secure ? secureName : plainName, session, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure,
  })
}

export function dropSessionCookie(c: Context<WebEnv>, channel: Channel): void {
  const secure = channel === 'https'
  deleteCookie(c, secure ? secureName : plainName, { path: '/', secure })
}

/** A path of ours to go on to, from text that anybody may have written; the overview when it leads elsewhere. */
export function localPath(text: string | undefined): string {
  const base = 'http://console.invalid'
  if (text === undefined || !text.startsWith('/') || !URL.canParse(text, base)) return '/'
  const { origin, pathname, search } = new URL(text, base)
  return origin === base && !pathname.startsWith('//') ? pathname + search : '/'
}
