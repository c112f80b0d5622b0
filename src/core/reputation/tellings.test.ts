import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { message, start, testReputation } from '../../../test/support/mail-events.ts'
import { hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { ownedPart, type SourceRole } from '../../access/source-roles.ts'
import { parseAddress } from '../../standards/ip.ts'
import type { Counts } from './evidence.ts'
import { Tellings } from './tellings.ts'

const ip = '192.0.2.45'
const address = orThrow(parseAddress(ip))

interface Said {
  readonly event: MessageEvent
  readonly source: string
}

/** What a source of these roles says of a message, under an id of its own. */
function saidBy(roles: readonly SourceRole[], source: string, event: MessageEvent): Said {
  const part = ownedPart({ ...event, id: `${source}-${event.id}` }, roles)
  assert.ok(part?.type === 'message')
  return { event: part, source }
}

/** Evidence after all that was said, in this order. */
function countsAfter(said: readonly Said[]): Counts {
  const judge = testReputation()
  const tellings = new Tellings()
  let now = start
  for (const { event, source } of said) {
    now = Math.max(now, event.at)
    const told = tellings.tell(event, source, now)
    judge.learn(told.event, now, told)
  }
  const { ham, spam, unjudged, recipients, unknown, traps } =
    judge.examine(address, now)?.assessment.counts ?? assert.fail()
  return { ham, spam, unjudged, recipients, unknown, traps } as Counts
}

const spam = message(ip, start, {
  queueId: '4XyZ',
  messageId: '<a@sender.example>',
  recipients: 3,
  unknownRecipients: 1,
  trapRecipients: 1,
  verdict: 'spam',
})
const once = { ham: 0, spam: 1, unjudged: 0, recipients: 3, unknown: 1, traps: 1 }

describe('Tellings of one message by several sources', () => {
  it('count once, whoever tells first, as if one source had told everything', () => {
    const mta = saidBy(['mta'], 'mx1', spam)
    const filter = saidBy(['filter'], 'rspamd', spam)
    for (const said of [[saidBy(['mta', 'filter'], 'all', spam)], [mta, filter], [filter, mta]])
      assert.deepEqual(countsAfter(said), once)
  })

  it('count no more recipients than a mail server takes in one message, and no more unknown ones than there are', () => {
    const all = ['mta', 'filter'] as const
    const counted = (more: Partial<MessageEvent>) => {
      const { recipients, unknown } = countsAfter([saidBy(all, 'mx1', { ...spam, ...more })])
      return [recipients, unknown]
    }
    assert.deepEqual(counted({ recipients: 1_000_000, unknownRecipients: 1_000_000 }), [1000, 1000])
    assert.deepEqual(counted({ recipients: 3, unknownRecipients: 1_000_000 }), [3, 3])
    assert.deepEqual(counted({ recipients: undefined, unknownRecipients: 7 }), [0, 7])
  })

  it('count once where both tell everything, and where one source tells in two parts', () => {
    const both = [saidBy(['mta', 'filter'], 'mx1', spam), saidBy(['mta', 'filter'], 'other', spam)]
    assert.deepEqual(countsAfter(both), once)
    assert.deepEqual(countsAfter([saidBy(['mta'], 'mx1', spam), saidBy(['filter'], 'mx1', spam)]), once)
  })

  it('meet by the message id where a queue id is not known', () => {
    const mta = saidBy(['mta'], 'mx1', spam)
    const filter = saidBy(['filter'], 'rspamd', { ...spam, queueId: undefined })
    for (const said of [
      [mta, filter],
      [filter, mta],
    ])
      assert.deepEqual(countsAfter(said), once)
  })

  it('are of two messages when two mail servers took one message id under numbers of their own', () => {
    const said = [
      saidBy(['mta'], 'mx1', spam),
      saidBy(['mta'], 'mx2', { ...spam, queueId: '5AbC' }),
      saidBy(['filter'], 'rspamd', { ...spam, queueId: undefined }),
      saidBy(['filter'], 'rspamd', { ...spam, queueId: undefined }),
    ]
    assert.deepEqual(countsAfter(said), { ham: 0, spam: 2, unjudged: 0, recipients: 6, unknown: 2, traps: 2 })
  })

  it('are of two messages after hours, and from two addresses', () => {
    const later = { ...spam, at: start + 13 * hour, verdict: 'ham' } as const
    const tellings = new Tellings()
    assert.equal(tellings.tell(spam, 'mx1', start).more, undefined)
    assert.equal(tellings.tell(later, 'rspamd', later.at).more, undefined)
    assert.equal(tellings.tell({ ...spam, ip: '192.0.2.46' }, 'rspamd', start).more, undefined)
  })

  it('keep a message that was refused in the end from being complained about', () => {
    const judge = testReputation()
    const tellings = new Tellings()
    const filter = saidBy(['filter'], 'rspamd', spam).event
    const refused = saidBy(['mta'], 'mx1', { ...spam, outcome: 'rejected', isOurs: true }).event
    const complaint = { type: 'complaint', id: 'c', at: start + minute, ip, address, kind: 'junk' } as const
    for (const [event, source] of [
      [filter, 'rspamd'],
      [refused, 'mx1'],
    ] as const) {
      const told = tellings.tell(event, source, start)
      judge.learn(told.event, start, told)
    }
    assert.equal(judge.complain({ ...complaint, messageId: spam.messageId }), false)
  })

  it('let a complaint find the message by the id of either', () => {
    const judge = testReputation()
    const tellings = new Tellings()
    for (const { event, source } of [saidBy(['mta'], 'mx1', spam), saidBy(['filter'], 'rspamd', spam)]) {
      const told = tellings.tell(event, source, start)
      judge.learn(told.event, start, told)
    }
    for (const about of [`mx1-${spam.id}`, `rspamd-${spam.id}`]) {
      const fields = { type: 'complaint', at: start + minute, ip, address, kind: 'junk' } as const
      assert.equal(judge.complain({ ...fields, id: about, message: about, reporter: about }), true)
    }
  })

  it('of many messages, in any order, are as many messages as there were', () => {
    const list = Array.from({ length: 12 }, (_, nth) =>
      message(ip, start + nth * second, {
        // A list: one message id for some, a queue id for each.
        messageId: `<${nth % 3}@sender.example>`,
        queueId: `Q${nth}`,
        verdict: nth % 2 === 0 ? 'spam' : 'ham',
      }),
    )
    const said = list.flatMap((each) => [saidBy(['mta'], 'mx1', each), saidBy(['filter'], 'rspamd', each)])
    fc.assert(
      fc.property(fc.shuffledSubarray(said, { minLength: said.length }), (order) => {
        const { ham, spam: unwanted, unjudged, recipients } = countsAfter(order)
        assert.deepEqual(
          { ham, unwanted, unjudged, recipients },
          { ham: 6, unwanted: 6, unjudged: 0, recipients: 12 },
        )
      }),
    )
  })
})
