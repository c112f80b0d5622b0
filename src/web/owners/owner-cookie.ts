import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { WebContext } from '../env.ts'

/** The cookie of an owner who is signed in; the database keeps a keyed hash of it. */

export function keepSession(c: WebContext, session: string, https: boolean, lifeMs: number): void {
  setCookie(c, nameOf(https), session, { ...options(https), maxAge: Math.floor(lifeMs / 1000) })
}

export function readSession(c: WebContext, https: boolean): string | undefined {
  return getCookie(c, nameOf(https))
}

export function dropSession(c: WebContext, https: boolean): void {
  deleteCookie(c, nameOf(https), options(https))
}

/** `__Host-` binds a cookie to this very host (RFC 6265bis); it needs https. Lax, because owners come by the link in a letter. */
function nameOf(https: boolean): string {
  return `${https ? '__Host-' : ''}owner`
}

function options(https: boolean) {
  return { path: '/', httpOnly: true, secure: https, sameSite: 'Lax' } as const
}
