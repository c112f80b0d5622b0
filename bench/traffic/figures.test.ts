import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readMailEventLine } from '../../src/access/mail-event.ts'
import { day, hour, minute } from '../../src/base/clock.ts'
import { addFigures, percentile, percentileOf, together, type Figures } from './figures.ts'
import { runJob } from './job.ts'
import type { Action, Judge } from './judge.ts'
import { runTraffic } from './loop.ts'
import { Measure, stopOf } from './measure.ts'
import { writeOpenLoop } from './open-loop.ts'
import { report } from './report.ts'
import { aims, summaries } from './summary.ts'
import { Traffic } from './traffic.ts'
import { populations } from './truth.ts'

const scale = 0.1
const allRows = [...populations, 'first-days', 'while-bad'] as const

function figuresOf(decide: (at: number) => Action, seed = 1): Figures {
  const traffic = new Traffic({ seed, scale })
  const measure = new Measure(traffic)
  const judge: Judge = {
    decide: ({ at }) => ({ action: decide(at), reason: null, grade: 'new' }),
    learn: () => undefined,
    attempt: () => undefined,
    complain: () => undefined,
    delist: () => true,
  }
  runTraffic(traffic, judge, (step, decision) => measure.watch(step, decision))
  return measure.figures()
}

describe('the figures', () => {
  const passed = figuresOf(() => 'pass')

  it('are all clear where everything passes', () => {
    const sum = together(passed, allRows)
    assert.ok(sum.wanted > 10_000 && sum.unwanted > 5000)
    assert.deepEqual([sum.refused, sum.deferred, sum.undelivered], [0, 0, 0])
    assert.equal(sum.unwantedPassed, sum.unwanted)
    assert.deepEqual([...sum.delays], [[0, sum.wanted]])
    assert.ok(sum.stops.length > 0 && sum.stops.every(({ minutes }) => minutes === null))
    assert.ok(sum.freedoms.length > 0 && sum.freedoms.every(({ minutes }) => minutes === 0))
  })

  it('count every wanted message as refused where everything is', () => {
    const sum = together(
      figuresOf(() => 'reject'),
      allRows,
    )
    assert.equal(sum.refused, sum.wanted)
    assert.equal(sum.wanted, together(passed, allRows).wanted)
    assert.equal(sum.unwantedPassed, 0)
    for (const stop of sum.stops) assert.deepEqual(stop, { passed: 0, inAll: 0, minutes: 0 })
    assert.ok(sum.freedoms.every(({ askedMinutes }) => askedMinutes === null || askedMinutes > 0))
  })

  it('call what is deferred for ever undelivered', () => {
    // What is sent on the last days, when all the rest has passed.
    const from = new Traffic({ seed: 1, scale }).start + 19 * day
    const sum = together(
      figuresOf((at) => (at < from ? 'pass' : 'defer')),
      allRows,
    )
    assert.ok(sum.deferred > 500)
    assert.equal(sum.undelivered, sum.deferred)
    assert.equal(sum.refused, 0)
  })

  it('time a message from its first attempt to its pass', () => {
    // Nothing passes in the first half of each hour: nobody waits longer than half an hour and the next try.
    const sum = together(
      figuresOf((at) => (at % hour < 30 * minute ? 'defer' : 'pass')),
      allRows,
    )
    const longest = Math.max(...sum.delays.keys())
    assert.ok(longest > 20 && longest < 24 * 60, `${longest}`)
    const share = sum.deferred / sum.wanted
    assert.ok(share > 0.4 && share < 0.6, `${share}`)
  })

  it('add up over seeds', () => {
    const other = figuresOf(() => 'pass', 2)
    const sum = addFigures([passed, other])
    const [one, two, both] = [passed, other, sum].map((figures) => together(figures, allRows))
    assert.equal(both?.wanted, (one?.wanted ?? 0) + (two?.wanted ?? 0))
    assert.equal(both?.stops.length, (one?.stops.length ?? 0) + (two?.stops.length ?? 0))
  })

  it('are the same from the same job', () => {
    const job = { judge: 'srl', seed: 3, scale, lagMs: 60_000 }
    assert.deepEqual(runJob(job).figures, runJob(job).figures)
  })
})

