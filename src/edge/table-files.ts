import { crc32 } from 'node:zlib'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../base/log.ts'
import { inSteps } from '../base/steps.ts'
import { changeFromJson, changeToJson } from '../access/feed-frame.ts'
import type { TableChange } from '../access/listing-entry.ts'
import {
  decodeSnapshot,
  encodeSnapshotSteps,
  SnapshotError,
  type Snapshot,
  type SnapshotHead,
} from '../access/snapshot.ts'
import type { ListingTable } from '../access/table.ts'
import { AppendFile } from './append-file.ts'

/**
 * The table on disk, so that an edge starts without core and answers as before: `<name>.snapshot`, the generation before it
 * (`.snapshot.old`), and the changes since in `<name>.journal` and `.journal.old`.
 * A change is in the journal before it is acknowledged, so the death of the process loses none. A snapshot is written beside,
 * flushed, and put in place by renaming; a file that is torn or spoilt is passed over for the generation before.
 * Journals are read by content: only a change with the next number of the same epoch is applied, whatever else is in the file.
 */
export interface TableFilesOptions {
  readonly dir: string
  readonly name: string
  readonly log: Log
  readonly elapsed: () => number
  /** Bytes of journal after which the table is written anew; an eighth of the snapshot is added. */
  readonly journalBytes?: number
}

export interface TableNow extends SnapshotHead {
  readonly table: ListingTable
}

const leastJournalBytes = 1024 * 1024
/** How often the journal is flushed to the medium, and how soon after a failure the whole table is written instead. */
const flushMs = 1000
const repairMs = 5000

export class TableFiles {
  readonly #options: TableFilesOptions
  #journal: AppendFile | undefined
  /** Work on the journal, and work on snapshots: each in the order given, neither waiting for the other. */
  #journalWork: Promise<void> = Promise.resolve()
  #snapshotWork: Promise<void> = Promise.resolve()
  #lines: string[] = []
  /** Whether the journal has every change since the newest snapshot. */
  #isWhole = true
  /** Whether the journal was turned over for a snapshot that has not been written yet. */
  #isTurned = false
  /** Whether `<name>.snapshot` was seen to be spoilt: then it must not push out the good one behind it. */
  #isSpoilt = false
  #isSynced = true
  #isCompacting = false
  #snapshotBytes = 0
  #repairAt = 0
  #flush: NodeJS.Timeout | undefined

  constructor(options: TableFilesOptions) {
    this.#options = options
  }

