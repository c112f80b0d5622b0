import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { findOffences, folders, floors, importsOf, type Tree } from './support/import-rules.ts'

const src = join(import.meta.dirname, '..', 'src')

/** The product without its tests, which may look at everything. */
function productTree(): Tree {
  const files = globSync('**/*.ts', { cwd: src }).filter((file) => !/\.(?:test|d)\.ts$/.test(file))
  return new Map(files.toSorted().map((file) => [file, readFileSync(join(src, file), 'utf8')]))
}

function planted(files: Record<string, string>): readonly string[] {
  return findOffences(new Map(Object.entries(files)))
}

describe('the house', () => {
  const tree = productTree()

  it('has imports that go down only, no circle, and no folder without a place', () => {
    assert.ok(tree.size > 100)
    assert.deepEqual(findOffences(tree), [])
  })

  it('has every folder and noun of the plan', () => {
    const files = [...tree.keys()]
    for (const folder of Object.keys(folders))
      assert.ok(
        files.some((file) => file.startsWith(`${folder}/`)),
        folder,
      )
    for (const noun of Object.keys(floors))
      assert.ok(
        files.some((file) => file.startsWith(`core/${noun}/`)),
        noun,
      )
  })

  it('imports no test, and tests are read by nobody', () => {
    for (const [file, source] of tree) {
      assert.deepEqual(
        importsOf(file, source).filter((target) => target.endsWith('.test.ts')),
        [],
        file,
      )
    }
  })
})

