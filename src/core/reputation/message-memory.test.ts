import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { message, start } from '../../../test/support/mail-events.ts'
import { day } from '../../base/clock.ts'
import type { ComplaintEvent, MessageEvent } from '../../access/mail-event.ts'
import { MessageMemory } from './message-memory.ts'

function complaint(about: MessageEvent, fields: Partial<ComplaintEvent> = {}): ComplaintEvent {
  const { ip, address, id } = about
  return { type: 'complaint', id: 'c1', at: about.at, ip, address, kind: 'junk', message: id, ...fields }
}

describe('The memory of messages', () => {
  it('finds a message by its id, else by message id and address, for seven days', () => {
    const memory = new MessageMemory()
    const [four, six] = ['192.0.2.45', '2001:db8:0:7::1'].map((ip) =>
      message(ip, start, { messageId: `${ip}@sender.example` }),
    ) as [MessageEvent, MessageEvent]
    memory.add(four, true)
    memory.add(six, false)
    const wanted = { sender: '192.0.2.45/32', at: start, isWanted: true, rcpt: undefined }
    assert.deepEqual(memory.about(complaint(four), start), wanted)
    const bySix = complaint(six, { message: undefined, messageId: six.messageId })
    assert.equal(memory.about(bySix, start + 7 * day)?.sender, '2001:db8:0:7::/64')
    assert.equal(memory.about(bySix, start + 7 * day + 1), undefined)
    assert.equal(memory.about(complaint(four, { message: 'another' }), start), undefined)
  })

  it('takes a complaint of a recipient only, where recipients were told', () => {
    const memory = new MessageMemory()
    const event = message('192.0.2.45', start, { rcpt: ['ada', 'bob'] })
    memory.add(event, true)
    assert.ok(memory.about(complaint(event, { reporter: 'bob' }), start))
    assert.equal(memory.about(complaint(event, { reporter: 'eve' }), start), undefined)
    assert.equal(memory.about(complaint(event), start), undefined)
  })

  it('forgets what was not let in after all', () => {
    const memory = new MessageMemory()
    const event = message('192.0.2.45', start)
    memory.add(event, true)
    memory.forget(event)
    assert.equal(memory.about(complaint(event), start), undefined)
  })

  it('mixes up none of fifty thousand', () => {
    const memory = new MessageMemory()
    const events = Array.from({ length: 50_000 }, (_, nth) =>
      message(`192.0.2.${nth % 250}`, start + nth, { messageId: `${nth}@sender.example` }),
    )
    for (const event of events) memory.add(event, true)
    for (const event of events.filter((_, nth) => nth % 97 === 0)) {
      const found = memory.about(complaint(event), start + day)
      assert.deepEqual([found?.sender, found?.at], [`${event.ip}/32`, event.at])
    }
  })
})
