import { chmodSync, mkdirSync } from 'node:fs'
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

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
