import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { day, hour, minute } from '../../src/base/clock.ts'
import { specialPurpose } from '../../src/standards/special-purpose.ts'
import type { Action } from './judge.ts'
import { Traffic, type Step, type TryStep } from './traffic.ts'
import { episodeAt, populations, type Population } from './truth.ts'
import { worldStart } from './world.ts'

const scale = 0.1
/** For worlds where everything is tried again and again. */
const few = 0.02

/** All steps when everything is answered so. */
function stepsOf(seed: number, answer: (step: TryStep) => Action = () => 'pass', size = scale): Step[] {
  const traffic = new Traffic({ seed, scale: size })
  const steps: Step[] = []
  for (let step = traffic.next(); step !== undefined; step = traffic.next()) {
    steps.push(step)
    if (step.kind === 'try') traffic.answer(answer(step))
  }
  return steps
}

function fingerprint(steps: readonly Step[]): string {
  return createHash('sha256').update(JSON.stringify(steps)).digest('hex')
}

const all = stepsOf(1)
const tries = all.filter((step) => step.kind === 'try')

function ofPopulation(population: Population): readonly TryStep[] {
  return tries.filter(({ truth }) => truth.sender.population === population)
}

function share<T>(of: readonly T[], which: (item: T) => boolean): number {
  return of.filter(which).length / of.length
}

function between(value: number, low: number, high: number, what: string): void {
  assert.ok(value >= low && value <= high, `${what}: ${value} is not between ${low} and ${high}`)
}

describe('the traffic', () => {
  it('is the same for the same seed and another for another', () => {
    const first = fingerprint(stepsOf(1, () => 'pass', few))
    assert.equal(fingerprint(stepsOf(1, () => 'pass', few)), first)
    assert.notEqual(fingerprint(stepsOf(2, () => 'pass', few)), first)
  })

  it('goes on in order of time for three weeks, whatever is answered', () => {
    for (const answer of ['pass', 'defer', 'reject'] as const) {
      const steps = stepsOf(1, ({ truth }) => (truth.attempt > 5 ? 'reject' : answer), few)
      const times = steps.map(({ at }) => at)
      assert.ok(times.every((at, nth) => at >= (times[nth - 1] ?? 0)))
      between((times.at(-1) ?? 0) - (times[0] ?? 0), 20 * day, 21 * day, answer)
    }
  })

  it('brings the same messages at the same moments to every judge', () => {
    const births = (steps: readonly Step[]): string[] =>
      steps.flatMap((step) =>
        step.kind === 'try' && step.truth.attempt === 1
          ? [`${step.at} ${step.event.id} ${step.glance.ip} ${step.truth.wanted}`]
          : [],
      )
    assert.deepEqual(births(stepsOf(1, () => 'reject')).toSorted(), births(all).toSorted())
    const some = stepsOf(1, ({ truth }) => (truth.attempt === 1 ? 'defer' : 'pass'))
    assert.deepEqual(births(some).toSorted(), births(all).toSorted())
  })

  it('has an id for every event that tells nothing about it', () => {
    const ids = all.flatMap((step) => (step.kind === 'delist' ? [] : [step.event.id]))
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^c?[0-9a-f]{14}$/)
  })

  it('comes from addresses that a listing can be about', () => {
    const special = new Set(tries.map(({ glance }) => specialPurpose(glance.address)))
    assert.deepEqual([...special], [undefined])
  })

  it('shows the connection and the envelope at a glance, and nothing else', () => {
    const known = ['at', 'address', 'ip', 'helo', 'ptr', 'mailFrom']
    for (const { glance } of tries) {
      for (const key of Object.keys(glance)) assert.ok(known.includes(key), key)
    }
  })

  it('waits for an answer to each try', () => {
    const traffic = new Traffic({ seed: 1, scale })
    assert.equal(traffic.next()?.kind, 'try')
    assert.throws(() => traffic.next(), /not been answered/)
    traffic.answer('pass')
    assert.throws(() => traffic.answer('pass'), /nothing to answer/)
  })
})

