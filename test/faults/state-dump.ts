import { createHash } from 'node:crypto'
import type { Row, Rows } from './rows.ts'

/** The product's own pulse: edges that say that they are there, and who of several cores does which job. */
const pulse = ['edges', 'edge_acks', 'leases']

/** Every row of every table, as text, by table. Two dumps that are equal have nothing changed between them. */
export async function dumpState(rows: Rows): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await rows.all(
    `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`,
  )
  const dump = new Map<string, readonly string[]>()
  for (const { name } of tables) {
    if (typeof name !== 'string' || pulse.includes(name)) continue
    const all = await rows.all(`select * from ${name}`)
    dump.set(
      name,
      all
        .filter((row) => !isPulse(name, row))
        .map(lineOf)
        .toSorted(),
    )
  }
  return dump
}

/** When the standings were last found to be what they are. */
function isPulse(table: string, row: Row): boolean {
  return table === 'heads' && row['name'] === 'standings'
}

/** Tables that differ, with a row of each that shows it. */
export function differences(
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return [...after].flatMap(([table, lines]) => {
    const known = new Set(before.get(table))
    const fresh = lines.filter((line) => !known.has(line))
    const gone = (before.get(table)?.length ?? 0) - (lines.length - fresh.length)
    return fresh.length + gone === 0
      ? []
      : [`${table}: ${fresh.length} rows new, ${gone} gone: ${fresh[0]?.slice(0, 300) ?? ''}`]
  })
}

/** One hash for all of it. */
export function fingerprint(dump: ReadonlyMap<string, readonly string[]>): string {
  const hash = createHash('sha256')
  for (const [table, lines] of dump) hash.update(`${table}\n${lines.join('\n')}\n`)
  return hash.digest('hex')
}

function lineOf(row: Row): string {
  return JSON.stringify(Object.entries(row))
}