describe('the check of imports', () => {
  it('reads every way to import', () => {
    const source = [
      `import { a } from './a.ts'`,
      `import type { B } from "../db/b.ts"`,
      `import {\n  c,\n  type D,\n} from './c.ts'`,
      `export { e } from './e.ts'`,
      `export * from './f.ts'`,
      `import './g.ts'`,
      `const h = await import('./h.ts')`,
      `const i = new Worker(new URL('./i.ts', import.meta.url))`,
      `import fs from 'node:fs'`,
      `import { dkimVerify } from 'mailauth/lib/dkim/verify.js'`,
      `const text = 'not from here'`,
    ].join('\n')
    assert.deepEqual(importsOf('core/x.ts', source).toSorted(), [
      'core/a.ts',
      'core/c.ts',
      'core/e.ts',
      'core/f.ts',
      'core/g.ts',
      'core/h.ts',
      'core/i.ts',
      'db/b.ts',
      'node:fs',
      'npm:mailauth/lib/dkim/verify.js',
    ])
  })

  it('lets a good house stand', () => {
    assert.deepEqual(
      planted({
        'base/clock.ts': `import { performance } from 'node:perf_hooks'`,
        'db/open.ts': `import '../base/clock.ts'`,
        'core/context.ts': `import '../db/open.ts'`,
        'core/audit/store.ts': `import '../../db/open.ts'`,
        'core/audit/actions.ts': `import './store.ts'\nimport '../context.ts'`,
        'core/listings/listing.ts': `import '../../base/clock.ts'`,
        'core/listings/actions.ts': `import './listing.ts'\nimport '../audit/actions.ts'\nimport './store.ts'`,
        'core/listings/import-actions.ts': `import './store.ts'\nimport './actions.ts'`,
        'core/listings/store.ts': ``,
        'core/listings/import-store.ts': `import './store.ts'`,
        'web/server.ts': `import '../core/listings/actions.ts'\nimport { Hono } from 'hono'`,
        'commands/serve.ts': `import '../app.ts'`,
        'app.ts': `import './web/server.ts'`,
        'cli.ts': `import './commands/serve.ts'`,
      }),
      [],
    )
  })

  const offences: Readonly<Record<string, readonly [Record<string, string>, RegExp]>> = {
    'a door above core': [
      { 'core/context.ts': `import '../web/server.ts'` },
      /^core\/context\.ts imports web\/server\.ts: core may not know web$/,
    ],
    'core in an edge': [
      { 'edge/policy-server.ts': `import '../core/context.ts'`, 'core/context.ts': '' },
      /edge may not know core/,
    ],
    'core behind an edge': [
      {
        'edge/policy-server.ts': `import '../access/decide.ts'`,
        'access/decide.ts': `import '../core/context.ts'`,
        'core/context.ts': '',
      },
      /^edge\/policy-server\.ts → access\/decide\.ts → core\/context\.ts: an edge has no database$/,
    ],
    'the database in a door': [{ 'web/server.ts': `import '../db/open.ts'` }, /web may not know db/],
    'the configuration in core': [
      { 'core/context.ts': `import type { Config } from '../config/load.ts'` },
      /core may not know config/,
    ],
    'a file of the top in a folder': [
      { 'jobs/expiry.ts': `import '../app.ts'` },
      /jobs may not know the files that put everything together/,
    ],
    'something outside of the house': [
      { 'jobs/expiry.ts': `import '../../test/support/context.ts'` },
      /nothing in src needs/,
    ],
    'another noun’s store': [
      { 'core/delisting/actions.ts': `import '../listings/store.ts'` },
      /^core\/delisting\/actions\.ts imports core\/listings\/store\.ts: a store belongs to its noun, to actions and other stores there$/,
    ],
    'a store in a rule of its own noun': [
      { 'core/listings/listing.ts': `import './store.ts'` },
      /a store belongs to its noun/,
    ],
    'a store in a door': [
      { 'web/server.ts': `import '../core/listings/store.ts'` },
      /a store belongs to its noun/,
    ],
    'a noun upward': [
      { 'core/listings/actions.ts': `import '../delisting/actions.ts'` },
      /^core\/listings\/actions\.ts \(floor 3\) imports core\/delisting\/actions\.ts \(floor 7\): only lower floors$/,
    ],
    'a noun of the same floor': [
      { 'core/listings/actions.ts': `import '../operators/actions.ts'` },
      /only lower floors/,
    ],
    'a noun in the ground floor': [
      { 'core/context.ts': `import type { X } from './audit/audit.ts'` },
      /only lower floors/,
    ],
    'the world in a rule': [
      { 'core/listings/listing.ts': `import { readFileSync } from 'node:fs'` },
      /a rule knows values only/,
    ],
    'the database in a rule': [
      { 'core/listings/listing.ts': `import type { Tables } from '../../db/schema.ts'` },
      /a rule knows values only/,
    ],
    'an action in a rule': [
      { 'core/listings/listing.ts': `import { record } from '../audit/actions.ts'` },
      /a rule knows values only/,
    ],
    'a folder without a place': [
      { 'utils/string.ts': '' },
      /^utils\/string\.ts: the folder utils has no place on the plan$/,
    ],
    'a noun without a floor': [{ 'core/things/thing.ts': '' }, /the noun things has no floor/],
    'a circle of types': [
      { 'access/a.ts': `import type { B } from './b.ts'`, 'access/b.ts': `import type { A } from './a.ts'` },
      /^access\/a\.ts → access\/b\.ts → access\/a\.ts: a circle$/,
    ],
    'a circle of three': [
      {
        'access/a.ts': `import './b.ts'`,
        'access/b.ts': `import './c.ts'`,
        'access/c.ts': `import './a.ts'`,
      },
      /^access\/a\.ts → access\/b\.ts → access\/c\.ts → access\/a\.ts: a circle$/,
    ],
  }

  for (const [name, [files, sentence]] of Object.entries(offences)) {
    it(`finds ${name}`, () => {
      const found = planted(files)
      assert.ok(
        found.some((line) => sentence.test(line)),
        `found: ${found.join('; ') || 'nothing'}`,
      )
    })
  }

  it('tells each circle once', () => {
    const files = { 'access/a.ts': `import './b.ts'`, 'access/b.ts': `import './a.ts'` }
    assert.equal(planted(files).length, 1)
  })
})
