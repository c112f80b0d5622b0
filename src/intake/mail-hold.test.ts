import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MailHold } from './mail-hold.ts'

describe('Memory for messages on their way in', () => {
  it('sends the largest away when it is full, never the small one that came last', () => {
    const hold = new MailHold(1000)
    const gone: string[] = []
    const big = hold.open(() => gone.push('big'))
    const small = hold.open(() => gone.push('small'))
    big.add(900)
    small.add(101)
    assert.deepEqual(gone, ['big'])
    assert.equal(hold.total, 101)
  })
  it('leaves messages alone that are whole and being read', () => {
    const hold = new MailHold(1000)
    const gone: string[] = []
    const whole = hold.open(() => gone.push('whole'))
    whole.add(900)
    whole.isComing = false
    hold.open(() => gone.push('new')).add(200)
    assert.deepEqual(gone, ['new'])
    whole.close()
    whole.close()
    assert.equal(hold.total, 0)
  })
  it('is never exceeded by messages that are still coming, and is empty when all are gone', () => {
    const step = fc.record({ who: fc.nat(9), bytes: fc.integer({ min: 1, max: 400 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const hold = new MailHold(1000)
        const gone = new Set<number>()
        const holders = Array.from({ length: 10 }, (_, who) => hold.open(() => gone.add(who)))
        for (const { who, bytes } of steps) {
          if (!gone.has(who)) holders[who]?.add(bytes)
          assert.ok(hold.total <= 1000)
        }
        for (const holder of holders) holder.close()
        assert.equal(hold.total, 0)
      }),
    )
  })
})
