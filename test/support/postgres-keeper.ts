import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

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
    server = await start(root)
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

async function start(root: string): Promise<ChildProcess> {
  const programs = findPrograms()
  const asOwner = becomeOwner(root)
  const data = join(root, 'data')
  const run = (program: string, ...rest: string[]): readonly [string, string[]] => {
    const [first = '', ...more] = [...asOwner, join(programs, program), ...rest]
    return [first, more]
  }
  // Sorting by a language's rules, as most servers do: a test that needs the order of bytes has to say so.
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
  execFileSync(...run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', ...locale), {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: root,
  })
  // The server may forget on a crash of the machine; that is not what these tests are about.
  const settings = {
    listen_addresses: '',
    unix_socket_directories: root,
    max_connections: '200',
    shared_buffers: '64MB',
    fsync: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    timezone: 'UTC',
    log_min_messages: 'fatal',
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const server = spawn(...run('postgres', '-D', data, ...options), {
    stdio: ['ignore', 'ignore', 'ignore'],
    cwd: root,
  })
  await ready(server, root)
  return server
}

/** The newest server of Debian's packages. */
function findPrograms(): string {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : []
  const folder = versions
    .map((version) => join(base, version, 'bin'))
    .find((path) => existsSync(join(path, 'initdb')))
  if (!folder) throw new Error(`there is no PostgreSQL server under ${base}: apt-get install postgresql`)
  return folder
}

/** PostgreSQL refuses to run as root: then an unprivileged user owns the directory, and the server dies with its keeper. */
function becomeOwner(root: string): readonly string[] {
  const dieWithParent = ['setpriv', '--pdeathsig', 'INT']
  if (process.getuid?.() !== 0) return dieWithParent
  const user = ['postgres', 'nobody'].find((candidate) => idOf('-u', candidate) !== undefined)
  if (!user)
    throw new Error('there is neither a user "postgres" nor "nobody" to run the PostgreSQL server as')
  const [uid, gid] = [idOf('-u', user) ?? 0, idOf('-g', user) ?? 0]
  chownSync(root, uid, gid)
  chmodSync(root, 0o755)
  return [...dieWithParent, '--reuid', String(uid), '--regid', String(gid), '--clear-groups']
}

function idOf(flag: '-u' | '-g', user: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}

async function ready(server: ChildProcess, root: string): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (server.exitCode !== null)
      throw new Error(`the PostgreSQL server ended at once with status ${server.exitCode}`)
    // Made when the server listens; a connection may still be told to wait, which `pg` reports and the client repeats.
    if (existsSync(join(root, '.s.PGSQL.5432'))) return
    await sleep(50)
  }
  throw new Error('the PostgreSQL server did not start within 20 seconds')
}
