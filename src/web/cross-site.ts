import type { MiddlewareHandler } from 'hono'
import { Refusal } from '../base/refusal.ts'

/**
 * Keeps other sites from making their visitors' browsers act here (the algorithm of Go's `http.CrossOriginProtection`):
 * what a browser says about where a request began decides, no token in the form is needed.
 * Safe methods pass, so a GET must never act. Programs say neither header and pass too.
 */
interface RequestOrigin {
  readonly method: string
  readonly fetchSite: string | undefined
  readonly origin: string | undefined
  readonly host: string | undefined
}

/** Whether the request began at another site. `site`: our own public origin, for proxies that change the Host. */
export function isCrossSite({ method, fetchSite, origin, host }: RequestOrigin, site: string): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false
  if (fetchSite) return fetchSite !== 'same-origin' && fetchSite !== 'none'
  if (!origin) return false
  return !isSameOrigin(origin, site) && !hasHost(origin, host)
}

/** Refuses such requests. A request with a bearer token is exempt: a browser sends none by itself. */
export function refuseCrossSite(site: string): MiddlewareHandler {
  return async (c, next) => {
    const header = (name: string): string | undefined => c.req.header(name)
    const bearer = /^bearer /i.test(header('authorization') ?? '')
    const request = {
      method: c.req.method,
      fetchSite: header('sec-fetch-site'),
      origin: header('origin'),
      host: header('host'),
    }
    if (!bearer && isCrossSite(request, site)) throw new Refusal('form.cross-site')
    return await next()
  }
}

function isSameOrigin(origin: string | undefined, site: string): boolean {
  return origin !== undefined && URL.canParse(site) && new URL(site).origin === origin
}

function hasHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}
