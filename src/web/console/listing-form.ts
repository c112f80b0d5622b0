import { Refusal } from '../../base/refusal.ts'
import { isCause, isClass } from '../../core/listings/import-line.ts'
import type { ListingFields } from '../../core/listings/listing.ts'
import { parseListable } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'

/** The fields of the form that adds a listing, as typed and as core takes them. */
export const names = ['prefix', 'effect', 'cause', 'class', 'ends', 'url', 'test', 'note', 'replace'] as const
export type Name = (typeof names)[number]
export type ListingValues = Readonly<Record<Name, string>>

export function valuesOf(given: Fields): ListingValues {
  const value = (name: Name): string => (given.get(name) ?? '').trim()
  return {
    prefix: value('prefix'),
    effect: value('effect') === 'pass' ? 'pass' : 'refuse',
    cause: value('cause') || 'manual',
    class: value('class'),
    ends: value('ends'),
    url: value('url'),
    test: value('test'),
    note: value('note'),
    replace: value('replace'),
  }
}

/** The fields as core takes them. Throws what they cannot be. */
export function readFields(values: ListingValues): ListingFields {
  const prefix = parseListable(values.prefix)
  if (prefix instanceof Refusal) throw prefix
  if (!isCause(values.cause)) throw new Refusal('form.invalid', { field: 'cause' })
  if (values.class !== '' && !isClass(values.class)) throw new Refusal('form.invalid', { field: 'class' })
  return {
    prefix,
    cause: values.cause,
    class: values.class === '' ? undefined : values.class,
    effect: values.effect === 'pass' ? 'pass' : 'refuse',
    ends: values.ends || undefined,
    note: values.note || undefined,
    url: values.url || undefined,
    test: values.test || undefined,
    replace: values.replace === 'yes',
  }
}

/** The field that a refusal is about; undefined: the form as a whole. */
export function fieldOf({ code, facts }: Refusal): string | undefined {
  if (code.startsWith('address.') || code.startsWith('prefix.')) return 'prefix'
  if (code === 'listing.ends-invalid' || code === 'listing.never-ends') return 'ends'
  if (code === 'listing.class-field' || code === 'form.invalid') return String(facts['field'] ?? 'prefix')
  return undefined
}
