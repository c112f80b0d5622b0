import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import { migrate, migrationsFolder } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/open.ts'
import { freshPostgres, postgresTemplate } from './postgres.ts'

/** Opens a database of its own with all tables; or, with `sameAs`, another handle to one opened before, as a second process would have. */
export interface OpenDatabase {
  (options?: { readonly sameAs?: Database; readonly empty?: boolean }): Promise<Database>
  /** Where a database is that was opened, for another process. */
  placeOf(db: Database): Place
}

/** The databases that the same tests run on. */
export const databaseNames = ['SQLite', 'PostgreSQL'] as const
export type DatabaseName = (typeof databaseNames)[number]

/** Describes the same tests once for each database. What `open` gave is closed and removed after them. */
export function forEachDatabase(tests: (name: DatabaseName, open: OpenDatabase) => void): void {
  for (const name of databaseNames) {
    describe(name, () => {
      const { open, close } = databases(name)
      after(close)
      tests(name, open)
    })
  }
}

export interface Place {
  readonly url: string
  readonly file: string
}

/** For tests that keep house themselves: `close` ends everything that `open` began. */
export function databases(name: DatabaseName): { readonly open: OpenDatabase; close(): Promise<void> } {
  const places = new WeakMap<Database, Place>()
  const endings: (() => Promise<void>)[] = []
  const openOne = async (
    options: { readonly sameAs?: Database; readonly empty?: boolean } = {},
  ): Promise<Database> => {
    const place = options.sameAs
      ? places.get(options.sameAs)
      : await freshPlace(name, endings, options.empty === true)
    if (!place) throw new Error('sameAs must have been opened by the same `open`')
    const db = await openDatabase(place.url, { file: place.file })
    places.set(db, place)
    endings.push(async () => await db.close())
    return db
  }
  const placeOf = (db: Database): Place => {
    const place = places.get(db)
    if (!place) throw new Error('it was not opened here')
    return place
  }
  const open: OpenDatabase = Object.assign(openOne, { placeOf })
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  return { open, close }
}

async function freshPlace(
  name: DatabaseName,
  endings: (() => Promise<void>)[],
  empty: boolean,
): Promise<Place> {
  if (name === 'SQLite') {
    const folder = mkdtempSync(join(tmpdir(), 'postern-sqlite-'))
    endings.push(async () => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'postern.db')
    if (!empty) writeFileSync(file, await (migratedFile ??= makeMigratedFile()))
    return { url: 'sqlite', file }
  }
  const { url, drop } = await freshPostgres(empty ? undefined : await migratedTemplate())
  endings.push(drop)
  return { url, file: '' }
}

let migratedFile: Promise<Uint8Array> | undefined

/** A database file with all tables, made once in a test process. */
async function makeMigratedFile(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-sqlite-'))
  const file = join(folder, 'postern.db')
  const db = await openDatabase('sqlite', { file })
  await migrate(db, { now: 0 })
  await db.close()
  const octets = readFileSync(file)
  rmSync(folder, { recursive: true })
  return octets
}

/** Copying a database with tables is faster than making them again; its name follows from the migrations. */
async function migratedTemplate(): Promise<string> {
  const folder = migrationsFolder('postgres')
  const key = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  return await postgresTemplate(key.join('\n'), async (url) => {
    const db = await openDatabase(url, { file: '' })
    await migrate(db, { now: 0 })
    await db.close()
  })
}
