import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { testContext, testSettings, testWaysOut } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { Database } from '../../db/open.ts'
import type { RdapAnswer } from '../../net/rdap-client.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import { readRdapNetwork } from '../../standards/rdap.ts'
import { purge } from '../retention/actions.ts'
import { findRegistered, mustFind } from './actions.ts'

const at = (text: string) => orThrow(parseListable(text))
const text = readFileSync(join(import.meta.dirname, '../../../test/fixtures/rdap/redacted.json'), 'utf8')
const plain = readFileSync(join(import.meta.dirname, '../../../test/fixtures/rdap/arin.json'), 'utf8')

function world(db: Database, settings = testSettings()) {
  const asked: string[] = []
  const it = { answer: { kind: 'none' } as RdapAnswer }
  const registered = async (prefix: Parameters<typeof formatPrefix>[0]): Promise<RdapAnswer> => {
    asked.push(formatPrefix(prefix))
    return await Promise.resolve(it.answer)
  }
  const ctx = testContext({ db, settings, out: testWaysOut({ registered }) })
  const says = (json: string): void => {
    const network = readRdapNetwork(json)
    assert.ok(network)
    it.answer = { kind: 'network', network, server: 'rdap.one.example' }
  }
  return { ctx, asked, it, says }
}

forEachDatabase((_name, open) => {
  describe('What a registry says', () => {
    it('is kept for a day as it was, and asked anew after it', async () => {
      const { ctx, asked, says } = world(await open())
      says(plain)
      const first = await findRegistered(ctx, at('192.0.2.0/24'))
      assert.ok(first.kind === 'found')
      assert.deepEqual(first.registered.mailboxes, ['abuse@hosting.example'])
      ctx.clock.advance(day - 1)
      assert.deepEqual(await findRegistered(ctx, at('192.0.2.0/24')), first)
      says(text)
      assert.deepEqual(asked, ['192.0.2.0/24'])
      ctx.clock.advance(1)
      const anew = await mustFind(ctx, at('192.0.2.0/24'))
      assert.deepEqual([anew.mailboxes, anew.redacted], [[], ['Registrant Name', 'Abuse Email']])
      assert.deepEqual(await mustFind(ctx, at('192.0.2.0/24')), anew)
      assert.equal(asked.length, 2)
    })

    it('is kept for each network that was asked for: a part may be somebody else’s', async () => {
      const { ctx, asked, says } = world(await open())
      says(plain)
      for (const each of ['192.0.2.0/24', '192.0.2.0/25', '192.0.2.7']) await findRegistered(ctx, at(each))
      assert.deepEqual(asked, ['192.0.2.0/24', '192.0.2.0/25', '192.0.2.7/32'])
    })

    it('is believed for an hour where it is nothing, and not at all where there was no answer', async () => {
      const { ctx, asked, it } = world(await open())
      assert.deepEqual(await findRegistered(ctx, at('192.0.2.0/24')), { kind: 'none' })
      await assert.rejects(mustFind(ctx, at('192.0.2.0/24')), /owners\.not-registered/)
      assert.equal(asked.length, 1)
      ctx.clock.advance(hour)
      it.answer = { kind: 'busy', waitMs: 5000 }
      const busy = await findRegistered(ctx, at('192.0.2.0/24'))
      assert.deepEqual(busy, { kind: 'unknown', again: ctx.clock.now() + 5000 })
      it.answer = { kind: 'temperror' }
      await assert.rejects(mustFind(ctx, at('192.0.2.0/24')), /owners\.registry-away/)
      assert.equal(asked.length, 3)
    })

    it('is asked for no more often in a day than the budget says, over all (CHK-6)', async () => {
      const limits = { 'registries.asked.day': { count: 3, windowMs: day } }
      const { ctx, asked, says } = world(await open(), testSettings({ limits }))
      says(plain)
      for (let n = 0; n < 9; n++) await findRegistered(ctx, at(`192.0.2.${n}`))
      assert.equal(asked.length, 3)
      const { kind } = await findRegistered(ctx, at('192.0.2.99'))
      assert.equal(kind, 'unknown')
      assert.equal((await findRegistered(ctx, at('192.0.2.0'))).kind, 'found', 'what is kept costs nothing')
      ctx.clock.advance(day)
      assert.equal((await findRegistered(ctx, at('192.0.2.99'))).kind, 'found')
    })

    it('is never asked for where the operator says so', async () => {
      const settings = testSettings()
      const { ctx, asked } = world(
        await open(),
        testSettings({ owners: { ...settings.owners, asksRegistries: false } }),
      )
      assert.deepEqual(await findRegistered(ctx, at('192.0.2.0/24')), { kind: 'none' })
      assert.deepEqual(asked, [])
    })

    it('goes with its time, and with it the mailboxes', async () => {
      const { ctx, says } = world(await open())
      says(plain)
      await findRegistered(ctx, at('192.0.2.0/24'))
      assert.deepEqual(await purge(ctx), {})
      ctx.clock.advance(2 * day)
      assert.equal((await purge(ctx))['registered_networks'], 1)
    })
  })
})
