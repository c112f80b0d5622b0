import assert from 'node:assert/strict'
import { hour } from '../../src/base/clock.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { transact } from '../../src/core/context.ts'
import { queueLetter } from '../../src/core/outbox/actions.ts'
import { listLetters } from '../../src/core/outbox/reading-actions.ts'
import { claimLetters, type ClaimedLetter } from '../../src/core/outbox/deliver-actions.ts'
import type { TestContext } from './context.ts'

export const sent = { outcome: 'sent', answer: '250 ok' } as const
export const never = { outcome: 'refused', answer: '550 no' } as const

let made = 0

/** Queues a letter with a link, which is good for an hour. */
export async function queue(
  ctx: TestContext,
  mailbox = 'ada@example.org',
  key = `confirm:${++made}`,
): Promise<string> {
  return await transact(
    ctx,
    async (tx) =>
      await queueLetter(tx, {
        key,
        kind: 'confirm-delisting',
        mailbox: orThrow(parseMailbox(mailbox)),
        language: 'en',
        slots: {
          ip: '192.0.2.45',
          link: 'https://postmaster.provider.example/confirm/secretsecret',
          expiresAt: ctx.clock.now() + hour,
        },
        expiresAt: ctx.clock.now() + hour,
      }),
  )
}

/** The one letter that is to be sent now, in hand. */
export async function only(ctx: TestContext): Promise<ClaimedLetter> {
  const claimed = await claimLetters(ctx, 10)
  const [letter] = claimed
  assert.ok(letter && claimed.length === 1)
  return letter
}

/** Of all letters, newest first. */
export async function states(ctx: TestContext): Promise<string[]> {
  return (await listLetters(ctx, { limit: 100 })).letters.map(({ state }) => state)
}
