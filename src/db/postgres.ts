import {
  PostgresDialect,
  PostgresDriver,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type PostgresDialectConfig,
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

  constructor(config: PostgresDialectConfig, guard: () => void) {
    super(config)
    this.#guard = guard
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#guard()
    try {
      return await super.acquireConnection()
    } catch (error) {
      const refusal = new Refusal('database.busy')
      refusal.cause = error
      throw refusal
    }
  }
}
