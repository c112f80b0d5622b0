import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { migrate } from './migrate.ts'
import { openDatabase, type Database } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-sqlite-'))
after(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'postern.sqlite')

/** Whether this process holds a lock on the file, as other programs see it. */
function isLocked(): boolean {
  const locks = readFileSync('/proc/locks', 'latin1').split('\n')
  return locks.some((line) => line.includes(` ${process.pid} `) && line.includes(`:${statSync(file).ino} `))
}

async function look({ queries }: Database): Promise<void> {
  await queries.selectFrom('heads').select('seq').execute()
}

describe('The embedded database', () => {
  it('stays locked when it is opened once more in the process, as the thread that judges does', async () => {
    const core = await openDatabase('sqlite', { file })
    await migrate(core, { now: 0 })
    assert.ok(isLocked())
    const judge = await openDatabase('sqlite', { file })
    await look(judge)
    // Without it the sqlite3 of Debian 12 takes the write-ahead log along when it leaves, with what was written meanwhile.
    assert.ok(isLocked())
    await judge.close()
    assert.ok(isLocked())
    await core.close()
  })

  it('is made for its owner only', () => {
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })
})
