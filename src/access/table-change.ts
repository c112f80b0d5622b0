import { z } from 'zod'
import { formatPrefix } from '../standards/prefix.ts'
import { listingId, prefix, readAs, time, unit } from './feed-fields.ts'
import { effects, type TableChange } from './listing-entry.ts'
import { causeNames, listingClasses } from './reasons.ts'

/** A change as JSON, in frames and in core's table of changes: prefixes as text, times in milliseconds. */
export type ChangeJson =
  | {
      readonly kind: 'put'
      readonly prefix: string
      readonly id: string
      readonly cause: string
      readonly class: string
      readonly effect: string
      readonly ends: number
    }
  | { readonly kind: 'drop'; readonly prefix: string }
  | { readonly kind: 'watch'; readonly unit: string; readonly until: number }
  | { readonly kind: 'unwatch'; readonly unit: string }
  | {
      readonly kind: 'vouch'
      readonly hash: string
      /** `192.0.2.0/24`; null for one by signature. */
      readonly network: string | null
      readonly until: number
    }
  | { readonly kind: 'unvouch'; readonly hash: string }

/** Whole seconds until 2106, the last that a table can hold. */
const ends = time.refine((ms) => ms > 0 && ms % 1000 === 0 && ms <= 0xffffffff * 1000)

const put = z
  .object({
    kind: z.literal('put'),
    prefix,
    id: listingId,
    cause: z.enum(causeNames),
    class: z.enum(listingClasses),
    effect: z.enum(effects),
    ends,
  })
  .transform(({ kind, ...entry }) => ({ kind, entry }))

const vouchHash = z.string().regex(/^[\w-]{21}[AQgw]$/)
const vouchNetwork = prefix.refine(({ family, length }) => length === (family === 4 ? 24 : 64))

const vouch = z
  .object({ kind: z.literal('vouch'), hash: vouchHash, network: vouchNetwork.nullable(), until: time })
  .transform(({ kind, ...entry }) => ({ kind, vouch: entry }))

export const changeSchema: z.ZodType<TableChange> = z.union([
  put,
  z.object({ kind: z.literal('drop'), prefix }),
  z.object({ kind: z.literal('watch'), unit, until: time }),
  z.object({ kind: z.literal('unwatch'), unit }),
  vouch,
  z.object({ kind: z.literal('unvouch'), hash: vouchHash }),
])

export function changeToJson(change: TableChange): ChangeJson {
  switch (change.kind) {
    case 'put': {
      const { prefix: listed, ...rest } = change.entry
      return { kind: 'put', prefix: formatPrefix(listed), ...rest }
    }
    case 'drop':
      return { kind: 'drop', prefix: formatPrefix(change.prefix) }
    case 'watch':
      return { kind: 'watch', unit: formatPrefix(change.unit), until: change.until }
    case 'unwatch':
      return { kind: 'unwatch', unit: formatPrefix(change.unit) }
    case 'vouch': {
      const { hash, network, until } = change.vouch
      return { kind: 'vouch', hash, network: network === null ? null : formatPrefix(network), until }
    }
    case 'unvouch':
      return { kind: 'unvouch', hash: change.hash }
  }
}

/** Reads a change that came as JSON. Throws FeedError for anything a table could not apply. */
export function changeFromJson(value: unknown): TableChange {
  return readAs(changeSchema, value, 'change')
}
