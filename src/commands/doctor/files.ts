import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { fault, ok, warning, type Finding } from './finding.ts'

/** What core needs to go on for a day or two. */
const littleBytes = 1 << 30
const tooLittleBytes = 100 << 20

/** Whether data, keys and database are ours alone, and have room. */
export function judgeFiles(
  config: Pick<Config, 'data' | 'database' | 'webhooks' | 'edge'>,
): readonly Finding[] {
  const { data } = config
  if (!existsSync(data)) return [ok('files', `${data} is not there yet: the first start makes it`)]
  const secrets = [
    join(data, 'keys', 'master'),
    ...(config.database === 'sqlite'
      ? ['', '-wal', '-shm'].map((suffix) => join(data, `postern.sqlite${suffix}`))
      : []),
    config.edge.keyFile,
    ...config.webhooks.map(({ secretFile }) => secretFile),
  ]
  const found = [
    ...judgeFolder(data),
    ...judgeFolder(join(data, 'keys')),
    ...[...new Set(secrets)].filter((path) => existsSync(path)).flatMap(judgeSecret),
    ...judgeRoom(data),
  ]
  return found.length > 0 ? found : [ok('files', `${data} is ours alone and has room`)]
}

function judgeFolder(path: string): Finding[] {
  if (!existsSync(path)) return []
  const { mode } = statSync(path)
  const found: Finding[] = []
  if (mode & 0o077)
    found.push(warning('files', `${path} is open to others (mode ${octal(mode)})`, `chmod 0700 ${path}`))
  if (!mayWrite(path)) {
    found.push(
      fault(
        'files',
        `${path} cannot be written by this user`,
        'run the doctor, and Postern, as the user that it belongs to',
      ),
    )
  }
  return found
}

function judgeSecret(path: string): Finding[] {
  const { mode, uid } = statSync(path)
  const found: Finding[] = []
  if (mode & 0o077)
    found.push(fault('files', `${path} can be read by others (mode ${octal(mode)})`, `chmod 0600 ${path}`))
  const owner = statSync(join(path, '..')).uid
  if (uid !== owner) {
    found.push(
      warning(
        'files',
        `${path} belongs to another user than its folder`,
        `chown it: was a command run as root?`,
      ),
    )
  }
  return found
}

function judgeRoom(path: string): Finding[] {
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  if (free > littleBytes) return []
  const what = `${Math.round(free / (1 << 20))} MiB are free where ${path} is`
  const todo = 'make room: with a full disk nothing can be listed or removed, while mail goes on flowing'
  return [free > tooLittleBytes ? warning('files', what, todo) : fault('files', what, todo)]
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
