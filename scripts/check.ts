/**
 * `npm run check`: everything that must hold before a change is done, in one word. Ends with a summary of what was checked and how long
 * it took; the last line counts. Every stage runs, also after one has failed, so that one run shows all there is to mend.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { neededPackages, ensurePackages } from './packages.ts'
import { findTests, runBatches, type Report } from './run-tests.ts'
import { openSurroundings } from './test-surroundings.ts'

const root = join(import.meta.dirname, '..')

/** A whole check must fit into fifteen minutes on two processors; a batch of files that takes this long hangs. */
const batchMinutes = 5

interface Stage {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
}

const stages: Stage[] = []

const missing = ensurePackages()
if (missing !== undefined) {
  console.error(`check: ${missing}`)
  process.exit(1)
}
stages.push({ name: 'packages', passed: neededPackages.length, failed: 0, seconds: performance.now() / 1000 })

command('format', 'oxfmt', '--check')
command('lint', 'oxlint')
command('types', 'tsc', '-p', 'tsconfig.json')
command('unused', 'knip')
command('docs', 'node', 'scripts/docs.ts', '--check')

const surroundings = openSurroundings(root)
const { together, alone } = findTests(root)
await tests('tests', together)
await tests('tests that need the machine', alone, 1)
surroundings.close()
summary()

/** Runs a program of `node_modules/.bin`; what it prints is shown when it fails. */
function command(name: string, program: string, ...args: readonly string[]): void {
  const begun = performance.now()
  const { status, error, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', program), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const isGood = status === 0 && !error
  if (!isGood) console.error(`${stdout}${stderr}${error?.message ?? ''}`.trimEnd())
  note({ name, passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, seconds: (performance.now() - begun) / 1000 })
}

async function tests(name: string, batches: readonly (readonly string[])[], atOnce?: number): Promise<void> {
  const begun = performance.now()
  const reports = await runBatches(
    root,
    batches,
    { minutes: batchMinutes, env: surroundings.env },
    show,
    atOnce,
  )
  note({
    name,
    passed: reports.reduce((sum, { passed }) => sum + passed, 0),
    failed: reports.reduce((sum, { failures }) => sum + failures.length, 0),
    seconds: (performance.now() - begun) / 1000,
  })
}

function show({ name, passed, failures, said, seconds }: Report): void {
  console.log(`${failures.length > 0 ? '✗' : '✓'} ${name} (${passed} in ${seconds.toFixed(1)} s)`)
  if (name.startsWith('test/')) for (const line of said) console.log(`    ${line}`)
  for (const failure of failures) console.error(failure)
}

function note(stage: Stage): void {
  stages.push(stage)
  console.log(lineOf(stage))
}

function lineOf({ name, passed, failed, seconds }: Stage): string {
  const mark = failed > 0 ? '✗' : '✓'
  return `${mark} ${name.padEnd(30)} ${`${passed} passed, ${failed} failed`.padEnd(26)} ${seconds.toFixed(1).padStart(7)} s`
}

function summary(): void {
  const passed = stages.reduce((sum, stage) => sum + stage.passed, 0)
  const failed = stages.reduce((sum, stage) => sum + stage.failed, 0)
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0)
  console.log(`\n${stages.map(lineOf).join('\n')}\n\nin ${(seconds / 60).toFixed(1)} minutes`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}
