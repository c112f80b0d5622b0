import type { Output } from './command.ts'

/** Milliseconds between two drawings of the progress bar. */
const drawEveryMs = 100

/** Writes to stdout and stderr of this process. */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', bearClosedPipe)
  let drawnAt = 0
  let isBarShown = false
  const clearBar = (): void => {
    if (isBarShown) process.stderr.write('\r\u001b[2K')
    isBarShown = false
  }
  return {
    say: (text) => {
      clearBar()
      process.stdout.write(`${text}\n`)
    },
    json: (value) => {
      clearBar()
      process.stdout.write(`${JSON.stringify(value)}\n`)
    },
    note: (text) => {
      clearBar()
      process.stderr.write(`${text}\n`)
    },
    progress: (label, done, all) => {
      const now = performance.now()
      if (!process.stderr.isTTY || (now - drawnAt < drawEveryMs && done !== all)) return
      drawnAt = now
      isBarShown = true
      process.stderr.write(`\r\u001b[2K${bar(label, done, all)}`)
    },
  }
}

/** `postern … | head`: whoever reads has enough, and what was begun goes on to its end. */
function bearClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function bar(label: string, done: number, all: number | undefined): string {
  const count = done.toLocaleString('en')
  if (all === undefined || all === 0) return `${label} ${count}`
  const width = 30
  const full = Math.round((done / all) * width)
  return `${label} [${'='.repeat(full)}${' '.repeat(width - full)}] ${count} of ${all.toLocaleString('en')}`
}

/** Facts for people: `name: value` in a column; what is null or empty is left out. Control characters cannot reach the terminal. */
export function facts(value: object): string {
  const entries = Object.entries(value).filter(([, each]) => !isNothing(each))
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, each]) => `${name.padEnd(width)}  ${plain(text(each))}`).join('\n')
}

/**
 * One of a list, in one line: `columns` are values with their least width, two spaces between them; `named` follow as `ends 2026-…`,
 * those that there are.
 */
export function line(
  value: object,
  columns: Readonly<Record<string, number>>,
  named: readonly string[],
): string {
  const values = new Map<string, unknown>(Object.entries(value))
  const cells = Object.entries(columns).map(([name, width]) =>
    plain(text(values.get(name) ?? '')).padEnd(width),
  )
  const rest = named
    .filter((name) => !isNothing(values.get(name)))
    .map((name) => `${name} ${plain(text(values.get(name)))}`)
  return [...cells, ...rest].join('  ')
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Text without control characters, so that nothing stored can steer a terminal. */
export function plain(value: string): string {
  return value.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A value of an answer in one line. */
export function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join('; ')
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => `${name} ${text(each)}`)
      .join(', ')
  }
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
