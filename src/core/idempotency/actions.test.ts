import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { Refusal } from '../../base/refusal.ts'
import { as } from '../context.ts'
import { forgetUnanswered, onceOnly } from './actions.ts'

forEachDatabase((_name, open) => {
  it('A creating request runs once for its key and asker, and its answer is not readable in the database', async () => {
    const ctx = testContext({ db: await open() })
    let runs = 0
    const run = async (): Promise<{ readonly status: number; readonly body: string }> => ({
      status: 202,
      body: JSON.stringify({ run: ++runs, secret: 'canary-of-the-answer' }),
    })
    const first = await onceOnly(ctx, 'key', 'request', run)
    assert.deepEqual(await onceOnly(ctx, 'key', 'request', run), first)
    assert.equal(runs, 1)
    const rows = await ctx.db.queries.selectFrom('idempotent_answers').selectAll().execute()
    assert.equal(rows.length, 1)
    assert.doesNotMatch(JSON.stringify(rows), /canary/)
    await assert.rejects(onceOnly(ctx, 'key', 'another', run), new Refusal('idempotency.mismatch'))
    const other = as(ctx, { kind: 'visitor', client: '198.51.100.7/32' })
    assert.notDeepEqual(await onceOnly(other, 'key', 'request', run), first)
    await onceOnly(ctx, undefined, 'request', run)
    assert.equal(runs, 3)
  })

  it('A creating request that is asked again while it runs gets the answer of the first, and runs once', async () => {
    const ctx = testContext({ db: await open() })
    let runs = 0
    const run = async (): Promise<{ readonly status: number; readonly body: string }> => {
      const body = String(++runs)
      await new Promise((resolve) => setTimeout(resolve, 60))
      return { status: 201, body }
    }
    const ask = async () => await onceOnly(ctx, 'key', 'request', run)
    const answers = await Promise.all([ask(), ask(), ask()])
    assert.deepEqual(answers, Array(3).fill({ status: 201, body: '1' }))
    const slow = onceOnly(ctx, 'another key', 'request', run)
    // Once it runs it has the key; before that either of the two could be first.
    while (runs < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await assert.rejects(
      onceOnly(ctx, 'another key', 'other request', run),
      new Refusal('idempotency.mismatch'),
    )
    await slow
    assert.equal(runs, 2)
  })

  it('A creating request may be tried again when it was refused, and when it died on the way', async () => {
    const ctx = testContext({ db: await open() })
    const refused = new Refusal('limit.exceeded')
    const refuse = async (): Promise<never> => await Promise.reject(refused)
    await assert.rejects(onceOnly(ctx, 'key', 'request', refuse), refused)
    const answer = { status: 201, body: 'made' }
    assert.deepEqual(await onceOnly(ctx, 'key', 'request', async () => await Promise.resolve(answer)), answer)
    void onceOnly(ctx, 'dead', 'request', async () => await new Promise(() => {}))
    await new Promise((resolve) => setTimeout(resolve, 20))
    ctx.clock.advance(61_000)
    assert.deepEqual(
      await onceOnly(ctx, 'dead', 'request', async () => await Promise.resolve(answer)),
      answer,
    )
    assert.deepEqual(await onceOnly(ctx, 'dead', 'request', refuse), answer)
  })

  it('A creating request that a killed core had begun may be tried again once that core has started anew', async () => {
    const db = await open()
    const ctx = testContext({ db, core: 'a' })
    const other = testContext({ db, core: 'b', clock: ctx.clock })
    const answer = { status: 201, body: 'made' }
    const run = async (): Promise<typeof answer> => await Promise.resolve(answer)
    const hang = async (): Promise<never> => await new Promise(() => {})
    await onceOnly(ctx, 'answered', 'request', run)
    void onceOnly(ctx, 'dead', 'request', hang)
    void onceOnly(other, 'runs elsewhere', 'request', hang)
    const kept = async (): Promise<number> =>
      (await db.queries.selectFrom('idempotent_answers').select('key').execute()).length
    while ((await kept()) < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    await forgetUnanswered(ctx)
    assert.equal(await kept(), 2)
    let runs = 0
    const again = async (): Promise<typeof answer> => {
      runs++
      return await run()
    }
    assert.deepEqual(await onceOnly(ctx, 'dead', 'request', again), answer)
    assert.deepEqual(await onceOnly(ctx, 'answered', 'request', again), answer)
    assert.equal(runs, 1)
  })
})
