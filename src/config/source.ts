import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { configKeys, type Key } from './keys.ts'
import { nearest, type Mistake } from './mistake.ts'

/** What was written down, before it is checked: plain values, and for each where it stood. */
export interface Source {
  /** Nested as the keys are. */
  readonly values: Record<string, unknown>
  /** Where the value at these steps stood (its key, when `ofKey`), or undefined. */
  where(steps: readonly PropertyKey[], ofKey?: boolean): string | undefined
  readonly mistakes: readonly Mistake[]
}

/** A configuration is a few kilobytes; more is another file. */
const largestFile = 1024 * 1024

/** Enough to write a list once and use it twice, too few to fill the memory. */
const mostAliases = 20

/** Reads a YAML 1.2 file of plain values: no tags, no merge keys, no key twice. */
export function readFile(file: string): Source {
  const name = basename(file)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return nothing({
      path: '',
      where: file,
      problem: `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    })
  }
  if (text.length > largestFile)
    return nothing({ path: '', where: file, problem: 'the file is larger than 1 MiB' })
  return readYaml(text, name)
}

/** The same, of text; `name` stands in mistakes. */
export function readYaml(text: string, name: string): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    lineCounter: lines,
  })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const troubles = [...document.errors, ...document.warnings]
  if (troubles.length > 0) {
    const mistakes = troubles.map((trouble) => ({
      path: '',
      where: at(trouble.pos[0]),
      problem: firstLine(trouble.message),
    }))
    return { values: {}, where: () => undefined, mistakes }
  }
  let values: unknown
  try {
    values = document.toJS({ maxAliasCount: mostAliases })
  } catch (error) {
    return nothing({ path: '', where: name, problem: firstLine(String(error)) })
  }
  if (values !== null && values !== undefined && !isRecord(values)) {
    return nothing({ path: '', where: `${name}:1:1`, problem: 'expected keys and values' })
  }
  return {
    values: isRecord(values) ? withoutNulls(values) : {},
    where: (steps, ofKey = false) => {
      const offset = offsetOf(document, steps, ofKey)
      return offset === undefined ? undefined : at(offset)
    },
    mistakes: [],
  }
}

/** What the environment says, key by key. Underscores between words may be left out: `POSTERN_TRUSTEDPROXIES` is `POSTERN_TRUSTED_PROXIES`. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Source {
  const values: Record<string, unknown> = {}
  const found = new Map<string, string>()
  const mistakes: Mistake[] = []
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || text === '' || !variable.startsWith('POSTERN_')) continue
    const key = keysByVariable.get(fold(variable))
    if (!key) {
      const problem = strayProblem(variable)
      if (problem) mistakes.push({ path: '', where: variable, problem })
      continue
    }
    const other = found.get(key.path)
    if (other && env[other] !== text)
      mistakes.push({ path: key.path, where: variable, problem: `${other} says something else` })
    found.set(key.path, variable)
    const value = readVariable(key, text)
    if (value instanceof Error) mistakes.push({ path: key.path, where: variable, problem: value.message })
    else setAt(values, key.steps, value)
  }
  return { values, where: (steps) => found.get(pathOfSteps(steps)), mistakes }
}

/** Two sources as one; the second wins key by key. */
export function overlay(under: Source, over: Source): Source {
  return {
    values: merge(under.values, over.values),
    where: (steps, ofKey) => over.where(steps, ofKey) ?? under.where(steps, ofKey),
    mistakes: [...under.mistakes, ...over.mistakes],
  }
}

const fold = (variable: string): string => variable.replaceAll('_', '')

const keysByVariable = new Map<string, Key>(
  configKeys.flatMap((key) => (key.variable === undefined ? [] : [[fold(key.variable), key]])),
)

/** What an orchestrator sets for a service called `postern…`; not ours. */
const orchestrated = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP)(?:_\w+)?)?)$/

/** A variable that looks like one of ours and is none would be passed over in silence. */
function strayProblem(variable: string): string | undefined {
  if (orchestrated.test(variable)) return undefined
  const known = [...keysByVariable.values()].flatMap((key) => key.variable ?? [])
  const meant = nearest(
    variable.slice('POSTERN_'.length),
    known.map((name) => name.slice('POSTERN_'.length)),
  )
  if (meant) return `there is no such key; did you mean POSTERN_${meant}?`
  const above = configKeys.find(
    ({ kind, path }) =>
      (kind === 'section' || kind === 'structure') && variable.startsWith(`POSTERN_${path.toUpperCase()}_`),
  )
  if (above?.kind === 'structure')
    return `there is no such key; POSTERN_${above.path.toUpperCase()} takes JSON`
  return above && 'there is no such key'
}

function readVariable(key: Key, text: string): unknown {
  switch (key.kind) {
    case 'number':
      return /^-?\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : text
    case 'list':
      return /^\s*\[/.test(text) ? readJson(key, text) : text.split(',').flatMap((item) => item.trim() || [])
    case 'structure':
      return readJson(key, text)
    case 'section':
    case 'text':
      return text
  }
}

function readJson(key: Key, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return new Error(`expected JSON: ${key.expects}`)
  }
}

/** The text position of a value, or of its key; of the nearest thing around it when it is not there itself. */
function offsetOf(document: Document, steps: readonly PropertyKey[], ofKey: boolean): number | undefined {
  if (steps.length === 0) return 0
  const parent = document.getIn(steps.slice(0, -1), true)
  const last = steps.at(-1)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    const node = ofKey || !isNode(pair?.value) || pair.value.range?.[0] === undefined ? pair?.key : pair.value
    if (isNode(node) && node.range) return node.range[0]
  }
  const node = document.getIn(steps, true)
  return isNode(node) && node.range ? node.range[0] : undefined
}

function pathOfSteps(steps: readonly PropertyKey[]): string {
  const first = steps.findIndex((step) => typeof step !== 'string')
  const own = (first < 0 ? steps : steps.slice(0, first)).map(String)
  // Inside of a structure the variable is that of the structure.
  while (own.length > 0 && !configKeys.some((key) => key.path === own.join('.'))) own.pop()
  return own.join('.')
}

function setAt(values: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  let into = values
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(into, step) ? into[step] : undefined
    if (isRecord(next)) into = next
    else into = into[step] = {} as Record<string, unknown>
  }
  into[steps.at(-1) ?? ''] = value
}

/** Objects key by key to the depth of a key; everything else is replaced whole. */
function merge(
  under: Record<string, unknown>,
  over: Record<string, unknown>,
  steps: readonly string[] = [],
): Record<string, unknown> {
  const merged = { ...under }
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name]
    const path = [...steps, name]
    const isSection = configKeys.some((key) => key.kind === 'section' && key.path === path.join('.'))
    merged[name] = isSection && isRecord(below) && isRecord(value) ? merge(below, value, path) : value
  }
  return merged
}

/** A key with nothing behind it counts as not written. */
function withoutNulls(values: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(values).filter(([, value]) => value !== null)
  return Object.fromEntries(
    kept.map(([name, value]) => [name, isRecord(value) ? withoutNulls(value) : value]),
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nothing(mistake: Mistake): Source {
  return { values: {}, where: () => undefined, mistakes: [mistake] }
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}
