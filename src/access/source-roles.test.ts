import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { message, start } from '../../test/support/mail-events.ts'
import type { ComplaintEvent, ConnectionEvent } from './mail-event.ts'
import { ownedPart, readRoles, sourceRoles } from './source-roles.ts'

const whole = message('192.0.2.45', start, {
  queueId: '4XyZ',
  messageId: '<a@example.org>',
  spf: 'pass',
  dkim: ['example.org'],
  dmarc: 'pass',
  unknownRecipients: 2,
  trapRecipients: 1,
  rcpt: ['hash'],
  verdict: 'spam',
})
const { address, ip } = whole
const connection: ConnectionEvent = { type: 'connection', id: 'c', at: start, address, ip }
const complaint: ComplaintEvent = { type: 'complaint', id: 'r', at: start, address, ip, kind: 'junk' }

describe('Roles of a source', () => {
  it('are read in any order, each once, and refused when one is not known', () => {
    assert.deepEqual(readRoles('filter,mta'), ['mta', 'filter'])
    assert.deepEqual(readRoles('reports reports'), ['reports'])
    assert.equal(readRoles('mta,milter'), undefined)
    assert.equal(readRoles(''), undefined)
  })

  it('leave a source that has all of them everything it says', () => {
    for (const event of [whole, connection, complaint]) assert.deepEqual(ownedPart(event, sourceRoles), event)
  })

  it('leave the mail server its recipients and outcome, and the filter its verdict and authentication', () => {
    const ofMta = ownedPart(whole, ['mta'])
    assert.ok(ofMta?.type === 'message')
    assert.deepEqual(
      [ofMta.recipients, ofMta.unknownRecipients, ofMta.trapRecipients, ofMta.outcome, ofMta.rcpt],
      [1, 2, 1, 'accepted', ['hash']],
    )
    assert.deepEqual([ofMta.verdict, ofMta.spf, ofMta.dkim, ofMta.dmarc], Array(4).fill(undefined))
    const ofFilter = ownedPart(whole, ['filter'])
    assert.ok(ofFilter?.type === 'message')
    assert.deepEqual([ofFilter.verdict, ofFilter.spf, ofFilter.dkim], ['spam', 'pass', ['example.org']])
    assert.deepEqual(
      [ofFilter.recipients, ofFilter.unknownRecipients, ofFilter.trapRecipients, ofFilter.outcome],
      Array(4).fill(undefined),
    )
    for (const part of [ofMta, ofFilter])
      assert.deepEqual(
        [part.queueId, part.messageId, part.mailFrom],
        ['4XyZ', '<a@example.org>', 'sender.example'],
      )
  })

  it('keep connections to the mail server and complaints to the reports', () => {
    assert.deepEqual(
      sourceRoles.map((role) =>
        [connection, complaint, whole].map((event) => ownedPart(event, [role]) !== undefined),
      ),
      [
        [true, false, true],
        [false, false, true],
        [false, true, false],
      ],
    )
  })
})
