/**
 * The audit is a chain: each record carries the hash of the one before, and its own is SHA-256 over that hash and the
 * record's canonical JSON. Whoever changes, removes or swaps records after the fact breaks it; the head, kept apart,
 * shows when the end is missing.
 */
export interface AuditRecord {
  /** From 1, without gaps. */
  readonly seq: number
  readonly at: number
  /** `operator:ada`, `cli:root`, `system:expiry` … */
  readonly actor: string
  /** What was done, in the past tense: `listing.ended`. */
  readonly action: string
  /** What it was done to: `listing:<id>`. */
  readonly subject: string
  readonly facts: AuditFacts
  /** It is of a restricted case: what it says is kept from whoever reads it. */
  readonly isRestricted?: boolean
}

export type AuditFacts = Readonly<Record<string, AuditFact>>
export type AuditFact =
  | string
  | number
  | boolean
  | null
  | readonly AuditFact[]
  | { readonly [name: string]: AuditFact }

/** A record as it is stored: facts as text, with its place in the chain. */
export interface ChainedRecord extends Omit<AuditRecord, 'facts' | 'isRestricted'> {
  readonly facts: string
  readonly previous: string
  readonly hash: string
}

/** JSON with names in order and no spaces: the same facts are always the same text (as RFC 8785, for our kinds of values). */
export function canonicalJson(value: AuditFact | AuditFacts): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}

function isList(value: AuditFact | AuditFacts): value is readonly AuditFact[] {
  return Array.isArray(value)
}

/** What is hashed: the hash before, then the record's canonical JSON; `facts` is canonical already. */
export function chainText(previous: string, record: Omit<ChainedRecord, 'previous' | 'hash'>): string {
  const { seq, at, actor, action, subject, facts } = record
  const texts = {
    action: JSON.stringify(action),
    actor: JSON.stringify(actor),
    subject: JSON.stringify(subject),
  }
  return `${previous}{"action":${texts.action},"actor":${texts.actor},"at":${at},"facts":${facts},"seq":${seq},"subject":${texts.subject}}`
}

/** The first thing wrong with a record that should come after `seq` records ending in `previous`, as a sentence; undefined when all is well. */
export function wrongWith(
  record: ChainedRecord,
  before: { readonly seq: number; readonly hash: string },
  hashOf: (text: string) => string,
): string | undefined {
  const due = before.seq + 1
  if (record.seq !== due) return `record ${due} is missing: the next one is ${record.seq}`
  if (record.previous !== before.hash) return `record ${due} does not follow the record before it`
  if (record.hash !== hashOf(chainText(record.previous, record)))
    return `record ${due} was changed after it was written`
  return undefined
}