describe('the populations', () => {
  it('are all there, each with what it is', () => {
    for (const population of populations) assert.ok(ofPopulation(population).length > 0, population)
    const both = ['forwarder', 'shared', 'turned', 'cleaned', 'relapse']
    const isBad = ['burst', 'botnet', 'snowshoe', 'rotating', 'filler', 'harvest', 'trap-hitter'].concat(
      'retry-storm',
      'ipv6-hopper',
    )
    for (const population of populations) {
      const wanted = share(ofPopulation(population), ({ truth }) => truth.wanted)
      if (both.includes(population)) between(wanted, 0.05, 0.95, population)
      else assert.equal(wanted, isBad.includes(population) ? 0 : 1, population)
    }
  })

  it('have verdicts that are wrong as often as those of filters', () => {
    const traffic = new Traffic({ seed: 1, scale })
    const judged = tries.filter(({ at, event }) => {
      const isOut = traffic.outages.some(({ from, until }) => from <= at && at < until)
      return !isOut && event.type === 'message' && event.verdict !== undefined
    })
    const isCaught = ({ event }: TryStep): boolean =>
      event.type === 'message' && ['spam', 'phish', 'malware'].includes(event.verdict ?? '')
    const wanted = judged.filter(({ truth }) => truth.wanted)
    between(share(wanted, isCaught), 0.001, 0.01, 'wanted mail taken for spam')
    for (const population of ['botnet', 'snowshoe', 'burst', 'turned', 'rotating'] as const) {
      const unwanted = judged.filter(({ truth }) => !truth.wanted && truth.sender.population === population)
      between(share(unwanted, isCaught), 0.83, 0.97, `${population} caught`)
    }
  })

  it('go through one filter that takes everything for spam, and later nothing, for some hours', () => {
    const { outages } = new Traffic({ seed: 1, scale })
    assert.deepEqual(
      outages.map(({ verdict }) => verdict),
      ['spam', 'ham'],
    )
    for (const { from, until, verdict } of outages) {
      between(until - from, 2 * hour, 4 * hour, 'outage')
      const during = tries.filter(({ at }) => from <= at && at < until)
      assert.ok(during.length > 50)
      for (const { event } of during) {
        if (event.type === 'message' && event.verdict !== undefined) assert.equal(event.verdict, verdict)
      }
    }
  })

  it('keep the day: people write in half of its hours', () => {
    const perSender = Map.groupBy(ofPopulation('steady-middle'), ({ truth }) => truth.sender.key)
    const [steps = []] = perSender.values()
    const hours = Array.from({ length: 24 }, () => 0)
    for (const { at } of steps) {
      const clock = Math.floor((at % day) / hour)
      hours[clock] = (hours[clock] ?? 0) + 1
    }
    const sorted = hours.toSorted((a, b) => b - a)
    const halfDay = sorted.slice(0, 12).reduce((sum, count) => sum + count, 0)
    assert.ok(halfDay / steps.length > 0.75, hours.join(' '))
  })

  it('are botnets of many addresses with few messages, unnamed and forged', () => {
    const bots = Map.groupBy(ofPopulation('botnet'), ({ glance }) => glance.ip)
    assert.ok(bots.size > 300)
    for (const steps of bots.values()) between(steps.length, 1, 30, 'messages of a bot')
    for (const { event } of ofPopulation('botnet')) {
      if (event.type === 'message') assert.notEqual(event.spf, 'pass')
    }
    between(
      share(ofPopulation('botnet'), ({ event }) => event.type === 'connection'),
      0.02,
      0.09,
      'idle',
    )
  })

  it('are snowshoes with names that fit and little from each', () => {
    const hosts = Map.groupBy(ofPopulation('snowshoe'), ({ glance }) => glance.ip)
    for (const steps of hosts.values()) assert.ok(steps.length < 80)
    for (const { glance } of ofPopulation('snowshoe')) assert.equal(glance.ptr, glance.helo)
  })

  it('are harvests of unknown recipients, and hits on traps', () => {
    const recipients = { all: 0, unknown: 0 }
    for (const { event } of ofPopulation('harvest')) {
      if (event.type !== 'message') continue
      recipients.all += event.recipients ?? 0
      recipients.unknown += event.unknownRecipients ?? 0
    }
    between(recipients.unknown / recipients.all, 0.75, 0.95, 'unknown')
    const trapped = share(
      ofPopulation('trap-hitter'),
      ({ event }) => event.type === 'message' && (event.trapRecipients ?? 0) > 0,
    )
    between(trapped, 0.03, 0.14, 'trapped')
  })

  it('turn for some hours only, while their own mail goes on', () => {
    for (const population of ['turned', 'cleaned', 'relapse'] as const) {
      for (const { at, truth } of ofPopulation(population)) {
        if (!truth.wanted) assert.ok(episodeAt(truth.sender, at), truth.sender.key)
      }
      const before = ofPopulation(population).filter(
        ({ at, truth }) => at < (truth.sender.episodes[0]?.from ?? 0),
      )
      assert.ok(before.length > 50, population)
    }
    const relapsed = new Set(ofPopulation('relapse').map(({ truth }) => truth.sender))
    for (const { episodes } of relapsed) assert.equal(episodes.length, 2)
  })
})

