import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, sql, type Dialect } from 'kysely'
import { Refusal } from '../base/refusal.ts'
import type { NewMailEvent } from './append.ts'
import { appendRows } from './postgres-append.ts'
import { isPostgresConflict, isPostgresFull, isTwin, postgresDialect } from './postgres.ts'
import { openSqlite, isSqliteConflict, isSqliteFull } from './sqlite.ts'
import type { Tables } from './schema.ts'
import { together } from './together.ts'

/** One database: a file of SQLite or a server of PostgreSQL, with the same tables. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres'
  /** Statements outside of transactions, each for itself. Reading sees what is committed and waits for nobody. */
  readonly queries: Kysely<Tables>
  /**
   * Runs `work` in one transaction; what it throws rolls everything back. After a conflict it runs again, at most
   * five times in all; then `database.busy` is thrown. It must not await the network, nor use `queries` of the outside.
   */
  transaction<T>(work: (queries: Kysely<Tables>) => Promise<T>, option?: LazyOption): Promise<T>
  /**
   * The same for short work of which much comes at once, and which bears being done twice: what waits meanwhile shares the next transaction,
   * and with it one turn of the disk. Each is undone by itself.
   */
  together<T>(work: (queries: Kysely<Tables>) => Promise<T>): Promise<T>
  /**
   * Keeps mail events, each once per source, in the order given; gives how many were new, when all are durable. Not within a transaction:
   * it is one of its own, which events of others may share.
   */
  appendEvents(rows: readonly NewMailEvent[]): Promise<number>
  /** Of the embedded database: what the thread that judges opens the same file with, and the way to forget it when it has ended. */
  readonly beside?: { readonly pen: SharedArrayBuffer; forget(): void } | undefined
  close(): Promise<void>
}

/**
 * `isLazy`: what is written outlives the process and may be lost with the machine's power, as a whole and with everything lazy after it;
 * any later transaction that is not lazy makes it durable too. For what nobody is told of: the disk is not waited for, neither by
 * this one nor by the others who want to write.
 */
export interface LazyOption {
  readonly isLazy?: boolean | undefined
}

/** A compare-and-swap that hit nothing: somebody else was faster. The transaction runs again. */
export class Conflict extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Conflict'
  }
}

/** Runs of one transaction before it gives up. */
const tries = 5

/**
 * Opens the database that `url` names: `sqlite` (then `file` is it, made when missing) or `postgres://…`.
 * Tables are made by `migrate`. `pen`: that of the main thread (`beside`), in the thread that judges.
 */
export async function openDatabase(
  url: string,
  options: { readonly file: string; readonly pen?: SharedArrayBuffer | undefined },
): Promise<Database> {
  const sqlite = url === 'sqlite'
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const guard = (): void => {
    if (inside.getStore()?.open)
      throw new Error('a query of the outside within a transaction: use the queries of the transaction')
  }
  const laziness = new AsyncLocalStorage<boolean>()
  const isLazy = (): boolean => laziness.getStore() === true
  const embedded = sqlite ? openSqlite(options.file, { guard, isLazy }, options.pen) : undefined
  const dialect: Dialect = embedded?.dialect ?? postgresDialect(url, guard)
  const queries = new Kysely<Tables>({ dialect })
  const transaction: Database['transaction'] = async (work, { isLazy: isToBe = false } = {}) =>
    await laziness.run(
      isToBe,
      async () =>
        await withRetries(async () => await once(queries, inside, !sqlite && isToBe ? lazily(work) : work)),
    )
  return {
    dialect: sqlite ? 'sqlite' : 'postgres',
    queries,
    transaction,
    together: together(transaction),
    appendEvents: async (rows) => {
      guard()
      if (rows.length === 0) return 0
      if (!embedded) return await transaction(async (inTransaction) => await appendRows(inTransaction, rows))
      return await withRetries(async () => await embedded.events.append(rows))
    },
    beside: embedded && { pen: embedded.pen.memory, forget: () => embedded.pen.forget('judge') },
    close: async () => {
      await embedded?.events.close()
      await queries.destroy()
    },
  }
}

/** For statements over a million rows: PostgreSQL's limits of time do not hold for the rest of this transaction. */
export async function allowLongStatements(db: Database, queries: Kysely<Tables>): Promise<void> {
  if (db.dialect === 'sqlite') return
  await sql`set local statement_timeout = 0`.execute(queries)
  await sql`set local lock_timeout = 0`.execute(queries)
}

/** Committed without waiting for the disk (PostgreSQL, "Asynchronous Commit"). */
function lazily<T>(work: (queries: Kysely<Tables>) => Promise<T>): (queries: Kysely<Tables>) => Promise<T> {
  return async (queries) => {
    await sql`set local synchronous_commit = off`.execute(queries)
    return await work(queries)
  }
}

async function once<T>(
  queries: Kysely<Tables>,
  inside: AsyncLocalStorage<{ open: boolean }>,
  work: (queries: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return await queries
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      const mark = { open: true }
      try {
        return await inside.run(mark, work, transaction)
      } finally {
        mark.open = false
      }
    })
}

async function withRetries<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (isSqliteFull(error) || isPostgresFull(error)) throw refusal('disk.full', error)
      const conflict = error instanceof Conflict || isSqliteConflict(error) || isPostgresConflict(error)
      if (!conflict && !isTwin(error)) throw error
      if (attempt === tries) throw conflict ? refusal('database.busy', error) : error
      // Those who collided once should not start again in step.
      await sleep(Math.random() * 8 * 2 ** attempt)
    }
  }
}

function refusal(code: 'database.busy' | 'disk.full', cause: unknown): Refusal {
  const answer = new Refusal(code)
  answer.cause = cause
  return answer
}
