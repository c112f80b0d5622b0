/**
 * What `postconf -nx` prints: `name = value`, one parameter a line, `$name` expanded. Restrictions are words apart by commas and
 * blanks, with `{ … }` around a service and its settings (postconf(5), SMTPD_POLICY_README).
 */
export type Postconf = ReadonlyMap<string, string>

export function readPostconf(text: string): Postconf {
  const pairs = [...text.matchAll(/^([a-z0-9_]+) =[ \t]*(.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value.trim()] as const,
  )
  return new Map(pairs)
}

/** One question to a policy server in a list of restrictions. */
export interface PolicyCheck {
  /** `inet:127.0.0.1:10040`, `unix:private/policy` */
  readonly service: string
  /** What stands in the braces: `timeout` → `2s`. */
  readonly settings: ReadonlyMap<string, string>
  /** Restrictions before it. */
  readonly before: readonly string[]
}

/** The policy checks of one list of restrictions, in their order. */
export function policyChecks(restrictions: string): readonly PolicyCheck[] {
  const words = restrictions.match(/\{[^}]*\}|[^\s,{}]+/g) ?? []
  return words.flatMap((word, index) => {
    if (word !== 'check_policy_service') return []
    const [service = '', ...settings] = (words[index + 1] ?? '')
      .replaceAll(/[{}]/g, ' ')
      .trim()
      .split(/[\s,]+/)
    return [{ service, settings: new Map(settings.map(readSetting)), before: words.slice(0, index) }]
  })
}

function readSetting(text: string): readonly [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

/** Seconds of `2s`, `100s`, `1m`; Postfix reads a bare number as seconds here. Undefined for anything else. */
export function postfixSeconds(text: string): number | undefined {
  const [, digits = '', unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text.trim()) ?? []
  const factors: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
  return digits === '' ? undefined : Number(digits) * (factors[unit] ?? 1)
}
