import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { WebContext } from '../env.ts'

/** The browser's half of a request, one cookie each: the code that the page shows, and the secret that acts. */
export interface Half {
  readonly secret: string
  readonly code: string
}

/** Long enough to see the first message arrive after the queue's last try. */
const lifetimeSeconds = 30 * 24 * 3600

/**
 * Cookies kept at once; each is sent with every request, and all of them must fit into a header of 8 KiB. Whoever asks for
 * more has the codes and the letters still.
 */
const mostKept = 40

export function keepHalf(c: WebContext, id: string, half: Half, https: boolean): void {
  const options = { path: '/', httpOnly: true, secure: https, sameSite: 'Lax' } as const
  // Browsers send the oldest first (RFC 6265bis).
  const kept = Object.keys(getCookie(c)).filter((name) => name.startsWith(nameOf('', https)))
  for (const name of kept.slice(0, Math.max(0, kept.length + 1 - mostKept))) deleteCookie(c, name, options)
  setCookie(c, nameOf(id, https), `${half.code}.${half.secret}`, { ...options, maxAge: lifetimeSeconds })
}

export function readHalf(c: WebContext, id: string, https: boolean): Half | undefined {
  const [code, secret] = getCookie(c, nameOf(id, https))?.split('.') ?? []
  return code === undefined || code === '' || secret === undefined ? undefined : { code, secret }
}

/** `__Host-` binds a cookie to this very host (RFC 6265bis); it needs https. */
function nameOf(id: string, https: boolean): string {
  return `${https ? '__Host-' : ''}pd_${id.replaceAll(/[^0-9a-z]/g, '').slice(0, 12)}`
}
