import { closeSync, existsSync, fsync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { Appender } from './append.ts'
import { sharedPen, type Pen } from './pen.ts'
import { sqliteAppender } from './sqlite-append.ts'

/**
 * Kysely over `node:sqlite`: one connection that writes, in turns, and one that only reads. The write-ahead log lets a
 * reader see what is committed while somebody else's transaction runs. Synchronous FULL: committed means on disk.
 * Mail events are written by a third, in a thread of its own. `memory`: of the main thread's pen, when the one that judges opens the file.
 */
export function openSqlite(
  file: string,
  { guard, isLazy }: Asked,
  memory?: SharedArrayBuffer,
): { readonly dialect: Dialect; readonly events: Appender; readonly pen: Pen } {
  const pen = memory === undefined ? sharedPen() : sharedPen(memory, 'judge')
  const driver = new SqliteDriver(file, { guard, isLazy }, pen)
  // The thread that appends belongs to the main thread, and puts the log into the file for all.
  if (memory !== undefined) driver.leaveCheckpoints()
  if (memory !== undefined) driver.keepPages(judgePages)
  if (memory !== undefined) driver.flushAfterwards()
  return {
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new Adapter(),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createIntrospector: (queries) => new SqliteIntrospector(queries),
    },
    events: memory === undefined ? sqliteAppender(file, pen, () => driver.leaveCheckpoints()) : noAppender,
    pen,
  }
}

interface Asked {
  /** Throws where no statement of the outside may be. */
  readonly guard: () => void
  /** Whether the transaction that begins is one that the disk is not waited for. */
  readonly isLazy: () => boolean
}

const noAppender: Appender = {
  append: async () => {
    throw new Error('only the main thread appends mail events')
  },
  close: async () => {},
}

/** Another process holds the file (SQLITE_BUSY, SQLITE_LOCKED). */
export function isSqliteConflict(error: unknown): boolean {
  return [5, 6].includes(resultCode(error))
}

/** The disk has no room (SQLITE_FULL). */
export function isSqliteFull(error: unknown): boolean {
  return resultCode(error) === 13
}

/** The primary result code is in the low byte of an extended one. */
function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0
  return error.errcode & 0xff
}

/** How long a statement waits inside SQLite for another process, in milliseconds. It blocks this one, so it is short. */
const busyTimeout = 10

/** How long a writer waits for another process in all; between tries this process does other things. */
const patienceMs = 5_000

/**
 * Pages of the write-ahead log after which this process puts them into the file while the thread of the mail events runs: it does so
 * earlier, and nobody waits for it then.
 */
const lateCheckpoint = 64_000

/**
 * Memory for pages where judgements are written, in KiB: what a step changes is all over the file, and with the 2 MiB that SQLite takes by
 * itself the same pages would go to the log several times within one transaction.
 */
const judgePages = 65_536

/** Prepared statements kept; the builder makes the same text for the same question. */
const statementsKept = 400

const flushFile = promisify(fsync)

