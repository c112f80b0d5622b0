import { bar, judges } from './judges.ts'
import type { Aim, Summary } from './summary.ts'

export interface Run {
  readonly seeds: number
  readonly scale: number
  readonly lagMs: number
  /** Steps of the traffic where everything passes, all seeds. */
  readonly events: number
}

/** The page for people: Markdown. */
export function report(run: Run, summaries: readonly Summary[], aims: readonly Aim[]): string {
  const names = judges.map(({ name }) => name).filter((name) => summaries.some(({ judge }) => judge === name))
  return `${[
    head(run),
    '## Aims',
    'Bold: not reached.',
    aimTable(names, aims),
    '## Wanted mail',
    wantedWords,
    ...names
      .filter((name) => name !== bar)
      .flatMap((name) => [`### ${titleOf(name)}`, wantedTable(name, summaries)]),
    '## Unwanted mail that passed',
    unwantedTable(names, summaries),
    '## Bursts: unwanted mail before the stop',
    'Median / 90th percentile of the messages that passed before the sender was stopped, and the median time that took. A sender that was never stopped counts with all its messages; in brackets how many those were.',
    stopTable(names, summaries),
    '## Mended senders: time to freedom',
    'From the end of the bad time to the last wanted message that was deferred or refused: median / 95th percentile. Below it: of those who asked for removal, how many had any wanted mail held up after that; requests that only a person can grant (malware, phish) are not among them.',
    freedomTable(names, summaries),
  ].join('\n\n')}\n`
}

function head({ seeds, scale, lagMs, events }: Run): string {
  const command = ['node bench/traffic.ts', `--seeds ${seeds}`]
  if (scale !== 1) command.push(`--scale ${scale}`)
  if (lagMs !== 0) command.push(`--lag ${lagMs / 1000}`)
  return `# What the judgement does to mail

Printed by the program that measures it; not edited by hand:

\`\`\`sh
${[...command, '--write docs/reputation-measured.md'].join(' ')}
\`\`\`

Simulated mail of three weeks, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, ${format(events)} events in all: see \`bench/traffic/\`. Every judge meets the same mail. Honest
senders try again what is deferred, bots mostly do not; a judge sees at RCPT what a policy server sees, and learns the rest
${lagMs === 0 ? 'at once' : `${lagMs / 1000} seconds later`} of what it let through. Nobody knows anybody at the start; the wanted mail of the first three days has a row
of its own. The rules beside ours are made from published descriptions where those leave room: see the head of each file in
\`bench/traffic/judges/\`.`
}

function aimTable(names: readonly string[], aims: readonly Aim[]): string {
  const kinds = [...new Set(aims.map(({ aim }) => aim))]
  return table(
    ['', 'aim', ...names.map(titleOf)],
    kinds.map((kind) => {
      const same = aims.filter(({ aim }) => aim === kind)
      const [first] = same
      const cells = names.map((name) => {
        const found = same.find(({ judge }) => judge === name)
        const value = found && (found.unit === 'share' ? percent(found.value) : format(found.value))
        return found?.ok ? (value ?? '') : `**${value ?? ''}**`
      })
      const wanted = first?.unit === 'share' ? `≥ ${percent(Number(first.bar.slice(2)))}` : (first?.bar ?? '')
      return [first?.unit === 'share' ? kind : `${kind} (${first?.unit ?? ''})`, wanted, ...cells]
    }),
  )
}

const wantedWords =
  'Refused and deferred: share of the messages. Delay: minutes from the first attempt to the pass, all messages that passed; "if deferred" of those alone. Undelivered: deferred, and not passed by the end.'

function wantedTable(name: string, summaries: readonly Summary[]): string {
  const shown = summaries.filter(({ judge, wanted }) => judge === name && wanted > 0)
  return table(
    ['population', 'messages', 'refused', 'deferred', 'delay median / p95', 'if deferred', 'undelivered'],
    shown.map((row) => [
      row.population,
      format(row.wanted),
      row.refused === 0
        ? '0'
        : `${format(row.refused)} of ${row.refusedSenders} senders (${percent(row.refusedShare)})`,
      percent(row.deferredShare),
      `${format(row.delayMedian)} / ${format(row.delayP95)}`,
      format(row.deferredDelayMedian),
      format(row.undelivered),
    ]),
  )
}

function unwantedTable(names: readonly string[], summaries: readonly Summary[]): string {
  return byPopulation(
    names,
    summaries.filter(({ unwanted }) => unwanted > 0),
    ['messages', ({ unwanted }) => format(unwanted)],
    ({ cut }) => percent(cut === null ? null : 1 - cut),
  )
}

function stopTable(names: readonly string[], summaries: readonly Summary[]): string {
  return byPopulation(
    names,
    summaries.filter(({ episodes }) => episodes > 0),
    ['bursts', ({ episodes }) => format(episodes)],
    ({ stopMedian, stopP90, stopMinutes, neverStopped }) =>
      `${format(stopMedian)} / ${format(stopP90)}${stopMinutes === null ? '' : `, ${format(stopMinutes)} min`}${neverStopped > 0 ? ` (${neverStopped} never)` : ''}`,
  )
}

function freedomTable(names: readonly string[], summaries: readonly Summary[]): string {
  const mended = summaries.filter((row) => row.mended > 0)
  return byPopulation(
    names,
    mended,
    ['mended', (row) => `${row.mended}, ${row.asked} asked`],
    (row) =>
      `${hours(row.freeMinutesMedian)} / ${hours(row.freeMinutesP95)}; ${row.asked === 0 ? '–' : `${row.heldAfterAsking} held`}`,
  )
}

/** A line for each population, a column for each judge. */
function byPopulation(
  names: readonly string[],
  summaries: readonly Summary[],
  [title, first]: readonly [string, (row: Summary) => string],
  cell: (row: Summary) => string,
): string {
  const populations = [...new Set(summaries.map(({ population }) => population))]
  return table(
    ['population', title, ...names.map(titleOf)],
    populations.map((population) => {
      const rows = names.map((name) =>
        summaries.find((row) => row.judge === name && row.population === population),
      )
      const [some] = rows.filter((row) => row !== undefined)
      return [population, some ? first(some) : '', ...rows.map((row) => (row ? cell(row) : ''))]
    }),
  )
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function titleOf(name: string): string {
  return judges.find((judge) => judge.name === name)?.title ?? name
}

function format(value: number | null): string {
  if (value === null) return '–'
  return (Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value)).toLocaleString('en-US')
}

function percent(share: number | null): string {
  if (share === null) return '–'
  return `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`
}

function hours(minutes: number | null): string {
  return minutes === null ? '–' : minutes === 0 ? '0' : `${(minutes / 60).toFixed(1)} h`
}
