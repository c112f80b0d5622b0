import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Instance, InstanceOptions } from '../support/instance.ts'

/**
 * A data folder that is a small disk: a tmpfs in a mount namespace of the instance's own, which goes with its processes.
 * Root may make one; others where the kernel lets them have a user namespace.
 */
export function smallDisk(mebibytes: number): NonNullable<InstanceOptions['surroundings']> {
  const isRoot = process.getuid?.() === 0
  const script = `mount -t tmpfs -o size=${mebibytes}m,mode=700 tmpfs "$0" && exec "$@"`
  return {
    make: (data) => ['unshare', ...(isRoot ? [] : ['--map-root-user']), '--mount', 'sh', '-c', script, data],
    enter: (pid) => [
      'nsenter',
      '--target',
      String(pid),
      ...(isRoot ? [] : ['--user', '--preserve-credentials']),
      '--mount',
    ],
  }
}

/** The data folder as the instance sees it. */
export function dataOf({ pid, folder }: Instance): string {
  return join(`/proc/${pid}/root`, folder, 'data')
}

/** Leaves no byte free; the answer gives the room back. */
export function fill(data: string): () => void {
  const path = join(data, 'filler')
  const file = openSync(path, 'w')
  for (const size of [1 << 20, 1 << 16, 1 << 12, 1]) {
    const chunk = Buffer.alloc(size)
    while (hasRoomFor(file, chunk));
  }
  closeSync(file)
  return () => rmSync(path)
}

function hasRoomFor(file: number, chunk: Buffer): boolean {
  try {
    return writeSync(file, chunk) === chunk.length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
