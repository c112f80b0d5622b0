import type { MailAddress } from '../../standards/mail-address.ts'
import { Refusal } from '../../base/refusal.ts'
import { may, permit } from '../actor.ts'
import { listAudit, record } from '../audit/actions.ts'
import { restrictedOf } from '../audit/secrecy-actions.ts'
import { threadsOf } from '../cases/person-actions.ts'
import { as, transact, type Context, type Tx } from '../context.ts'
import { personOf } from './find-actions.ts'
import type { Exported, Person } from './person.ts'
import { places, type Found, type Place } from './places.ts'
import * as store from './store.ts'

/** Records of the audit about one thing of theirs. */
const mostRecords = 200

/**
 * What we know of somebody, for an operator who was asked; written down. Where something of theirs is in a restricted case it is a look into that:
 * for whoever may look into such cases. Throws `case.restricted`.
 */
export async function exportPerson(ctx: Context, mailbox: MailAddress): Promise<Exported> {
  permit(ctx.actor, 'person.export')
  return await readPerson(ctx, mailbox, noteLooks)
}

/** The same for whoever has shown the mailbox: what is theirs is theirs to read, whatever the case. Callers have seen to that. */
export async function exportSelf(ctx: Context, mailbox: MailAddress): Promise<Exported> {
  return await readPerson(ctx, mailbox, async () => {})
}

/** Looks of an operator into the restricted ones of these cases. */
async function noteLooks(tx: Tx, cases: readonly string[], subject: string): Promise<void> {
  const restricted = await restrictedOf(
    tx,
    cases.map((id) => `case:${id}`),
  )
  if (restricted.size > 0 && !may(tx.actor, 'case.legal')) throw new Refusal('case.restricted')
  for (const each of [...restricted.keys()].toSorted())
    await record(tx, { action: 'case.legal-viewed', subject: each, facts: { person: subject } })
}

async function readPerson(
  ctx: Context,
  mailbox: MailAddress,
  note: (tx: Tx, cases: readonly string[], subject: string) => Promise<void>,
): Promise<Exported> {
  const person = await personOf(ctx, mailbox)
  const found = await Promise.all(
    places.map(async (place) => ({ place, rows: await store.rowsOf(ctx.db.queries, place, person) })),
  )
  const threads = await threadsOf(ctx, mailbox)
  const exported: Exported = {
    mailbox,
    at: new Date(ctx.clock.now()).toISOString(),
    places: found
      .filter(({ rows }) => rows.length > 0)
      .map(({ place, rows }) => ({
        place: place.table,
        found: foundBy(place.found),
        ...erasingOf(place),
        rows: rows.map(withTimes),
      })),
    threads,
    // What they are told of the audit is chosen below; to read it they have no permission.
    audit: await auditOf(as(ctx, { kind: 'system', name: 'person' }), person, found),
  }
  await transact(ctx, async (tx) => {
    await note(
      tx,
      threads.map((each) => each.case),
      person.pseudonym,
    )
    const facts = { rows: found.reduce((sum, { rows }) => sum + rows.length, 0) }
    await record(tx, { action: 'person.exported', subject: `person:${person.pseudonym}`, facts })
  })
  return exported
}

function erasingOf({ fate }: Place): Pick<Exported['places'][number], 'erasing' | 'why'> {
  switch (fate.kind) {
    case 'deleted':
      return { erasing: 'deleted' }
    case 'kept':
      return { erasing: 'kept', why: fate.why }
    case 'replaced':
    case 'by-noun':
      return { erasing: 'replaced' }
  }
}

function foundBy(found: Found): string {
  if ('holds' in found) return `${found.column} holds the mailbox`
  return 'of' in found ? `${found.column}, of ${found.of}` : found.column
}

/** Milliseconds as people write them; what is null is left out. */
function withTimes(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [
        name,
        /(?:^|_)at$/.test(name) && Number(value) > 0 ? new Date(Number(value)).toISOString() : value,
      ]),
  )
}

const subjects: Readonly<Record<string, string | undefined>> = {
  delist_requests: 'delist-request',
  letters: 'letter',
  owners: 'owner',
  owner_claims: 'owner-claim',
  recipients: 'recipient',
  abuse_reports: 'report',
}

/** What was done about things of theirs, and about themselves. Of a case only what names their thread: the rest is others'. */
async function auditOf(
  ctx: Context,
  { pseudonym }: Person,
  found: readonly { readonly place: Place; readonly rows: readonly Readonly<Record<string, unknown>>[] }[],
): Promise<Exported['audit']> {
  const told: Exported['audit'][number][] = []
  const tell = async (subject: string, thread?: string): Promise<void> => {
    for (const { at, action, facts } of await listAudit(ctx, {
      subject,
      limit: mostRecords,
      isOpened: true,
    }))
      if (thread === undefined || facts['participant'] === thread)
        told.push({ at: new Date(at).toISOString(), action, subject })
  }
  await tell(`person:${pseudonym}`)
  for (const { place, rows } of found)
    for (const row of rows) {
      const kind = subjects[place.table]
      if (kind !== undefined && 'id' in row) await tell(`${kind}:${String(row['id'])}`)
      if (place.table === 'case_participants') await tell(`case:${String(row['case_id'])}`, String(row['id']))
    }
  return told.toSorted((a, b) => (a.at < b.at ? -1 : 1))
}
