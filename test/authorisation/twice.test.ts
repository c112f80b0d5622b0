import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sql } from 'kysely'
import { orThrow } from '../../src/base/refusal.ts'
import { openCase } from '../../src/core/cases/actions.ts'
import { pageToken } from '../../src/core/cases/page-link.ts'
import { transact } from '../../src/core/context.ts'
import { addToken } from '../../src/core/operators/token-actions.ts'
import { openDatabase, type Database } from '../../src/db/open.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { apiEndpoints } from '../../src/web/api/api.ts'
import { consoleRoutes } from '../../src/web/console/routes.ts'
import { databases } from '../support/database.ts'
import { deedsOf, type Deed } from './console-deeds.ts'
import { addressOf, subjectsOf } from './console-subjects.ts'
import { filledByProgram } from './filled-forms.ts'
import { openHouse, type House } from './house.ts'
import { ask, hireEverybody, type Visitor } from './operators.ts'
import { askSite } from './outsiders.ts'
import { makeThings } from './things.ts'

const { open, close } = databases('SQLite')
const folder = mkdtempSync(join(tmpdir(), 'postern-twice-'))
after(async () => {
  await close()
  rmSync(folder, { recursive: true })
})

/**
 * A form that is sent twice, as by somebody who presses twice or loads the answer again: what has been done is done once. Each is tried in a copy of
 * the same house.
 */
interface Try {
  readonly path: string
  readonly address: string
  readonly deed: Deed
}

let original: House
let admin: Visitor
let file: string
const tries: Try[] = []

before(async () => {
  const db = await open()
  original = openHouse(db)
  admin = (await hireEverybody(original)).find(({ role }) => role === 'admin') ?? assert.fail()
  const things = await makeThings(original)
  await sql`pragma wal_checkpoint(truncate)`.execute(db.queries)
  file = open.placeOf(db).file
  for (const { path } of consoleRoutes.filter(({ safe }) => !safe)) {
    const [subject] = subjectsOf(path, things, 'admin') ?? []
    for (const deed of deedsOf(path, subject?.id ?? '', things) ?? []) {
      const isOther = deed.ofChosen !== undefined && deed.ofChosen !== 'usual'
      if (deed.mayRefuse === true || deed.isWithoutTrace === true || isOther) continue
      tries.push({ path, address: addressOf(path, deed.on ?? subject?.id ?? ''), deed })
    }
  }
})

/** The house as it was, in a database of its own. */
async function copy(nth: number): Promise<{ readonly house: House; readonly db: Database }> {
  const place = join(folder, `${nth}.db`)
  copyFileSync(file, place)
  const db = await openDatabase('sqlite', { file: place })
  const house = openHouse(db)
  house.ctx.clock.advance(original.ctx.clock.now() - house.ctx.clock.now())
  return { house, db }
}

/** Rows of each table. */
async function rowsOf({ ctx }: House): Promise<ReadonlyMap<string, string>> {
  const { queries } = ctx.db
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
    queries,
  )
  const found = new Map<string, string>()
  for (const { name } of tables.rows) {
    const { rows } = await sql`select * from ${sql.table(name)}`.execute(queries)
    found.set(name, JSON.stringify(rows.map((row) => JSON.stringify(row)).toSorted()))
  }
  return found
}

/** Budgets are for whoever asks. */
const beside = ['limit_windows']

/** That somebody asked at all changes these. */
const ofAsking = [...beside, 'tokens', 'spent_challenges', 'idempotent_answers']

/** What may differ after a deed that says so each time: what it is about, and that it was written down. */
const eachTime = ['audit_records', 'heads', 'cases', 'incidents', 'listings', 'feed_changes']

