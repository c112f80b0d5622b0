import type { ProbeFacts, ProbeSignature } from '../../src/core/probes/facts.ts'
import type { ProbeConnection } from '../../src/core/probes/probe.ts'
import { testStart } from './context.ts'

/** A test message that is as it should be, for tests to change one thing of. */

export const goodConnection: ProbeConnection = {
  ip: '192.0.2.45',
  source: 'session',
  helo: 'mail.example.org',
  mailFrom: 'ada@example.org',
  tls: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  names: ['mail.example.org'],
  confirmed: ['mail.example.org'],
  isNameUnsure: false,
  fromTakesMail: true,
}

export const goodSignature: ProbeSignature = {
  domain: 'example.org',
  selector: 's1',
  result: 'pass',
  why: '',
  algorithm: 'rsa-sha256',
  bits: 2048,
  signed: ['from', 'to', 'subject', 'date', 'message-id'],
  isWhole: true,
  isAligned: true,
}

export const goodFacts: ProbeFacts = {
  form: {
    size: 1200,
    date: { fields: 1, at: testStart - 2000 },
    messageId: { fields: 1, isValid: true },
    from: { fields: 1, mailboxes: 1, hasSender: false },
    hasSubject: true,
    hasRecipients: true,
    repeated: [],
    brokenLines: 0,
    hasNul: false,
    isHeaderEightBit: false,
    longestLine: 78,
    longLines: 0,
    mime: [],
  },
  header: { from: 'ada@example.org', displayName: 'Ada', sender: null, replyTo: [] },
  tls: [],
  list: { ways: [], hasUnsubscribe: false, post: 'absent', isSigned: false, isBulk: false },
  spf: { result: 'pass', domain: 'example.org', identity: 'mailfrom', isAligned: true },
  dkim: [goodSignature],
  dmarc: { result: 'pass', domain: 'example.org', policy: 'reject' },
  arc: null,
}
