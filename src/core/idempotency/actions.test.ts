import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { Refusal } from '../../base/refusal.ts'
import { as } from '../context.ts'
import { onceOnly } from './actions.ts'

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
})
