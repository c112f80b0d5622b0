import { hash } from 'node:crypto'
import { breathe } from '../../base/steps.ts'
import { permit, recordedName } from '../actor.ts'
import type { Context, Tx } from '../context.ts'
import { canonicalJson, chainText, wrongWith, type AuditFacts, type AuditRecord } from './audit.ts'
import type { EventFacts } from './fact-words.ts'
import type { AuditAction } from './names.ts'
import { subjectsOf, withheld } from './secrecy.ts'
import { restrictedOf } from './secrecy-actions.ts'
import * as store from './store.ts'

export type { AuditFacts, AuditRecord } from './audit.ts'

/** What is written down. Secrets and the texts of strangers have no place in `facts`: nothing is ever taken out again. */
export interface AuditEvent {
  readonly action: AuditAction
  readonly subject: string
  readonly facts: EventFacts
}

/** Writes down what this transaction does, in the same transaction; gives the record's number. */
export async function record(tx: Tx, event: AuditEvent): Promise<number> {
  return await recordAll(tx, [event])
}

/** The same of several, in their order, with as many statements as one of them costs; gives the number of the last. */
export async function recordAll(tx: Tx, events: readonly [AuditEvent, ...AuditEvent[]]): Promise<number> {
  const { seq, value } = await store.takeNumbers(tx.queries, events.length)
  let previous = value
  const rows = events.map(({ action, subject, facts }, nth) => {
    const row = {
      seq: seq - events.length + 1 + nth,
      at: tx.clock.now(),
      actor: recordedName(tx.actor),
      action,
      subject,
      facts: canonicalJson(facts),
    }
    const chained = { ...row, previous, hash: sha256(chainText(previous, row)) }
    previous = chained.hash
    return chained
  })
  await store.insertRecords(tx.queries, rows)
  await store.setHead(tx.queries, previous)
  return seq
}

/**
 * Records newest first: of one subject (its history), or of everything. `before` is the number of the last record of the page before. What they
 * say of restricted cases is withheld from everybody: a look into such a case is written down, and then shows them (`isOpened`).
 */
export async function listAudit(
  ctx: Context,
  wanted: {
    readonly subject?: string | undefined
    readonly before?: number | undefined
    readonly limit: number
    readonly isOpened?: boolean | undefined
  },
): Promise<readonly AuditRecord[]> {
  permit(ctx.actor, wanted.subject === undefined ? 'audit.read' : 'console.read')
  if (wanted.isOpened === true) permit(ctx.actor, 'case.legal')
  const rows = await store.newestRecords(ctx.db.queries, wanted)
  const records = rows.map((row) => ({ ...row, facts: JSON.parse(row.facts) as AuditFacts }))
  if (wanted.isOpened === true) return records
  const restricted = new Set((await restrictedOf(ctx, records.flatMap(subjectsOf))).keys())
  return restricted.size === 0 ? records : records.map((each) => withheld(each, restricted))
}

export interface ChainAnswer {
  /** Records that are sound, from the first. */
  readonly records: number
  /** Hash of the last of them: written down elsewhere, it shows later whether the end was cut off. */
  readonly head: string
  readonly broken?: { readonly seq: number; readonly why: string }
}

const pageSize = 1000

/** Walks the chain from its first record to the head, and tells the first thing wrong. Records written meanwhile are not looked at. */
export async function verifyChain(
  ctx: Context,
  onProgress?: (records: number, of: number) => void,
): Promise<ChainAnswer> {
  permit(ctx.actor, 'audit.read')
  const { queries } = ctx.db
  const head = await store.readHead(queries)
  let last = { seq: 0, hash: '' }
  const answer = (why?: string): ChainAnswer => ({
    records: last.seq,
    head: last.hash,
    ...(why === undefined ? {} : { broken: { seq: last.seq + 1, why } }),
  })
  for (;;) {
    const page = await store.recordsAfter(queries, last.seq, head.seq, pageSize)
    for (const found of page) {
      const why = wrongWith(found, last, sha256)
      if (why) return answer(why)
      last = { seq: found.seq, hash: found.hash }
    }
    onProgress?.(last.seq, head.seq)
    if (page.length < pageSize) break
    await breathe()
  }
  if (last.seq !== head.seq)
    return answer(`the chain ends after record ${last.seq}, but ${head.seq} were written`)
  if (last.hash !== head.value) return answer(`the last record is not the one that the head remembers`)
  const beyond = await store.countBeyond(queries)
  return beyond === 0 ? answer() : answer(`${beyond} records are there that the head does not know of`)
}

function sha256(text: string): string {
  return hash('sha256', text)
}
