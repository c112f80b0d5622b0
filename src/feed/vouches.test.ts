import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { FeedEdge } from '../../test/support/feed-edge.ts'
import { testContext, testSettings, type TestContext } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { refuse } from '../../test/support/refused.ts'
import { orThrow } from '../base/refusal.ts'
import { beginEpoch } from '../core/edges/actions.ts'
import { addListing } from '../core/listings/actions.ts'
import { vouch, withdrawVouch } from '../core/vouches/actions.ts'
import type { Vouch } from '../core/vouches/vouch.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import { parseListable } from '../standards/prefix.ts'
import { startFeed, type FeedServer } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-vouches-'))
const sqlite = databases('SQLite')
const servers: FeedServer[] = []
after(async () => {
  for (const server of servers) await server.close()
  await sqlite.close()
  rmSync(folder, { recursive: true, force: true })
})

const mailbox = orThrow(parseMailbox('ada@provider.example'))
const ada = { id: '0'.repeat(26), mailbox, language: 'en', domains: [] } as const
const modern = ['standings', 'spent', 'reverse-name', 'delay', 'vouches']

async function core(mode: 'on' | 'off' = 'on') {
  const settings = testSettings({ vouches: { ...testSettings().vouches, mode } })
  const ctx = testContext({ db: await sqlite.open(), settings })
  await beginEpoch(ctx)
  const path = join(folder, `${servers.length}.sock`)
  servers.push(await startFeed(ctx, { path }))
  return { ctx, path }
}

async function greet(path: string, takes: readonly string[]): Promise<FeedEdge> {
  const edge = await FeedEdge.connect(path)
  edge.hello('mx1', { epoch: '', seq: 0 }, takes)
  return edge
}

async function vouched(ctx: TestContext): Promise<Vouch> {
  const { edge, boot, seq } = await refuse(ctx, [mailbox])
  return await vouch(ctx, ada, { id: `${edge}:${boot}:${seq}`, days: '30' })
}

describe('Vouches on the feed', () => {
  it('are in the snapshot, come as changes with their end, and go', async () => {
    const { ctx, path } = await core()
    const before = await vouched(ctx)
    const edge = await greet(path, modern)
    const { settings } = await edge.next('welcome')
    assert.equal(settings?.['vouchKey'], ctx.keys.vouches.reveal().toString('hex'))
    await edge.next('snapshot')
    const [held] = edge.table.now.vouches.list()
    assert.deepEqual([held?.hash, held?.until], [before.hash, before.endsAt])
    await withdrawVouch(ctx, ada, before.id)
    assert.deepEqual((await edge.next('change')).change, { kind: 'unvouch', hash: before.hash })
    assert.equal(edge.table.now.vouches.size, 0)
    const again = await vouched(ctx)
    const { change } = await edge.next('change')
    assert.deepEqual(change, {
      kind: 'vouch',
      vouch: { hash: again.hash, network: again.network, until: again.endsAt },
    })
    edge.end()
  })

  it('are nothing to an older edge, which misses no number for it', async () => {
    const { ctx, path } = await core()
    await vouched(ctx)
    const edge = await greet(path, ['standings', 'spent', 'reverse-name', 'delay'])
    await edge.next('snapshot')
    assert.equal(edge.table.now.vouches.size, 0)
    await vouched(ctx)
    const { seq, change } = await edge.next('change')
    assert.deepEqual([seq, change.kind], [2, 'unwatch'])
    await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
    assert.equal((await edge.next('change')).seq, 3)
    assert.equal(edge.table.now.size, 1)
    edge.end()
  })

  it('do not act while they are switched off: no edge has the key', async () => {
    const { path } = await core('off')
    const edge = await greet(path, modern)
    assert.equal((await edge.next('welcome')).settings?.['vouchKey'], undefined)
    edge.end()
  })
})
