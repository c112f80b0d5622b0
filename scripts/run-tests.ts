import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import type { TestLine } from './test-reporter.ts'

/** What came of the files of one process. Skipped and postponed tests count as failed: a test that does not run proves nothing. */
export interface Report {
  /** The file, or the folder of several with their number. */
  readonly name: string
  readonly passed: number
  readonly failures: readonly string[]
  /** What the tests printed and said: figures. */
  readonly said: readonly string[]
  readonly seconds: number
}

export interface Limits {
  /** After so many minutes the files count as hung, and are killed with all their children. */
  readonly minutes: number
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Files that hold a short time or a process's use of the machine, or that kill and starve the program: one at a time, so that they measure
 * themselves and not each other.
 */
const alonePatterns = [
  'src/edge/{edge,policy-server}.test.ts',
  'src/intake/parse-pool.test.ts',
  'test/faults/{disk,kill,abuse-kill,case-kill}.test.ts',
]

/**
 * All test files below `root` in batches, each for one process: those that may run side by side, in the order they should begin, and
 * those that need the machine to themselves. Files beside the code share a process with those of their folder, as loading the program
 * costs most of them more than their tests; files of the whole program have their own.
 */
export function findTests(root: string): {
  readonly together: readonly (readonly string[])[]
  readonly alone: readonly (readonly string[])[]
} {
  const alone = globSync(alonePatterns, { cwd: root }).sort()
  const all = globSync('{src,test,bench,scripts}/**/*.test.ts', { cwd: root }).sort()
  const together = all.filter((file) => !alone.includes(file))
  // The matrix asks the same doors file by file.
  const sharesProcess = (file: string): boolean => /^(?:src|test\/authorisation)\//.test(file)
  const ofTheWhole = together.filter((file) => !sharesProcess(file)).map((file) => [file])
  return {
    // Those of the whole program take longest: begun first, they do not make the end wait for one of them.
    together: [...ofTheWhole, ...batchesOf(together.filter(sharesProcess))],
    alone: alone.map((file) => [file]),
  }
}

/** At most so many files share a process: what one of them breaks is found quickly. */
const mostTogether = 12

/** Neighbours of one part of the code (`src/core`, `src/web`), in their order. */
function batchesOf(files: readonly string[]): string[][] {
  const batches: string[][] = []
  for (const file of files) {
    const last = batches.at(-1)
    if (last?.[0] !== undefined && last.length < mostTogether && partOf(last[0]) === partOf(file))
      last.push(file)
    else batches.push([file])
  }
  return batches
}

function partOf(file: string): string {
  return file.split('/', 2).join('/')
}

/** Runs the batches, one more at once than the machine has processors, as many wait for programs they started; calls `onReport` with each as it ends. */
export async function runBatches(
  root: string,
  batches: readonly (readonly string[])[],
  limits: Limits,
  onReport: (report: Report) => void,
  atOnce = availableParallelism() + 1,
): Promise<Report[]> {
  const waiting = [...batches]
  const reports: Report[] = []
  const work = async (): Promise<void> => {
    for (let files = waiting.shift(); files !== undefined; files = waiting.shift()) {
      const report = await runFiles(root, files, limits)
      reports.push(report)
      onReport(report)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return reports
}

/** Runs files in one process of their own. */
export async function runFiles(
  root: string,
  files: readonly string[],
  { minutes, env = {} }: Limits,
): Promise<Report> {
  const begun = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'postern-tests-'))
  const lines = join(folder, 'lines')
  const options = [
    '--test-reporter',
    join(import.meta.dirname, 'test-reporter.ts'),
    '--test-reporter-destination',
    lines,
    join(import.meta.dirname, 'test-batch.ts'),
  ]
  const { status, output } = await runUntil([...options, ...files], root, env, minutes * 60_000)
  const report = readLines(lines)
  rmSync(folder, { recursive: true })
  const name = nameOf(files)
  const ended = report.filter(({ kind }) => kind !== 'says' && kind !== 'begins')
  const diagnostics = report.filter(({ kind }) => kind === 'says').map(({ text }) => text)
  const failures = ended
    .filter(({ kind }) => kind !== 'pass')
    .map((line) => `${fileOf(root, line) ?? name}: ${line.text}\n${indent(whyFailed(line))}`)
  const lastBegun = report.findLast(({ kind }) => kind === 'begins')?.text ?? 'no test'
  const print = indent(tail([output, ...diagnostics].join('\n')))
  const seen = new Set(ended.map((line) => fileOf(root, line)))
  if (status === 'late')
    failures.push(
      `${name}: did not end within ${minutes} minutes; “${lastBegun}” was the last to begin\n${print}`,
    )
  else if (status !== 0 && failures.length === 0) failures.push(`${name}: ended with ${status}\n${print}`)
  else failures.push(...files.filter((file) => !seen.has(file)).map((file) => `${file}: has no test`))
  const said = [...output.split('\n'), ...diagnostics].filter(isFigure)
  const passed = ended.filter(({ kind }) => kind === 'pass').length
  return { name, passed, failures, said, seconds: (performance.now() - begun) / 1000 }
}

function nameOf(files: readonly string[]): string {
  const [first = '', last = ''] = [files[0], files.at(-1)]
  return files.length === 1 ? first : `${first} … ${basename(last)} (${files.length} files)`
}

function fileOf(root: string, { file }: TestLine): string | undefined {
  return file === undefined ? undefined : relative(root, file)
}

interface Ended {
  /** Exit status, the signal that ended it, or `late`. */
  readonly status: number | string
  readonly output: string
}

/** The environment; a runner that we run under ourselves has nothing to say to the files. */
const { NODE_TEST_CONTEXT: _, ...withoutRunner } = process.env

/** More than this of what a test prints is not kept. */
const mostOutput = 1024 * 1024

async function runUntil(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  ms: number,
): Promise<Ended> {
  // A group of its own, so that everything it started ends with it.
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...withoutRunner, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: string): void => void (output = (output + chunk).slice(-mostOutput))
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nobody of it is left.
    }
  }
  process.once('exit', endGroup)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    endGroup()
  }, ms)
  const status = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'no status'))
  })
  clearTimeout(timer)
  endGroup()
  process.off('exit', endGroup)
  return { status: isLate ? 'late' : status, output }
}

function readLines(path: string): TestLine[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // The process ended before its first test.
  }
  // The last line of a killed process may be half a line.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as TestLine]))
}

function whyFailed({ kind, error }: TestLine): string {
  return kind === 'not-run' ? 'is skipped or postponed' : (error ?? 'failed')
}

/** The runner's own totals, and the logs of programs that a test started, are no figures. */
function isFigure(line: string): boolean {
  return (
    line.trim() !== '' &&
    !/^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) \d|^\{"at":/.test(line)
  )
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-20).join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
