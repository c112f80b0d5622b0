import type { Secret } from '../../src/base/secret.ts'
import { formatSent } from '../../src/core/accounts/sent.ts'
import { takeSent } from '../../src/core/accounts/actions.ts'
import type { Context } from '../../src/core/context.ts'
import type { Examiner } from '../../src/core/abuse/examination.ts'
import { examine } from '../../src/intake/examine-message.ts'
import { dkimRecord, signed, testDns } from '../../src/intake/test-intake.ts'
import { formatTrace } from '../../src/standards/trace-header.ts'

/** Mail as our submission servers send it: with a trace header and a DKIM signature, and in the log. */

export interface SentMessage {
  readonly account: string
  readonly messageId: string
  readonly to: string
  readonly at: number
  readonly body?: string
}

/** The message as it leaves, signed by `provider.example`. */
export async function sentMessage(key: Secret, sent: SentMessage): Promise<Buffer> {
  const { account, messageId, to, at, body = 'Buy now!' } = sent
  const plain = Buffer.from(
    [
      `From: ${account}`,
      `To: ${to}`,
      'Subject: An offer',
      `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: ${messageId}`,
      '',
      body,
      '',
    ].join('\r\n'),
  )
  const message = await signed(plain, 'provider.example')
  const bodyHash = /bh=([^;]+);/.exec(message.toString('latin1').replaceAll(/\r\n\s+/g, ''))?.[1] ?? ''
  const trace = formatTrace(key, account, Math.floor(at / 1000), { messageId, bodyHash: bodyHash.trim() })
  const received = `Received: from [198.51.100.7] (unknown [198.51.100.7]) by mail.provider.example (Postfix) with ESMTPSA id 4XyZ for <${to}>`
  return Buffer.concat([Buffer.from(`X-Postern-Trace: ${trace}\r\n${received}\r\n`), message])
}

/** The same as its receiver has it. */
export function deliveredMessage(message: Buffer, to: string): Buffer {
  const host = to.slice(to.lastIndexOf('@') + 1)
  const top = [
    `Delivered-To: ${to}`,
    `Received: from mail.provider.example (mail.provider.example [203.0.113.25]) by mx.${host} (Postfix) with ESMTPS id 5AbC for <${to}>`,
  ]
  return Buffer.concat([Buffer.from(`${top.join('\r\n')}\r\n`), message])
}

export async function logSent(ctx: Context, sent: readonly SentMessage[]): Promise<void> {
  await takeSent(
    ctx,
    sent.map(({ account, messageId, to, at }) => formatSent({ account, messageId, recipients: [to], at })),
  )
}

/** A feedback report (RFC 5965) about a message, from `from`. */
export function feedbackReport(
  from: string,
  message: Buffer,
  more: { readonly type?: string; readonly claims?: readonly string[] } = {},
): Buffer {
  const { type = 'abuse', claims = [] } = more
  const head = [
    `From: ${from}`,
    'To: abuse@provider.example',
    'Subject: report',
    'Date: Mon, 4 May 2026 10:00:00 +0000',
    `Message-ID: <${Math.random()}@example.org>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'A report.',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: Test/1',
    'Version: 1',
    ...claims,
    '',
    '--b',
    'Content-Type: message/rfc822',
    'Content-Disposition: attachment',
    '',
    '',
  ].join('\r\n')
  return Buffer.concat([Buffer.from(head), message, Buffer.from('\r\n--b--\r\n')])
}

/** Examines in this process; DNS knows the keys of `signed` for our domain and for those named. */
export function examinerHere(domains: readonly string[] = []): Examiner {
  const zone = ['provider.example', ...domains].map((domain) => [`s1._domainkey.${domain}`, dkimRecord])
  const lookup = testDns(Object.fromEntries(zone) as Record<string, string>)
  return {
    examine: async (raw, { shape, envelope, now }) => {
      const { client = null, helo = null, mailFrom = '', recipient = null } = envelope
      const result = await examine(raw, { shape, client, helo, mailFrom, recipient, now }, lookup)
      return typeof result === 'string' ? { failure: 'breach' } : result
    },
  }
}
