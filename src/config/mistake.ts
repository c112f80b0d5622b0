/** One thing wrong with the configuration. */
export interface Mistake {
  /** `listen.policy`; empty for the file as a whole. */
  readonly path: string
  /** `postern.yaml:12:7`, `POSTERN_LISTEN_POLICY` or `default`. */
  readonly where: string
  /** What was expected and what stood there. */
  readonly problem: string
}

/** Everything wrong with a configuration at once, in the order of the file, then the rest. */
export class ConfigMistakes {
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    this.mistakes = mistakes.toSorted((a, b) => lineAndColumn(a) - lineAndColumn(b))
  }

  /** One line a mistake. */
  lines(): string[] {
    return this.mistakes.map(formatMistake)
  }

  toString(): string {
    return this.lines().join('\n')
  }
}

function lineAndColumn({ where }: Mistake): number {
  const [, line, column] = /:(\d+):(\d+)$/.exec(where) ?? []
  return line === undefined ? Number.MAX_SAFE_INTEGER : Number(line) * 1e6 + Number(column)
}

/** `postern.yaml:12:7 listen.policy: expected …; got "…"` */
export function formatMistake({ path, where, problem }: Mistake): string {
  return [where, path].filter(Boolean).join(' ') + `: ${problem}`
}

/** The known name nearest to a mistyped one, when it is near enough to be meant. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const most = Math.min(3, Math.max(1, Math.floor(typed.length / 3)))
  const folded = typed.toLowerCase()
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of known) {
    const distance = editDistance(folded, name.toLowerCase(), most)
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { name, distance }
  }
  return best?.name
}

/** How many letters to put in, take out, change or swap with a neighbour (optimal string alignment); `most + 1` when it is more. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(change, swap, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
