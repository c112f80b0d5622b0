import { mailboxHash, recipientDomainHash } from '../../access/recipient-hash.ts'
import { reasonNames } from '../../access/reasons.ts'
import { day } from '../../base/clock.ts'
import { formatPrefix, type Prefix } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { listEdges } from '../edges/actions.ts'
import type { RefusedMail } from './refused-mail.ts'
import * as store from './store.ts'

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
    since: shownSince(ctx),
    mode: 'enforce',
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
    since: shownSince(ctx),
    mode: 'enforce',
    only: { edge, boot, seq: Number(seq) },
    limit: 1,
  })
  return found.flatMap(refusedOf)[0]
}

/** What passed to a mailbox because it vouches for the sender, newest first, the last of it. */
export async function listVouched(ctx: Context, mailbox: string): Promise<readonly RefusedMail[]> {
  const found = await store.refusedTo(ctx.db.queries, {
    whose: await hashesOf(ctx, { mailbox }),
    since: shownSince(ctx),
    mode: 'vouched',
    limit: 200,
  })
  return found.flatMap(refusedOf)
}

/** Whether mail from the address's unit has passed to somebody who vouches for it; to whom nobody is told. */
export async function hasPassedByVouch(ctx: Context, unit: Prefix): Promise<boolean> {
  return await store.hasPassedByVouch(ctx.db.queries, formatPrefix(unit))
}

function shownSince(ctx: Context): number {
  return ctx.clock.now() - refusedShownDays(ctx) * day
}

/** What records of refusals know a mailbox by: one hash for each edge. */
export async function recipientHashes(ctx: Context, mailbox: string): Promise<readonly string[]> {
  const edges = await listEdges(ctx)
  return edges.map(({ name }) => mailboxHash(ctx.keys.recipients(name), mailbox))
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
  const { edge, boot, seq, reason: name, stage, mode: _, signed_by: signed, ...rest } = row
  const reason = reasonNames.find((each) => each === name)
  if (reason === undefined) return []
  const signedBy = signed === null ? [] : (JSON.parse(signed) as string[])
  const id = `${edge}:${boot}:${seq}`
  return [{ ...rest, id, stage: stage === 'message' ? 'message' : 'rcpt', reason, signedBy }]
}
