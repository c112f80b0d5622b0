import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomId } from './base/id.ts'

/**
 * The name of the core of this data folder, made on its first start and kept in `core.id`: several cores on one PostgreSQL tell
 * by it whose a lease, a letter in hand and an edge's connection is. Only for the holder of the folder's lock. Sixteen characters.
 */
export function coreId(dataFolder: string): string {
  const path = join(dataFolder, 'core.id')
  const known = readId(path)
  if (known !== undefined) return known
  const id = randomId(16)
  // In one step: a process that dies here leaves a whole name or none.
  writeFileSync(`${path}.tmp`, `${id}\n`, { mode: 0o600 })
  renameSync(`${path}.tmp`, path)
  return id
}

/** Undefined where there is none, or something else: a new name costs a wait until the old one's leases end. */
function readId(path: string): string | undefined {
  try {
    return /^[0-9a-z]{16}$/.exec(readFileSync(path, 'latin1').trim())?.[0]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
