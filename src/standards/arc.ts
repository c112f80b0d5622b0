import { readAuthenticationResults, type AuthenticationResults } from './authentication-results.ts'
import type { HeaderField } from './header-fields.ts'
import { parseTagList, tagOf } from './tag-list.ts'

/**
 * The chain that forwarders write when they pass mail on (RFC 8617): each adds one instance of three fields, with what it found when the
 * message came (§4.1). What stands here is read, not verified: that needs the message itself.
 */
export interface ArcInstance {
  /** 1 is the oldest. */
  readonly instance: number
  /** Whether the sealer found the chain before it whole: `none pass fail`; undefined when it does not say. */
  readonly cv: string | undefined
  /** Domain and selector of the seal. */
  readonly domain: string | undefined
  readonly selector: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number | undefined
  readonly results: AuthenticationResults | undefined
  readonly hasSeal: boolean
  readonly hasSignature: boolean
}

/** RFC 8617 §4.2.1. */
const mostInstances = 50

/** The instances, oldest first. */
export function readArc(fields: readonly HeaderField[]): readonly ArcInstance[] {
  const found = new Map<number, { seal?: string; signature?: string; results?: string }>()
  for (const { name, value } of fields) {
    const part = parts[name]
    const instance = part && instanceOf(value)
    if (instance === undefined || part === undefined) continue
    const set = found.get(instance) ?? {}
    set[part] ??= value
    found.set(instance, set)
  }
  return [...found].toSorted(([a], [b]) => a - b).map(([instance, set]) => instanceFrom(instance, set))
}

/** Why the chain cannot be whole, as far as its fields say (§5.2); undefined when nothing speaks against it. */
export function arcTrouble(
  instances: readonly ArcInstance[],
): 'gap' | 'incomplete' | 'failed' | 'first-not-none' | undefined {
  if (instances.some(({ instance }, index) => instance !== index + 1)) return 'gap'
  if (instances.some(({ hasSeal, hasSignature, results }) => !hasSeal || !hasSignature || !results))
    return 'incomplete'
  if (instances.some(({ cv }) => cv === 'fail')) return 'failed'
  return instances.some(({ cv }, index) => cv !== (index === 0 ? 'none' : 'pass'))
    ? 'first-not-none'
    : undefined
}

const parts: Readonly<Record<string, 'seal' | 'signature' | 'results'>> = {
  'arc-seal': 'seal',
  'arc-message-signature': 'signature',
  'arc-authentication-results': 'results',
}

function instanceOf(value: string): number | undefined {
  const digits = /^\s*i\s*=\s*(\d{1,2})\b|;\s*i\s*=\s*(\d{1,2})\b/.exec(value)
  const instance = Number(digits?.[1] ?? digits?.[2])
  return instance >= 1 && instance <= mostInstances ? instance : undefined
}

function instanceFrom(
  instance: number,
  { seal, signature, results }: { seal?: string; signature?: string; results?: string },
): ArcInstance {
  const tags = parseTagList(seal ?? '')
  const seconds = Number(tagOf(tags, 't'))
  return {
    instance,
    cv: tagOf(tags, 'cv')?.toLowerCase(),
    domain: tagOf(tags, 'd')?.toLowerCase(),
    selector: tagOf(tags, 's'),
    at: Number.isSafeInteger(seconds) && seconds > 0 && seconds < 1e11 ? seconds * 1000 : undefined,
    results:
      results === undefined
        ? undefined
        : readAuthenticationResults(results.replace(/^\s*i\s*=\s*\d+\s*;/, '')),
    hasSeal: seal !== undefined,
    hasSignature: signature !== undefined,
  }
}
