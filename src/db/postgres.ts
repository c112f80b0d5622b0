import {
  PostgresDialect,
  PostgresDriver,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type PostgresDialectConfig,
  type QueryResult,
} from 'kysely'
import pg from 'pg'
import { Refusal } from '../base/refusal.ts'

/** Kysely over `pg`: a pool of at most twenty connections, eight-byte numbers as numbers, and no statement without an end. */
export function postgresDialect(url: string, guard: () => void): Dialect {
  return new GuardedDialect({ pool: openPool(url) }, guard)
}

/** Serialisation failure, deadlock, or a lock not had in time: the same work may succeed at the next try. */
export function isPostgresConflict(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(sqlState(error))
}

/** Somebody else has just put in a row of the same unique key; run again, the work will find it. */
export function isTwin(error: unknown): boolean {
  return sqlState(error) === '23505'
}

export function isPostgresFull(error: unknown): boolean {
  return sqlState(error) === '53100'
}

/**
 * The server is stopping, starting, or a standby that only reads (classes 57P and 25006), or the connection to it broke
 * (class 08; `pg`'s own words; the system's codes). What was under way may have been committed or not.
 */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    /^(?:57P0[1-5]|25006|08...|ECONN.*|EPIPE|ENOENT|ETIMEDOUT)$/.test(sqlState(error)) ||
    /^Connection terminated|connection error and is not queryable|^timeout exceeded/.test(error.message)
  )
}

/** A statement that took longer than it may. */
function isTooSlow(error: unknown): boolean {
  return sqlState(error) === '57014'
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const int8 = 20
const numeric = 1700

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'postern',
    max: 20,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types: {
      // Times in milliseconds, counts and sums stay far below 2^53.
      getTypeParser: (type: number, format?: 'text' | 'binary'): ((value: string) => unknown) =>
        type === int8 || type === numeric
          ? Number
          : (pg.types.getTypeParser(type, format) as (value: string) => unknown),
    },
  })
  // A connection that breaks while idle leaves the pool by itself; the next query opens another or says why it cannot.
  pool.on('error', () => {})
  // One that breaks while it is lent tells its query; without a listener of its own it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

class GuardedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig
  readonly #guard: () => void

  constructor(config: PostgresDialectConfig, guard: () => void) {
    super(config)
    this.#config = config
    this.#guard = guard
  }

  override createDriver(): Driver {
    return new GuardedDriver(this.#config, this.#guard)
  }
}

class GuardedDriver extends PostgresDriver {
  readonly #guard: () => void
  readonly #taught = new WeakSet<DatabaseConnection>()

  constructor(config: PostgresDialectConfig, guard: () => void) {
    super(config)
    this.#guard = guard
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#guard()
    try {
      return this.#speaking(await super.acquireConnection())
    } catch (error) {
      throw refusal('database.away', error)
    }
  }

  /** The connection, once it has learned to say in our words that the server is away. */
  #speaking(connection: DatabaseConnection): DatabaseConnection {
    if (this.#taught.has(connection)) return connection
    this.#taught.add(connection)
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      try {
        return await execute<R>(query)
      } catch (error) {
        if (isAway(error)) throw refusal('database.away', error)
        throw isTooSlow(error) ? refusal('database.busy', error) : error
      }
    }
    return connection
  }
}

function refusal(code: 'database.away' | 'database.busy', cause: unknown): Refusal {
  const answer = new Refusal(code)
  answer.cause = cause
  return answer
}
