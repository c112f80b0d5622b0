import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fixedClock, hour, minute } from '../base/clock.ts'
import { orThrow } from '../base/refusal.ts'
import { parseAddress, type Address } from '../standards/ip.ts'
import { Admission, admissionLimits } from './admission.ts'
import { replies } from './reply.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Octets of the heap that are in use, without what neighbours have left behind. */
function heapHeld(): number {
  collect()
  return process.memoryUsage().heapUsed
}

const at = (text: string): Address => orThrow(parseAddress(text))

describe('Admission', () => {
  it('lets ten connections of a network in at once, by /24 and /64', () => {
    const admission = new Admission(admissionLimits, fixedClock(0))
    const leave = Array.from({ length: 10 }, (_, i) => admission.connect(at(`192.0.2.${i}`)))
    assert.ok(leave.every((way) => typeof way === 'function'))
    assert.equal(admission.connect(at('192.0.2.200')), replies.tooManyConnections)
    assert.equal(typeof admission.connect(at('198.51.100.1')), 'function')
    for (let i = 0; i < 10; i++) assert.equal(typeof admission.connect(at(`2001:db8::${i}`)), 'function')
    assert.equal(admission.connect(at('2001:db8:0:0:ffff::1')), replies.tooManyConnections)
    assert.equal(typeof admission.connect(at('2001:db8:0:1::1')), 'function')
    const [first] = leave
    if (typeof first === 'function') first()
    assert.equal(typeof admission.connect(at('192.0.2.200')), 'function')
  })
  it('lets 200 strangers in and our own relays besides', () => {
    const admission = new Admission(admissionLimits, fixedClock(0))
    for (let i = 0; i < 200; i++) assert.equal(typeof admission.connect(at(`10.${i}.0.1`)), 'function')
    assert.equal(admission.connect(at('192.0.2.1')), replies.crowded)
    assert.equal(typeof admission.connect(undefined), 'function')
    assert.equal(admission.connections, 201)
  })
  it('takes sixty messages a minute from a network, in any minute', () => {
    const clock = fixedClock(0)
    const admission = new Admission(admissionLimits, clock)
    for (let i = 0; i < 60; i++) assert.equal(admission.message(at('192.0.2.1')), undefined)
    assert.equal(admission.message(at('192.0.2.2')), replies.tooManyMessages)
    assert.equal(admission.message(at('198.51.100.1')), undefined)
    assert.equal(admission.message(undefined), undefined)
    clock.advance(minute - 1)
    assert.equal(admission.message(at('192.0.2.2')), replies.tooManyMessages)
    clock.advance(2)
    assert.equal(admission.message(at('192.0.2.2')), undefined)
  })
  it('closes on whoever guesses recipients', () => {
    const clock = fixedClock(0)
    const admission = new Admission(admissionLimits, clock)
    for (let i = 0; i < 20; i++)
      assert.equal(admission.unknownRecipient(at('192.0.2.1')), replies.noSuchMailbox)
    assert.equal(admission.unknownRecipient(at('192.0.2.77')), replies.tooManyUnknown)
    clock.advance(10 * minute + 1)
    assert.equal(admission.unknownRecipient(at('192.0.2.77')), replies.noSuchMailbox)
  })
  it('keeps the postmaster from being flooded', () => {
    const clock = fixedClock(0)
    const admission = new Admission(admissionLimits, clock)
    for (let i = 0; i < 20; i++) assert.equal(admission.toPostmaster(at('192.0.2.1')), undefined)
    assert.equal(admission.toPostmaster(at('192.0.2.1')), replies.tooManyMessages)
    clock.advance(hour + 1)
    assert.equal(admission.toPostmaster(at('192.0.2.1')), undefined)
  })
  it('keeps its memory when many networks write', () => {
    const admission = new Admission(admissionLimits, fixedClock(0))
    const before = heapHeld()
    for (let i = 0; i < 300_000; i++) admission.message({ family: 4, words: [(i << 8) >>> 0, 0, 0, 0] })
    assert.ok(heapHeld() - before < 60 << 20)
    assert.equal(typeof admission.connect(at('192.0.2.1')), 'function')
  })
})
