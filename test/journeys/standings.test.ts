import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { EngineMode } from '../../src/access/standing.ts'
import type { Context } from '../../src/core/context.ts'
import { decisionsAbout, type Decision } from '../../src/core/decisions/actions.ts'
import { beginEpoch } from '../../src/core/edges/actions.ts'
import { confirmStandings, putStandings } from '../../src/core/standings/actions.ts'
import type { RunningEdge } from '../../src/edge/edge.ts'
import { startFeed } from '../../src/feed/server.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { testContext, testSettings } from '../support/context.ts'
import { databases } from '../support/database.ts'
import { askPolicy, startTestEdge, testFolder, until } from '../support/edge.ts'

const sender = '192.0.2.45'

interface House {
  readonly ctx: Context
  readonly edge: RunningEdge
  ask(attributes?: Readonly<Record<string, string>>): Promise<string>
  /** What core knows of the sender's refusals, once there are so many. */
  recorded(count: number): Promise<readonly Decision[]>
}

/** A core with its feed and an edge that follows it, both real. */
async function house(test: Test, mode: EngineMode = 'enforce'): Promise<House> {
  const folder = testFolder(test)
  const sqlite = databases('SQLite')
  test.after(sqlite.close)
  const ctx: Context = {
    ...testContext({
      db: await sqlite.open(),
      settings: testSettings({ reputation: { ...testSettings().reputation, mode } }),
    }),
    clock: systemClock(),
  }
  await beginEpoch(ctx)
  const feed = await startFeed(ctx, { path: join(folder, 'feed.sock') })
  test.after(async () => await feed.close())
  const edge = await startTestEdge(test, folder)
  await until(() => edge.state.isConnected, 'the edge connects')
  let message = 0
  return {
    ctx,
    edge,
    ask: async (attributes = {}) =>
      await askPolicy(edge.policy, { client_address: sender, instance: `m${message++}`, ...attributes }),
    recorded: async (count) => {
      let found: readonly Decision[] = []
      await untilAsync(async () => {
        found = await decisionsAbout(ctx, orThrow(parseListable(sender)), 50)
        return found.length >= count
      })
      return found
    },
  }
}

async function untilAsync(is: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await is()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('did not come about')
}

describe('What core says of a sender that is not listed', () => {
  it('is held to at the policy door within a moment, and recorded with a case link', async (test) => {
    const { ctx, edge, ask, recorded } = await house(test)
    assert.equal(await ask(), 'DUNNO')
    await putStandings(ctx, [
      { key: `${sender}/32`, standing: { kind: 'hourly', perHour: 2, reason: 'suspicious' } },
    ])
    await confirmStandings(ctx, ctx.clock.now())
    await until(() => edge.state.standings.isHeld(ctx.clock.now()), 'the standing arrives')
    assert.deepEqual([await ask(), await ask()], ['DUNNO', 'DUNNO'])
    const line = await ask()
    assert.match(
      line,
      /^451 4\.7\.550 .*\[192\.0\.2\.45\].* https:\/\/postmaster\.provider\.example\/c\/\S+ \(PSN550\)$/,
    )
    assert.equal(await ask({ recipient: 'postmaster@provider.example' }), 'DUNNO')
    const [record] = await recorded(1)
    assert.deepEqual(
      [record?.reason, record?.code, record?.mode, record?.listing],
      ['suspicious', 451, 'enforce', null],
    )
    await putStandings(ctx, [{ key: `${sender}/32`, standing: { kind: 'free' } }])
    await until(
      () => edge.state.standings.of({ family: 4, words: [0xc000022d, 0, 0, 0] }, null).kind === 'free',
      'the change arrives',
    )
    assert.equal(await ask(), 'DUNNO')
  })

  it('is only recorded while the engine observes', async (test) => {
    const { ctx, edge, ask, recorded } = await house(test, 'observe')
    await putStandings(ctx, [
      { key: `${sender}/32`, standing: { kind: 'hourly', perHour: 1, reason: 'new-sender' } },
    ])
    await confirmStandings(ctx, ctx.clock.now())
    await until(() => edge.state.standings.isHeld(ctx.clock.now()), 'the standing arrives')
    assert.deepEqual([await ask(), await ask(), await ask()], ['DUNNO', 'DUNNO', 'DUNNO'])
    const [record] = await recorded(1)
    assert.deepEqual([record?.reason, record?.mode], ['new-sender', 'observe'])
  })
})
