import { signed } from '../../src/intake/test-intake.ts'
import type { ReceivedMail } from './smtp-sink.ts'

/** Mail of people and programs who have to do with a case; every message has a DKIM signature of its writer's domain. */

/** What a message says beyond From and To; `undefined` leaves a usual field out. */
export type Fields = Readonly<Record<string, string | undefined>>

let written = 0

/** A plain message from `mailbox`, signed. */
export async function letterFrom(
  mailbox: string,
  to: string,
  text: string,
  fields: Fields = {},
): Promise<Buffer> {
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1)
  const all: Fields = {
    From: `<${mailbox}>`,
    To: `<${to}>`,
    Subject: 'Our mail',
    Date: new Date().toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<${++written}.${Date.now()}@${domain}>`,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    ...fields,
  }
  const head = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  )
  return await signed(Buffer.from([...head, '', ...text.split('\n'), ''].join('\r\n')), domain)
}

/** An answer to one of our letters, as a mail program writes it: own words above, the letter quoted below. */
export async function answerTo(
  letter: ReceivedMail,
  mailbox: string,
  text: string,
  fields: Fields & { readonly to?: string } = {},
): Promise<Buffer> {
  const { to = replyAddress(letter), ...more } = fields
  const quoted = letter.text
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
  const body = [text, '', 'On Sun, 29 Nov 2026 at 20:00, Example Mail wrote:', ...quoted].join('\n')
  return await letterFrom(mailbox, to, body, {
    Subject: `Re: ${letter.parsed.subject ?? ''}`,
    'In-Reply-To': letter.parsed.messageId,
    References: letter.parsed.messageId,
    ...more,
  })
}

/** Where an answer to the letter goes. */
export function replyAddress({ parsed }: ReceivedMail): string {
  return parsed.replyTo?.value[0]?.address ?? ''
}

/** Forwards, as an attachment, the bounce that Postfix writes to its user when we have refused a message with `refusal`. */
export async function forwardedBounce(
  mailbox: string,
  to: string,
  about: { readonly refusal: string; readonly words: string },
): Promise<Buffer> {
  return await letterFrom(
    mailbox,
    to,
    [
      '--=_forward',
      'Content-Type: text/plain; charset=utf-8',
      '',
      about.words,
      '',
      '--=_forward',
      'Content-Type: message/rfc822',
      'Content-Disposition: attachment',
      '',
      postfixBounce(mailbox, about.refusal),
      '--=_forward--',
    ].join('\n'),
    {
      Subject: 'Fwd: Undelivered Mail Returned to Sender',
      'Content-Type': 'multipart/mixed; boundary="=_forward"',
    },
  )
}

/** As bounce(8) of Postfix writes it (RFC 3464); `refusal` is the whole reply: `550 5.7.511 …`. */
function postfixBounce(mailbox: string, refusal: string): string {
  const [, status = ''] = /^\d{3} (\d\.\d+\.\d+) /.exec(refusal) ?? []
  return `Return-Path: <>
Received: by mail.example.org (Postfix)
\tid 4F0B72C1; Sun, 29 Nov 2026 20:00:00 +0000 (UTC)
Date: Sun, 29 Nov 2026 20:00:00 +0000 (UTC)
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${mailbox}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4E1A02C0.1764446400/mail.example.org"
Message-Id: <20261129200000.4F0B72C1@mail.example.org>

This is a MIME-encapsulated message.

--4E1A02C0.1764446400/mail.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<user@provider.example>: host mx.provider.example[203.0.113.25] said: ${refusal}
    (in reply to RCPT TO command)

--4E1A02C0.1764446400/mail.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: 4E1A02C0
X-Postfix-Sender: rfc822; ${mailbox}
Arrival-Date: Sun, 29 Nov 2026 20:00:00 +0000 (UTC)

Final-Recipient: rfc822; user@provider.example
Original-Recipient: rfc822;user@provider.example
Action: failed
Status: ${status}
Remote-MTA: dns; mx.provider.example
Diagnostic-Code: smtp; ${refusal}

--4E1A02C0.1764446400/mail.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: <${mailbox}>
To: <user@provider.example>
Subject: Your order
Date: Sun, 29 Nov 2026 20:00:00 +0000
Message-ID: <order-1@mail.example.org>

Thank you for your order.

--4E1A02C0.1764446400/mail.example.org--
`
}
