import type { AuditFact, AuditRecord } from './audit.ts'

/**
 * What a restricted case is about is nobody's to read who may not look into it: the case itself, its threads and requests. The audit says that
 * something was done there, when and by which of us, and nothing else.
 */

/** Facts that name a thing, and what kind of thing they name. */
const leads: Readonly<Record<string, string>> = {
  from: 'case',
  to: 'case',
  request: 'delist-request',
}

/** What a record is about, and what its facts lead to. */
export function subjectsOf({ subject, facts }: Pick<AuditRecord, 'subject' | 'facts'>): readonly string[] {
  return [subject, ...Object.entries(facts).flatMap(([name, value]) => led(name, value) ?? [])]
}

function led(name: string, value: AuditFact): string | undefined {
  const kind = leads[name]
  return kind !== undefined && typeof value === 'string' ? `${kind}:${value}` : undefined
}

/** The record as those may read it who may not look into restricted cases. Of a visitor even the network would say what it is about. */
export function withheld(record: AuditRecord, restricted: ReadonlySet<string>): AuditRecord {
  if (restricted.has(record.subject))
    return {
      ...record,
      actor: record.actor.startsWith('visitor:') ? 'visitor:' : record.actor,
      facts: {},
      isRestricted: true,
    }
  const told = Object.entries(record.facts).filter(([name, value]) => !restricted.has(led(name, value) ?? ''))
  return { ...record, facts: Object.fromEntries(told) }
}
