import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { allowLongStatements, type Database } from './open.ts'
import type { Tables } from './schema.ts'

/**
 * Migrations are numbered files of plain SQL, one folder per dialect with the same names, never changed once released.
 * One whose first line is `-- breaking` makes the program of before unable to run; all others leave it running.
 */
interface Migration {
  /** `0001-the-gate` */
  readonly name: string
  readonly text: string
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string
  readonly breaking: boolean
}

interface WithMigrations extends Tables {
  migrations: { name: string; checksum: string; breaking: number; applied_at: number }
}

type Queries = Kysely<WithMigrations>

export interface MigrateAnswer {
  /** Names of those applied now. */
  readonly applied: readonly string[]
  /** Names of those a newer program has applied already, none of them breaking. */
  readonly ahead: readonly string[]
}

/** The folder of a dialect, from `src/` and from `dist/src/` alike. */
export function migrationsFolder(dialect: Database['dialect']): string {
  const up = import.meta.dirname.endsWith(join('dist', 'src', 'db')) ? ['..', '..', '..'] : ['..', '..']
  return join(import.meta.dirname, ...up, 'migrations', dialect)
}

/**
 * Brings the tables up to this program. Each migration is one transaction that begins with its own row, so that two
 * programs starting at once do not both run it. Throws when an applied file has changed since, when one is missing
 * between others, or when the database is ahead by a breaking one.
 */
export async function migrate(
  db: Database,
  options: { readonly now: number; readonly folder?: string | undefined },
): Promise<MigrateAnswer> {
  const wanted = await readMigrations(options.folder ?? migrationsFolder(db.dialect))
  await makeTable(db)
  const ahead = await readAhead(db, wanted)
  const applied: string[] = []
  for (const migration of wanted) {
    if (await apply(db, migration, options.now)) applied.push(migration.name)
  }
  return { applied, ahead }
}

/** Names of migrations that this program has and the database does not; throws as `migrate` does. */
export async function pendingMigrations(
  db: Database,
  folder = migrationsFolder(db.dialect),
): Promise<readonly string[]> {
  const wanted = await readMigrations(folder)
  await makeTable(db)
  await readAhead(db, wanted)
  const done = await readApplied(db)
  return wanted
    .filter((migration) => !done.some(({ name }) => name === migration.name))
    .map(({ name }) => name)
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return await Promise.all(
    files.map(async (file, index) => {
      const name = file.slice(0, -'.sql'.length)
      if (!name.startsWith(`${String(index + 1).padStart(4, '0')}-`)) {
        throw new Error(
          `migration ${join(folder, file)} is out of line: number ${index + 1} is expected here`,
        )
      }
      const text = await readFile(join(folder, file), 'utf8')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { name, text, checksum, breaking: text.startsWith('-- breaking') }
    }),
  )
}

async function makeTable(db: Database): Promise<void> {
  const moment = sql.raw(db.dialect === 'sqlite' ? 'integer' : 'bigint')
  const options = sql.raw(db.dialect === 'sqlite' ? ' strict' : '')
  await db.transaction(async (queries) => {
    // "If not exists" looks before it makes: of two programs starting at once on PostgreSQL one could fail.
    if (db.dialect === 'postgres')
      await sql`select pg_advisory_xact_lock(hashtext('postern migrations'))`.execute(queries)
    await sql`create table if not exists migrations (
      name text not null primary key,
      checksum text not null,
      breaking integer not null,
      applied_at ${moment} not null
    )${options}`.execute(queries)
  })
}

/** Whether it was applied now; false when it had been before. */
async function apply(db: Database, migration: Migration, now: number): Promise<boolean> {
  const { name, checksum, text } = migration
  return await db.transaction(async (plain) => {
    const queries = withMigrations(plain)
    await allowLongStatements(db, plain)
    // The row first: a second program waits here for the first one's commit, and then finds the work done.
    const { numInsertedOrUpdatedRows } = await queries
      .insertInto('migrations')
      .values({ name, checksum, breaking: migration.breaking ? 1 : 0, applied_at: now })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 0n) {
      await checkApplied(queries, migration)
      return false
    }
    await checkNothingLater(queries, name)
    await sql.raw(text).execute(queries)
    return true
  })
}

async function checkApplied(queries: Queries, migration: Migration): Promise<void> {
  const { checksum } = await queries
    .selectFrom('migrations')
    .select('checksum')
    .where('name', '=', migration.name)
    .executeTakeFirstOrThrow()
  if (checksum === migration.checksum) return
  throw new Error(
    `migration ${migration.name} was changed after it had been applied to this database (SHA-256 ${checksum} then, ` +
      `${migration.checksum} now). Released migrations are never changed: put the file back and write a new one.`,
  )
}

async function checkNothingLater(queries: Queries, name: string): Promise<void> {
  const later = await queries
    .selectFrom('migrations')
    .select('name')
    .where('name', '>', name)
    .executeTakeFirst()
  if (!later) return
  throw new Error(
    `this database has migration ${later.name} but not ${name}: it was made by another line of this program. ` +
      'Use the program that made it, or restore a backup.',
  )
}

/** What the database has and this program does not know; throws when one of them is breaking. */
async function readAhead(db: Database, wanted: readonly Migration[]): Promise<readonly string[]> {
  const ahead = (await readApplied(db)).filter(
    ({ name }) => !wanted.some((migration) => migration.name === name),
  )
  const breaking = ahead.find((row) => row.breaking === 1)
  if (!breaking) return ahead.map(({ name }) => name)
  throw new Error(
    `the database is ahead of this program: a newer one has applied ${breaking.name}, after which this one must not run. ` +
      'Install the newer program again, or restore the backup from before the upgrade.',
  )
}

async function readApplied(
  db: Database,
): Promise<readonly { readonly name: string; readonly breaking: number }[]> {
  return await withMigrations(db.queries)
    .selectFrom('migrations')
    .select(['name', 'breaking'])
    .orderBy('name')
    .execute()
}

function withMigrations(queries: Kysely<Tables>): Queries {
  return queries.withTables<{ migrations: WithMigrations['migrations'] }>()
}
