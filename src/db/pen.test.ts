import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { patientPen, sharedPen } from './pen.ts'

describe('the pen of several threads', () => {
  it('is with one of them at a time, and goes to whoever waits', async () => {
    const pen = sharedPen()
    const other = patientPen(pen.memory, 'events')
    other.take()
    let isMine = false
    const taking = pen.take().then(() => (isMine = true))
    await sleep(60)
    assert.deepEqual([isMine, other.isWanted], [false, true])
    other.give()
    await taking
    assert.deepEqual([isMine, other.isWanted], [true, false])
    pen.give()
    other.take()
    other.give()
    await pen.take()
  })

  it('goes round when all of them want it', async () => {
    const main = sharedPen()
    const judge = sharedPen(main.memory, 'judge')
    const events = patientPen(main.memory, 'events')
    const order: string[] = []
    events.take()
    const others = [judge, main].map(async (pen) => {
      await pen.take()
      order.push(pen === main ? 'main' : 'judge')
      await sleep(5)
      pen.give()
    })
    await sleep(30)
    events.give()
    await Promise.all(others)
    assert.deepEqual(order, ['judge', 'main'])
    events.take()
  })

  it('comes back when another thread has gone with it', async () => {
    const pen = sharedPen()
    for (const holder of ['events', 'judge'] as const) {
      patientPen(pen.memory, holder).take()
      const taking = pen.take()
      pen.forget(holder)
      await taking
      pen.give()
    }
  })
})
