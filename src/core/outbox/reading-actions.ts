import { Refusal } from '../../base/refusal.ts'
import { may, permit } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { restrictedOf } from '../audit/secrecy-actions.ts'
import { transact, type Context } from '../context.ts'
import { renderLetter } from './letter.ts'
import { readerOf, withoutLink, type Withheld } from './reading.ts'
import { contentOf, letterOf, type Letter, type LetterState } from './sealed-letter.ts'
import * as store from './store.ts'

/** A letter as operators see it. What a restricted case is about shows itself to nobody who has not opened it. */
export type ShownLetter = Omit<Letter, 'mailbox'> & {
  /** Null where it is withheld. */
  readonly mailbox: string | null
  readonly withheld: Withheld | null
}

export interface LetterText {
  readonly subject: string
  readonly text: string
}

/** Letters newest first, in pages. */
export async function listLetters(
  ctx: Context,
  wanted: {
    readonly state?: LetterState | undefined
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<{ readonly letters: readonly ShownLetter[]; readonly next?: string }> {
  permit(ctx.actor, 'console.read')
  const { state, limit } = wanted
  const after = wanted.after === undefined ? undefined : readCursor(wanted.after)
  const rows = await store.listLetters(ctx.db.queries, { state, after, limit: limit + 1 })
  const letters = await shown(ctx, rows.slice(0, limit))
  const last = letters.at(-1)
  return rows.length > limit && last ? { letters, next: `${last.createdAt}.${last.id}` } : { letters }
}

function readCursor(cursor: string): { readonly createdAt: number; readonly id: string } | undefined {
  const [, createdAt, id] = /^(\d{1,15})\.([0-9a-z]{26})$/.exec(cursor) ?? []
  return createdAt === undefined || id === undefined ? undefined : { createdAt: Number(createdAt), id }
}

async function shown(ctx: Context, rows: readonly store.LetterRow[]): Promise<readonly ShownLetter[]> {
  const restricted = await restrictedOf(
    ctx,
    rows.flatMap(({ about }) => about ?? []),
  )
  return rows.map((row) => {
    const letter = letterOf(row)
    const isRestricted = row.about !== null && restricted.has(row.about)
    const withheld = isRestricted
      ? 'restricted'
      : may(ctx.actor, readerOf({ kind: letter.kind, about: row.about }))
        ? null
        : 'role'
    // What a server answered may name the mailbox.
    return withheld === null
      ? { ...letter, withheld }
      : { ...letter, mailbox: null, lastError: null, withheld }
  })
}

/**
 * One letter. Its words only where letters are kept here instead of being sent, and without the link: that is for its reader, or for whoever
 * opens the letter (`openLetter`).
 */
export async function showLetter(
  ctx: Context,
  id: string,
): Promise<{ readonly letter: ShownLetter; readonly text?: LetterText }> {
  permit(ctx.actor, 'console.read')
  const row = await rowOf(ctx, id)
  const [letter] = await shown(ctx, [row])
  if (!letter) throw new Refusal('letter.not-found', { id: id.slice(0, 40) })
  const content = letter.state === 'kept' && letter.withheld === null ? contentOf(ctx, row) : undefined
  const { settings } = ctx
  return content
    ? { letter, text: renderLetter(withoutLink(content, settings.provider.site), letter.language, settings) }
    : { letter }
}

/**
 * The whole letter with its link, which lets its bearer act in its reader's place; looking is written down. Of a restricted case only for whoever
 * may look into that, as a look into the case. Throws `letter.not-found`, `case.restricted`.
 */
export async function openLetter(
  ctx: Context,
  id: string,
): Promise<{ readonly letter: ShownLetter; readonly text?: LetterText }> {
  permit(ctx.actor, 'letter.open')
  const row = await rowOf(ctx, id)
  const letter = letterOf(row)
  permit(ctx.actor, readerOf({ kind: letter.kind, about: row.about }))
  await transact(ctx, async (tx) => {
    // Asked for inside: since the page was shown the case may have been restricted.
    const restricted = row.about === null ? undefined : (await restrictedOf(tx, [row.about])).get(row.about)
    if (restricted !== undefined) {
      if (!may(tx.actor, 'case.legal')) throw new Refusal('case.restricted')
      const facts = { letter: id }
      await record(tx, { action: 'case.legal-viewed', subject: `case:${restricted}`, facts })
    }
    await record(tx, { action: 'letter.viewed', subject: `letter:${id}`, facts: { kind: letter.kind } })
  })
  const content = letter.state === 'kept' ? contentOf(ctx, row) : undefined
  return {
    letter: { ...letter, withheld: null },
    ...(content && { text: renderLetter(content, letter.language, ctx.settings) }),
  }
}

async function rowOf(ctx: Context, id: string): Promise<store.LetterRow> {
  const row = await store.letterById(ctx.db.queries, id)
  if (!row) throw new Refusal('letter.not-found', { id: id.slice(0, 40) })
  return row
}

/** How many wait, and how many were given up. */
export async function countLetters(
  ctx: Context,
): Promise<{ readonly queued: number; readonly dead: number }> {
  permit(ctx.actor, 'console.read')
  const { queries } = ctx.db
  return {
    queued: await store.countLetters(queries, ['queued', 'sending']),
    dead: await store.countLetters(queries, ['dead']),
  }
}
