import { mailboxHash, recipientDomainHash } from '../../access/recipient-hash.ts'
import { reasonNames, type ReasonName } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import type { Context } from '../context.ts'
import { listEdges } from '../edges/actions.ts'
import * as store from './store.ts'

/** What was refused to somebody here, as the edge recorded it. Nothing of the sender's standing or of anybody's report is in it. */
export interface RefusedMail {
  /** Names the record: `edge:boot:seq`. */
  readonly id: string
  readonly at: number
  readonly stage: 'rcpt' | 'message'
  readonly ip: string
  /** Domain of MAIL FROM; empty for the null sender, null where the MTA did not say it or several came at once. */
  readonly mailFrom: string | null
  readonly code: number
  readonly status: string
  readonly reason: ReasonName
  readonly listing: string | null
  /** Recipients of theirs that the record names. */
  readonly count: number
}

/** A mailbox, or everybody of a domain. */
export type RefusedTo = { readonly mailbox: string } | { readonly domain: string }

/** How far back a recipient sees what was refused in their name: for as long as records are kept. Whole days. */
export function refusedShownDays({ settings }: Pick<Context, 'settings'>): number {
  return Math.floor(settings.retention.decisionsMs / day)
}

/** Newest first, in pages. */
export async function listRefused(
  ctx: Context,
  to: RefusedTo,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly refused: readonly RefusedMail[]; readonly next?: string }> {
  const { after, limit } = page
  const found = await store.refusedTo(ctx.db.queries, {
    whose: await hashesOf(ctx, to),
    since: ctx.clock.now() - refusedShownDays(ctx) * day,
    before: readCursor(after),
    limit: limit + 1,
  })
  const refused = found.slice(0, limit).flatMap(refusedOf)
  const last = found[limit - 1]
  return found.length <= limit || !last ? { refused } : { refused, next: `${last.at}-${last.seq}` }
}

/** One of them; undefined when it is not theirs, or gone. */
export async function findRefused(ctx: Context, to: RefusedTo, id: string): Promise<RefusedMail | undefined> {
  const [, edge, boot, seq] = /^([0-9a-z.-]{1,16}):([0-9a-z-]{1,64}):(\d{1,15})$/.exec(id) ?? []
  if (edge === undefined || boot === undefined) return undefined
  const found = await store.refusedTo(ctx.db.queries, {
    whose: await hashesOf(ctx, to),
    since: ctx.clock.now() - refusedShownDays(ctx) * day,
    only: { edge, boot, seq: Number(seq) },
    limit: 1,
  })
  return found.flatMap(refusedOf)[0]
}

/** Every edge has a key of its own. */
async function hashesOf(ctx: Context, to: RefusedTo): Promise<store.Whose> {
  const keys = (await listEdges(ctx)).map(({ name }) => ctx.keys.recipients(name))
  // An `in ()` is no SQL: of no edge nothing is known.
  if ('domain' in to) return { domains: ['', ...keys.map((key) => recipientDomainHash(key, to.domain))] }
  return { recipients: ['', ...keys.map((key) => mailboxHash(key, to.mailbox))] }
}

function readCursor(text: string | undefined): { readonly at: number; readonly seq: number } | undefined {
  const [, at, seq] = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? '') ?? []
  return at === undefined ? undefined : { at: Number(at), seq: Number(seq) }
}

/** A reason that this version does not know is left out: there are no words for it. */
function refusedOf(row: Awaited<ReturnType<typeof store.refusedTo>>[number]): readonly RefusedMail[] {
  const { edge, boot, seq, reason: name, stage, ...rest } = row
  const reason = reasonNames.find((each) => each === name)
  if (reason === undefined) return []
  return [{ ...rest, id: `${edge}:${boot}:${seq}`, stage: stage === 'message' ? 'message' : 'rcpt', reason }]
}
