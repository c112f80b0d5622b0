import { strict as assert } from 'node:assert'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it, type TestContext as Test } from 'node:test'
import { hour, systemClock } from '../../src/base/clock.ts'
import { beginEpoch } from '../../src/core/edges/actions.ts'
import type { Context } from '../../src/core/context.ts'
import { confirmStandings, putStandings } from '../../src/core/standings/actions.ts'
import type { RunningEdge } from '../../src/edge/edge.ts'
import { startFeed } from '../../src/feed/server.ts'
import { testContext } from '../support/context.ts'
import { databases } from '../support/database.ts'
import { askPolicy, startTestEdge, testFolder, until } from '../support/edge.ts'

const sender = '192.0.2.45'
const address = { family: 4, words: [0xc000022d, 0, 0, 0] } as const
const budget = 12

interface House {
  readonly edges: readonly RunningEdge[]
  /** Asks one edge about the first recipient of a new message. */
  ask(edge: number, attributes?: Readonly<Record<string, string>>): Promise<string>
}

/** One core and three edges that follow it, all real; the sender may send twelve messages an hour. */
async function house(test: Test): Promise<House> {
  const folder = testFolder(test)
  const sqlite = databases('SQLite')
  test.after(sqlite.close)
  const ctx: Context = { ...testContext({ db: await sqlite.open() }), clock: systemClock() }
  await beginEpoch(ctx)
  const path = join(folder, 'feed.sock')
  const feed = await startFeed(ctx, { path })
  test.after(async () => await feed.close())
  const edges: RunningEdge[] = []
  for (const name of ['mx1', 'mx2', 'mx3']) {
    mkdirSync(join(folder, name))
    edges.push(await startTestEdge(test, join(folder, name), { name, feed: { path } }))
  }
  await putStandings(ctx, [
    { key: `${sender}/32`, standing: { kind: 'hourly', perHour: budget, reason: 'suspicious' } },
  ])
  await confirmStandings(ctx, ctx.clock.now())
  for (const { state } of edges)
    await until(
      () => state.standings.isHeld(ctx.clock.now()) && state.standings.of(address, null).kind === 'hourly',
      'the standing arrives',
    )
  let message = 0
  return {
    edges,
    ask: async (edge, attributes = {}) =>
      await askPolicy(edges[edge]?.policy ?? '', {
        client_address: sender,
        instance: `m${message++}`,
        ...attributes,
      }),
  }
}

/** Two edges tell, core tells the third: well within that. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1500))
}

/** A budget fades over the hour; these tests are about what passes within a moment of it. */
const leftMs = hour - (Date.now() % hour)

describe('A budget', () => {
  before(async () => {
    if (leftMs < 20_000) await new Promise((resolve) => setTimeout(resolve, leftMs + 100))
  })

  it('is one for three edges: what two have let through the third does not have', async (test) => {
    const { ask } = await house(test)
    for (let nth = 0; nth < 6; nth++) assert.equal(await ask(0), 'DUNNO')
    await settled()
    for (let nth = 0; nth < 5; nth++) assert.equal(await ask(1), 'DUNNO')
    await settled()
    assert.equal(await ask(2), 'DUNNO', 'the twelfth')
    for (const edge of [0, 1, 2]) {
      await settled()
      assert.match(await ask(edge), /^451 4\.7\.550 /, `the thirteenth, at edge ${edge}`)
    }
  })

  it('is whole at whichever edge a sender goes to, at first and when it changes over', async (test) => {
    const { ask } = await house(test)
    for (let nth = 0; nth < budget; nth++) assert.equal(await ask(1), 'DUNNO', `message ${nth}`)
    assert.match(await ask(1), /^451 /)
    const other = await house(test)
    for (let nth = 0; nth < 4; nth++) assert.equal(await other.ask(0), 'DUNNO')
    await settled()
    for (let nth = 0; nth < 8; nth++) assert.equal(await other.ask(2), 'DUNNO', `message ${nth} after`)
  })

  it('counts the recipients of a message apart, which its first one speaks for', async (test) => {
    const { ask } = await house(test)
    const most = budget * 20
    for (let nth = 0; nth < most + 10; nth++)
      assert.equal(await ask(0, { instance: 'one', recipient: `r${nth}@provider.example` }), 'DUNNO')
    assert.match(await ask(0), /^451 4\.7\.550 /)
  })
})
