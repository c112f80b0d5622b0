import type { MiddlewareHandler } from 'hono'

/**
 * What a page may do in a browser (Content Security Policy Level 3): our own files, nothing inline, nothing of others, in no frame.
 * Text never becomes script: a worker's address goes through the Trusted Types policy named `postern`.
 */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The mark is in the page itself: a picture cannot act, whatever it holds.
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types postern',
].join('; ')

/** Security headers on every answer. Unless a handler says otherwise nobody keeps a copy: most pages are about one sender. */
export function securityHeaders({ https }: { readonly https: boolean }): MiddlewareHandler {
  return async (c, next) => {
    await next()
    const { headers } = c.res
    // A file that somebody else made has a stricter one of its own.
    if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', contentPolicy)
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Cross-Origin-Resource-Policy', 'same-origin')
    headers.set('X-Content-Type-Options', 'nosniff')
    // Addresses hold case links and confirmation links: no other site may learn them.
    headers.set('Referrer-Policy', 'no-referrer')
    headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()')
    if (https) headers.set('Strict-Transport-Security', 'max-age=31536000')
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  }
}
