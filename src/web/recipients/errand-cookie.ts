import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { WebContext } from '../env.ts'

/** What binds a sign-in at the provider to the browser that began it, sealed. The console on the same machine has another name for its own. */

/** As long as the errand itself. */
const keptSeconds = 600

export function keepErrand(c: WebContext, errand: string, https: boolean): void {
  setCookie(c, nameOf(https), errand, { ...options(https), maxAge: keptSeconds })
}

/** Empty when the browser has none. It counts once, so it goes. */
export function takeErrand(c: WebContext, https: boolean): string {
  const errand = getCookie(c, nameOf(https)) ?? ''
  deleteCookie(c, nameOf(https), options(https))
  return errand
}

/** `__Host-` binds a cookie to this very host (RFC 6265bis); it needs https. */
function nameOf(https: boolean): string {
  return `${https ? '__Host-' : ''}recipient-errand`
}

/** Lax, because the browser comes back from another site. */
function options(https: boolean) {
  return { path: '/', httpOnly: true, secure: https, sameSite: 'Lax' } as const
}