describe('a stop', () => {
  const course = (passed: readonly boolean[]): Parameters<typeof stopOf>[0] => ({
    at: passed.map((_, nth) => nth * minute),
    passed: [...passed],
  })
  const times = (count: number, value: boolean): boolean[] => Array.from({ length: count }, () => value)

  it('is the first try that did not pass, with those that had passed before', () => {
    const stop = stopOf(course([...times(30, true), ...times(40, false)]))
    assert.deepEqual(stop, { passed: 30, inAll: 30, minutes: 30 })
  })

  it('is none when most of the next ones pass', () => {
    assert.deepEqual(stopOf(course([true, false, ...times(40, true)])), {
      passed: 41,
      inAll: 41,
      minutes: null,
    })
  })

  it('counts what slips through later in the sum alone', () => {
    const stop = stopOf(course([true, ...times(30, false), true, true]))
    assert.deepEqual(stop, { passed: 1, inAll: 3, minutes: 1 })
  })
})

describe('percentiles', () => {
  it('are values that were there', () => {
    assert.equal(percentile([5, 1, 3], 0.5), 3)
    assert.equal(percentile([4, 1, 3, 2], 0.9), 4)
    assert.equal(percentile([], 0.5), null)
    const histogram = new Map([
      [0, 90],
      [5, 9],
      [40, 1],
    ])
    assert.equal(percentileOf(histogram, 0.5), 0)
    assert.equal(percentileOf(histogram, 0.95), 5)
    assert.equal(percentileOf(histogram, 0.5, 1), 5)
    assert.equal(percentileOf(new Map(), 0.5), null)
  })
})

describe('the page', () => {
  it('shows every judge and population, and which aims are not reached', () => {
    const figures = figuresOf(() => 'reject')
    const judge = 'srl'
    const page = report(
      { seeds: 1, scale, lagMs: 0, events: 1 },
      summaries(judge, figures),
      aims(judge, figures),
    )
    for (const population of populations) assert.match(page, new RegExp(`^\\| ${population} `, 'm'))
    assert.match(page, /\| \*\*[\d,]+\*\* \|/)
    assert.match(page, /botnet mail cut \| ≥ 80\.0 % \| 100\.0 % \|/)
  })
})

describe('the traffic as a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-traffic-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const [eventFile, truthFile] = [join(folder, 'events'), join(folder, 'truth')]
  const count = writeOpenLoop({ seed: 1, scale }, eventFile, truthFile)
  const lines = readFileSync(eventFile, 'utf8').trimEnd().split('\n')

  it('holds events of our format in order of time, and removals', () => {
    assert.equal(lines.length, count)
    let last = ''
    let removals = 0
    for (const line of lines) {
      const { at = '', type } = JSON.parse(line) as { readonly at?: string; readonly type?: string }
      assert.ok(at >= last)
      last = at
      if (type === 'delist') removals++
      else assert.equal(typeof readMailEventLine(line), 'object', line)
    }
    assert.ok(removals > 0)
  })

  it('keeps the truth apart, a line for each message and connection', () => {
    const truths = readFileSync(truthFile, 'utf8').trimEnd().split('\n')
    const tried = lines.filter((line) => /"type":"(?:message|connection)"/.test(line))
    assert.equal(truths.length, tried.length)
    assert.match(
      truths[0] ?? '',
      /^\{"id":"[0-9a-f]{14}","population":"[a-z0-9-]+","truth":"(?:un)?wanted","sender":"[a-z0-9-]+"\}$/,
    )
    for (const population of populations) assert.doesNotMatch(lines.join(''), new RegExp(`"${population}`))
  })
})
