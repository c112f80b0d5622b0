import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'

/** Where a server listens or a client connects. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number }

/** Reads `127.0.0.1:10040`, `[::1]:10040`, or the path of a unix socket (whatever has a slash). Throws on anything else. */
export function readEndpoint(text: string): Endpoint {
  if (text.includes('/')) return { path: text }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port > 65535) throw new Error(`not host:port and not a path: ${text}`)
  return { host, port }
}

/** Begins to listen; gives the address as `readEndpoint` reads it, with the port that port 0 became. */
export async function listen(server: Server, endpoint: Endpoint): Promise<string> {
  if ('path' in endpoint) await removeStaleSocket(endpoint.path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...endpoint, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  if (!('path' in endpoint)) return boundTo(server)
  // The MTA comes in by group.
  await chmod(endpoint.path, 0o660)
  return endpoint.path
}

function boundTo(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`
}

/**
 * A killed server leaves its socket file behind; a socket that nobody answers at is removed, a living one is not, and what is
 * no socket never: somebody has written the wrong path.
 */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (found === undefined) return
  if (!found.isSocket()) throw taken(path, `${path} is there and is no socket: it is left as it is`)
  const trouble = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
    socket.once('error', resolve)
  })
  if (trouble === undefined) throw taken(path, `somebody listens at ${path} already`)
  if (trouble.code === 'ECONNREFUSED') await unlink(path)
}

/** In the shape of the system's own error for a place that is taken. */
function taken(path: string, message: string): Error {
  return Object.assign(new Error(message), { code: 'EADDRINUSE', syscall: 'listen', address: path })
}
