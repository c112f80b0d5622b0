import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { second } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { testContext, testSettings, testWaysOut } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { added, sendMany, start } from '../../../test/support/mail-events.ts'
import type { WaysOut } from '../ways-out.ts'
import { addListing } from '../listings/actions.ts'
import { reputationSettings } from '../reputation/own-settings.ts'
import { Reputation } from '../reputation/reputation.ts'
import { explain } from './actions.ts'

const settings = testSettings({ protected: { networks: [], names: ['partner.example'] } })
const address = orThrow(parseAddress('192.0.2.45'))

/** Of 192.0.2.45 the name leads back; that of 192.0.2.46 cannot be looked up. */
const out = testWaysOut({
  confirmedNames: async (asked): ReturnType<WaysOut['confirmedNames']> => {
    const names = { '192.0.2.45': ['mx.partner.example'], '192.0.2.46': 'temperror' } as const
    return Object.entries(names).find(([ip]) => ip === formatAddress(asked))?.[1] ?? []
  },
})

forEachDatabase((dialect, open) => {
  describe(`Protected names in ${dialect}`, () => {
    it('keep an address off the list that a look-up of our own confirms, and nobody else', async () => {
      const ctx = testContext({ db: await open(), settings, out })
      const list = async (ip: string) =>
        await addListing(ctx, { prefix: orThrow(parseListable(ip)), cause: 'spam' })
      await assert.rejects(
        list('192.0.2.45'),
        (error) => error instanceof Refusal && error.code === 'address.protected-name',
      )
      assert.equal((await list('192.0.2.46')).state, 'active')
      assert.equal((await list('192.0.2.47')).state, 'active')
    })

    it('let their address through a listed range, and the page says so', async () => {
      const ctx = testContext({ db: await open(), settings, out })
      await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.0/24')), cause: 'spam' })
      for (const level of ['anyone', 'operator'] as const) {
        const { action, listings } = await explain(ctx, address, level)
        assert.deepEqual([action, listings.length], ['pass', 1])
        assert.equal((await explain(ctx, orThrow(parseAddress('192.0.2.46')), level)).action, 'reject')
      }
      const { rule, standing } = await explain(ctx, address, 'operator')
      assert.deepEqual([rule, standing?.grade, standing?.budget], ['protected', 'trusted', null])
    })
  })
})

describe('The judgement of a protected name', () => {
  it('passes and lists nobody who has it', () => {
    const heard = (ptr: string) => {
      const judge = new Reputation(reputationSettings(settings))
      const { pass } = sendMany(judge, '192.0.2.45', start, 100, second, { verdict: 'malware', ptr })
      return { pass, listed: added(judge.takeNotes()).length }
    }
    assert.deepEqual(heard('mx.partner.example'), { pass: 100, listed: 0 })
    assert.equal(heard('mx.other.example').listed, 1)
  })
})