describe('complaints', () => {
  const byId = new Map(tries.map((step) => [step.event.id, step]))
  const complaints = all.filter((step) => step.kind === 'complaint')

  it('come after the message they are about, from one who got it', () => {
    const matched = complaints.filter(({ event }) => byId.has(event.message ?? ''))
    assert.ok(matched.length > 50)
    for (const { at, event } of matched) {
      const about = byId.get(event.message ?? '')
      assert.ok(about && about.at < at && about.glance.ip === event.ip)
      const rcpt = about.event.type === 'message' ? about.event.rcpt : undefined
      assert.ok(rcpt?.includes(event.reporter ?? ''))
    }
  })

  it('are false against the poisoned, from five people', () => {
    const victims = new Set(ofPopulation('poisoned').map(({ glance }) => glance.ip))
    const junk = complaints.filter(({ event }) => victims.has(event.ip) && event.kind === 'junk')
    const reporters = new Set(junk.map(({ event }) => event.reporter))
    between(reporters.size, 2, 12, 'reporters')
    assert.ok(
      junk.some(({ event }) => !byId.has(event.message ?? '')),
      'some about nothing',
    )
    assert.ok(junk.length > 40)
  })

  it('are not made about what never arrived', () => {
    const refused = stepsOf(1, () => 'reject').filter((step) => step.kind === 'complaint')
    for (const { event } of refused) assert.ok(!byId.has(event.message ?? ''))
  })
})

describe('senders who are told to wait', () => {
  // For ever on the first days, then five times: or it would be millions of tries.
  const patience = (step: TryStep): Action =>
    step.truth.attempt > 5 && step.truth.bornAt > worldStart + 3 * day ? 'reject' : 'defer'
  const deferred = stepsOf(1, patience).filter((step) => step.kind === 'try')
  const attempts = Map.groupBy(deferred, ({ truth }) => truth.base)

  it('come back after 5, 10, 20, 40 minutes for five days when they are honest', () => {
    const patient = [...attempts.values()].filter(
      ([step]) => step?.truth.sender.population === 'steady-large' && step.at < step.truth.bornAt + 1,
    )
    const [first = []] = patient
    const waits = first.slice(1, 5).map(({ at }, nth) => (at - (first[nth]?.at ?? 0)) / minute)
    for (const [nth, wait] of waits.entries()) between(wait, 4.5 * 2 ** nth, 5.5 * 2 ** nth, `wait ${nth}`)
    const last = first.at(-1)?.at ?? 0
    between(last - (first[0]?.at ?? 0), 4.7 * day, 5 * day, 'given up')
  })

  it('give each try an id of its own on the same base', () => {
    for (const steps of attempts.values()) {
      for (const [nth, { event, truth }] of steps.entries()) {
        assert.equal(event.id, nth === 0 ? truth.base : `${truth.base}.${nth + 1}`)
      }
    }
  })

  it('are mostly gone when they are bots', () => {
    const bots = [...attempts.values()].filter(([step]) => step?.truth.sender.population === 'botnet')
    between(
      share(bots, (steps) => steps.length > 1),
      0.01,
      0.12,
      'bots that come back',
    )
  })

  it('hammer when they are storms', () => {
    const storms = [...attempts.values()].filter(([step]) => step?.truth.sender.population === 'retry-storm')
    for (const [first, second] of storms) {
      if (first && second) between(second.at - first.at, 9000, 11_000, 'milliseconds')
    }
    assert.ok(storms.some((steps) => steps.length > 5))
  })

  it('may try from another address of their pool', () => {
    const pool = [...attempts.values()].filter(([step]) => step?.truth.sender.population === 'esp-pool')
    assert.ok(share(pool, (steps) => new Set(steps.map(({ glance }) => glance.ip)).size > 1) > 0.9)
  })
})

describe('senders who are refused', () => {
  const steps = stepsOf(1, () => 'reject')
  const delists = steps.filter((step) => step.kind === 'delist')

  it('do not try again', () => {
    for (const step of steps) if (step.kind === 'try') assert.equal(step.truth.attempt, 1)
  })

  it('ask for removal once a day when they know of nothing bad, never while they are bad', () => {
    assert.ok(delists.length > all.filter((step) => step.kind === 'delist').length)
    for (const { at, sender } of delists) assert.equal(episodeAt(sender, at), undefined)
    const bySender = Map.groupBy(delists, ({ sender }) => sender.key)
    for (const asked of bySender.values()) assert.ok(asked.length <= 24)
  })
})
