import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { added, message, start, testReputation } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { parseAddress } from '../../standards/ip.ts'
import { foundOf } from './listing-rule.ts'
import type { Reputation } from './reputation.ts'
import type { SenderMemory } from './sender.ts'
import { tuningWith } from './tuning.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))

/** `count` messages that a source tells of, `everyMs` apart. */
function tell(
  judge: Reputation,
  source: string,
  { at, count, everyMs = second }: { readonly at: number; readonly count: number; readonly everyMs?: number },
  fields: Partial<MessageEvent> = {},
): void {
  for (let nth = 0; nth < count; nth++) {
    const event = message(fields.ip ?? ip, at + nth * everyMs, fields)
    judge.tick(event.at)
    judge.passed(event)
    judge.learn(event, event.at, { source })
  }
}

function complaints(judge: Reputation, source: string, at: number, count: number): void {
  for (let nth = 0; nth < count; nth++) {
    const about = message(ip, at + nth)
    judge.learn(about, about.at, { source: 'mx1' })
    const complaint = { id: `c${about.id}`, at: at + nth, ip, address, message: about.id, reporter: about.id }
    judge.complain({ type: 'complaint', kind: 'junk', ...complaint }, at + nth, source)
  }
}

function listed(judge: Reputation): readonly (readonly [cause: string, listingClass: string])[] {
  return added(judge.takeNotes()).map(({ listing }) => [listing.cause, listing.class] as const)
}

const spam = { verdict: 'spam' } as const

describe('A source among several', () => {
  it('lists nobody alone, and the sender is only put off', () => {
    const judge = testReputation()
    tell(judge, 'mx1', { at: start, count: 30, everyMs: 10 * minute })
    tell(judge, 'mx2', { at: start + 6 * hour, count: 2000, everyMs: 10 }, spam)
    assert.deepEqual(listed(judge), [])
    const { action } = judge.decide(message(ip, start + 6 * hour + minute))
    assert.notEqual(action, 'reject')
    const examined = judge.examine(address, start + 6 * hour + minute)
    assert.ok(examined)
    const found = foundOf(examined.sender, examined.assessment, tuningWith(), start + 6 * hour + minute)
    assert.deepEqual([found?.only, found?.finding.cause], ['mx2', 'spam'])
  })

  it('is believed where nobody else knows the sender, or has heard nothing of it for a day', () => {
    for (const before of [[], [{ count: 7, at: start }], [{ count: 60, at: start - 30 * hour }]]) {
      const judge = testReputation()
      for (const each of before) tell(judge, 'mx1', each)
      tell(judge, 'mx2', { at: start + hour, count: 400 }, spam)
      assert.deepEqual(listed(judge), [['spam', 'self-service']], JSON.stringify(before))
    }
  })

  it('is believed as soon as the others say the same', () => {
    const judge = testReputation()
    const alone = testReputation()
    for (let nth = 0; nth < 40; nth++) {
      tell(judge, `mx${nth % 2}`, { at: start + nth * second, count: 1 }, spam)
      tell(alone, 'mx0', { at: start + nth * second, count: 1 }, spam)
    }
    const [one, other] = [alone, judge].map((each) => added(each.takeNotes())[0]?.at)
    assert.ok(one !== undefined && one === other)
  })

  it('says of a sender that turned what the others say of it since, not what they said before', () => {
    const judge = testReputation()
    for (const source of ['mx1', 'mx2']) tell(judge, source, { at: start, count: 120, everyMs: hour / 2 })
    const turned = start + 61 * hour
    for (let nth = 0; nth < 300; nth++)
      tell(judge, `mx${1 + (nth % 2)}`, { at: turned + nth * second, count: 1 }, spam)
    assert.deepEqual(listed(judge), [['spam', 'self-service']])
  })

  it('owns the facts of its role: filter, mail server and reports accuse alone where each is the only one', () => {
    const filter = testReputation()
    tell(filter, 'postfix', { at: start, count: 60 }, { verdict: undefined, recipients: 1 })
    tell(filter, 'rspamd', { at: start + hour, count: 30 }, { ...spam, recipients: undefined })
    assert.deepEqual(listed(filter), [['spam', 'self-service']])
    const server = testReputation()
    tell(server, 'rspamd', { at: start, count: 10 }, { recipients: undefined })
    const trap = { verdict: undefined, recipients: 1, trapRecipients: 1 } as const
    tell(server, 'postfix', { at: start + hour, count: 8, everyMs: minute }, trap)
    assert.deepEqual(
      listed(server).map(([cause]) => cause),
      ['traps'],
    )
    const reports = testReputation()
    tell(reports, 'mx1', { at: start, count: 12 })
    complaints(reports, 'dovecot', start + hour, 16)
    assert.deepEqual(listed(reports), [['complaints', 'self-service']])
  })

  it('gains nothing by other lies: traps, unknown recipients, complaints', () => {
    const judge = testReputation()
    tell(judge, 'mx1', { at: start, count: 20, everyMs: minute })
    const at = start + hour
    tell(judge, 'mx2', { at, count: 200 }, { recipients: 4, unknownRecipients: 3, trapRecipients: 1 })
    complaints(judge, 'mx2', at + hour, 40)
    assert.deepEqual(listed(judge), [])
  })

  it('makes no case for a person of one that the others would let the sender end itself', () => {
    const judge = testReputation()
    tell(judge, 'mx1', { at: start, count: 12 }, spam)
    tell(judge, 'mx2', { at: start + minute, count: 40 }, { verdict: 'malware' })
    assert.deepEqual(listed(judge), [['spam', 'self-service']])
  })

  it('lists no range by members that only it has seen, where others know members that are good', () => {
    const bots = (judge: Reputation, at: number): void => {
      for (let nth = 0; nth < 12; nth++)
        tell(judge, 'mx2', { at: at + nth * minute, count: 4 }, { ...spam, ip: `192.0.2.${100 + nth}` })
    }
    const range = (judge: Reputation): number =>
      added(judge.takeNotes()).filter(({ listing }) => listing.prefix.length === 24).length
    const unknown = testReputation()
    bots(unknown, start)
    assert.equal(range(unknown), 1)
    const known = testReputation()
    for (let nth = 0; nth < 6; nth++)
      tell(known, 'mx1', { at: start, count: 4 }, { ip: `192.0.2.${10 + nth}` })
    bots(known, start + hour)
    assert.equal(range(known), 0)
  })

  it('is forgotten by nobody: written down and read again it is the same', () => {
    const judge = testReputation()
    tell(judge, 'mx1', { at: start, count: 30, everyMs: 10 * minute })
    tell(judge, 'mx2', { at: start + 6 * hour, count: 9 }, spam)
    const sender = judge.examine(address, start + 7 * hour)?.sender
    assert.ok(sender)
    const again = testReputation()
    const memory = JSON.parse(JSON.stringify(sender)) as SenderMemory
    again.recall(sender.unit, {
      since: sender.since,
      seen: sender.seenAt,
      ptr: 'mx.sender.example',
      home: undefined,
      memory,
    })
    const now = start + day
    assert.deepEqual(again.examine(address, now)?.sender.evidence.said(now), sender.evidence.said(now))
    tell(again, 'mx2', { at: start + 7 * hour, count: 500 }, spam)
    assert.deepEqual(listed(again), [])
  })
})
