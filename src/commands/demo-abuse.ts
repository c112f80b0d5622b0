import { hour } from '../base/clock.ts'
import { receiveReport } from '../core/abuse/actions.ts'
import { takeSent } from '../core/accounts/actions.ts'
import { formatSent } from '../core/accounts/sent.ts'
import { as, type Context } from '../core/context.ts'
import { formatTrace } from '../standards/trace-header.ts'

const account = 'lea@provider.example'

/** An account of our own that somebody else writes with: three strangers report what they got. The program examines the reports as it starts. */
export async function tellAbuse(core: Context): Promise<void> {
  const reporters = ['joe@example.org', 'mei@example.net', 'postmaster@example.com']
  const at = core.clock.now() - 3 * hour
  const messageId = '<offer-1@provider.example>'
  await takeSent(as(core, { kind: 'system', name: 'sent' }), [
    formatSent({ at, account, messageId, recipients: reporters, queueId: '4XyZ' }),
  ])
  for (const reporter of reporters)
    await receiveReport(as(core, { kind: 'system', name: 'demo' }), {
      channel: 'web',
      shape: 'reported',
      raw: received(core, { reporter, at, messageId }),
      envelope: { client: '192.0.2.10', mailbox: reporter },
      class: 'phish',
    })
}

/** The message as this recipient has it, with the header that our submission servers write. */
function received(
  core: Context,
  { reporter, at, messageId }: { readonly reporter: string; readonly at: number; readonly messageId: string },
): Buffer {
  const host = reporter.slice(reporter.lastIndexOf('@') + 1)
  const trace = formatTrace(core.keys.trace, account, Math.floor(at / 1000), { messageId, bodyHash: '' })
  const date = new Date(at).toUTCString().replace('GMT', '+0000')
  return Buffer.from(
    [
      `Received: from mail.provider.example (mail.provider.example [203.0.113.25]) by mx.${host} (Postfix) with ESMTPS id 5AbC for <${reporter}>; ${date}`,
      `X-Postern-Trace: ${trace}`,
      `Received: from [198.51.100.7] (unknown [198.51.100.7]) by mail.provider.example (Postfix) with ESMTPSA id 4XyZ for <${reporter}>; ${date}`,
      `From: Parcel service <${account}>`,
      `To: ${reporter}`,
      'Subject: Your parcel waits: pay the fee of 1.99',
      `Date: ${date}`,
      `Message-ID: ${messageId}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Your parcel could not be delivered. Confirm your card within 24 hours: https://parcel.example/pay',
      '',
    ].join('\r\n'),
  )
}
