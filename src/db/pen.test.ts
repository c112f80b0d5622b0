import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { otherPen, sharedPen } from './pen.ts'

describe('the pen of two threads', () => {
  it('is with one of them at a time, and goes to whoever waits', async () => {
    const pen = sharedPen()
    const other = otherPen(pen.memory)
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

  it('comes back when the other thread has gone with it', async () => {
    const pen = sharedPen()
    otherPen(pen.memory).take()
    const taking = pen.take()
    pen.forgetOther()
    await taking
  })
})
