import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../base/log.ts'

/**
 * The switch for the night when everything is wrong: while the file is there, the edge answers DUNNO to everything.
 * A file, so that it works without core and survives a restart.
 */
export function bypassPath(dataDir: string): string {
  return join(dataDir, 'bypass')
}

/** Turns the bypass on or off; on return it is on disk. Edges notice within a second. */
export function setBypass(dataDir: string, on: boolean, note = ''): void {
  const path = bypassPath(dataDir)
  if (on) writeDurably(path, note)
  else rmSync(path, { force: true })
  syncDirectory(dirname(path))
}

export function isBypassed(dataDir: string): boolean {
  return existsSync(bypassPath(dataDir))
}

/** A quarter of a second: four times faster than the promise, and one `stat` costs nothing. */
const lookMs = 250

/** Calls `tell` whenever the switch has moved; gives the way to stop. A file system that does not answer moves nothing. */
export function watchBypass(dataDir: string, log: Log, tell: (on: boolean) => void): () => void {
  let known = isBypassed(dataDir)
  let isLooking = false
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    const on = await isThere(bypassPath(dataDir)).catch((error: unknown) => {
      log.warn('bypass-file-unreadable', { error })
      return known
    })
    isLooking = false
    if (on === known) return
    known = on
    tell(on)
  }
  const timer = setInterval(() => void look(), lookMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function writeDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'w', 0o644)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  fsyncSync(directory)
  closeSync(directory)
}
