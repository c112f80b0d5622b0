import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { checkTogether } from './checks.ts'
import { complete, type Config } from './config.ts'
import { configKeys, keyAt } from './keys.ts'
import { ConfigMistakes, nearest, type Mistake } from './mistake.ts'
import { configSchema } from './schema.ts'
import { overlay, readEnvironment, readFile, readYaml, type Source } from './source.ts'

export { ConfigMistakes } from './mistake.ts'
export type { Config } from './config.ts'
export { settingsOf } from './settings.ts'

export interface LoadOptions {
  /** The file of `--config`; without one `postern.yaml` in `directory` if it exists, else defaults. */
  readonly file?: string | undefined
  /** Variables that win over the file; this process's by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What relative paths begin at; the working directory by default. */
  readonly directory?: string
}

/** Reads file, environment and defaults into one frozen value, or says everything that is wrong with them. */
export function loadConfig(options: LoadOptions = {}): Config | ConfigMistakes {
  const { env = process.env, directory = process.cwd() } = options
  const usual = join(directory, 'postern.yaml')
  const file = options.file ?? (existsSync(usual) ? usual : undefined)
  const written = file === undefined ? readYaml('', '') : readFile(file)
  return readConfig(overlay(written, readEnvironment(env)), directory)
}

/** The same from sources that were read already. */
export function readConfig(source: Source, directory: string): Config | ConfigMistakes {
  const mistakes: Mistake[] = [...source.mistakes]
  for (const name of Object.keys(source.values)) {
    if (!Object.hasOwn(configSchema.shape, name)) mistakes.push(unknownKey([name], source))
  }
  // Section by section, so that a mistake in one does not hide those in another.
  const read: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(configSchema.shape)) {
    const result = schema.safeParse(Object.hasOwn(source.values, name) ? source.values[name] : undefined)
    if (result.success) read[name] = result.data
    else
      mistakes.push(
        ...result.error.issues.flatMap((issue) => mistakesOf(issue, [name, ...issue.path], source)),
      )
  }
  const whole = complete(read, directory)
  mistakes.push(
    ...checkTogether(whole).map((mistake) => ({
      ...mistake,
      where: whereOf(mistake.path.split('.'), source),
    })),
  )
  return mistakes.length > 0 ? new ConfigMistakes(mistakes) : (deepFreeze(whole) as Config)
}

function mistakesOf(issue: z.core.$ZodIssue, steps: readonly PropertyKey[], source: Source): Mistake[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownKey([...steps, name], source))
  if (issue.code === 'invalid_key') {
    const problem = issue.issues.map(({ message }) => message).join('; ')
    return [{ path: showSteps(steps), where: whereOf(steps, source, true), problem }]
  }
  const problem = `${issue.message}${got(steps, source)}`
  return [{ path: showSteps(steps), where: whereOf(steps, source), problem }]
}

function unknownKey(steps: readonly PropertyKey[], source: Source): Mistake {
  const name = String(steps.at(-1))
  const parent = steps.slice(0, -1)
  const siblings = siblingsOf(parent)
  const elsewhere = configKeys.find((key) => key.steps.length > 1 && key.steps.at(-1) === name)?.path
  const meant = nearest(name, siblings) ?? elsewhere
  const problem = `there is no such key${meant === undefined ? '' : `; did you mean ${meant}?`}`
  return { path: showSteps(steps), where: whereOf(steps, source, true), problem }
}

/** Names that may stand beside an unknown one. */
function siblingsOf(parent: readonly PropertyKey[]): string[] {
  const path = parent.filter((step) => typeof step === 'string').join('.')
  if (path === 'webhooks') return ['url', 'secretFile']
  if (path.startsWith('limits.')) return ['count', 'per']
  return configKeys
    .filter((key) => key.steps.slice(0, -1).join('.') === path)
    .map((key) => key.steps.at(-1) ?? '')
}

/** What stood there, if it may be shown and says something. */
function got(steps: readonly PropertyKey[], source: Source): string {
  let value: unknown = source.values
  for (const step of steps) value = (value as Record<PropertyKey, unknown> | undefined)?.[step]
  if (value === undefined || keyAt(steps)?.secret) return ''
  const shown = JSON.stringify(value)
  return `; got ${shown.length > 80 ? `${shown.slice(0, 79)}…` : shown}`
}

function whereOf(steps: readonly PropertyKey[], source: Source, ofKey = false): string {
  for (let length = steps.length; length > 0; length--) {
    const where = source.where(steps.slice(0, length), ofKey)
    if (where !== undefined) return where
  }
  return 'default'
}

/** `webhooks[0].url` */
function showSteps(steps: readonly PropertyKey[]): string {
  return steps
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('')
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
