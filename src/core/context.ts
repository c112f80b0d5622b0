import type { Kysely } from 'kysely'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Secret } from '../base/secret.ts'
import type { Database, LazyOption } from '../db/open.ts'
import type { Tables } from '../db/schema.ts'
import type { Actor } from './actor.ts'
import type { Settings } from './settings.ts'
import type { Tally } from './tally.ts'
import type { WaysOut } from './ways-out.ts'

/** Everything an action needs that is not in its input: who asks, when, with which database, keys and ways out. */
export interface Context {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly actor: Actor
  readonly settings: Settings
  readonly keys: Keys
  readonly out: WaysOut
  readonly wakes: Wakes
  /** Counters for `/metrics`. */
  readonly tally: Tally
  /** Which of several cores on one database this is: the mark on what it has in hand. The same after a restart. */
  readonly core: string
}

/** One key per purpose, derived from the master key. */
export interface Keys {
  /** HMAC of confirmation links, browser halves and typed codes before they are stored. */
  readonly halves: Secret
  /** MAC of tags in mail addresses. */
  readonly tags: Secret
  /** Keyed hashes of mailboxes and clients in limits and suppressions. */
  readonly hashes: Secret
  /** Proof of work challenges. */
  readonly challenges: Secret
  /** Encrypts what must be read back (TOTP secrets). */
  readonly vault: Secret
  /** What vouches are hashed with; every edge has it. */
  readonly vouches: Secret
  /** Pseudonyms of accounts and the MAC of trace headers; the submission servers have it too. */
  readonly trace: Secret
  /** The key that this edge signs its case links with: HKDF(master, "case-link", edge). */
  caseLink(edge: string): Secret
  /** The key that this edge hashes recipients with in its records: no edge can read another's. */
  recipients(edge: string): Secret
  /** The pre-shared key of an edge that follows the feed over TLS, by its name and the time its token was made. */
  edgeFeed(edge: string, createdAt: number): Secret
}

/** What a committed transaction may set in motion. */
export type Wake =
  | 'feed'
  | 'letters'
  | 'webhooks'
  | 'delisting'
  | 'events'
  | 'standings'
  | 'reports'
  | 'cases'
  | 'accounts'

/** Tells sleeping loops of this process that there is work; a missed wake only costs their next poll. */
export interface Wakes {
  wake(what: Wake): void
  /** Calls `listener` on every wake; gives the way to stop. */
  on(what: Wake, listener: () => void): () => void
}

/** A context inside a transaction. */
export interface Tx extends Context {
  readonly queries: Kysely<Tables>
  /** Wakes after the commit, not before. */
  afterCommit(what: Wake): void
}

/**
 * Runs `work` in one transaction; what it throws rolls everything back. The work may run again after a conflict, and must not await the
 * network. `isLazy`: nobody waits for the disk (`LazyOption`).
 */
export async function transact<T>(
  ctx: Context,
  work: (tx: Tx) => Promise<T>,
  option: LazyOption = {},
): Promise<T> {
  return await inTransaction(ctx, async (run) => await ctx.db.transaction(run, option), work)
}

/**
 * The same for short work of which much comes at once: it shares its transaction with what waits meanwhile, and is undone by itself. Only for
 * work that bears being done twice.
 */
export async function transactTogether<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(ctx, ctx.db.together, work)
}

async function inTransaction<T>(
  ctx: Context,
  transaction: Context['db']['together'],
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const wakes = new Set<Wake>()
  const answer = await transaction(async (queries) => {
    wakes.clear()
    return await work({ ...ctx, queries, afterCommit: (what) => void wakes.add(what) })
  })
  for (const what of wakes) ctx.wakes.wake(what)
  return answer
}

/** The same context for somebody else. */
export function as(ctx: Context, actor: Actor): Context {
  return { ...ctx, actor }
}