  /** The newest table that can be made of the files; undefined when there is none. Call it once, first. */
  async load(): Promise<Snapshot | undefined> {
    await mkdir(this.#options.dir, { recursive: true, mode: 0o700 })
    const newest = await this.#read(this.#path('snapshot'))
    this.#isSpoilt = newest instanceof SnapshotError
    const start =
      newest === undefined || newest instanceof SnapshotError
        ? await this.#read(this.#path('snapshot.old'))
        : newest
    // An edge starts with a full disk too: it writes the whole table when it can.
    this.#journal = await this.#openJournal().catch((error: unknown) => {
      this.#failed(error)
      return undefined
    })
    this.#flush = setInterval(() => void this.#sync(), flushMs)
    this.#flush.unref()
    if (start === undefined || start instanceof SnapshotError) return undefined
    return await this.#rollForward(start)
  }

  /** Notes a change that has been applied. */
  note(epoch: string, seq: number, change: TableChange): void {
    const json = JSON.stringify({ epoch, seq, change: changeToJson(change) })
    this.#lines.push(`${checksum(json)} ${json}\n`)
    if (this.#lines.length === 1) void this.#onJournal(async () => await this.#writeLines())
  }

  /** Resolves when all changes noted so far are in the journal, or have failed to get there (which is logged). */
  async noted(): Promise<void> {
    await this.#journalWork
  }

  /** A snapshot that came from core becomes the newest generation. Resolves when it is durable, or has failed to be (which is logged). */
  async replace(bytes: Uint8Array): Promise<void> {
    await this.#onSnapshots(async () => await this.#writeSnapshot(bytes))
  }

  /** Writes the whole table when the journal has grown long, or has a hole. Returns at once; one such work at a time. */
  compactWhenDue(now: () => TableNow): void {
    const limit = (this.#options.journalBytes ?? leastJournalBytes) + this.#snapshotBytes / 8
    const isDue = this.#isWhole
      ? (this.#journal?.size ?? 0) > limit
      : this.#options.elapsed() >= this.#repairAt
    if (!isDue || this.#isCompacting) return
    this.#isCompacting = true
    void this.#onSnapshots(async () => await this.#compact(now)).finally(() => (this.#isCompacting = false))
  }

  async close(): Promise<void> {
    clearInterval(this.#flush)
    await Promise.all([this.#journalWork, this.#snapshotWork])
    await this.#sync()
    await this.#journal?.close()
  }

  #path(kind: string): string {
    return join(this.#options.dir, `${this.#options.name}.${kind}`)
  }

  async #onJournal(work: () => Promise<void>): Promise<void> {
    return await (this.#journalWork = this.#journalWork
      .then(work)
      .catch((error: unknown) => this.#failed(error)))
  }

  async #onSnapshots(work: () => Promise<void>): Promise<void> {
    return await (this.#snapshotWork = this.#snapshotWork
      .then(work)
      .catch((error: unknown) => this.#failed(error)))
  }

  /** An edge answers with a full disk too: the whole table is written a little later. */
  #failed(error: unknown): void {
    this.#options.log.error('table-files-not-writable', { error })
    this.#isWhole = false
    this.#repairAt = this.#options.elapsed() + repairMs
  }

  async #read(path: string): Promise<Snapshot | SnapshotError | undefined> {
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') this.#options.log.error('snapshot-unreadable', { path, error })
      return undefined
    })
    if (bytes === undefined) return undefined
    const snapshot = decodeSnapshot(bytes)
    if (snapshot instanceof SnapshotError)
      this.#options.log.error('snapshot-spoilt', { path, error: snapshot })
    this.#snapshotBytes = bytes.length
    return snapshot
  }

  async #rollForward(start: Snapshot): Promise<Snapshot> {
    let { seq } = start
    for (const kind of ['journal.old', 'journal']) {
      const text = await readFile(this.#path(kind), 'utf8').catch(() => '')
      for (const line of text.split('\n')) {
        const noted = readLine(line)
        if (noted === undefined || noted.epoch !== start.epoch || noted.seq !== seq + 1) continue
        start.table.apply(noted.change)
        seq = noted.seq
        // Its snapshot was never written: nothing may be put in its place before one is.
        if (kind === 'journal.old') this.#isTurned = true
      }
    }
    return { ...start, seq }
  }

  async #writeLines(): Promise<void> {
    const lines = this.#lines
    this.#lines = []
    if (!this.#isWhole) return
    this.#isSynced = false
    await this.#journal?.append(Buffer.from(lines.join('')))
  }

  async #compact(now: () => TableNow): Promise<void> {
    await this.#onJournal(async () => await this.#turnOver())
    const { table, ...head } = now()
    // What is noted from here on is not in the snapshot; what was not noted before is.
    this.#isWhole = true
    await this.#writeSnapshot(await inSteps(encodeSnapshotSteps(table, head), this.#options.elapsed))
    this.#isTurned = false
  }

  /** Begins a new journal, unless the last one is still needed because its snapshot could not be written. */
  async #turnOver(): Promise<void> {
    await this.#journal?.close()
    this.#journal = undefined
    if (!this.#isTurned) await renameIfThere(this.#path('journal'), this.#path('journal.old'))
    this.#isTurned = true
    this.#journal = await this.#openJournal()
  }

  async #openJournal(): Promise<AppendFile> {
    const journal = await AppendFile.open(this.#path('journal'))
    // A kill or a full disk may have left half a line.
    if (journal.size > 0) await journal.append(Buffer.from('\n'))
    return journal
  }

  async #writeSnapshot(bytes: Uint8Array): Promise<void> {
    const path = this.#path('snapshot')
    const temporary = `${path}.tmp`
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    if (this.#isSpoilt) await rm(path, { force: true })
    else await renameIfThere(path, `${path}.old`)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
    this.#isSpoilt = false
    this.#snapshotBytes = bytes.length
  }

  /** Death of the process loses nothing; loss of power loses what came since this. */
  async #sync(): Promise<void> {
    if (this.#isSynced) return
    this.#isSynced = true
    await this.#journal
      ?.sync()
      .catch((error: unknown) => this.#options.log.error('journal-not-flushed', { error }))
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

/** One line of a journal; undefined when it is torn or spoilt, or was written by a version that knew more: core will tell it again. */
function readLine(
  line: string,
): { readonly epoch: string; readonly seq: number; readonly change: TableChange } | undefined {
  const json = line.slice(9)
  if (json === '' || line.slice(0, 9) !== `${checksum(json)} `) return undefined
  const { epoch, seq, change } = JSON.parse(json) as { epoch: string; seq: number; change: unknown }
  try {
    return { epoch, seq, change: changeFromJson(change) }
  } catch {
    return undefined
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
