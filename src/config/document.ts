import { stringify } from 'yaml'
import { configKeys, type Key } from './keys.ts'

/** `docs/configuration.md`: every key with its sentence, kind, default, variable and version. */
export function configurationPage(keys: readonly Key[] = configKeys): string {
  return [
    '# Configuration',
    '',
    '<!-- Printed from src/config/schema.ts by `npm run docs`; do not edit. -->',
    '',
    'Postern reads one YAML file: the one named by `--config`, else `./postern.yaml` if it exists, else none: everything has a',
    'working default. [postern.example.yaml](postern.example.yaml) shows every key with its default.',
    '',
    'Every key can also be set in the environment, which wins over the file: `listen.policy` is `POSTERN_LISTEN_POLICY`. A list is',
    'written with commas or as JSON, a structure as JSON. An empty variable counts as not set.',
    '',
    'A key that does not exist is a mistake, in the file and in the environment. `postern check-config` says everything that is wrong',
    'at once, each with its place, and what works but is perhaps not meant.',
    '',
    'Durations are a whole number and a unit: `90s`, `30m`, `24h`, `7d`. Relative paths begin at the working directory.',
    '',
    ...topSections(keys).flatMap((section) => sectionLines(section, keys)),
  ].join('\n')
}

/** `docs/postern.example.yaml`: every key with its default, commented out, so that the file as it stands changes nothing. */
export function exampleFile(keys: readonly Key[] = configKeys): string {
  const lines = [
    '# Every key with its default; a line takes effect without its "#". Explained in docs/configuration.md.',
    '# Printed from src/config/schema.ts by `npm run docs`; do not edit.',
  ]
  for (const key of keys) {
    const indent = '  '.repeat(key.steps.length - 1)
    const name = key.steps.at(-1) ?? ''
    if (key.steps.length === 1) lines.push('')
    lines.push(
      ...wrap(key.sentence.replaceAll('`', ''), 100 - indent.length).map((line) => `${indent}# ${line}`),
    )
    if (key.kind === 'section') lines.push(`${indent}${name}:`)
    else lines.push(`${indent}# ${name}: ${shownDefault(key)}`)
  }
  return `${lines.join('\n')}\n`
}

/** Sections, and the keys that stand in none. */
function topSections(keys: readonly Key[]): Key[] {
  return keys.filter((key) => key.steps.length === 1)
}

function sectionLines(top: Key, keys: readonly Key[]): string[] {
  const own =
    top.kind === 'section' ? keys.filter((key) => key.steps.length > 1 && key.steps[0] === top.path) : [top]
  const sentence = top.kind === 'section' ? [top.sentence, ''] : []
  return [`## ${top.path}`, '', ...sentence, ...own.flatMap(keyLines)]
}

function keyLines(key: Key): string[] {
  const heading = key.steps.length > 1 ? [`### ${key.path}`, ''] : []
  if (key.variable === undefined) return [...heading, key.sentence, '']
  const unit = key.unit === undefined ? '' : ` (${key.unit})`
  const example = key.example === undefined ? [] : [`- example: \`${key.example}\``]
  return [
    ...heading,
    key.sentence,
    '',
    `- ${key.expects}${unit}`,
    `- default: ${defaultWords(key)}`,
    ...example,
    `- \`${key.variable}\`, since ${key.since}`,
    '',
  ]
}

function defaultWords(key: Key): string {
  if (key.made !== undefined) return key.made
  return key.default === undefined ? 'none' : `\`${inline(key.default)}\``
}

/** What the example file shows: the default, or something of its kind where there is none to show. */
function shownDefault(key: Key): string {
  if (key.default !== undefined) return inline(key.default)
  return key.example ?? exampleOf(key)
}

/** A default that is made of `provider.domains`, for `provider.example`; one in the data folder. */
function exampleOf({ made = '' }: Key): string {
  return made
    .replaceAll('`', '')
    .replace(/, made on first start$/, '')
    .replace('<data>', './data')
    .replace(/^(\S+@) the first of provider\.domains$/, '$1provider.example')
    .replace(/^(\S+\.) and the first of provider\.domains$/, '$1provider.example')
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim()
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
