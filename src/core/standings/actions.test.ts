import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { hour, minute } from '../../base/clock.ts'
import type { Standing } from '../../access/standing.ts'
import { testContext, testStart } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { confirmStandings, putStandings, standingsAfter, standingsHead } from './actions.ts'

const free: Standing = { kind: 'free' }
const slow: Standing = { kind: 'hourly', perHour: 5, reason: 'suspicious' }
const grey: Standing = { kind: 'grey', waitMs: 4 * minute, spacingMs: 10 * minute, reason: 'new-sender' }

forEachDatabase((_, open) => {
  it('standings are numbered in the order in which they were said, each key where it was said last', async () => {
    const ctx = testContext({ db: await open() })
    await putStandings(ctx, [
      { key: '192.0.2.45/32', standing: slow },
      { key: '2001:db8::/64', standing: grey },
      { key: 'org example.org', standing: free },
    ])
    await putStandings(ctx, [{ key: '192.0.2.45/32', standing: free }])
    assert.deepEqual(await standingsAfter(ctx, 0, 10), {
      entries: [
        ['2001:db8::/64', grey],
        ['org example.org', free],
        ['192.0.2.45/32', free],
      ],
      seq: 4,
    })
    assert.deepEqual(await standingsAfter(ctx, 0, 1), { entries: [['2001:db8::/64', grey]], seq: 2 })
    assert.deepEqual(await standingsAfter(ctx, 4, 10), { entries: [], seq: 4 })
    assert.deepEqual(ctx.woken, ['standings', 'standings'])
  })

  it('a key that is said twice at once has the later standing', async () => {
    const ctx = testContext({ db: await open() })
    await putStandings(ctx, [
      { key: 'kind none', standing: slow },
      { key: 'kind none', standing: grey },
    ])
    assert.deepEqual((await standingsAfter(ctx, 0, 10)).entries, [['kind none', grey]])
  })

  it('more than one transaction holds are all there', async () => {
    const ctx = testContext({ db: await open() })
    const puts = Array.from({ length: 1203 }, (_unused, nth) => ({
      key: `198.51.${nth >> 8}.${nth & 255}/32`,
      standing: slow,
    }))
    await putStandings(ctx, puts)
    const { entries, seq } = await standingsAfter(ctx, 0, 5000)
    assert.equal(seq, 1203)
    assert.deepEqual(
      entries.map(([key]) => key),
      puts.map(({ key }) => key),
    )
  })

  it('what was dropped is told to those who were there, left out for those who come, and forgotten after an hour', async () => {
    const ctx = testContext({ db: await open() })
    await putStandings(ctx, [
      { key: '192.0.2.45/32', standing: slow },
      { key: '192.0.2.46/32', standing: slow },
    ])
    await confirmStandings(ctx, testStart)
    await putStandings(ctx, [{ key: '192.0.2.45/32', standing: null }])
    assert.deepEqual((await standingsAfter(ctx, 2, 10)).entries, [['192.0.2.45/32', null]])
    assert.deepEqual((await standingsAfter(ctx, 0, 10, 3)).entries, [['192.0.2.46/32', slow]])
    await confirmStandings(ctx, testStart + hour)
    assert.equal((await standingsAfter(ctx, 2, 10)).entries.length, 1)
    await confirmStandings(ctx, testStart + 2 * hour)
    assert.equal((await standingsAfter(ctx, 2, 10)).entries.length, 0)
  })

  it('the confirmed time is kept and never goes back', async () => {
    const ctx = testContext({ db: await open() })
    assert.deepEqual(await standingsHead(ctx), { seq: 0, confirmedAt: 0 })
    await confirmStandings(ctx, testStart)
    await confirmStandings(ctx, testStart - minute)
    assert.deepEqual(await standingsHead(ctx), { seq: 0, confirmedAt: testStart })
  })
})
