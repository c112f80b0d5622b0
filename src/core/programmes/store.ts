import { sql, type Kysely } from 'kysely'
import { day, hour } from '../../base/clock.ts'
import type { Tables } from '../../db/schema.ts'
import type { Counted } from './figures.ts'

type Queries = Kysely<Tables>

/** Whole hours since 1970: from the first on, before the other. */
interface Hours {
  readonly from: number
  readonly until: number
}

/**
 * Senders whose key begins with the stem, by key, after the given one: those whose mail was counted, and those that were refused only.
 */
export async function unitsAfter(
  queries: Queries,
  stem: string,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  // A stem holds digits, letters, dots and colons only; no key has a `g`.
  const within = (table: 'senders' | 'decision_records') =>
    sql<{ unit: string }>`select unit from ${sql.table(table)}
      where unit like ${`${stem}%`} and unit > ${after} and unit < ${`${stem}g`}`
  const { rows } = await sql<{ unit: string }>`
    ${within('senders')} union ${within('decision_records')} order by unit limit ${limit}
  `.execute(queries)
  return rows.map(({ unit }) => unit)
}

/** What was counted of these senders in these hours, by sender and day. */
export async function countedOf(
  queries: Queries,
  units: readonly string[],
  { from, until }: Hours,
): Promise<readonly Counted[]> {
  if (units.length === 0 || from >= until) return []
  const mail = await queries
    .selectFrom('evidence_hours')
    .select([
      'unit',
      sql<number | string>`hour / 24`.as('day'),
      sum('ham + bulk + spam + phish + malware + unjudged').as('messages'),
      sum('ham + bulk + spam + phish + malware').as('judged'),
      sum('spam + phish + malware').as('unwanted'),
      sum('complaints').as('complaints'),
    ])
    .where('unit', 'in', units)
    .where('hour', '>=', from)
    .where('hour', '<', until)
    .groupBy(['unit', sql`hour / 24`])
    .execute()
  const answers = await queries
    .selectFrom('decision_records')
    .select([
      'unit',
      sql<number | string>`at / ${sql.lit(day)}`.as('day'),
      sum('case when code >= 500 then count else 0 end').as('refused'),
      sum('case when code < 500 then count else 0 end').as('deferred'),
    ])
    .where('unit', 'in', units)
    .where('at', '>=', from * hour)
    .where('at', '<', until * hour)
    .where('mode', '=', 'enforce')
    .groupBy(['unit', sql`at / ${sql.lit(day)}`])
    .execute()
  return merged(mail, answers)
}

type Figure = number | string

function sum(expression: string) {
  return sql<Figure>`sum(${sql.raw(expression)})`
}

const nothing = { messages: 0, judged: 0, unwanted: 0, complaints: 0, refused: 0, deferred: 0 }

/** PostgreSQL gives sums as text. */
function merged(
  mail: readonly {
    readonly unit: string
    readonly day: Figure
    readonly messages: Figure
    readonly judged: Figure
    readonly unwanted: Figure
    readonly complaints: Figure
  }[],
  answers: readonly {
    readonly unit: string
    readonly day: Figure
    readonly refused: Figure
    readonly deferred: Figure
  }[],
): readonly Counted[] {
  const found = new Map<string, Counted>()
  for (const { unit, day: which, messages, judged, unwanted, complaints } of mail)
    found.set(`${unit} ${which}`, {
      ...nothing,
      unit,
      day: Number(which),
      messages: Number(messages),
      judged: Number(judged),
      unwanted: Number(unwanted),
      complaints: Number(complaints),
    })
  for (const { unit, day: which, refused, deferred } of answers) {
    const key = `${unit} ${which}`
    const other = found.get(key) ?? { ...nothing, unit, day: Number(which) }
    found.set(key, { ...other, refused: Number(refused), deferred: Number(deferred) })
  }
  return [...found.values()]
}
