import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readReceived, type Hop } from './received.ts'

/** Only what the field tells. */
function read(value: string): Partial<Hop> {
  return Object.fromEntries(Object.entries(readReceived(value)).filter(([, said]) => said !== undefined))
}

const date = 'Mon, 4 May 2026 10:15:30 +0000'
const at = Date.parse('2026-05-04T10:15:30Z')

describe('A trace field', () => {
  it('of Postfix names greeting, found name and address, whatever TLS and certificates say in between', () => {
    const value = `from helo.example.org (mail.example.org [192.0.2.45]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519) (Client CN "[198.51.100.9] by evil.example", Issuer "x" (not verified)) by mx.provider.example (Postfix) with ESMTPS id 4XyZ for <ann@provider.example>; ${date} (UTC)`
    assert.deepEqual(read(value), {
      from: 'helo.example.org',
      helo: 'helo.example.org',
      ptr: 'mail.example.org',
      ip: '192.0.2.45',
      by: 'mx.provider.example',
      with: 'ESMTPS',
      id: '4XyZ',
      for: 'ann@provider.example',
      date: `${date} (UTC)`,
      at,
    })
    const unknown = read(
      `from [10.0.0.1] (unknown [IPv6:2001:DB8::0:45]) by mx.provider.example (Postfix) with ESMTP id 1; ${date}`,
    )
    assert.deepEqual([unknown.ip, unknown.ptr, unknown.helo], ['2001:db8::45', undefined, '[10.0.0.1]'])
  })
  it('of Exim has the greeting in the bracket and the found name before it', () => {
    const named = read(
      `from mail.example.org ([192.0.2.45]:51234 helo=[198.51.100.9]) by mx.provider.example with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <a@example.org>) id 1tABCD-000001-2x for ann@provider.example; ${date}`,
    )
    assert.deepEqual(
      [named.ip, named.ptr, named.helo, named.with, named.id, named.for],
      [
        '192.0.2.45',
        'mail.example.org',
        '[198.51.100.9]',
        'esmtps',
        '1tABCD-000001-2x',
        'ann@provider.example',
      ],
    )
    const bare = read(
      `from [2001:db8::45] (port=25 helo=[198.51.100.9]) by mx.provider.example with esmtp (Exim 4.96); ${date}`,
    )
    assert.deepEqual([bare.ip, bare.ptr, bare.helo], ['2001:db8::45', undefined, '[198.51.100.9]'])
  })
  it('of Sendmail may call the name forged, and an identd answer is not the address', () => {
    const forged = read(
      `from [198.51.100.9] (mail.example.org [192.0.2.45] (may be forged)) by mx.provider.example (8.17.1/8.17.1) with ESMTPS id 644AFU1x (version=TLSv1.3 cipher=X bits=256 verify=NO) for <ann@provider.example>; ${date}`,
    )
    assert.deepEqual([forged.ip, forged.ptr, forged.id], ['192.0.2.45', 'mail.example.org', '644AFU1x'])
    const identified = read(
      `from x.example (a[198.51.100.9]@mail.example.org [192.0.2.45]) by mx.provider.example; ${date}`,
    )
    assert.equal(identified.ip, '192.0.2.45')
  })
  it('of qmail has the address in the last bracket, for its greeting is not cleaned', () => {
    const plain = read(
      `from unknown (HELO mail.example.org) (joe@192.0.2.45) by mx.provider.example with SMTP; 4 May 2026 10:15:30 -0000`,
    )
    assert.deepEqual(plain, {
      from: 'unknown',
      helo: 'mail.example.org',
      ip: '192.0.2.45',
      by: 'mx.provider.example',
      with: 'SMTP',
      date: '4 May 2026 10:15:30 -0000',
      at,
    })
    assert.equal(
      read('from unknown (HELO x)(198.51.100.9) (192.0.2.45) by mx.provider.example with SMTP').ip,
      '192.0.2.45',
    )
    assert.equal(read('from mail.example.org (192.0.2.45) by mx.provider.example with SMTP').ip, '192.0.2.45')
    assert.deepEqual(read('(qmail 4711 invoked by uid 89); 4 May 2026 10:15:30 -0000').by, undefined)
  })
  it('of Exchange has addresses of both ends', () => {
    const hop = read(
      `from mail.example.org (192.0.2.45) by EX1.provider.example (203.0.113.9) with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.2.1544.4 via Frontend Transport; ${date}`,
    )
    assert.deepEqual(hop, {
      from: 'mail.example.org',
      helo: 'mail.example.org',
      ip: '192.0.2.45',
      by: 'ex1.provider.example',
      byIp: '203.0.113.9',
      with: 'Microsoft SMTP Server',
      id: '15.2.1544.4',
      date,
      at,
    })
  })
  it('of a webmail that writes the address first is read too', () => {
    assert.equal(
      read(`from 192.0.2.45 (EHLO [198.51.100.9]) by mta1.example.net with SMTP; ${date}`).ip,
      '192.0.2.45',
    )
  })
  it('names no address where only the client speaks', () => {
    assert.equal(read(`from [198.51.100.9] by mx.provider.example; ${date}`).ip, undefined)
    assert.equal(
      read(`from [198.51.100.9] (unknown [unknown]) by mx.provider.example; ${date}`).ip,
      undefined,
    )
    assert.equal(
      read(`from by (mail.example.org [192.0.2.45]) by mx.provider.example; ${date}`).by,
      'mx.provider.example',
    )
  })
  it('of a message that began here has no client', () => {
    const local = read(`by mx.provider.example (Postfix, from userid 1000) id 4XyZ; ${date}`)
    assert.deepEqual(
      [local.from, local.ip, local.by, local.id],
      [undefined, undefined, 'mx.provider.example', '4XyZ'],
    )
  })
  it('of any text is read without a fault, in short time', () => {
    const pieces = fc.constantFrom(
      'from ',
      'by ',
      '(',
      ')',
      '[192.0.2.45]',
      '\\',
      ';',
      'helo=',
      'HELO ',
      ' ',
      'for <',
      '>',
      'x',
      date,
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constant(`from x by ${'İ'.repeat(300)}`),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          for (const said of Object.values(readReceived(text)))
            assert.ok(typeof said !== 'string' || said.length <= 320)
        },
      ),
    )
    const before = performance.now()
    for (const piece of ['(', 'from ', '[', '((helo=', '@', 'a@', '; ', '\\'])
      readReceived(`from x (${piece.repeat(100_000)}`)
    assert.ok(performance.now() - before < 2000)
  })
})
