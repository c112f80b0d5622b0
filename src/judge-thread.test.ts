import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { testContext, type TestContext } from '../test/support/context.ts'
import { forEachDatabase } from '../test/support/database.ts'
import { message } from '../test/support/mail-events.ts'
import { fixedClock, second } from './base/clock.ts'
import { orThrow } from './base/refusal.ts'
import { takeEvents } from './core/events/actions.ts'
import { coveringListings } from './core/listings/actions.ts'
import { openDatabase } from './db/open.ts'
import { judgeThread, type JudgeThread } from './judge-thread.ts'
import { parseAddress } from './standards/ip.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))
const { signal } = new AbortController()

async function untilJudged(ctx: TestContext, thread: JudgeThread): Promise<void> {
  while (await thread.judge(ctx, signal));
}

async function takeBurst(ctx: TestContext): Promise<void> {
  const now = ctx.clock.now()
  const events = Array.from({ length: 30 }, (_, nth) =>
    message(ip, now - (30 - nth) * second, { verdict: 'spam' }),
  )
  await takeEvents(ctx, 'mx1', events)
}

forEachDatabase((name, open) => {
  const folders: string[] = []
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  /** A data folder with its database, and a log that is kept. */
  const begun = async () => {
    const data = mkdtempSync(join(tmpdir(), 'postern-judge-'))
    folders.push(data)
    const logged: string[] = []
    const log = (event: string): void => void logged.push(event)
    const first = await open()
    const place = open.placeOf(first)
    if (name === 'SQLite') {
      await first.close()
      for (const end of ['', '-wal', '-shm']) {
        try {
          renameSync(`${place.file}${end}`, join(data, `postern.sqlite${end}`))
        } catch {
          // The log files are gone when it is closed.
        }
      }
    }
    const db = await openDatabase(place.url, { file: join(data, 'postern.sqlite') })
    const ctx = testContext({
      db,
      log: { info: log, warn: log, error: log },
      clock: fixedClock(Date.now()),
    })
    return { ctx, logged, data, config: { data, database: place.url } }
  }

  describe('the judgement in a thread of its own', () => {
    it('lists a burst, wakes whoever waits for the list, and ends when it is told to', async () => {
      const { ctx, logged, config } = await begun()
      const thread = judgeThread({ ctx, config })
      await takeBurst(ctx)
      await untilJudged(ctx, thread)
      const [listing] = await coveringListings(ctx, address)
      assert.deepEqual([listing?.cause, listing?.actor], ['spam', 'system:engine'])
      assert.ok(ctx.woken.includes('feed') && ctx.woken.includes('standings'))
      await thread.close()
      assert.equal(await thread.judge(ctx, signal), false)
      assert.deepEqual(logged, ['engine.thread-started'])
      await ctx.db.close()
    })

    it('writes in turn with the main thread', async () => {
      const { ctx, config } = await begun()
      const thread = judgeThread({ ctx, config })
      const takings = Array.from({ length: 20 }, async () => await takeBurst(ctx))
      const spending = Array.from(
        { length: 50 },
        async (_, nth) =>
          await ctx.db.transaction(async (queries) => {
            await queries
              .insertInto('spent_challenges')
              .values({ id: `${nth}`, expires_at: 0 })
              .execute()
          }),
      )
      await untilJudged(ctx, thread)
      await Promise.all([...takings, ...spending])
      await untilJudged(ctx, thread)
      const heads = await ctx.db.queries.selectFrom('heads').select(['name', 'seq']).execute()
      const seqOf = (head: string): number | undefined => heads.find((row) => row.name === head)?.seq
      assert.deepEqual([seqOf('events'), seqOf('judged')], [600, 600])
      await thread.close()
      await ctx.db.close()
    })

    it('is started anew after it has died, and the log says so', async () => {
      const { ctx, logged, data, config } = await begun()
      const thread = judgeThread({ ctx, config })
      // The key file cannot be read.
      mkdirSync(join(data, 'keys', 'master'), { recursive: true })
      await takeBurst(ctx)
      await assert.rejects(thread.judge(ctx, signal), /thread of the judgement has ended/)
      rmdirSync(join(data, 'keys', 'master'))
      await untilJudged(ctx, thread)
      assert.equal((await coveringListings(ctx, address)).length, 1)
      assert.deepEqual(logged, ['engine.thread-started', 'engine.thread-ended', 'engine.thread-started'])
      await thread.close()
      await ctx.db.close()
    })
  })
})
