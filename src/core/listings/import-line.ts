import { csvCell } from '../../base/csv.ts'
import { Refusal } from '../../base/refusal.ts'
import { causeNames, listingClasses, type Cause, type ListingClass } from '../../access/reasons.ts'
import { formatPrefix, parseListable, showPrefix } from '../../standards/prefix.ts'
import type { Evidence, Listing, ListingFields } from './listing.ts'

/**
 * One line of an import or export file. `ndjson` is our own (contracts 1), `csv` is for spreadsheets,
 * `rbldnsd` is an ip4trie or ip6trie data file (rbldnsd(8)): `address[/length] [:A:TXT]`, `!` excludes.
 */
export const importFormats = ['ndjson', 'csv', 'rbldnsd'] as const
export type ImportFormat = (typeof importFormats)[number]

/** Columns of the CSV form, in order. */
const csvColumns = ['ip', 'reason', 'class', 'ends', 'note', 'url', 'test', 'effect'] as const

/** First line of an export (RFC 4180 §2.3); an import passes over it, and does without. */
export const csvHeading = csvColumns.join(',')

/** The fields of a line, undefined when it carries none (empty, comment, heading), or why it cannot be used. */
export function readImportLine(
  text: string,
  format: ImportFormat,
  defaults: Partial<ListingFields>,
): ListingFields | Refusal | undefined {
  // A byte order mark, which spreadsheets put at the start, goes with the spaces.
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return undefined
  switch (format) {
    case 'ndjson':
      return readJson(line, defaults)
    case 'csv':
      return /^"?ip"?(,|$)/i.test(line) ? undefined : readCsv(line, defaults)
    case 'rbldnsd':
      return /^[:$;]/.test(line) ? undefined : readTrie(line, defaults)
  }
}

function readJson(line: string, defaults: Partial<ListingFields>): ListingFields | Refusal {
  let value: unknown
  try {
    value = JSON.parse(line) as unknown
  } catch {
    return new Refusal('form.invalid', { field: 'line', why: 'not JSON' })
  }
  if (typeof value !== 'object' || value === null)
    return new Refusal('form.invalid', { field: 'line', why: 'not an object' })
  const given = new Map<string, unknown>(Object.entries(value))
  const texts = Object.fromEntries(csvColumns.map((name) => [name, asText(given.get(name))]))
  const evidence = given.get('evidence')
  const fields = readFields(texts, defaults)
  if (fields instanceof Refusal || !Array.isArray(evidence)) return fields
  return { ...fields, evidence: evidence.flatMap(asEvidence).slice(0, 20) }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asEvidence(value: unknown): Evidence[] {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('count' in value)) return []
  const { kind, count } = value
  return typeof kind === 'string' && typeof count === 'number' && Number.isFinite(count)
    ? [{ kind: kind.slice(0, 40), count }]
    : []
}

/** RFC 4180 §2: fields may be quoted, a quote inside is doubled. */
function readCsv(line: string, defaults: Partial<ListingFields>): ListingFields | Refusal {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
  const texts = Object.fromEntries(csvColumns.map((name, index) => [name, unguarded(cells[index])]))
  return readFields(texts, defaults)
}

/** Exports put `'` before what a spreadsheet would take for a formula. */
function unguarded(cell: string | undefined): string | undefined {
  return cell === undefined || cell === '' ? undefined : cell.replace(/^'(?=[=+\-@\t])/, '')
}

function readTrie(line: string, defaults: Partial<ListingFields>): ListingFields | Refusal {
  const [entry = '', ...rest] = line.split(/\s+/)
  const excluded = entry.startsWith('!')
  const note = rest.join(' ').replace(/^:[^:]*:/, '')
  const fields = readFields(
    { ip: excluded ? entry.slice(1) : entry, note: note === '' ? undefined : note },
    defaults,
  )
  if (fields instanceof Refusal || !excluded) return fields
  const carveOut: ListingFields = { ...fields, effect: 'pass' as const }
  return carveOut
}

function readFields(
  texts: Readonly<Record<string, string | undefined>>,
  defaults: Partial<ListingFields>,
): ListingFields | Refusal {
  if (!texts['ip']) return new Refusal('form.invalid', { field: 'ip', why: 'missing' })
  const prefix = parseListable(texts['ip'])
  if (prefix instanceof Refusal) return prefix
  const cause = texts['reason'] ?? defaults.cause
  if (!isCause(cause))
    return new Refusal('form.invalid', { field: 'reason', why: `one of ${causeNames.join(', ')}` })
  const listingClass = texts['class'] ?? defaults.class
  if (listingClass !== undefined && !isClass(listingClass)) {
    return new Refusal('form.invalid', { field: 'class', why: `one of ${listingClasses.join(', ')}` })
  }
  const effect = texts['effect'] ?? defaults.effect
  if (effect !== undefined && effect !== 'refuse' && effect !== 'pass') {
    return new Refusal('form.invalid', { field: 'effect', why: 'refuse or pass' })
  }
  return {
    ...defaults,
    effect,
    prefix,
    cause,
    class: listingClass,
    ends: texts['ends'] ?? defaults.ends,
    note: texts['note'] ?? defaults.note,
    url: texts['url'] ?? defaults.url,
    test: texts['test'] ?? defaults.test,
  }
}

export function isCause(text: string | undefined): text is Cause {
  return causeNames.some((name) => name === text)
}

export function isClass(text: string): text is ListingClass {
  return listingClasses.some((name) => name === text)
}

/** A listing as a line that `readImportLine` reads back. */
export function writeExportLine(listing: Listing, format: ImportFormat): string {
  const ip = showPrefix(listing.prefix)
  const ends = new Date(listing.endsAt).toISOString()
  switch (format) {
    case 'ndjson':
      return JSON.stringify({
        ip,
        reason: listing.cause,
        class: listing.class,
        ends,
        ...(listing.note ? { note: listing.note } : {}),
        ...(listing.url ? { url: listing.url } : {}),
        ...(listing.test ? { test: listing.test } : {}),
        ...(listing.effect === 'pass' ? { effect: 'pass' } : {}),
        ...(listing.evidence.length > 0 ? { evidence: listing.evidence } : {}),
      })
    case 'csv':
      return [
        ip,
        listing.cause,
        listing.class,
        ends,
        listing.note,
        listing.url ?? '',
        listing.test ?? '',
        listing.effect,
      ]
        .map(csvCell)
        .join(',')
    case 'rbldnsd':
      return `${listing.effect === 'pass' ? '!' : ''}${formatPrefix(listing.prefix)} :127.0.0.2:${listing.cause}`
  }
}
