import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What makes a whole run of the tests quick: many databases and processes live a second each. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  /** Removes what the tests have left. */
  close(): void
}

/**
 * A folder for everything the tests write, in memory where there is plenty of it (they make hundreds of databases, and none has to
 * outlive the machine), and a cache of compiled modules, as most tests start the program again and again.
 */
export function openSurroundings(root: string): Surroundings {
  const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'postern-check-'))
  // Servers of other users (PostgreSQL, Postfix) have theirs below it.
  chmodSync(folder, 0o1777)
  const compiled = join(root, 'node_modules', '.cache', 'compiled')
  return {
    env: { TMPDIR: folder, NODE_COMPILE_CACHE: compiled },
    close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

const enoughMemory = 4 * 1024 ** 3

function memoryFolder(): string | undefined {
  const folder = '/dev/shm'
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= enoughMemory ? folder : undefined
  } catch {
    return undefined
  }
}
