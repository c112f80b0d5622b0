import { getCookie, setCookie } from 'hono/cookie'
import type { SecondHalf } from '../../core/delisting/halves.ts'
import type { WebContext } from '../env.ts'

/**
 * The browser's half of a request, one cookie each. It holds the secret and the code that the page shows,
 * or only the code where the request was opened on another device by typing it.
 */
export interface Half extends SecondHalf {
  readonly secret?: string | undefined
  readonly code: string
}

/** Long enough to see the first message arrive after the queue's last try. */
const lifetimeSeconds = 30 * 24 * 3600

export function keepHalf(c: WebContext, id: string, half: Half, https: boolean): void {
  setCookie(c, nameOf(id, https), [half.code, half.secret].filter((part) => part !== undefined).join('.'), {
    path: '/',
    httpOnly: true,
    secure: https,
    sameSite: 'Lax',
    maxAge: lifetimeSeconds,
  })
}

export function readHalf(c: WebContext, id: string, https: boolean): Half | undefined {
  const value = getCookie(c, nameOf(id, https))
  const [code, secret] = value?.split('.') ?? []
  return code === undefined || code === '' ? undefined : { code, secret }
}

/** `__Host-` binds a cookie to this very host (RFC 6265bis); it needs https. */
function nameOf(id: string, https: boolean): string {
  return `${https ? '__Host-' : ''}pd_${id.replaceAll(/[^0-9a-z]/g, '').slice(0, 12)}`
}
