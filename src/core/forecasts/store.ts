import type { Kysely } from 'kysely'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { Tables } from '../../db/schema.ts'
import { formatPrefix, parsePrefix, type Prefix } from '../../standards/prefix.ts'
import type { Forecast } from './forecast.ts'
import { mailKinds, stopReasons, warmUpStates, type WarmUp, type WarmUpState } from './warm-up.ts'

type Queries = Kysely<Tables>

const columns = [
  'participant_id',
  'domain',
  'mail',
  'starts_at',
  'days',
  'first',
  'growth',
  'most',
  'asked_starts_at',
  'asked_days',
  'asked_most',
  'state',
  'why',
  'changed_at',
] as const
type Row = Pick<Tables['warm_ups'], (typeof columns)[number]>

export async function insert(queries: Queries, warmUp: WarmUp): Promise<void> {
  await queries.insertInto('warm_ups').values(toRow(warmUp)).execute()
  await queries
    .insertInto('warm_up_addresses')
    .values(
      warmUp.units.map((unit, nth) => ({
        participant_id: warmUp.participantId,
        unit: formatPrefix(unit),
        nth,
      })),
    )
    .execute()
}

/** Everything but its addresses. */
export async function save(queries: Queries, warmUp: WarmUp): Promise<void> {
  const { participant_id: participant, ...row } = toRow(warmUp)
  await queries.updateTable('warm_ups').set(row).where('participant_id', '=', participant).execute()
}

export async function warmUpsOf(queries: Queries, participants: readonly string[]): Promise<WarmUp[]> {
  if (participants.length === 0) return []
  const rows = await queries
    .selectFrom('warm_ups')
    .select(columns)
    .where('participant_id', 'in', participants)
    .orderBy('participant_id')
    .execute()
  return await withUnits(queries, rows)
}

/** Those that are for one of these units, whatever became of them, the latest first. */
export async function warmUpsFor(
  queries: Queries,
  units: readonly string[],
  limit: number,
): Promise<WarmUp[]> {
  if (units.length === 0) return []
  const rows = await queries
    .selectFrom('warm_ups')
    .select(columns)
    .where('participant_id', 'in', (eb) =>
      eb.selectFrom('warm_up_addresses').select('participant_id').where('unit', 'in', units),
    )
    .orderBy('changed_at', 'desc')
    .orderBy('participant_id')
    .limit(limit)
    .execute()
  return await withUnits(queries, rows)
}

/** Those in these states by thread, after the given one. */
export async function warmUpsIn(
  queries: Queries,
  states: readonly WarmUpState[],
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<WarmUp[]> {
  const rows = await queries
    .selectFrom('warm_ups')
    .select(columns)
    .where('state', 'in', states)
    .where('participant_id', '>', after)
    .orderBy('participant_id')
    .limit(limit)
    .execute()
  return await withUnits(queries, rows)
}

/** Agreed ones that end after `since`, and those that were ended since then; by unit, where one is given. */
export async function currentWarmUps(
  queries: Queries,
  { since, unit }: { readonly since: number; readonly unit?: string | undefined },
): Promise<readonly { readonly unit: string; readonly state: WarmUpState; readonly forecast: Forecast }[]> {
  const rows = await queries
    .selectFrom('warm_up_addresses')
    .innerJoin('warm_ups', 'warm_ups.participant_id', 'warm_up_addresses.participant_id')
    .select(['unit', 'state', 'starts_at', 'days', 'first', 'growth', 'most'])
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'agreed'), eb(eb('starts_at', '+', eb('days', '*', day)), '>', since)]),
        eb.and([eb('state', 'in', ['stopped', 'over']), eb('changed_at', '>', since)]),
      ]),
    )
    .$if(unit !== undefined, (query) => query.where('unit', '=', unit ?? ''))
    .execute()
  return rows.map((row) => ({
    unit: row.unit,
    state: oneOf(warmUpStates, row.state),
    forecast: forecastIn(row),
  }))
}

async function withUnits(queries: Queries, rows: readonly Row[]): Promise<WarmUp[]> {
  if (rows.length === 0) return []
  const addresses = await queries
    .selectFrom('warm_up_addresses')
    .select(['participant_id', 'unit'])
    .where(
      'participant_id',
      'in',
      rows.map((row) => row.participant_id),
    )
    .orderBy('participant_id')
    .orderBy('nth')
    .execute()
  return rows.map((row) =>
    fromRow(
      row,
      addresses
        .filter((each) => each.participant_id === row.participant_id)
        .map(({ unit }) => orThrow(parsePrefix(unit))),
    ),
  )
}

function fromRow(row: Row, units: readonly Prefix[]): WarmUp {
  const forecast = forecastIn(row)
  return {
    participantId: row.participant_id,
    domain: row.domain,
    mail: oneOf(mailKinds, row.mail),
    forecast,
    asked: { ...forecast, startsAt: row.asked_starts_at, days: row.asked_days, most: row.asked_most },
    state: oneOf(warmUpStates, row.state),
    why: row.why === null ? null : oneOf(stopReasons, row.why),
    changedAt: row.changed_at,
    units,
  }
}

function forecastIn(row: Pick<Row, 'starts_at' | 'days' | 'first' | 'growth' | 'most'>): Forecast {
  const { starts_at: startsAt, days, first, growth, most } = row
  return { startsAt, days, first, growth, most }
}

function toRow(warmUp: WarmUp): Row {
  const { forecast, asked } = warmUp
  return {
    participant_id: warmUp.participantId,
    domain: warmUp.domain,
    mail: warmUp.mail,
    starts_at: forecast.startsAt,
    days: forecast.days,
    first: forecast.first,
    growth: forecast.growth,
    most: forecast.most,
    asked_starts_at: asked.startsAt,
    asked_days: asked.days,
    asked_most: asked.most,
    state: warmUp.state,
    why: warmUp.why,
    changed_at: warmUp.changedAt,
  }
}

function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((name) => name === value)
  if (found === undefined) throw new Error(`a warm-up has "${value}"`)
  return found
}
