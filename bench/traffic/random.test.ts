import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Agenda } from './agenda.ts'
import { Random } from './random.ts'

const numbers = (random: Random, count = 20): number[] => Array.from({ length: count }, () => random.word())

describe('chance by seed', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    assert.deepEqual(numbers(new Random('a')), numbers(new Random('a')))
    assert.notDeepEqual(numbers(new Random('a')), numbers(new Random('b')))
  })

  it('forks into streams that do not depend on what was drawn before', () => {
    const [fresh, used] = [new Random('a'), new Random('a')]
    numbers(used)
    assert.deepEqual(numbers(fresh.fork('x')), numbers(used.fork('x')))
    assert.notDeepEqual(numbers(fresh.fork('x')), numbers(fresh.fork('y')))
  })

  it('spreads evenly', () => {
    const random = new Random('even')
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let nth = 0; nth < 100_000; nth++) {
      const tenth = random.int(10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    for (const count of tenths) assert.ok(Math.abs(count - 10_000) < 500, tenths.join(' '))
  })

  it('draws waiting times and log-normal values around what was asked', () => {
    const random = new Random('mean')
    const waits = Array.from({ length: 50_000 }, () => random.exponential(7))
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
    assert.ok(Math.abs(mean - 7) < 0.2, `${mean}`)
    const below = Array.from({ length: 50_000 }, () => random.logNormal(3, 1)).filter((value) => value < 3)
    assert.ok(Math.abs(below.length - 25_000) < 700, `${below.length}`)
  })
})

describe('the agenda', () => {
  it('gives what is due first, and of the same moment what came first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const agenda = new Agenda<number>()
        for (const [nth, at] of times.entries()) agenda.add(at, nth)
        const taken = Array.from({ length: times.length }, () => agenda.take())
        const wanted = times.map((at, item) => ({ at, item })).toSorted((a, b) => a.at - b.at)
        assert.deepEqual(taken, wanted)
        assert.equal(agenda.take(), undefined)
      }),
    )
  })
})
