import { lstatSync, rmSync } from 'node:fs'
import { createAdaptorServer } from '@hono/node-server'
import type { Web } from './env.ts'

export type HttpEndpoint = { readonly host: string; readonly port: number } | { readonly path: string }

export interface HttpServer {
  /** The port that port 0 became; 0 at a unix socket. */
  readonly port: number
  close(): Promise<void>
}

/** Limits on headers and time (security API-2). What is too slow is looked for every second, not every half minute as by default. */
const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
} as const
const mostRequestsPerSocket = 1000
/** The process has files and other doors to keep open; a proxy needs far fewer. */
const mostConnections = 2048

/** Serves an application over TCP or a unix socket. */
export async function serveHttp(app: Web, endpoint: HttpEndpoint): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: limits })
  server.maxConnections = mostConnections
  if ('maxRequestsPerSocket' in server) server.maxRequestsPerSocket = mostRequestsPerSocket
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if ('path' in endpoint) {
      removeSocket(endpoint.path)
      server.listen(endpoint.path, resolve)
    } else server.listen(endpoint.port, endpoint.host, resolve)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    close: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** What a process that died has left behind. A file that is no socket stays: somebody has written the wrong path. */
function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path)
}
