import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Starting a real PostgreSQL server (Debian package) in a directory of its own, reached by the unix socket in it. */

/** Makes a cluster in `root`, an empty directory, and starts it; superuser `postgres`, no password. */
export async function startPostgres(root: string): Promise<ChildProcess> {
  makeCluster(root)
  return await runPostgres(root)
}

function makeCluster(root: string): void {
  // Sorting by a language's rules, as most servers do: a test that needs the order of bytes has to say so.
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
  execFileSync(
    ...asOwner(
      root,
      'initdb',
      '-D',
      join(root, 'data'),
      '-U',
      'postgres',
      '--auth=trust',
      '--no-sync',
      ...locale,
    ),
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: root,
    },
  )
}

/** Starts the server of a cluster that is there, as after a stop. */
export async function runPostgres(root: string): Promise<ChildProcess> {
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
  const server = spawn(...asOwner(root, 'postgres', '-D', join(root, 'data'), ...options), {
    stdio: ['ignore', 'ignore', 'ignore'],
    cwd: root,
  })
  await ready(server, root)
  return server
}

/** A program of the server, run as the one who owns the cluster. */
function asOwner(root: string, program: string, ...rest: readonly string[]): [string, string[]] {
  const [first = '', ...more] = [...becomeOwner(root), join(findPrograms(), program), ...rest]
  return [first, more]
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
