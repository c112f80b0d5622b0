import { hour } from '../../src/base/clock.ts'
import { receiveReport } from '../../src/core/abuse/actions.ts'
import { examineDue } from '../../src/core/abuse/examine-actions.ts'
import { as } from '../../src/core/context.ts'
import { listLetters } from '../../src/core/outbox/reading-actions.ts'
import { contentOf } from '../../src/core/outbox/sealed-letter.ts'
import { letterById } from '../../src/core/outbox/store.ts'
import { examine } from '../../src/intake/examine-message.ts'
import { dkimRecord, signed, testDns } from '../../src/intake/test-intake.ts'
import { deliveredMessage, feedbackReport, logSent, sentMessage } from './abuse.ts'
import type { TestContext } from './context.ts'

/** What is kept is read in this very process, as the parse pool would; the keys of `provider.example` and `example.org` are in its DNS. */
export async function examineAll(ctx: TestContext): Promise<void> {
  const dns = testDns({
    's1._domainkey.provider.example': dkimRecord,
    's1._domainkey.example.org': dkimRecord,
  })
  const system = as(ctx, { kind: 'system', name: 'examine-reports' })
  await examineDue(
    system,
    {
      examiner: {
        examine: async (raw, { shape, envelope, now }) => {
          const { client = null, helo = null, mailFrom = '', recipient = null } = envelope
          const found = await examine(raw, { shape, client, helo, mailFrom, recipient, now }, dns)
          return typeof found === 'string' ? { failure: 'breach' } : found
        },
      },
      forward: async () => undefined,
    },
    100,
  )
}

/** A message that an account of ours sent to joe@example.org, as joe has it. */
export async function sentBy(ctx: TestContext, account: string, messageId: string): Promise<Buffer> {
  const sent = { account, messageId, to: 'joe@example.org', at: ctx.clock.now() - hour }
  await logSent(as(ctx, { kind: 'system', name: 'sent' }), [sent])
  return deliveredMessage(await sentMessage(ctx.keys.trace, sent), sent.to)
}

/** An account that a feedback loop of example.org has reported; needs settings under which one report is enough. */
export async function reportedAccount(ctx: TestContext, account: string): Promise<void> {
  const message = await sentBy(ctx, account, '<a1@provider.example>')
  const raw = await signed(feedbackReport('fbl@example.org', message), 'example.org')
  const envelope = { client: '192.0.2.45', mailFrom: 'fbl@example.org', recipient: 'abuse@provider.example' }
  await receiveReport(as(ctx, { kind: 'system', name: 'intake' }), {
    channel: 'mail',
    shape: 'message',
    raw,
    envelope,
  })
  await examineAll(ctx)
}

/** Path of the link in the newest letter of this kind. */
export async function linkIn(ctx: TestContext, wanted: 'confirm-report' | 'account-notice'): Promise<string> {
  const { letters } = await listLetters(ctx, { limit: 50 })
  const newest = letters.find(({ kind }) => kind === wanted)
  const row = newest && (await letterById(ctx.db.queries, newest.id))
  const content = row && contentOf(ctx, row)
  return content?.kind === wanted ? new URL(content.slots.link).pathname : ''
}
