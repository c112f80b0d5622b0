import assert from 'node:assert/strict'
import { type TestContext } from './context.ts'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import { signTag } from '../../src/base/signed-token.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { transact, type Context } from '../../src/core/context.ts'
import { openCase, type Opened } from '../../src/core/cases/actions.ts'
import { answerCase as answerNow, showCase } from '../../src/core/cases/desk-actions.ts'
import { hearCaseMail } from '../../src/core/cases/mail-actions.ts'

/** A case that a sender has opened, and mail in its thread. */

export const ada = { kind: 'operator', name: 'ada', roles: ['case-agent'] } as const
export const sender = orThrow(parseMailbox('hostmaster@example.org'))
export const other = orThrow(parseMailbox('mallory@example.net'))
export const client = orThrow(parseAddress('192.0.2.66'))

export async function open(ctx: TestContext, mailbox = sender, about = '192.0.2.66/32'): Promise<Opened> {
  const content = { text: 'We mended it.', messageId: '<one@example.org>' }
  const says = { channel: 'mail', content, isVerified: true, isSilent: false } as const
  return await transact(
    ctx,
    async (tx) =>
      await openCase(tx, { kind: 'mail', about, by: { role: 'sender', mailbox, language: 'en', says } }),
  )
}

interface Mail {
  readonly text: string
  readonly from?: typeof sender | undefined
  readonly automatic?: readonly string[]
  readonly raw?: string
}

export async function mail(
  ctx: TestContext,
  { participant }: Opened,
  { text, automatic = [], raw = text, ...rest }: Mail,
) {
  const writer = 'from' in rest ? rest.from : sender
  later(ctx)
  return await hearCaseMail(ctx, {
    tag: signTag(ctx.keys.tags, 'case', participant.id),
    raw: Buffer.from(raw),
    content: { text, automatic, from: writer ?? other },
    writer,
    client,
  })
}

/** A moment later. */
export async function answer(ctx: Context, input: Parameters<typeof answerNow>[1]) {
  later(ctx)
  return await answerNow(ctx, input)
}

export function later({ clock }: Context): void {
  ;(clock as TestContext['clock']).advance(1)
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    return error.code
  }
}

export const stateOf = async (ctx: TestContext, id: string) => (await showCase(ctx, id)).case
