import { hour } from '../../src/base/clock.ts'
import { as, type Context } from '../../src/core/context.ts'
import { signed } from '../../src/intake/test-intake.ts'
import { deliveredMessage, feedbackReport, logSent, sentMessage } from './abuse.ts'
import { testAbuse, testSettings } from './context.ts'
import type { Settings } from '../../src/core/settings.ts'

/** Settings under which a flood from one network is kept, and the feedback loop of `example.org` is believed. */
export function floodSettings(reports: number): Settings {
  const room = { count: 10 * reports + 1000, windowMs: hour }
  return testSettings({
    abuse: testAbuse({ mode: 'observe', trusted: ['example.org'] }),
    limits: { 'abuse.reports.client.hour': room, 'abuse.evidence.day': room },
  })
}

/** One campaign: a message that an account of ours sent to many, and the reports of as many recipients, each by the feedback loop. */
export async function campaign(
  ctx: Context,
  account: string,
  size: number,
): Promise<{ report(index: number): Promise<Buffer> }> {
  const at = ctx.clock.now() - hour
  const messageId = '<campaign@provider.example>'
  const message = await sentMessage(ctx.keys.trace, { account, messageId, to: 'list@example.org', at })
  const to = (index: number): string => `r${index}@example.org`
  const system = as(ctx, { kind: 'system', name: 'sent' })
  for (let from = 0; from < size; from += 1000) {
    const some = Array.from({ length: Math.min(1000, size - from) }, (_, index) => from + index)
    await logSent(
      system,
      some.map((index) => ({ account, messageId, to: to(index), at })),
    )
  }
  return {
    report: async (index) =>
      await signed(feedbackReport('fbl@example.org', deliveredMessage(message, to(index))), 'example.org'),
  }
}