describe('An `Idempotency-Key`', () => {
  const thread = async (house: House, mailbox: string): Promise<string> => {
    const by = {
      role: 'sender',
      mailbox: orThrow(parseMailbox(mailbox)),
      language: 'en',
      says: { channel: 'form', content: { text: `words of ${mailbox}` }, isVerified: true, isSilent: false },
    } as const
    const about = '192.0.2.45/32'
    const { participant } = await transact(
      house.ctx,
      async (tx) => await openCase(tx, { kind: 'mail', about, by }),
    )
    return pageToken(house.ctx, participant.id)
  }
  const key = { 'idempotency-key': 'retry-1' }

  it('of one thing is none of another: the same words in another thread are said there', async () => {
    const house = openHouse(await open())
    const [one, two] = [await thread(house, 'one@sender.example'), await thread(house, 'two@sender.example')]
    const say = async (token: string): Promise<Response> =>
      await askSite(
        house,
        { name: 'x', cookies: new Map() },
        'POST',
        `/api/v1/cases/${token}/messages`,
        { json: { text: 'Any news?' } },
        key,
      )
    const [first, again, other] = [await say(one), await say(one), await say(two)]
    assert.deepEqual([first.status, again.status], [201, 201])
    assert.equal(await first.text(), await again.text())
    assert.equal(other.status, 409, 'a key is for one request')
    assert.doesNotMatch(await other.text(), /one@sender/)
  })

  it('makes once what each endpoint creates, for whoever asked alone', async () => {
    const house = openHouse(await open())
    const { token } = await addToken(house.ctx, { kind: 'api', name: 'one' })
    const { token: another } = await addToken(house.ctx, { kind: 'api', name: 'two' })
    const creating = apiEndpoints.filter(({ creates }) => creates)
    const bodies: Readonly<Record<string, unknown>> = {
      '/delist-requests': {
        ip: '192.0.2.45',
        mailbox: 'ada@sender.example',
        statement: true,
        pow: await house.solved(),
      },
      '/deliverability-forms': {
        ...filledByProgram.deliverability,
        pow: await house.solved(),
      },
      '/warm-up-forms': {
        ...filledByProgram.warmUp,
        pow: await house.solved(),
      },
      '/listings': { ip: '192.0.2.200', reason: 'spam' },
      '/cases/{token}/messages': { text: 'Any news?' },
      '/probes': {},
    }
    const page = await thread(house, 'three@sender.example')
    for (const { path } of creating) {
      const json = bodies[path]
      assert.ok(json !== undefined, `${path} creates something: say what`)
      const send = async (bearer: string, body = json): Promise<Response> =>
        await askSite(
          house,
          { name: 'x', cookies: new Map(), token: bearer },
          'POST',
          `/api/v1${path.replace('{token}', page)}`,
          { json: body },
          key,
        )
      const first = await send(token)
      const made = await first.text()
      assert.ok(first.status < 300, `${path} ${made}`)
      const before = await rowsOf(house)
      assert.equal(await (await send(token)).text(), made, path)
      const after = await rowsOf(house)
      assert.deepEqual(
        [...before.keys()].filter((name) => before.get(name) !== after.get(name)),
        [],
        path,
      )
      assert.equal((await send(token, { ...(json as object), language: 'en' })).status, 409, path)
      const anew = 'pow' in (json as object) ? { pow: await house.solved() } : {}
      const theirs = await send(another, { ...(json as object), ...anew })
      assert.ok(theirs.status < 300, `${path} ${await theirs.text()}`)
      const changed = await rowsOf(house)
      assert.ok(
        [...after.keys()].some((name) => !ofAsking.includes(name) && after.get(name) !== changed.get(name)),
        `${path}: done for another, too`,
      )
      await forget(house)
    }
  })

  /** The same key is for one request; here for one endpoint after the other. */
  async function forget({ ctx }: House): Promise<void> {
    await ctx.db.queries.deleteFrom('idempotent_answers').execute()
  }
})

describe('A form of the console that is sent twice', () => {
  it('does once what it does, unless it says something each time', async (t) => {
    const again: string[] = []
    for (const [nth, { path, address, deed }] of tries.entries()) {
      const { house, db } = await copy(nth)
      const empty = await rowsOf(house)
      const first = await ask(house, admin, address, deed.fields)
      await first.text()
      const one = await rowsOf(house)
      const second = await ask(house, admin, address, deed.fields)
      await second.text()
      const two = await rowsOf(house)
      const differs = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly string[] =>
        [...a.keys()].filter((name) => a.get(name) !== b.get(name) && !beside.includes(name))
      assert.ok(
        first.status < 400 && differs(empty, one).length > 0,
        `${path}, ${deed.name}: ${first.status}`,
      )
      const changed = differs(one, two).filter((name) => deed.isEachTime !== true || !eachTime.includes(name))
      if (changed.length > 0) again.push(`${path}, ${deed.name}: ${second.status} ${changed.join(' ')}`)
      await db.close()
    }
    t.diagnostic(`${tries.length} forms`)
    assert.deepEqual(again, [])
  })
})
