import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * `data/lock`: whoever holds it is core. It is a lock of the operating system (an exclusive transaction on an otherwise empty SQLite file),
 * so it ends with its process however that dies, and leaves nothing to clean up.
 */
export interface Lock {
  release(): void
}

/** The lock, or undefined while another process holds it. */
export function takeLock(dataFolder: string): Lock | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const path = join(dataFolder, 'lock')
  const file = new DatabaseSync(path)
  chmodSync(path, 0o600)
  try {
    file.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive')
  } catch (error) {
    file.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return { release: () => file.close() }
}

/** SQLite's locks are of bytes from here on (file format, "The Lock-Byte Page"). */
const firstLockByte = 2 ** 30

/** The process that holds the lock, where the system tells (`/proc/locks` of Linux, proc(5)). */
export function lockHolder(dataFolder: string): number | undefined {
  try {
    const { ino } = statSync(join(dataFolder, 'lock'))
    for (const line of readFileSync('/proc/locks', 'latin1').split('\n')) {
      const [, pid, inode, from] = / WRITE +(\d+) [0-9a-f]+:[0-9a-f]+:(\d+) (\d+)/.exec(line) ?? []
      // Zero stands for a process of another container.
      if (Number(inode) === ino && Number(from) >= firstLockByte) return Number(pid) || undefined
    }
  } catch {
    // Whoever it is.
  }
  return undefined
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
