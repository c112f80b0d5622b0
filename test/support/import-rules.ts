import { dirname, join } from 'node:path/posix'

/**
 * Who may import whom, as tables; `findOffences` holds a tree of sources against them. `test/architecture.test.ts` runs it over `src`.
 * A new folder fails the test until it stands here.
 */

/** Path below `src` → source text. */
export type Tree = ReadonlyMap<string, string>

/** Folder → the folders it may import besides itself. `anything`: it puts the others together. */
export const folders: Readonly<Record<string, readonly string[] | 'anything'>> = {
  base: [],
  standards: ['base'],
  access: ['base', 'standards'],
  config: ['base', 'standards', 'access'],
  db: ['base'],
  net: ['base', 'standards'],
  core: ['base', 'standards', 'access', 'db', 'net'],
  edge: ['base', 'standards', 'access'],
  feed: ['base', 'standards', 'access', 'core'],
  intake: ['base', 'standards', 'access', 'core'],
  jobs: ['base', 'standards', 'access', 'core'],
  web: ['base', 'standards', 'access', 'core'],
  control: ['base', 'standards', 'access', 'core'],
  commands: 'anything',
}

/** Inside of core: a noun imports lower floors only. Files directly in core are floor 0. */
export const floors: Readonly<Record<string, number>> = {
  audit: 1,
  challenges: 1,
  idempotency: 1,
  events: 1,
  leases: 1,
  'letter-links': 2,
  limits: 1,
  edges: 1,
  standings: 1,
  accounts: 2,
  approvals: 2,
  analysis: 2,
  complaints: 2,
  oidc: 2,
  outbox: 2,
  'own-listings': 3,
  registries: 2,
  reporters: 2,
  retention: 2,
  cases: 3,
  decisions: 3,
  incidents: 3,
  listings: 3,
  operators: 3,
  owners: 3,
  recipients: 3,
  reputation: 4,
  vouches: 4,
  abuse: 4,
  guide: 5,
  policies: 4,
  senders: 5,
  probes: 6,
  programmes: 5,
  headers: 2,
  impact: 2,
  checks: 6,
  delisting: 7,
  'public-clock': 8,
  'case-desk': 9,
  person: 9,
  ladder: 8,
  forms: 4,
  deliverability: 8,
  forecasts: 2,
  'warm-ups': 8,
}

/** What must not be reached from a place, over however many files. */
export const neverReached: readonly {
  readonly from: string
  readonly never: readonly string[]
  readonly why: string
}[] = [
  { from: 'edge/', never: ['db/', 'core/'], why: 'an edge has no database' },
  { from: 'start-edge.ts', never: ['db/', 'core/'], why: 'an edge has no database' },
]

/** A sentence for everything in the tree that the tables do not allow, in the order of the files. */
export function findOffences(tree: Tree): readonly string[] {
  const graph = new Map([...tree].map(([file, source]) => [file, importsOf(file, source)]))
  const offences = [...graph].flatMap(([file, imports]) => [
    ...placeOffences(file),
    ...imports.flatMap((target) => importOffences(file, target)),
  ])
  return [...offences, ...reachOffences(graph), ...circles(graph)]
}

/** What a source imports: paths below `src` for our own files, `node:fs` and `npm:hono` for others. Type imports and re-exports count. */
export function importsOf(file: string, source: string): readonly string[] {
  const patterns = [
    /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]\s*,\s*import\.meta\.url/g,
  ]
  const named = patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name = '']) => name))
  return [...new Set(named)].map((name) => {
    if (name.startsWith('.')) return join(dirname(file), name)
    return name.startsWith('node:') ? name : `npm:${name}`
  })
}

function placeOffences(file: string): string[] {
  const [folder = '', noun = ''] = file.split('/')
  if (!file.includes('/')) return []
  if (!Object.hasOwn(folders, folder)) return [`${file}: the folder ${folder} has no place on the plan`]
  const isNoun = folder === 'core' && file.split('/').length > 2
  return isNoun && !Object.hasOwn(floors, noun) ? [`${file}: the noun ${noun} has no floor`] : []
}

