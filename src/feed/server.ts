import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Context } from '../core/context.ts'
import { forgetConnections } from '../core/edges/actions.ts'
import { FeedConnection, type Patience } from './connection.ts'
import { SpentElsewhere } from './spent-elsewhere.ts'
import { snapshotCache } from './snapshot.ts'
import { strangerLog } from './stranger-log.ts'

/**
 * Core's side of the feed (contracts 5): each edge connects, is brought to the newest table, and gets every change as it is committed.
 * The channel is authenticated: a unix socket that only our user can open, or TLS with the edge's own pre-shared key (RFC 4279).
 */
export interface FeedServer {
  /** `host:port` of the TLS door, when there is one. */
  readonly tls: string | undefined
  close(): Promise<void>
}

export interface FeedOptions {
  /** The unix socket. */
  readonly path: string
  readonly tls?: TlsDoor | undefined
  readonly patience?: Patience
}

export interface TlsDoor {
  readonly host: string
  readonly port: number
  /** Key of the edge of this name, or undefined for a stranger. An edge whose key has changed or gone is sent away. */
  readonly edgeKey: (name: string) => Buffer | undefined
}

/** A missed wake, or another core's commit, is found after this time. */
const pollMs = 200

/** How often both ends say that they live, and keys of connected edges are looked at again. */
const pingMs = 2000

/** Far more than there are edges. */
const mostConnections = 512

const usualPatience: Patience = { helloMs: 10_000, silenceMs: 30_000 }

interface Known {
  readonly name: string
  readonly key: Buffer
}

export async function startFeed(
  ctx: Context,
  { path, tls, patience = usualPatience }: FeedOptions,
): Promise<FeedServer> {
  await forgetConnections(ctx)
  const all = new Map<FeedConnection, Known | undefined>()
  const byName = new Map<string, FeedConnection>()
  const stopping = new AbortController()
  const spent = new SpentElsewhere()
  const snapshots = snapshotCache(ctx, stopping.signal)
  const accept = (socket: Socket, known?: Known): void => {
    const connection: FeedConnection = new FeedConnection(ctx, {
      socket,
      identity: known?.name,
      snapshots,
      patience,
      on: {
        onHello: (name) => {
          byName.get(name)?.end('replaced by a newer connection of the same name')
          byName.set(name, connection)
        },
        onSpent: (name, entries) => {
          for (const other of spent.note(name, entries)) byName.get(other)?.tellStandings()
        },
        onListening: (name) => {
          spent.join(name)
          return () => spent.takeDue(name, ctx.clock.now())
        },
        onEnd: (name) => {
          if (byName.get(name) !== connection) return false
          spent.leave(name)
          return byName.delete(name)
        },
      },
    })
    all.set(connection, known)
    socket.once('close', () => all.delete(connection))
  }
  const pumpAll = (): void => {
    for (const connection of byName.values()) connection.pump()
  }
  const pingAll = (): void => {
    for (const [connection, known] of all) {
      if (known && !tls?.edgeKey(known.name)?.equals(known.key))
        connection.end('its key is not valid any more')
      else connection.ping()
    }
  }
  rmSync(path, { force: true })
  const local = await listen(
    createServer((socket) => accept(socket)),
    path,
  )
  chmodSync(path, 0o600)
  const remote = tls && (await listen(tlsServer(ctx, tls, accept), tls))
  const tellAll = (): void => {
    for (const connection of byName.values()) connection.tellStandings()
  }
  const stopWaking = [ctx.wakes.on('feed', pumpAll), ctx.wakes.on('standings', tellAll)]
  const timers = [setInterval(pumpAll, pollMs), setInterval(pingAll, pingMs)]
  return {
    tls: remote && addressOf(remote),
    close: async () => {
      for (const stop of stopWaking) stop()
      timers.forEach(clearInterval)
      stopping.abort()
      const connections = [...all.keys()]
      for (const connection of connections) connection.end('core is stopping')
      await Promise.all([
        endServer(local),
        remote && endServer(remote),
        ...connections.map(async ({ ended }) => await ended),
      ])
    },
  }
}

async function endServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()))
}

function tlsServer(
  ctx: Context,
  { edgeKey }: TlsDoor,
  accept: (socket: Socket, known: Known) => void,
): Server {
  const known = new WeakMap<TLSSocket, Known>()
  const server = createTlsServer(
    {
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      // Forward secret, and nothing but the key that both know: there is no certificate.
      ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
      pskIdentityHint: 'postern',
      handshakeTimeout: 10_000,
      pskCallback: (socket, name) => {
        const key = edgeKey(name)
        if (key) known.set(socket, { name, key })
        return key ?? null
      },
    },
    (socket) => {
      const edge = known.get(socket)
      if (edge) accept(socket, edge)
      else socket.destroy()
    },
  )
  const note = strangerLog(ctx)
  return server.on('tlsClientError', ({ message }, socket) => note(socket.remoteAddress, message))
}

async function listen(
  server: Server,
  where: string | { readonly host: string; readonly port: number },
): Promise<Server> {
  server.maxConnections = mostConnections
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (typeof where === 'string') server.listen(where, resolve)
    else server.listen(where.port, where.host, resolve)
  })
  return server
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return address ?? ''
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
