import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tlsOfReceived } from './received-tls.ts'

describe('TLS in a trace field', () => {
  const written: readonly (readonly [
    program: string,
    value: string,
    expected: ReturnType<typeof tlsOfReceived>,
  ])[] = [
    [
      'Postfix',
      'from mail.example.org (mail.example.org [192.0.2.45]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS) (No client certificate requested) by mx.provider.example (Postfix) with ESMTPS id 4XyZ; Mon, 4 May 2026 10:15:30 +0000',
      { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    ],
    [
      'Exim',
      'from [192.0.2.45] (helo=mail.example.org) by mx.provider.example with esmtps (TLS1.2) tls TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 (Exim 4.98) id 1abc; Mon, 4 May 2026 10:15:30 +0000',
      { version: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
    ],
    [
      'an older Exim',
      'from mail.example.org by mx.example with esmtps (TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256) (Exim 4.89) id 1abc; Mon, 4 May 2026 10:15:30 +0000',
      { version: 'TLSv1.2', cipher: 'ECDHE-RSA-AES256-GCM-SHA384' },
    ],
    [
      'a large mailbox provider',
      'from mail.example.org (mail.example.org. [192.0.2.45]) by mx.example.com with ESMTPS id x1 for <a@example.com> (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128); Mon, 04 May 2026 03:15:30 -0700 (PDT)',
      { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
    ],
    [
      'Exchange',
      'from A.example.com (2001:db8::1) by B.example.com (2001:db8::2) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1; Mon, 4 May 2026 10:15:30 +0000',
      { version: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
    ],
    [
      'a server that says only ESMTPSA',
      'from a by b with ESMTPSA id 1; Mon, 4 May 2026 10:15:30 +0000',
      'encrypted',
    ],
    ['a plain session', 'from a by b with ESMTP id 1; Mon, 4 May 2026 10:15:30 +0000', 'unencrypted'],
    ['a server that says nothing', 'from a by b id 1; Mon, 4 May 2026 10:15:30 +0000', undefined],
  ]
  for (const [program, value, expected] of written)
    it(`is read as ${program} writes it`, () => assert.deepEqual(tlsOfReceived(value), expected))
})
