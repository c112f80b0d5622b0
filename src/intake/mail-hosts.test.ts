import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fixedClock, hour, minute } from '../base/clock.ts'
import { mailHosts, type MxLookup } from './mail-hosts.ts'

describe('The hosts that take our mail', () => {
  it('are asked for once an hour, however many want to know at once', async () => {
    const clock = fixedClock(0)
    let asked = 0
    const mx: MxLookup = async (name) => (asked++, [{ exchange: `MX${asked}.${name}.` }, { exchange: '.' }])
    const hosts = mailHosts(['provider.example'], mx, clock)
    const first = ['mx1.provider.example']
    assert.deepEqual(await Promise.all([hosts(), hosts()]), [first, first])
    clock.advance(hour - 1)
    assert.deepEqual(await hosts(), first)
    clock.advance(1)
    assert.deepEqual(await hosts(), ['mx2.provider.example'])
  })
  it('stay what they were while DNS does not answer, and it is asked again a minute later', async () => {
    const clock = fixedClock(0)
    let answer: Awaited<ReturnType<MxLookup>> = [{ exchange: 'mx.hoster.example' }]
    const hosts = mailHosts(['provider.example'], async () => answer, clock)
    assert.deepEqual(await hosts(), ['mx.hoster.example'])
    clock.advance(hour)
    answer = 'temperror'
    assert.deepEqual(await hosts(), ['mx.hoster.example'])
    answer = []
    assert.deepEqual(await hosts(), ['mx.hoster.example'])
    clock.advance(minute)
    assert.deepEqual(await hosts(), [])
  })
})
