import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../base/clock.ts'
import { Waiting } from './waiting.ts'

const clock = systemClock()

function hold(ms: number): void {
  const end = clock.elapsed() + ms
  while (clock.elapsed() < end);
}

describe('how long a request may have waited', () => {
  it('is nothing for the first one', () => {
    const waiting = new Waiting(clock)
    assert.equal(waiting.atMost(clock.elapsed()) < 5, true)
    waiting.stop()
  })

  it('is at least the time that the event loop was held, for what is read in that turn and in the next', async () => {
    const waiting = new Waiting(clock)
    waiting.atMost(clock.elapsed())
    await sleep(30)
    hold(60)
    assert.ok(waiting.atMost(clock.elapsed()) >= 60)
    await new Promise((resolve) => setTimeout(resolve, 0))
    assert.ok(waiting.atMost(clock.elapsed()) >= 60)
    waiting.stop()
  })

  it('comes with the number of requests that stood there, and not with those that were answered before the pause', async () => {
    const waiting = new Waiting(clock)
    for (let nth = 0; nth < 20; nth++) waiting.atMost(clock.elapsed())
    hold(40)
    // Still in the turn of the loop that was held, and in the one after it.
    assert.ok(waiting.atMost(clock.elapsed()) >= 40)
    assert.equal(waiting.crowd, 1)
    await new Promise((resolve) => setTimeout(resolve, 0))
    for (let nth = 0; nth < 5; nth++) waiting.atMost(clock.elapsed())
    assert.ok(waiting.crowd >= 5 && waiting.crowd <= 6, `${waiting.crowd}`)
    await sleep(40)
    waiting.atMost(clock.elapsed())
    assert.equal(waiting.crowd, 1)
    waiting.stop()
  })

  it('is little again when the loop goes round', async () => {
    const waiting = new Waiting(clock)
    waiting.atMost(clock.elapsed())
    hold(60)
    const end = clock.elapsed() + 2000
    let least = Infinity
    while (least >= 25 && clock.elapsed() < end) {
      await sleep(7)
      least = Math.min(least, waiting.atMost(clock.elapsed()))
    }
    assert.ok(least < 25, `${least} ms`)
    waiting.stop()
  })
})
