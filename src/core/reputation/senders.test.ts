import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { message, send, start } from '../../../test/support/mail-events.ts'
import { testSettings } from '../../../test/support/context.ts'
import { hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { reputationSettings } from './own-settings.ts'
import { Reputation } from './reputation.ts'
import type { SenderMemory } from './sender.ts'
import { Senders } from './senders.ts'

function ipOf(nth: number): string {
  return `2001:db8:${Math.floor(nth / 60_000).toString(16)}:${(nth % 60_000).toString(16)}::1`
}

describe('Senders in memory without a database', () => {
  const settings = testSettings()
  const judge = new Reputation({ ...reputationSettings(settings), mostSenders: 1000 })
  const bad = '192.0.2.45'
  const good = '192.0.2.99'
  let now = start
  for (let nth = 0; nth < 40; nth++) {
    now += 10 * second
    send(judge, message(bad, now, { verdict: 'spam', ptr: null }))
    send(judge, message(good, now, { verdict: 'ham' }))
  }
  for (let nth = 0; nth < 20_000; nth++) {
    now += 100
    send(
      judge,
      message(ipOf(nth), now, { verdict: 'ham', ptr: null, mailFrom: `d${nth}.example`, spf: 'pass' }),
    )
  }

  it('are no more than there is room for, nor are their groups', () => {
    assert.ok(judge.size <= 1000, `${judge.size}`)
    assert.ok(judge.groups <= 1000, `${judge.groups}`)
  })

  it('are forgotten when they sent one message and nothing unwanted, before those with a history, good or bad', () => {
    for (const ip of [bad, good]) assert.ok(judge.examine(orThrow(parseAddress(ip)), now), ip)
    assert.ok(judge.examine(orThrow(parseAddress(ipOf(19_999))), now), 'the last one')
    assert.equal(judge.examine(orThrow(parseAddress(ipOf(1))), now), undefined)
  })

  it('stay while they are listed, however many come', () => {
    const { sender } = judge.examine(orThrow(parseAddress(bad)), now) ?? {}
    assert.ok(sender?.listing !== undefined || (sender?.lapses.length ?? 0) > 0)
  })
})

describe('A sender that is written down', () => {
  it('is the same again', () => {
    const senders = new Senders(168, 10)
    const address = orThrow(parseAddress('192.0.2.45'))
    const sender = senders.of({ at: start, address, ptr: 'mx.sender.example' })
    for (const kind of ['ham', 'spam', 'complaints'] as const) sender.evidence.add(kind, 1.5, start + hour)
    sender.drift.add(1, 0, start, 0.1)
    sender.trial = {
      since: start,
      evidence: sender.evidence,
      reporters: new Set(['ada']),
      isSteady: true,
      isBreak: true,
    }
    sender.reporters.add('bob')
    sender.past = { mean: 0.3, strength: 4 }
    Object.assign(sender, {
      hasOld: true,
      watermark: start,
      usual: Infinity,
      floor: 30,
      freeUntil: start + hour,
      clean: 3,
    })
    Object.assign(sender, {
      lapses: [start],
      delistedAt: start,
      given: 3,
      givenDay: 20_000,
      home: 'sender.example',
    })
    sender.listing = {
      prefix: sender.unit,
      cause: 'spam',
      class: 'self-service',
      since: start,
      ends: start + hour,
      recurrence: 1,
    }
    sender.member = { since: start, evidence: sender.evidence }
    sender.noteTry('sender.example', start, hour)
    sender.notePassed(start + minute, 3)
    sender.noteAttempt(start + minute)
    sender.share.add(1, 2, start, 168)
    sender.kindShare.add(2, 1, start, 168)
    const written = JSON.stringify(sender)
    const { since, seenAt: seen, home } = sender
    const memory = JSON.parse(written) as SenderMemory
    const known = { since, seen, home, ptr: 'mx.sender.example', memory }
    const again = new Senders(168, 10).recall(sender.unit, known)
    assert.equal(JSON.stringify(again), written)
    assert.equal(Object.keys(memory).length, 22)
    assert.deepEqual(
      [again.passed(start + hour), again.attempts(start + minute), again.usual, again.listing],
      [sender.passed(start + hour), sender.attempts(start + minute), Infinity, sender.listing],
    )
  })
})
