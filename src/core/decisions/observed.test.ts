import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testStart } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { day, hour } from '../../base/clock.ts'
import type { DecisionRecord } from '../../access/decision-record.ts'
import { observedOn, saveDecisions } from './actions.ts'

const today = testStart - (testStart % day)

function record(seq: number, ip: string, at: number, more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    v: 1,
    edge: 'mx1',
    boot: 'b1',
    seq,
    at,
    stage: 'rcpt',
    ip,
    helo: 'mail.example.org',
    ptr: 'mail.example.org',
    mailFrom: 'example.org',
    recipients: [],
    code: 451,
    status: '4.7.500',
    reason: 'new-sender',
    listing: null,
    standing: null,
    budget: null,
    table: 1,
    count: 10,
    mode: 'observe',
    minute: Math.floor(at / 60_000),
    ...more,
  }
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  const { open, close } = databases(kind)
  after(close)

  describe(`Who would have been hit on ${kind}`, () => {
    it('is by day, sender and reason, the most messages first; what was said is left out', async () => {
      const ctx = testContext({ db: await open() })
      const spam = { code: 550, status: '5.7.606', reason: 'spam' } as const
      await saveDecisions(
        ctx,
        [
          record(1, '192.0.2.45', today + hour),
          record(2, '192.0.2.45', today + 2 * hour, { count: 5 }),
          record(3, '192.0.2.45', today + 3 * hour, { ...spam, count: 40 }),
          record(4, '198.51.100.9', today + hour, { count: 1 }),
          record(5, '198.51.100.9', today - hour, { count: 7 }),
          record(6, '198.51.100.9', today + hour, { mode: 'enforce', count: 900 }),
        ],
        [],
      )
      const seen = await observedOn(ctx, { since: today - 3 * day, on: today, limit: 10 })
      assert.deepEqual(seen.days, [
        { day: today, count: 56, senders: 2 },
        { day: today - day, count: 7, senders: 1 },
      ])
      assert.deepEqual(
        seen.senders.map(({ unit, reason, count, lastAt }) => [unit, reason, count, (lastAt - today) / hour]),
        [
          ['192.0.2.45/32', 'spam', 40, 3],
          ['192.0.2.45/32', 'new-sender', 15, 2],
          ['198.51.100.9/32', 'new-sender', 1, 1],
        ],
      )
    })
  })
}
