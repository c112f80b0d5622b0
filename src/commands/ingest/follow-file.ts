import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LineCutter } from './log-lines.ts'
import { hasHead, headOf, mostHeadBytes, startsSince, type FileHead, type Place } from './place.ts'

/** A line that came, or that for now there is none (`text` undefined); `place` is after it. */
export interface FollowedLine {
  readonly text: string | undefined
  readonly place: Place
}

/** Pause at the end of the file before it is looked at again, in milliseconds. */
const pauseMs = 250

/** Bytes read at once. */
const chunkBytes = 1 << 18

/**
 * Reads a log on and on, as `tail -F`: new lines as they come, over rotation (another file gets its name) and truncation (it becomes
 * shorter). Begins where `from` stopped, also when the log was rotated since. A line counts when its end is there.
 */
export async function* followFile(
  path: string,
  from: Place | undefined,
  options: {
    readonly longest: number
    readonly signal: AbortSignal
    readonly note: (text: string) => void
  },
): AsyncGenerator<FollowedLine> {
  const { signal, note } = options
  let place = from
  let isCut = false
  while (!signal.aborted) {
    await whenThere(path, signal, note)
    if (signal.aborted) return
    const { starts, isLost } = await startsSince(path, place)
    if (isLost && !isCut)
      note(`${path}: the file that was read last is gone; lines between it and this one are not read`)
    place = undefined
    for (const [nth, { path: file, offset }] of starts.entries()) {
      const isOld = nth < starts.length - 1
      place = yield* readOn(file, offset, { ...options, path: isOld ? undefined : path })
    }
    isCut = place !== undefined
  }
}

/**
 * Lines of one file; ends when the signal says so, or when it is at its end and `path` names another file (without one: at its end).
 * Gives the place where it stopped when the file was emptied: a copy may have the rest.
 */
async function* readOn(
  file: string,
  start: number,
  options: {
    readonly longest: number
    readonly signal: AbortSignal
    readonly note: (text: string) => void
    readonly path: string | undefined
  },
): AsyncGenerator<FollowedLine, Place | undefined> {
  const { signal, longest, path, note } = options
  const handle = await open(file, 'r')
  try {
    const { ino: inode } = await handle.stat()
    const cutter = new LineCutter(longest, start)
    let offset = start
    let lineEnd = start
    let head: FileHead | undefined
    const chunk = Buffer.alloc(chunkBytes)
    const cutOff = (): Place | undefined => {
      note(`${file}: was cut off; reading from its beginning`)
      return head && { inode, offset: lineEnd, head }
    }
    while (!signal.aborted) {
      // Asked before reading: what a rotated file still gets is read before it is left.
      const isLeft = path === undefined || (await isOther(path, inode))
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, offset)
      if (bytesRead > 0) {
        // Emptied, and already longer than before: what is there now is another log's middle.
        if (head && !(await hasHead(handle, head))) return cutOff()
        offset += bytesRead
        // A file that was short when it was first looked at may have another beginning to it by now.
        if (head === undefined || head.bytes < mostHeadBytes) head = await headOf(handle)
        for (const { text, end } of cutter.push(chunk.subarray(0, bytesRead))) {
          lineEnd = end
          yield { text, place: { inode, offset: end, head } }
        }
        continue
      }
      head ??= await headOf(handle)
      if (isLeft) return undefined
      if ((await handle.stat()).size < offset) return cutOff()
      yield { text: undefined, place: { inode, offset: lineEnd, head } }
      await sleep(pauseMs, undefined, { signal }).catch(() => {})
    }
    return undefined
  } finally {
    await handle.close()
  }
}

async function isOther(path: string, inode: number): Promise<boolean> {
  const seen = await stat(path).catch(() => undefined)
  return seen !== undefined && seen.ino !== inode
}

async function whenThere(path: string, signal: AbortSignal, note: (text: string) => void): Promise<void> {
  for (let isSaid = false; !signal.aborted; isSaid = true) {
    if (await stat(path).catch(() => undefined)) return
    if (!isSaid) note(`${path}: there is no such file yet; waiting for it`)
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
  }
}
