import type { z } from 'zod'
import { keyFacts, type KeyFacts } from './key.ts'
import { configSchema } from './schema.ts'
import { expectations } from './values.ts'

/** One key that can be set, or a section of keys. */
export interface Key extends KeyFacts {
  /** `listen.policy` */
  readonly path: string
  readonly steps: readonly string[]
  readonly kind: 'section' | 'text' | 'number' | 'list' | 'structure'
  /** What a value must be, in words. */
  readonly expects: string
  /** What stands here when nothing is said, as one would write it; undefined when there is none. */
  readonly default: unknown
  /** The name in the environment; undefined for sections. */
  readonly variable: string | undefined
}

/** Every section and key, in the order of the schema. */
export const configKeys: readonly Key[] = keysOf(configSchema, [])

/** The key with this path, numbers of list items left out. */
export function keyAt(steps: readonly PropertyKey[]): Key | undefined {
  const path = steps.filter((step) => typeof step === 'string').join('.')
  return configKeys.find((key) => key.path === path)
}

/** `listen.policy` → `POSTERN_LISTEN_POLICY`, `mail.replyDomain` → `POSTERN_MAIL_REPLY_DOMAIN`. */
function variableOf(steps: readonly string[]): string {
  const words = steps.map((step) => step.replaceAll(/[A-Z]/g, '_$&').toUpperCase())
  return ['POSTERN', ...words].join('_')
}

function keysOf(schema: z.core.$ZodType, steps: readonly string[]): Key[] {
  const { inner } = unwrap(schema)
  if (inner._zod.def.type !== 'object') return []
  const { shape } = (inner as z.core.$ZodObject)._zod.def
  return Object.entries(shape).flatMap(([name, value]) => {
    const own = describe(value, [...steps, name])
    return own.kind === 'section' ? [own, ...keysOf(value, own.steps)] : [own]
  })
}

function describe(schema: z.core.$ZodType, steps: readonly string[]): Key {
  const facts = keyFacts.get(schema)
  const path = steps.join('.')
  if (!facts) throw new Error(`the configuration key ${path} has no sentence`)
  const { inner, given } = unwrap(schema)
  const kind = kindOf(inner)
  const expects = kind === 'section' ? 'keys and values' : expectations.get(inner)?.expects
  if (expects === undefined) throw new Error(`the configuration key ${path} does not say what it expects`)
  return {
    ...facts,
    path,
    steps,
    kind,
    expects,
    default: given,
    variable: kind === 'section' ? undefined : variableOf(steps),
  }
}

function kindOf(schema: z.core.$ZodType): Key['kind'] {
  switch (schema._zod.def.type) {
    case 'object':
      return 'section'
    case 'record':
      return 'structure'
    case 'array':
      return unwrap((schema as z.core.$ZodArray)._zod.def.element).inner._zod.def.type === 'object'
        ? 'structure'
        : 'list'
    case 'number':
      return 'number'
    default:
      return 'text'
  }
}

/** The schema inside what gives defaults, and the default as one would write it. */
function unwrap(schema: z.core.$ZodType): { readonly inner: z.core.$ZodType; readonly given: unknown } {
  let inner = schema
  let given: unknown
  for (;;) {
    const { def } = inner._zod
    if (def.type === 'prefault') {
      given = (def as z.core.$ZodPrefaultDef).defaultValue
      inner = (def as z.core.$ZodPrefaultDef).innerType
    } else if (def.type === 'optional') inner = (def as z.core.$ZodOptionalDef).innerType
    else return { inner, given }
  }
}
