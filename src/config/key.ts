import { z } from 'zod'

/** How a key of the configuration is declared; the sections are in `sections/`, the whole in `schema.ts`. */

export interface KeyFacts {
  /** What the key is for, in one or two sentences. */
  readonly sentence: string
  /** Version that brought it. */
  readonly since: string
  /** What a number counts; durations and texts say it themselves. */
  readonly unit?: string
  /** How the default is made, where it depends on other keys. */
  readonly made?: string
  /** A value to show where there is no default. */
  readonly example?: string
  /** Never printed: it may hold a password. */
  readonly secret?: true
}

export const keyFacts = z.registry<KeyFacts>()

const since = '0.1.0'

/** A key with its kind and default, and the sentence that is printed of it. */
export function key<Schema extends z.ZodType>(
  schema: Schema,
  sentence: string,
  more: Omit<KeyFacts, 'sentence' | 'since'> = {},
): Schema {
  keyFacts.add(schema, { sentence, since, ...more })
  return schema
}

/** Keys below one name; all of them have defaults, so the section may be left out. */
export function section<Shape extends z.ZodRawShape>(sentence: string, shape: Shape) {
  const schema = z.strictObject(shape, { error: 'expected keys and values' }).prefault({} as never)
  keyFacts.add(schema, { sentence, since })
  return schema
}