class Adapter extends SqliteAdapter {
  // Otherwise Kysely lets readers wait for a running transaction.
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class SqliteDriver implements Driver {
  readonly #file: string
  readonly #asked: Asked
  readonly #turns: Turns
  readonly #pen: Pen
  #writer: Statements | undefined
  #reader: Statements | undefined
  #leavesCheckpoints = false
  #pages: number | undefined
  #flushes = false
  #log: number | undefined

  constructor(file: string, asked: Asked, pen: Pen) {
    this.#file = file
    this.#pen = pen
    this.#asked = asked
    this.#turns = new Turns(pen)
  }

  async init(): Promise<void> {
    makeFile(this.#file)
    const writer = new DatabaseSync(this.#file, { timeout: busyTimeout, enableForeignKeyConstraints: true })
    writer.exec('pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off;')
    this.#writer = new Statements(writer)
    if (this.#leavesCheckpoints) this.leaveCheckpoints()
    if (this.#pages !== undefined) writer.exec(`pragma cache_size = -${this.#pages}`)
    this.#reader = new Statements(new DatabaseSync(this.#file, { timeout: busyTimeout, readOnly: true }))
  }

  /** From now on another thread puts the log into the file. */
  leaveCheckpoints(): void {
    this.#leavesCheckpoints = true
    this.#writer?.exec(`pragma wal_autocheckpoint = ${lateCheckpoint}`)
  }

  /** Of memory for pages of the file while it is written, KiB; before it is opened. */
  keepPages(kib: number): void {
    this.#pages = kib
  }

  /** After a transaction that the disk is not waited for this thread flushes the log: else the next who waits would have to. */
  flushAfterwards(): void {
    this.#flushes = true
  }

  async acquireConnection(): Promise<SqliteConnection> {
    this.#asked.guard()
    if (!this.#writer || !this.#reader) throw new Error(`database ${this.#file} is not open`)
    return new SqliteConnection(this.#writer, this.#reader, this.#turns, async () => await this.flush())
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    const isLazy = this.#asked.isLazy()
    if (!isLazy) await this.flush()
    await connection.begin(isLazy)
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.commit()
    if (!this.#asked.isLazy()) return
    this.#pen.ink.wet()
    if (this.#flushes) await this.flush()
  }

  /** Gives what is in the log to the disk, without the pen: whoever then waits for the disk with the pen waits for its own alone. */
  async flush(): Promise<void> {
    if (!this.#pen.ink.isWet) return
    // SQLite locks the other two files and not this one, so it may be opened beside it; it is there as long as a connection is.
    this.#log ??= openSync(`${this.#file}-wal`, 'r+')
    this.#pen.ink.dry()
    await flushFile(this.#log)
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.rollback()
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#turns.take()
    if (this.#log !== undefined) closeSync(this.#log)
    this.#reader?.close()
    this.#writer?.close()
  }
}

/**
 * Mailboxes are inside: made here so that it is readable by its owner only, as are the log files beside it. A file that is there is not
 * opened: closing it would drop the locks that this process has on it (fcntl(2)), and with that, whoever else looked into the database
 * would take the write-ahead log along.
 */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600))
  } catch (error) {
    if (!existsSync(file)) throw error
  }
}

/** Hands out the pen: one holder at a time, in the order of asking. */
class Turns {
  readonly #pen: Pen
  #last: Promise<void> = Promise.resolve()

  constructor(pen: Pen) {
    this.#pen = pen
  }

  /** Resolves when it is the caller's turn; the answer ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    await this.#pen.take()
    return () => {
      this.#pen.give()
      resolve()
    }
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #writer: Statements
  readonly #reader: Statements
  readonly #turns: Turns
  readonly #flush: () => Promise<void>
  #endTurn: (() => void) | undefined

  /** `flush`: before anything is written that the disk is waited for. */
  constructor(writer: Statements, reader: Statements, turns: Turns, flush: () => Promise<void>) {
    this.#flush = flush
    this.#writer = writer
    this.#reader = reader
    this.#turns = turns
  }

  async begin(isLazy: boolean): Promise<void> {
    const endTurn = await this.#turns.take()
    try {
      // What others wrote before it was this one's turn: waiting for it here lets this thread do other things.
      if (!isLazy) await this.#flush()
      this.#writer.waitForDisk(!isLazy)
      // IMMEDIATE takes the write lock now, so that what is read stays true until the commit.
      await patiently(() => this.#writer.exec('begin immediate'))
    } catch (error) {
      endTurn()
      throw error
    }
    this.#endTurn = endTurn
  }

  /** After a failed commit the transaction is still open and will be rolled back. */
  commit(): void {
    this.#writer.exec('commit')
    this.#finish()
  }

  rollback(): void {
    try {
      // SQLite may have rolled back by itself (disk full, I/O error).
      if (this.#writer.isTransaction) this.#writer.exec('rollback')
    } finally {
      this.#finish()
    }
  }

  #finish(): void {
    this.#endTurn?.()
    this.#endTurn = undefined
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#endTurn) return this.#writer.run<R>(query)
    if (isReading(query)) return this.#reader.run<R>(query)
    await this.#flush()
    const endTurn = await this.#turns.take()
    try {
      await this.#flush()
      this.#writer.waitForDisk(true)
      return await patiently(() => this.#writer.run<R>(query))
    } finally {
      endTurn()
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error(
      'long answers are read in pages, not as a stream: a reader must not hold back the write-ahead log',
    )
  }
}

async function patiently<T>(run: () => T): Promise<T> {
  const start = performance.now()
  for (;;) {
    try {
      return run()
    } catch (error) {
      if (!isSqliteConflict(error) || performance.now() - start > patienceMs) throw error
      await sleep(1 + 10 * Math.random())
    }
  }
}

function isReading(query: CompiledQuery): boolean {
  if (query.query.kind === 'RawNode') return /^\s*(select|explain)\b/i.test(query.sql)
  return query.query.kind === 'SelectQueryNode'
}

/** One connection with its prepared statements, the least recently used dropped first. */
class Statements {
  readonly #database: DatabaseSync
  #waitsForDisk = true
  readonly #prepared = new Map<string, { readonly statement: StatementSync; readonly givesRows: boolean }>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  /**
   * Whether the next commits end when the disk has them. Without that (NORMAL) what is committed is in the log all the same, in order, and
   * the disk has it with the next commit that waits. Not within a transaction.
   */
  waitForDisk(isWanted: boolean): void {
    if (this.#waitsForDisk === isWanted) return
    this.#database.exec(`pragma synchronous = ${isWanted ? 'full' : 'normal'}`)
    this.#waitsForDisk = isWanted
  }

  exec(text: string): void {
    this.#database.exec(text)
  }

  run<R>(query: CompiledQuery): QueryResult<R> {
    if (isScript(query)) {
      this.#database.exec(query.sql)
      return { rows: [] }
    }
    const { statement, givesRows } = this.#prepare(query.sql)
    const parameters = query.parameters.map(toSqlite)
    if (givesRows) return { rows: statement.all(...parameters).map((row) => plain<R>(row)) }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #prepare(text: string): { readonly statement: StatementSync; readonly givesRows: boolean } {
    const known = this.#prepared.get(text)
    if (known) {
      this.#prepared.delete(text)
      this.#prepared.set(text, known)
      return known
    }
    const statement = this.#database.prepare(text)
    const fresh = { statement, givesRows: statement.columns().length > 0 }
    this.#prepared.set(text, fresh)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > statementsKept && oldest !== undefined) this.#prepared.delete(oldest)
    return fresh
  }
}

/** A migration: raw text of several statements. Preparing would read the first and silently leave the rest. */
function isScript({ query, sql, parameters }: CompiledQuery): boolean {
  return query.kind === 'RawNode' && parameters.length === 0 && /;\s*\S/.test(sql)
}

/** Rows come without a prototype, which is not equal to the same row of PostgreSQL. */
function plain<R>(row: unknown): R {
  return { ...(row as R) }
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new Error(`SQLite cannot store a value of type ${typeof value}`)
}
