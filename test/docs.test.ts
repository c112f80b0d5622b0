import assert from 'node:assert/strict'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { reasonNames } from '../src/access/reasons.ts'
import { refusals } from '../src/base/refusal.ts'
import { commands } from '../src/commands/commands.ts'
import { configKeys } from '../src/config/keys.ts'
import { ConfigMistakes, loadConfig, type Config } from '../src/config/load.ts'
import { limitNames } from '../src/core/limits/limits.ts'
import { generatedPages } from '../scripts/generated-pages.ts'
import { folders } from './support/import-rules.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Every page that people read, as path → text. */
const pages = new Map(
  ['docs/**/*.md', '*.md']
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map((path) => [path, read(path)]),
)

const headings = (text: string): string[] =>
  [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)

/** Sources of the product, without tests. */
const sources = new Map(
  globSync('src/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => [path, read(path)]),
)

describe('printed pages', () => {
  for (const [path, print] of Object.entries(generatedPages)) {
    it(`${path} is what the code says (npm run docs)`, () => assert.equal(read(path), print()))
  }

  it('have every refusal, and no other', () => {
    assert.deepEqual(headings(read('docs/refusals.md')), Object.keys(refusals))
  })

  it('have every reason, and no other', () => {
    assert.deepEqual(headings(read('docs/reasons.md')), reasonNames)
  })

  it('have every limit, and no other', () => {
    const rows = [...read('docs/limits.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
    assert.deepEqual(rows, limitNames)
  })

  it('have every key of the configuration, and no other', () => {
    const shown = [...read('docs/configuration.md').matchAll(/^- `(POSTERN_[A-Z_]+)`/gm)].map(
      ([, name]) => name,
    )
    assert.deepEqual(
      shown,
      configKeys.flatMap(({ variable }) => variable ?? []),
    )
  })
})

describe('the example file', () => {
  const text = read('docs/postern.example.yaml')
  const load = (content: string): Config => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-example-'))
    writeFileSync(join(folder, 'postern.yaml'), content)
    const config = loadConfig({ file: join(folder, 'postern.yaml'), env: {}, directory: root })
    rmSync(folder, { recursive: true })
    if (config instanceof ConfigMistakes) throw new Error(config.toString())
    return config
  }

  it('changes nothing as it stands', () => {
    assert.deepEqual(load(text), load(''))
  })

  it('can be used with every line in effect', () => {
    const names = configKeys.map(({ steps }) => steps.at(-1))
    const setting = new RegExp(`^( *)# ((?:${names.join('|')}): )`)
    const lines = text.split('\n').map((line) => line.replace(setting, '$1$2'))
    const config = load(lines.filter((line) => !/^ *#/.test(line)).join('\n'))
    assert.equal(config.provider.community, 'https://forum.provider.example/')
    assert.equal(config.mail.replyDomain, 'postern.provider.example')
  })
})

describe('docs/standards.md', () => {
  const text = read('docs/standards.md')
  const rows = [...text.matchAll(/^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)]
    .map(([, names = '', files = '']) => ({
      names,
      files: [...files.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = '']) => path),
    }))
    .filter(({ files }) => files.length > 0)

  it('names files that are there and that name the standard', () => {
    assert.ok(rows.length > 30)
    for (const { names, files } of rows) {
      for (const name of names.match(/RFC \d+(?:bis)?/g) ?? []) {
        assert.ok(
          files.some((path) => new RegExp(`${name}\\b`).test(sources.get(path) ?? '')),
          `${name} in ${files.join(', ')}`,
        )
      }
    }
  })

  it('has every RFC that the code names', () => {
    const listed = new Set(text.match(/RFC \d+(?:bis)?/g))
    const missing = [...sources].flatMap(([path, source]) =>
      (source.match(/RFC \d+(?:bis)?/g) ?? [])
        .filter((name) => !listed.has(name))
        .map((name) => `${name} (${path})`),
    )
    assert.deepEqual([...new Set(missing)], [])
  })

  it('names every file of src/standards that a standard has', () => {
    const files = rows.flatMap((row) => row.files)
    const silent = ['src/standards/duration.ts', 'src/standards/forwarded.ts']
    const unnamed = [...sources.keys()].filter(
      (path) => path.startsWith('src/standards/') && !files.includes(path) && !silent.includes(path),
    )
    assert.deepEqual(unnamed, [])
  })
})

describe('docs/architecture.md', () => {
  it('has every folder of src with what it may import, and no other', () => {
    const rows = [...read('docs/architecture.md').matchAll(/^\| `([a-z]+)` \| [^|]+ \| ([^|]+) \|$/gm)]
    const shown = rows.map(([, folder = '', allowed = '']) => {
      const names = allowed.match(/`[a-z]+`/g) ?? []
      return [
        folder,
        allowed.trim() === 'anything' ? 'anything' : names.map((name) => name.replaceAll('`', '')),
      ]
    })
    assert.deepEqual(Object.fromEntries(shown), folders)
  })
})

describe('every page', () => {
  it('links to what is there', () => {
    const broken = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/\]\((?!https?:|mailto:|page:|code:|tool:)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    )
    assert.deepEqual(broken, [])
  })

  it('links to headings that are there', () => {
    const broken = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)#\s]*\.md)?#([^)]+)\)/g)]
        .filter(([, file, anchor = '']) => {
          const target = file === undefined ? text : (pages.get(join(dirname(path), file)) ?? '')
          return !anchorsOf(target).includes(anchor)
        })
        .map(([link]) => `${path}: ${link}`),
    )
    assert.deepEqual(broken, [])
  })

  it('names commands that are there', () => {
    const known = new Set(commands.flatMap(({ name }) => [name, name.split(' ')[0]]))
    const strange = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/(?:^|`|npm run )postern (?:-- )?([a-z][a-z-]*)(?: ([a-z]+))?/gm)]
        .filter(([, first = '', second = '']) => {
          const isGroup = commands.some(({ name }) => name.startsWith(`${first} `))
          return !known.has(isGroup && second !== '' ? `${first} ${second}` : first)
        })
        .map(([found]) => `${path}: ${found}`),
    )
    assert.deepEqual(strange, [])
  })

  it('names keys of the configuration that are there', () => {
    const sections = configKeys.filter(({ kind }) => kind === 'section').map(({ path }) => path)
    const key = new RegExp(`\`((?:${sections.join('|')})\\.[a-zA-Z]+)[\`:]`, 'g')
    const known = new Set(configKeys.map(({ path }) => path))
    const events = new Set([
      'listing.added',
      'listing.degraded',
      'listing.restored',
      'listing.ended',
      'guide.mistake',
    ])
    const strange = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(key)]
        .map(([, name = '']) => name)
        .filter((name) => !known.has(name) && !events.has(name))
        .map((name) => `${path}: ${name}`),
    )
    assert.deepEqual(strange, [])
  })

  it('names npm scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const strange = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/npm run ([a-z:]+)/g)]
        .filter(([, name = '']) => !Object.hasOwn(scripts, name))
        .map(([found]) => `${path}: ${found}`),
    )
    assert.deepEqual(strange, [])
  })

  it('uses addresses and names that belong to nobody', () => {
    const ours =
      /^(?:192\.0\.2|198\.51\.100|203\.0\.113|127\.|0\.0\.0\.0|10\.|172\.16\.|192\.168\.|8\.0\.0\.1$)/
    const strange = [...pages].flatMap(([path, text]) =>
      (text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? [])
        .filter((address) => !ours.test(address) && address !== '010.0.0.1')
        .map((address) => `${path}: ${address}`),
    )
    assert.deepEqual(strange, [])
  })
})

describe('what is shipped for Postfix', () => {
  it('is what the page about Postfix says', () => {
    const page = read('docs/operate/postfix.md')
    for (const name of ['main.cf', 'master.cf', 'postern-transport']) {
      const lines = read(`deploy/postfix/${name}`)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
      assert.ok(page.includes(lines.join('\n')) || lines.every((line) => page.includes(line)), name)
    }
  })
})

describe('what is shipped for rspamd', () => {
  it('is what the page about rspamd says', () => {
    const page = read('docs/integrate/rspamd.md')
    const [line = ''] = read('deploy/postfix/milter_header_checks').split('\n').slice(-2)
    assert.ok(page.includes(line) && line.startsWith('/^X-Postern-Refuse'))
    for (const [, name = ''] of read('deploy/rspamd/postern.conf').matchAll(/^ +#? ?(\w+) = /gm))
      assert.ok(read('deploy/rspamd/plugins.d/postern.lua').includes(`  ${name} = `), name)
  })
})

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}
