import { globSync } from 'node:fs'
import { relative } from 'node:path'
import { run } from 'node:test'

/** What came of running tests. Skipped and postponed ones count as failed: a test that does not run proves nothing. */
export interface TestReport {
  readonly passed: number
  readonly failed: number
  readonly failures: readonly string[]
  readonly seconds: number
}

export interface TestRun {
  readonly root: string
  readonly files: readonly string[]
  /** How many files at once. */
  readonly concurrency: number
  /** Minutes after which a file counts as hung. */
  readonly minutes: number
  /** Called with every file as it ends. */
  readonly onFile?: (file: string, seconds: number, failed: number) => void
}

/** Files that start servers, browsers or many processes: one at a time, so that they measure themselves and not each other. */
const alonePattern = 'test/{journeys,interop,browser,faults,fuzz}/**/*.test.ts'

/** All test files below `root`: those that may run side by side, and those that need the machine to themselves. */
export function findTests(root: string): { readonly together: readonly string[]; readonly alone: readonly string[] } {
  const alone = globSync(alonePattern, { cwd: root }).sort()
  const all = globSync('{src,test,bench,scripts}/**/*.test.ts', { cwd: root }).sort()
  return { together: all.filter((file) => !alone.includes(file)), alone }
}

export async function runTests({ root, files, concurrency, minutes, onFile }: TestRun): Promise<TestReport> {
  const begun = performance.now()
  const failures: string[] = []
  const failedIn = new Map<string, number>()
  let passed = 0
  let failed = 0
  if (files.length === 0) return { passed, failed, failures, seconds: 0 }
  const stream = run({ cwd: root, files: [...files], concurrency, timeout: minutes * 60_000 })
  const names: string[] = []
  const fail = (name: string, nesting: number, file: string, error: unknown): void => {
    failed++
    failedIn.set(file, (failedIn.get(file) ?? 0) + 1)
    failures.push(`${file}: ${[...names.slice(0, nesting), name].join(' › ')}\n${indent(explain(error))}`)
  }
  stream.on('test:start', ({ name, nesting }) => {
    names.splice(nesting, names.length, name)
  })
  stream.on('test:pass', ({ name, nesting, file, skip, todo, details }) => {
    if (details.type === 'suite' || isFileItself(name, root, files)) return
    if (skip === undefined && todo === undefined) passed++
    else fail(name, nesting, nameOf(file, root), 'the test is skipped, and a test that does not run proves nothing')
  })
  stream.on('test:fail', ({ name, nesting, file, details }) => {
    const { error } = details
    // A suite fails with its tests, which were counted; what a hook or the file itself threw was not.
    if (details.type === 'suite' && isOfSubtests(error)) return
    if (isFileItself(name, root, files) && isOfSubtests(error)) return
    fail(name, nesting, nameOf(file ?? name, root), error)
  })
  stream.on('test:complete', ({ name, details }) => {
    const file = files.find((path) => isSameFile(path, name, root))
    if (file !== undefined) onFile?.(file, details.duration_ms / 1000, failedIn.get(file) ?? 0)
  })
  stream.resume()
  await new Promise<void>((resolve, reject) => {
    stream.once('end', () => resolve())
    stream.once('error', reject)
  })
  return { passed, failed, failures, seconds: (performance.now() - begun) / 1000 }
}

function isFileItself(name: string, root: string, files: readonly string[]): boolean {
  return files.some((path) => isSameFile(path, name, root))
}

function isSameFile(path: string, name: string, root: string): boolean {
  return name === path || nameOf(name, root) === path
}

function nameOf(file: string | undefined, root: string): string {
  if (file === undefined) return '?'
  return file.startsWith('/') ? relative(root, file) : file
}

function isOfSubtests(error: unknown): boolean {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed'
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return cause.stack ?? cause.message
  return typeof cause === 'string' ? cause : (error.stack ?? error.message)
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
