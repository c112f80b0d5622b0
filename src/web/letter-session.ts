import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { WebContext } from './env.ts'

/** The cookie of somebody whom a letter signed in, an owner or a recipient; the database keeps a keyed hash of it. */
export type SignedIn = 'owner' | 'recipient'

export function keepSession(
  c: WebContext,
  who: SignedIn,
  session: string,
  { https, lifeMs }: { readonly https: boolean; readonly lifeMs: number },
): void {
  setCookie(c, nameOf(who, https), session, { ...options(https), maxAge: Math.floor(lifeMs / 1000) })
}

export function readSession(c: WebContext, who: SignedIn, https: boolean): string | undefined {
  return getCookie(c, nameOf(who, https))
}

export function dropSession(c: WebContext, who: SignedIn, https: boolean): void {
  deleteCookie(c, nameOf(who, https), options(https))
}

/** `__Host-` binds a cookie to this very host (RFC 6265bis); it needs https. Lax, because people come by the link in a letter. */
function nameOf(who: SignedIn, https: boolean): string {
  return `${https ? '__Host-' : ''}${who}`
}

function options(https: boolean) {
  return { path: '/', httpOnly: true, secure: https, sameSite: 'Lax' } as const
}