function importOffences(file: string, target: string): string[] {
  if (!isOurs(target)) return ruleOffences(file, target)
  if (target.startsWith('../'))
    return [`${file} imports ${target}: nothing in src needs what lies outside of it`]
  return [...folderOffences(file, target), ...coreOffences(file, target), ...ruleOffences(file, target)]
}

function folderOffences(file: string, target: string): string[] {
  const [from, to] = [folderOf(file), folderOf(target)]
  if (from === to || from === '') return []
  const allowed = folders[from]
  if (allowed === undefined || allowed === 'anything' || allowed.includes(to)) return []
  const place = to === '' ? 'the files that put everything together' : to
  return [`${file} imports ${target}: ${from} may not know ${place}`]
}

function coreOffences(file: string, target: string): string[] {
  if (folderOf(target) !== 'core') return []
  const [from, to] = [nounOf(file), nounOf(target)]
  if (isStore(target) && !(folderOf(file) === 'core' && from === to && (isActions(file) || isStore(file)))) {
    return [`${file} imports ${target}: a store belongs to its noun, to actions and other stores there`]
  }
  if (folderOf(file) !== 'core' || to === undefined || from === to) return []
  const [own, other] = [from === undefined ? 0 : (floors[from] ?? 0), floors[to] ?? 0]
  return other < own ? [] : [`${file} (floor ${own}) imports ${target} (floor ${other}): only lower floors`]
}

/** Rules are values in, value out: no world, no database, no actions. */
function ruleOffences(file: string, target: string): string[] {
  if (folderOf(file) !== 'core' || isStore(file) || isActions(file) || file === 'core/context.ts') return []
  const isWorld = target.startsWith('node:') || folderOf(target) === 'db'
  const isDoing = isOurs(target) && isActions(target)
  return isWorld || isDoing ? [`${file} imports ${target}: a rule knows values only`] : []
}

function reachOffences(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return neverReached.flatMap(({ from, never, why }) =>
    [...graph.keys()]
      .filter((file) => file.startsWith(from))
      .flatMap((file) => {
        const path = pathTo(file, never, graph)
        return path ? [`${path.join(' → ')}: ${why}`] : []
      }),
  )
}

/** The shortest way from a file to one whose path begins so. */
function pathTo(
  start: string,
  prefixes: readonly string[],
  graph: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const seen = new Set([start])
  let paths: (readonly string[])[] = [[start]]
  while (paths.length > 0) {
    const found = paths.find((path) => prefixes.some((prefix) => path.at(-1)?.startsWith(prefix)))
    if (found) return found
    paths = paths.flatMap((path) => {
      const next = (graph.get(path.at(-1) ?? '') ?? []).filter((file) => !seen.has(file))
      for (const file of next) seen.add(file)
      return next.map((file) => [...path, file])
    })
  }
  return undefined
}

/** One sentence for each file that comes back to itself, shortest way round; each circle once. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const told = new Set<string>()
  return [...graph.keys()].flatMap((file) => {
    if (told.has(file)) return []
    const ways = (graph.get(file) ?? []).flatMap((next) => {
      const back = next === file ? [file] : pathTo(next, [file], graph)
      return back?.at(-1) === file ? [back] : []
    })
    const [shortest] = ways.toSorted((a, b) => a.length - b.length)
    if (!shortest) return []
    for (const member of shortest) told.add(member)
    return [`${[file, ...shortest].join(' → ')}: a circle`]
  })
}

function isOurs(target: string): boolean {
  return !/^(?:node|npm):/.test(target)
}

function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : ''
}

/** The noun of a file in `core/<noun>/`; undefined for files directly in core and elsewhere. */
function nounOf(file: string): string | undefined {
  const [folder, noun, ...rest] = file.split('/')
  return folder === 'core' && rest.length > 0 ? noun : undefined
}

function isStore(file: string): boolean {
  return /^core\/[^/]+\/(?:[a-z-]+-)?store\.ts$/.test(file)
}

/** `actions.ts`, or a part of them with a name of its own: `proof-actions.ts`. */
function isActions(file: string): boolean {
  return /^core\/[^/]+\/(?:[a-z-]+-)?actions\.ts$/.test(file)
}
