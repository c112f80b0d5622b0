import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startInstance, type Instance, type InstanceOptions } from '../support/instance.ts'
import { freshPostgres } from '../support/postgres.ts'
import { openRows, type Rows } from './rows.ts'

/** Gives `work` a Postern over a database of its own, and its rows; when that fails, what the Postern warned of last is shown. */
export async function onDatabase(
  t: TestContext,
  database: 'SQLite' | 'PostgreSQL',
  options: Omit<InstanceOptions, 'database'>,
  work: (postern: Instance, rows: Rows) => Promise<void>,
): Promise<void> {
  const postgres = database === 'PostgreSQL' ? await freshPostgres() : undefined
  const postern = await startInstance({ ...options, ...(postgres ? { database: postgres.url } : {}) })
  try {
    const rows = await openRows(postgres?.url ?? join(postern.folder, 'data', 'postern.sqlite'))
    try {
      await work(postern, rows)
    } finally {
      await rows.close()
    }
  } catch (error) {
    t.diagnostic(lastWarnings(postern))
    throw error
  } finally {
    await postern.stop()
    await postgres?.drop()
  }
}

function lastWarnings(postern: Instance): string {
  return postern
    .log()
    .split('\n')
    .filter((line) => /"level":"(?:error|warn)"/.test(line))
    .slice(-15)
    .join('\n')
}
