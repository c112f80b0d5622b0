import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orThrow } from '../../base/refusal.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import { readHeader, type HeaderReading } from './reading.ts'

const ours = { names: ['provider.example'], networks: [orThrow(parsePrefix('203.0.113.0/24'))] }

function read(lines: readonly string[]): HeaderReading {
  const reading = readHeader(lines.join('\n'), ours)
  assert.ok(reading)
  return reading
}

const byOurs =
  'Received: from mail.example.org (mail.example.org [192.0.2.45]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) by mx.provider.example with ESMTPS id 1; Mon, 4 May 2026 10:00:30 +0000'
const byStranger =
  'Received: from laptop ([198.51.100.7]) by mail.example.org with ESMTPSA id 2; Mon, 4 May 2026 10:00:00 +0000'
const results = (name: string): string =>
  `Authentication-Results: ${name}; spf=pass smtp.mailfrom=example.org`

describe('What a header says', () => {
  it('is the way of the message, oldest step first, with how long each took', () => {
    const { hops } = read([byOurs, byStranger, 'From: ada@example.org'])
    assert.deepEqual(
      hops.map(({ by, tls, delay }) => [by, tls, delay]),
      [
        ['mail.example.org', 'TLS', undefined],
        ['mx.provider.example', 'TLSv1.3', 30_000],
      ],
    )
  })

  it('is a negative delay where a clock is wrong', () => {
    const late = byStranger.replace('10:00:00', '10:05:00')
    assert.equal(read([byOurs, late]).hops[1]?.delay, -270_000)
  })

  it('is where the message came in: by our own line, else by a guess', () => {
    assert.deepEqual(read([byOurs, byStranger]).handover, { index: 1, isOurs: true })
    const elsewhere = byOurs.replace('mx.provider.example', 'mx.elsewhere.example')
    assert.deepEqual(read([elsewhere, byStranger]).handover, { index: 1, isOurs: false })
  })

  it('is our own word where our server was the last and bears our name', () => {
    const [verdict] = read([byOurs, results('mx.provider.example'), byStranger]).results
    assert.deepEqual([verdict?.trust, verdict?.results[0]?.result], ['ours', 'pass'])
  })

  it('is the receiver’s word where another server was the last', () => {
    const elsewhere = byOurs.replace('mx.provider.example', 'mx.elsewhere.example')
    assert.equal(read([elsewhere, results('mx.elsewhere.example'), byStranger]).results[0]?.trust, 'receiver')
  })

  it('is nobody’s word where the sender may have written it, also in our name', () => {
    assert.equal(read([byOurs, byStranger, results('mx.provider.example')]).results[0]?.trust, 'earlier')
    assert.equal(read([byOurs, results('mail.example.org'), byStranger]).results[0]?.trust, 'earlier')
    const elsewhere = byOurs.replace('mx.provider.example', 'mx.elsewhere.example')
    assert.equal(read([elsewhere, results('mx.provider.example'), byStranger]).results[0]?.trust, 'earlier')
    assert.equal(read([results('mx.provider.example')]).results[0]?.trust, 'earlier')
  })

  it('is what each signature covers, and whether it fits the From address', () => {
    const { signatures } = read([
      'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example.org; s=s1; h=From:To:Subject; l=20; x=1777900000; bh=a=; b=b=',
      'DKIM-Signature: v=1; a=ed25519-sha256; d=service.example; s=x; h=from : to; bh=a=; b=b=',
      'From: Ada <ada@example.org>',
    ])
    assert.deepEqual(signatures, [
      {
        domain: 'mail.example.org',
        selector: 's1',
        algorithm: 'rsa-sha256',
        signed: ['from', 'to', 'subject'],
        isAligned: true,
        isPart: true,
        expiresAt: 1_777_900_000_000,
      },
      {
        domain: 'service.example',
        selector: 'x',
        algorithm: 'ed25519-sha256',
        signed: ['from', 'to'],
        isAligned: false,
        isPart: false,
        expiresAt: undefined,
      },
    ])
  })

  const sealed = (i: number, cv: string): readonly string[] => [
    `ARC-Seal: i=${i}; a=rsa-sha256; t=1777889000; cv=${cv}; d=lists.example; s=s1; b=x`,
    `ARC-Message-Signature: i=${i}; a=rsa-sha256; d=lists.example; s=s1; h=from; bh=x; b=x`,
    `ARC-Authentication-Results: i=${i}; lists.example; dkim=pass header.d=example.org`,
  ]

  it('is what each forwarder found, oldest first, and whether the chain can be whole (RFC 8617)', () => {
    const reading = read([...sealed(2, 'pass'), ...sealed(1, 'none'), 'From: ada@example.org'])
    assert.deepEqual(
      reading.arc.map(({ instance, cv, domain, results: found }) => [
        instance,
        cv,
        domain,
        found?.authservId,
        found?.results[0]?.result,
      ]),
      [
        [1, 'none', 'lists.example', 'lists.example', 'pass'],
        [2, 'pass', 'lists.example', 'lists.example', 'pass'],
      ],
    )
    assert.equal(reading.arcTrouble, undefined)
    assert.equal(read(sealed(2, 'pass')).arcTrouble, 'gap')
    assert.equal(read(sealed(1, 'none').slice(0, 2)).arcTrouble, 'incomplete')
    assert.equal(read([...sealed(1, 'none'), ...sealed(2, 'fail')]).arcTrouble, 'failed')
    assert.equal(read(sealed(1, 'pass')).arcTrouble, 'first-not-none')
  })

  it('is whether the envelope sender is of the author’s organisation', () => {
    const of = (path: string): unknown =>
      read([`Return-Path: ${path}`, 'From: ada@example.org']).envelope.isReturnAligned
    assert.deepEqual(['<a@bounce.example.org>', '<a@service.example>', '<>'].map(of), [
      true,
      false,
      undefined,
    ])
  })
})
