import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { transact } from '../context.ts'
import { claimLetters } from '../outbox/deliver-actions.ts'
import { tellBrake } from './tell-brake-actions.ts'

const { open, close } = databases('SQLite')
after(close)

describe('The operator', () => {
  it('is told once when the brake of a rule is pulled, and once when it lets go', async () => {
    const ctx = testContext({ db: await open() })
    const braked = { rule: 'spam', since: ctx.clock.now(), why: 'filter', again: 0 } as const
    for (const isOn of [true, true, false, false])
      await transact(ctx, async (tx) => await tellBrake(tx, { isOn, braked, count: 20, usual: 0 }))
    const letters = await claimLetters(ctx, 10)
    assert.deepEqual(
      letters
        .map(({ mail }) => [mail.envelope.to, mail.subject])
        .toSorted(([, one = ''], [, two = '']) => one.localeCompare(two)),
      [
        ['operator@provider.example', 'Brake pulled: listings for spam'],
        ['operator@provider.example', 'Brake released: listings for spam'],
      ],
    )
  })
})
