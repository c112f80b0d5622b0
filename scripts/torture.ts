/**
 * `npm run torture`: the scaled tests of `check` at their full counts. Ends by itself within an hour; what was done before an interruption is
 * not done again (state in `.torture/`, for the same sources); the figures go to docs/torture.md.
 *
 * npm run torture [-- --again] [STEP …]
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { runFiles } from './run-tests.ts'
import { tortureEnvironment, tortureSteps, type TortureStep } from './torture-steps.ts'

const root = join(import.meta.dirname, '..')
const stateFile = join(root, '.torture', 'state.json')
const mostMs = 60 * 60_000

/** A step counts as hung after so many times the minutes that it takes on two processors that do nothing else. */
const patience = 3

interface Result {
  readonly passed: number
  readonly failures: readonly string[]
  readonly said: readonly string[]
  readonly seconds: number
}

interface State {
  /** Hash of the sources that the results are about. */
  readonly sources: string
  readonly results: Record<string, Result>
}

const words = process.argv.slice(2)
const wanted = words.filter((word) => !word.startsWith('--'))
const unknown = wanted.filter((name) => !tortureSteps.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(
    `there is no step ${unknown.join(', ')}; there are: ${tortureSteps.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}
const steps = tortureSteps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const begun = performance.now()
const state = openState(words.includes('--again'))
let isLate = false

for (const step of steps) {
  const before = state.results[step.name]
  if (before && before.failures.length === 0) {
    console.log(`✓ ${step.name}: done before`)
    continue
  }
  if (begun + mostMs - performance.now() < step.minutes * 60_000) {
    isLate = true
    console.error(`✗ ${step.name}: the hour is over; run again to go on`)
    continue
  }
  console.log(`… ${step.name}: ${step.what}`)
  const { passed, failures, said, seconds } = await runFiles(root, [step.file], {
    minutes: step.minutes * patience,
    env: { ...tortureEnvironment, ...step.env },
  })
  state.results[step.name] = { passed, failures, said, seconds }
  saveState()
  console.log(`${failures.length > 0 ? '✗' : '✓'} ${step.name} (${seconds.toFixed(0)} s)`)
  for (const line of [...said, ...failures]) console.log(`    ${line}`)
}

const failed = tortureSteps.filter(({ name }) => (state.results[name]?.failures.length ?? 0) > 0)
const done = tortureSteps.filter(({ name }) => state.results[name])
writeFileSync(join(root, 'docs', 'torture.md'), page())
console.log('figures in docs/torture.md')
console.log(
  `${done.length - failed.length} passed, ${failed.length} failed, ${tortureSteps.length - done.length} to do`,
)
process.exitCode = failed.length > 0 || isLate ? 1 : 0

function openState(again: boolean): State {
  const sources = hashOfSources()
  if (again || !existsSync(stateFile)) return { sources, results: {} }
  const kept = JSON.parse(readFileSync(stateFile, 'utf8')) as State
  if (kept.sources === sources) return kept
  console.log('the sources have changed since: starting over')
  return { sources, results: {} }
}

function saveState(): void {
  mkdirSync(join(root, '.torture'), { recursive: true })
  writeFileSync(stateFile, JSON.stringify(state, null, 2))
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const files = globSync(
    [
      'src/**/*.ts',
      'test/**/*.ts',
      'migrations/**/*.sql',
      'assets/*',
      'scripts/torture-steps.ts',
      'package-lock.json',
    ],
    { cwd: root },
  )
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function page(): string {
  const rows = tortureSteps.map((step) => row(step, state.results[step.name]))
  const said = tortureSteps.flatMap(({ name }) => {
    const lines = state.results[name]?.said ?? []
    return lines.length > 0 ? ['', `## ${name}`, '', '```', ...lines, '```'] : []
  })
  return [
    '# Full counts',
    '',
    '<!-- Written by `npm run torture`; do not edit. -->',
    '',
    '`npm run check` runs these tests scaled down; `npm run torture` runs them at full count, ends within an hour, and goes on where it was',
    'interrupted. A seed in a figure repeats that run: `POSTERN_FUZZ_SEED=… node --test FILE`.',
    '',
    `Last run: ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${availableParallelism()} processors.`,
    '',
    '| step | what is tried | file | result | seconds |',
    '|---|---|---|---|---|',
    ...rows,
    ...said,
    '',
  ].join('\n')
}

function row({ name, what, file }: TortureStep, result: Result | undefined): string {
  return `| ${name} | ${what} | [${file}](../${file}) | ${outcomeOf(result)} | ${result?.seconds.toFixed(0) ?? '–'} |`
}

function outcomeOf(result: Result | undefined): string {
  if (!result) return 'not run for these sources'
  return result.failures.length === 0 ? 'passed' : `**${result.failures.length} failed**`
}
