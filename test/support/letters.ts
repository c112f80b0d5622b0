import { listLetters } from '../../src/core/outbox/reading-actions.ts'
import type { LetterKind } from '../../src/core/outbox/letter-words.ts'
import { contentOf } from '../../src/core/outbox/sealed-letter.ts'
import { letterById } from '../../src/core/outbox/store.ts'
import type { Context } from '../../src/core/context.ts'

/** What stands behind the last slash of the link in the newest letter of this kind; empty where there is none. */
export async function openLetter(ctx: Context, kind: LetterKind): Promise<string> {
  const operator = { ...ctx, actor: { kind: 'cli', name: 'test' } as const }
  const { letters } = await listLetters(operator, { limit: 50 })
  const row = await letterById(ctx.db.queries, letters.find((letter) => letter.kind === kind)?.id ?? '')
  const content = row && contentOf(ctx, row)
  const link = content && 'link' in content.slots ? String(content.slots.link) : ''
  return link.slice(link.lastIndexOf('/') + 1)
}
