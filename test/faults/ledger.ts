import { number, text, type Row, type Rows } from './rows.ts'
import type { Entry } from './written-ahead.ts'

/** Everything that a check compares: the whole database, and what the driver asked for and was told. */
export interface Ledger {
  readonly listings: readonly Listing[]
  readonly requests: readonly Request[]
  readonly audit: readonly AuditRow[]
  readonly auditHead: { readonly seq: number; readonly value: string }
  readonly feed: readonly FeedRow[]
  readonly feedSeq: number
  readonly letters: readonly Letter[]
  readonly watches: ReadonlySet<string>
  readonly entries: readonly Entry[]
}

export interface Listing {
  readonly id: string
  readonly prefix: string
  readonly state: string
  readonly endsAt: number
  readonly endedAt: number
  readonly endedWhy: string
}

export interface Request {
  readonly id: string
  readonly ip: string
  readonly unit: string
  readonly mailbox: string
  readonly state: string
  readonly outcome: string
  readonly listing: string
  readonly isLetThrough: boolean
}

export interface AuditRow {
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  /** JSON as stored. */
  readonly facts: string
  readonly previous: string
  readonly hash: string
}

export interface FeedRow {
  readonly seq: number
  readonly kind: string
  /** Prefix of what it is about. */
  readonly about: string
}

export interface Letter {
  readonly id: string
  readonly key: string
  readonly mailbox: string
  readonly state: string
  readonly createdAt: number
}

/** Reads it all; nobody may be writing. */
export async function readLedger(rows: Rows, entries: readonly Entry[]): Promise<Ledger> {
  const listings = await rows.all('select id, prefix, state, ends_at, ended_at, ended_why from listings')
  const requests = await rows.all(
    'select id, ip, unit, mailbox, state, outcome, listing_id, let_through_at from delist_requests',
  )
  const audit = await rows.all(
    'select seq, at, actor, action, subject, facts, previous, hash from audit_records order by seq',
  )
  const heads = await rows.all('select name, seq, value from heads')
  const feed = await rows.all('select seq, change from feed_changes order by seq')
  const letters = await rows.all('select id, key, mailbox, state, created_at from letters')
  const watches = await rows.all('select unit from watches')
  const head = (name: string): Row => heads.find((row) => text(row, 'name') === name) ?? {}
  return {
    listings: listings.map((row) => ({
      id: text(row, 'id'),
      prefix: text(row, 'prefix'),
      state: text(row, 'state'),
      endsAt: number(row, 'ends_at'),
      endedAt: number(row, 'ended_at'),
      endedWhy: text(row, 'ended_why'),
    })),
    requests: requests.map((row) => ({
      id: text(row, 'id'),
      ip: text(row, 'ip'),
      unit: text(row, 'unit'),
      mailbox: text(row, 'mailbox'),
      state: text(row, 'state'),
      outcome: text(row, 'outcome'),
      listing: text(row, 'listing_id'),
      isLetThrough: row['let_through_at'] !== null,
    })),
    audit: audit.map((row) => ({
      seq: number(row, 'seq'),
      at: number(row, 'at'),
      actor: text(row, 'actor'),
      action: text(row, 'action'),
      subject: text(row, 'subject'),
      facts: text(row, 'facts'),
      previous: text(row, 'previous'),
      hash: text(row, 'hash'),
    })),
    auditHead: { seq: number(head('audit'), 'seq'), value: text(head('audit'), 'value') },
    feed: feed.map((row) => ({ seq: number(row, 'seq'), ...feedFacts(text(row, 'change')) })),
    feedSeq: number(head('feed'), 'seq'),
    letters: letters.map((row) => ({
      id: text(row, 'id'),
      key: text(row, 'key'),
      mailbox: text(row, 'mailbox'),
      state: text(row, 'state'),
      createdAt: number(row, 'created_at'),
    })),
    watches: new Set(watches.map((row) => text(row, 'unit'))),
    entries,
  }
}

function feedFacts(json: string): { readonly kind: string; readonly about: string } {
  const { kind, prefix, unit } = JSON.parse(json) as { kind: string; prefix?: string; unit?: string }
  return { kind, about: prefix ?? unit ?? '' }
}
