import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { parsePrefix } from './prefix.ts'
import { handoverOf, isFromInside, probableHandover } from './received-chain.ts'
import { readReceived } from './received.ts'

const ours = { names: ['provider.example'], networks: [orThrow(parsePrefix('203.0.113.0/24'))] }
const handover = (...lines: readonly string[]): string | undefined =>
  handoverOf(lines.map(readReceived), ours)?.ip

const border =
  'from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example (Postfix) with ESMTPS id 1'
const forged =
  'from victim.example (victim.example [198.51.100.9]) by mx.provider.example (Postfix) with ESMTPS id 0'

describe('Where a message came in', () => {
  it('is the topmost line of ours whose client is a stranger; nothing below it is believed', () => {
    assert.equal(handover(border), '192.0.2.45')
    assert.equal(handover(border, forged), '192.0.2.45')
  })
  it('lies below the lines of our own machines: store, content filter, relay', () => {
    const inside = [
      'from mx.provider.example ([203.0.113.7]) by imap.provider.example with LMTP id x (envelope-from <a@example.org>)',
      'from mx.provider.example by imap.provider.example with LMTP id y',
      '(qmail 4711 invoked by uid 89)',
      'from localhost (localhost [127.0.0.1]) by mx.provider.example (Postfix) with ESMTP id 3',
      'from mx.provider.example ([127.0.0.1]) by localhost (mx.provider.example [127.0.0.1]) (amavisd-new, port 10024) with ESMTP id 2',
      'by mx.provider.example (Postfix, from userid 115) id 2',
      'from gate.provider.example (gate [10.0.0.7]) by mx.provider.example with ESMTP',
    ]
    assert.equal(handover(...inside, border, forged), '192.0.2.45')
    const byAddress =
      'from mail.example.org (192.0.2.45) by EX1 (203.0.113.9) with Microsoft SMTP Server id 15'
    assert.equal(handover(byAddress), '192.0.2.45')
  })
  it("is unknown when the top is a stranger's, or a line of ours names no client", () => {
    const foreign = 'from x (x [192.0.2.1]) by mx.receiver.example with ESMTP'
    assert.equal(handover(foreign, border), undefined)
    assert.equal(handover('from evil by notprovider.example with SMTP', border), undefined)
    assert.equal(handover('from x (unknown [unknown]) by mx.provider.example with ESMTP', forged), undefined)
    assert.equal(handover(), undefined)
  })
  it('never depends on what stands below it', () => {
    const lines = fc.array(fc.oneof(fc.constantFrom(forged, border, 'by localhost'), fc.string()))
    fc.assert(fc.property(lines, (below) => assert.equal(handover(border, ...below), '192.0.2.45')))
  })
})

describe('A message from inside', () => {
  const isInside = (...lines: readonly string[]): boolean => isFromInside(lines.map(readReceived), ours)
  const local = 'by mx.provider.example (Postfix, from userid 115) id 2'
  it('was only in the hands of our own servers, or has no trace at all', () => {
    assert.ok(isInside())
    assert.ok(isInside('from imap (imap [10.0.0.7]) by mx.provider.example with ESMTP', local))
    assert.ok(isInside('from mx.provider.example by imap.provider.example with LMTP id y', local))
    assert.ok(isInside('(qmail 4711 invoked by uid 89)', local))
  })
  it('never had a stranger as client or server, and nobody who is not named', () => {
    assert.ok(!isInside(border))
    assert.ok(!isInside(local, border))
    assert.ok(!isInside('by mx.example.org with ESMTP', local))
    assert.ok(!isInside('from x (unknown [unknown]) by mx.provider.example with ESMTP'))
  })
})

describe('Where a message probably came in to somebody else', () => {
  it('is the first client outside of private networks and of the receiver', () => {
    const hops = [
      'from a.receiver.example (a.receiver.example [198.51.100.1]) by store.receiver.example with LMTP',
      'from gate (gate [10.0.0.1]) by a.receiver.example with ESMTP',
      'from mail.example.org (mail.example.org [192.0.2.45]) by mx.receiver.example with ESMTPS',
      'from old.example (old.example [192.0.2.1]) by mail.example.org with ESMTP',
    ].map(readReceived)
    assert.equal(probableHandover(hops)?.ip, '192.0.2.45')
    assert.equal(probableHandover([]), undefined)
  })
})
