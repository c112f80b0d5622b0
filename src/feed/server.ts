import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Context } from '../core/context.ts'
import { forgetConnections } from '../core/edges/actions.ts'
import { FeedConnection } from './connection.ts'
import { buildSnapshot, type Snapshot, type Snapshots } from './snapshot.ts'

/**
 * Core's side of the feed (contracts 5): each edge connects, is brought to the newest table, and gets every change as it is committed.
 * The channel is authenticated: a unix socket that only our user can open, or TLS with the edge's own pre-shared key (RFC 4279).
 */
export interface FeedServer {
  /** Where it listens: a path, or `host:port`. */
  readonly address: string
  close(): Promise<void>
}

export interface FeedOptions {
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number }
  /** Key of an edge that connects over TLS, or undefined for a stranger. */
  readonly edgeKey: (name: string) => Buffer | undefined
}

/** A missed wake, or another core's commit, is found after this time. */
const pollMs = 200

/** A snapshot is kept this long for the next edge that needs one. */
const snapshotKeptMs = 60_000

export async function startFeed(ctx: Context, options: FeedOptions): Promise<FeedServer> {
  await forgetConnections(ctx)
  const connections = new Map<string, FeedConnection>()
  const snapshots = snapshotCache(ctx)
  const accept = (socket: Socket): void => {
    const connection = new FeedConnection(ctx, socket, snapshots, {
      onHello: (name) => {
        connections.get(name)?.end('replaced by a newer connection of the same name')
        connections.set(name, connection)
      },
      onEnd: (name) => {
        if (connections.get(name) === connection) connections.delete(name)
      },
    })
  }
  const pumpAll = (): void => {
    for (const connection of connections.values()) connection.pump()
  }
  const stopWaking = ctx.wakes.on('feed', pumpAll)
  const poll = setInterval(pumpAll, pollMs)
  const pings = setInterval(() => {
    for (const connection of connections.values()) connection.ping()
  }, 2000)
  const server = listenOn(options, accept)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if ('path' in options.listen) {
      rmSync(options.listen.path, { force: true })
      server.listen(options.listen.path, resolve)
    } else server.listen(options.listen.port, options.listen.host, resolve)
  })
  if ('path' in options.listen) chmodSync(options.listen.path, 0o600)
  return {
    address: addressOf(server),
    close: async () => {
      stopWaking()
      clearInterval(poll)
      clearInterval(pings)
      for (const connection of connections.values()) connection.end('core is stopping')
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function listenOn(options: FeedOptions, accept: (socket: Socket) => void): Server {
  if ('path' in options.listen) return createServer(accept)
  return createTlsServer(
    {
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES256-GCM-SHA384:PSK-AES256-GCM-SHA384',
      pskIdentityHint: 'postern',
      pskCallback: (_socket, identity) => options.edgeKey(identity) ?? null,
    },
    accept,
  )
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return address ?? ''
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}

/** Builds one snapshot at a time and lends it to every edge that asks soon after. */
function snapshotCache(ctx: Context): Snapshots {
  let building: Promise<Snapshot> | undefined
  let kept: { readonly at: number; readonly snapshot: Snapshot } | undefined
  return async (atLeast) => {
    if (kept && kept.snapshot.seq >= atLeast && ctx.clock.elapsed() - kept.at < snapshotKeptMs) return kept.snapshot
    let snapshot: Snapshot
    do {
      building ??= buildSnapshot(ctx).finally(() => (building = undefined))
      snapshot = await building
    } while (snapshot.seq < atLeast)
    kept = { at: ctx.clock.elapsed(), snapshot }
    setTimeout(() => (kept = undefined), snapshotKeptMs).unref()
    return snapshot
  }
}
