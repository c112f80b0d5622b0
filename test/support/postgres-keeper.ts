import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from './postgres-server.ts'

/**
 * Keeps one private PostgreSQL server for the tests of one checkout. Test processes hold a connection to the keeper's
 * socket; the first line they read says where the server is. When the last has been gone for a while the server ends
 * and its directory goes. The socket is an abstract one of Linux: it ends with its process, however that dies.
 * Usage: node postgres-keeper.ts <name of the socket>
 */

/** How long the server outlives its last user. */
const lingerMs = 10_000

export interface KeeperAnswer {
  /** Directory of the server's unix socket. */
  readonly directory?: string
  readonly user?: string
  /** A sentence: why there is no server. */
  readonly error?: string
}

const name = process.argv[2]
if (!name) throw new Error('usage: node postgres-keeper.ts <name of the socket>')
const users = new Set<Socket>()
const answer = Promise.withResolvers<KeeperAnswer>()
let lastLeft = Date.now()

const door = createServer((socket) => {
  users.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => {
    users.delete(socket)
    lastLeft = Date.now()
  })
  void answer.promise.then((found) => socket.write(`${JSON.stringify(found)}\n`))
})
// Another keeper was faster: its users are served by it.
door.on('error', () => process.exit(0))
door.listen(`\0${name}`, () => void keep())

async function keep(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'postern-postgres-'))
  let server: ChildProcess | undefined
  try {
    server = await startPostgres(root)
    answer.resolve({ directory: root, user: 'postgres' })
  } catch (error) {
    answer.resolve({ error: error instanceof Error ? error.message : String(error) })
  }
  while (users.size > 0 || Date.now() - lastLeft < lingerMs) await sleep(200)
  door.close()
  if (server) {
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGINT')
    await gone
  }
  rmSync(root, { recursive: true, force: true })
  process.exit(0)
}
