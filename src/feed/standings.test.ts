import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { hour, minute } from '../base/clock.ts'
import { orThrow } from '../base/refusal.ts'
import type { EngineMode, Standing } from '../access/standing.ts'
import { as, transact, type Context } from '../core/context.ts'
import { beginEpoch, feedHead } from '../core/edges/actions.ts'
import { addListing } from '../core/listings/actions.ts'
import { degradeByEngine, listByEngine } from '../core/listings/engine-actions.ts'
import { settleEngineMode } from '../core/listings/mode-actions.ts'
import { noteTurn } from '../core/reputation/brake-actions.ts'
import { tuningWith } from '../core/reputation/tuning.ts'
import { confirmStandings, putStandings } from '../core/standings/actions.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseListable } from '../standards/prefix.ts'
import { testContext, testSettings, testStart } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { FeedEdge } from '../../test/support/feed-edge.ts'
import { startFeed, type FeedServer } from './server.ts'

const slow: Standing = { kind: 'hourly', perHour: 5, reason: 'suspicious' }
const sender = orThrow(parseListable('192.0.2.45'))
const address = orThrow(parseAddress('192.0.2.45'))

const folder = mkdtempSync(join(tmpdir(), 'postern-standings-'))
const sqlite = databases('SQLite')
const servers: FeedServer[] = []
after(async () => {
  for (const server of servers) await server.close()
  await sqlite.close()
  rmSync(folder, { recursive: true, force: true })
})

async function core(mode: EngineMode = 'enforce'): Promise<{ readonly ctx: Context; readonly path: string }> {
  const settings = testSettings({ reputation: { ...testSettings().reputation, mode } })
  const ctx = testContext({ db: await sqlite.open(), settings })
  await beginEpoch(ctx)
  const path = join(folder, `${servers.length}.sock`)
  servers.push(await startFeed(ctx, { path }))
  return { ctx, path }
}

async function greet(path: string, takes: readonly string[] = ['standings']): Promise<FeedEdge> {
  const edge = await FeedEdge.connect(path)
  edge.hello('mx1', { epoch: '', seq: 0 }, takes)
  await edge.next('snapshot')
  return edge
}

async function listAsEngine(ctx: Context): Promise<void> {
  const wish = {
    prefix: sender,
    cause: 'spam',
    class: 'self-service',
    endsAt: testStart + 60 * minute,
    evidence: [],
  } as const
  await transact(as(ctx, { kind: 'system', name: 'engine' }), async (tx) => await listByEngine(tx, wish))
}

describe('Standings on the feed', () => {
  it('come whole to an edge that connects, in frames of a thousand, and then as they change', async () => {
    const { ctx, path } = await core('defer')
    await putStandings(
      ctx,
      Array.from({ length: 2500 }, (_unused, nth) => ({
        key: `198.51.${nth >> 8}.${nth & 255}/32`,
        standing: slow,
      })),
    )
    await putStandings(ctx, [{ key: '198.51.0.7/32', standing: null }])
    await confirmStandings(ctx, testStart)
    const edge = await greet(path)
    const frames = [await edge.next('standings'), await edge.next('standings'), await edge.next('standings')]
    assert.deepEqual(
      frames.map(({ whole, more, entries }) => [whole, more, entries.length]),
      [
        [true, true, 1000],
        [false, true, 1000],
        [false, false, 499],
      ],
    )
    assert.deepEqual([frames[2]?.at, frames[2]?.mode, frames[2]?.seq], [testStart, 'defer', 2501])
    const { newBudget, greyHours, stormAttempts } = tuningWith()
    assert.deepEqual(frames[0]?.rules, {
      newPerHour: newBudget,
      greyKeptMs: greyHours * hour,
      stormAttempts,
      recipientsPerMessage: 20,
    })
    await putStandings(ctx, [{ key: '198.51.0.8/32', standing: null }])
    const change = await edge.next('standings')
    assert.deepEqual([change.whole, change.entries], [false, [['198.51.0.8/32', null]]])
    edge.end()
  })

  it('are confirmed as time goes on, though nothing changes', async () => {
    const { ctx, path } = await core()
    const edge = await greet(path)
    assert.equal((await edge.next('standings')).at, 0)
    await confirmStandings(ctx, testStart + minute)
    const { at, entries } = await edge.next('standings')
    assert.deepEqual([at, entries], [testStart + minute, []])
    edge.end()
  })

  it('say at once when our filter is doubted, and when it is believed again', async () => {
    const { ctx, path } = await core()
    const edge = await greet(path)
    assert.equal((await edge.next('standings')).doubted, undefined)
    const braked = { rule: 'spam', since: testStart, why: 'filter', again: 0 } as const
    for (const isOn of [true, false]) {
      const turn = { isOn, braked, count: 20, usual: 0 }
      await transact(ctx, async (tx) => await noteTurn(tx, turn, isOn ? [braked] : []))
      assert.equal((await edge.next('standings')).doubted, isOn ? true : undefined)
    }
    edge.end()
  })

  it('do not go to an edge that does not know them', async () => {
    const { ctx, path } = await core()
    await putStandings(ctx, [{ key: 'kind none', standing: slow }])
    const edge = await greet(path, [])
    await addListing(ctx, { prefix: sender, cause: 'spam' })
    await edge.next('change')
    assert.equal(edge.came.standings, undefined)
    edge.end()
  })
})

