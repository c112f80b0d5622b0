/** Writes `migrations/<dialect>.schema.sql` anew after a migration was added; a test compares them with what the migrations make. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseNames, databases } from '../test/support/database.ts'
import { dumpSchema } from '../test/support/schema-dump.ts'

for (const name of databaseNames) {
  const { open, close } = databases(name)
  const db = await open()
  const path = join(import.meta.dirname, '..', 'migrations', `${db.dialect}.schema.sql`)
  writeFileSync(path, await dumpSchema(db))
  process.stdout.write(`${path}\n`)
  await close()
}
