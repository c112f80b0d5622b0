import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Where in which file reading stopped. */
export interface Place {
  readonly inode: number
  /** Bytes. */
  readonly offset: number
  /** What the file begins with: another file may get the same inode, and a file may be emptied and written anew. */
  readonly head: FileHead
}

export interface FileHead {
  readonly bytes: number
  readonly sha256: string
}

export const mostHeadBytes = 256

/** The beginning of a file, at most so many bytes of it. */
export async function headOf(file: FileHandle, bytes = mostHeadBytes): Promise<FileHead> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(bytes, mostHeadBytes)), 0, null, 0)
  const sha256 = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')
  return { bytes: bytesRead, sha256 }
}

/** Whether the file still begins so. */
export async function hasHead(file: FileHandle, { bytes, sha256 }: FileHead): Promise<boolean> {
  return (await headOf(file, bytes)).sha256 === sha256
}

/** Where `postern ingest --follow` stopped with a file, kept in the data folder. */
export interface PlaceFile {
  read(): Place | undefined
  write(place: Place): void
}

export function placeFile(data: string, source: string, path: string): PlaceFile {
  const full = resolve(path)
  const name = createHash('sha256').update(full).digest('hex').slice(0, 12)
  const file = join(data, 'ingest', `${source}-${name}.json`)
  return {
    read: () => {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as Place
      } catch {
        // None yet, or one that a full disk cut off: known events are not counted twice.
        return undefined
      }
    },
    write: (place) => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.new`, JSON.stringify({ file: full, ...place }), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
  }
}

/** A file to read, from a byte on. */
export interface Start {
  readonly path: string
  readonly offset: number
}

/**
 * What is to be read of a log since `place`, oldest first: the rest of the file that it was in, then those that were begun after it by
 * rotation (`mail.log.1`), then the log itself. `isLost`: neither that file nor a copy of it is there any more, or it is packed.
 */
export async function startsSince(
  path: string,
  place: Place | undefined,
): Promise<{ readonly starts: readonly Start[]; readonly isLost: boolean }> {
  const whole = [{ path, offset: 0 }]
  if (!place) return { starts: whole, isLost: false }
  const files = await rotationOf(path)
  const own = await findIndex(files, async (file) => file.inode === place.inode && (await isAt(file, place)))
  // `copytruncate` leaves a copy of what was read; a beginning that is shorter may be that of any log.
  const isTold = place.head.bytes === mostHeadBytes
  const nth = own < 0 && isTold ? await findIndex(files, (file) => isAt(file, place)) : own
  const [found, ...rest] = nth < 0 ? [] : files.slice(nth)
  if (!found) return { starts: whole, isLost: true }
  const later = rest.map((file) => ({ path: file.path, offset: 0 }))
  return { starts: [{ path: found.path, offset: place.offset }, ...later], isLost: false }
}

async function findIndex<Value>(
  values: readonly Value[],
  isIt: (value: Value) => Promise<boolean>,
): Promise<number> {
  for (const [nth, value] of values.entries()) {
    if (await isIt(value)) return nth
  }
  return -1
}

interface LogFile {
  readonly path: string
  readonly inode: number
  readonly size: number
  readonly changedAt: number
}

/** Whether reading may have stopped in it, by its content. */
async function isAt(file: LogFile, place: Place): Promise<boolean> {
  if (file.size < place.offset) return false
  const handle = await open(file.path, 'r')
  try {
    return await hasHead(handle, place.head)
  } finally {
    await handle.close()
  }
}

/** The log and what it was before, oldest first; packed ones are not read. */
async function rotationOf(path: string): Promise<readonly LogFile[]> {
  const name = basename(path)
  const names = (await readdir(dirname(path))).filter(
    (each) =>
      each === name || (/^[.-]/.test(each.slice(name.length)) && each.startsWith(name) && !isPacked(each)),
  )
  const files = await Promise.all(
    names.map(async (each): Promise<LogFile[]> => {
      const file = join(dirname(path), each)
      const seen = await stat(file).catch(() => undefined)
      if (!seen?.isFile()) return []
      return [{ path: file, inode: seen.ino, size: seen.size, changedAt: seen.mtimeMs }]
    }),
  )
  // The log itself is the newest, whenever it was written last. Of two of the same moment, `mail.log.2` was before `mail.log.1`.
  const age = (file: LogFile): number => (basename(file.path) === name ? Number.MAX_VALUE : file.changedAt)
  const number = (file: LogFile): number => Number(/\.(\d+)$/.exec(file.path)?.[1] ?? 0)
  return files.flat().sort((a, b) => age(a) - age(b) || number(b) - number(a))
}

function isPacked(name: string): boolean {
  return /\.(?:gz|bz2|xz|zst)$/.test(name)
}