describe('What the engine lists', () => {
  const effects = { observe: 'observe', defer: 'defer', enforce: 'refuse' } as const
  for (const mode of ['observe', 'defer', 'enforce'] as const) {
    it(`goes to the edges as far as the mode ${mode} lets it act, in changes and in the table`, async () => {
      const { ctx, path } = await core(mode)
      const early = await greet(path)
      await listAsEngine(ctx)
      await early.reaches((await feedHead(ctx)).seq)
      const late = await greet(path)
      for (const edge of [early, late]) {
        assert.equal(edge.table.now.find(address, testStart)?.effect, effects[mode])
        edge.end()
      }
    })
  }

  it('is left out for an edge that knows only what refuses or passes', async () => {
    const { ctx, path } = await core('observe')
    const early = await greet(path, [])
    await listAsEngine(ctx)
    await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.46')), cause: 'spam' })
    await early.reaches((await feedHead(ctx)).seq)
    const late = await greet(path, [])
    for (const edge of [early, late]) {
      assert.equal(edge.table.now.size, 1)
      edge.end()
    }
  })

  for (const [takes, effect] of [
    [['standings', 'reverse-name', 'delay'], 'delay'],
    [['standings', 'reverse-name'], 'defer'],
  ] as const) {
    it(`is put off by ${effect} while its brake is on by an edge that takes ${takes.join(', ')}`, async () => {
      const { ctx, path } = await core()
      const early = await greet(path, takes)
      await listAsEngine(ctx)
      const engine = as(ctx, { kind: 'system', name: 'engine' })
      await transact(engine, async (tx) => await degradeByEngine(tx, sender, true))
      await early.reaches((await feedHead(ctx)).seq)
      assert.equal(early.table.now.find(address, testStart)?.effect, effect)
      early.end()
      const late = await greet(path, takes)
      assert.equal(late.table.now.find(address, testStart)?.effect, effect)
      late.end()
    })
  }

  it('is fetched anew by the edges when the mode has been changed', async () => {
    const { ctx, path } = await core('observe')
    await settleEngineMode(ctx)
    await listAsEngine(ctx)
    const edge = await greet(path)
    await settleEngineMode(ctx)
    assert.equal(edge.table.now.find(address, testStart)?.effect, 'observe')
    const reputation = { ...ctx.settings.reputation, mode: 'enforce' } as const
    const changed: Context = { ...ctx, settings: { ...ctx.settings, reputation } }
    const again = join(folder, 'again.sock')
    servers.push(await startFeed(changed, { path: again }))
    const before = await feedHead(ctx)
    await settleEngineMode(changed)
    assert.equal((await feedHead(ctx)).seq, before.seq + 1)
    const next = await FeedEdge.connect(again)
    next.hello('mx1', before, ['standings'])
    await next.next('snapshot')
    assert.equal(next.table.now.find(address, testStart)?.effect, 'refuse')
    for (const each of [edge, next]) each.end()
  })

  it('acts at once when a person lists it again, whatever the mode', async () => {
    const { ctx, path } = await core('observe')
    await listAsEngine(ctx)
    await addListing(as(ctx, { kind: 'operator', name: 'ada', roles: ['list-operator'] }), {
      prefix: sender,
      cause: 'spam',
    })
    const edge = await greet(path)
    assert.equal(edge.table.now.find(address, testStart)?.effect, 'refuse')
    edge.end()
  })
})
