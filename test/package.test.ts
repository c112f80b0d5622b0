import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'

const root = join(import.meta.dirname, '..')
const built = join(root, 'dist', 'npm')

describe('the npm package', () => {
  before(() => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.ts'], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout + stderr)
  })

  it('says of itself what a stranger needs, and nothing of the checkout', () => {
    const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as Record<string, unknown>
    const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
    const { private: _, scripts: __, devDependencies: ___, optionalDependencies: ____, ...published } = own
    assert.deepEqual(manifest, published)
    assert.deepEqual(manifest['bin'], { postern: 'dist/src/cli.js' })
  })

  it('holds the program as JavaScript that runs', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(built, 'dist', 'src', 'cli.js'), '--help'], {
      encoding: 'utf8',
    })
    assert.equal(status, 0)
    assert.match(stdout, /postern/)
  })

  it('holds what the program reads: migrations, assets, the guide, the licence', () => {
    for (const name of [
      'migrations/sqlite',
      'migrations/postgres',
      'assets',
      'content/en',
      'content/zh-CN',
      'LICENSE',
      'README.md',
    ]) {
      assert.ok(existsSync(join(built, name)), name)
    }
  })

  it('names exact versions and holds no tests', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    for (const version of Object.values(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/)
    assert.ok(!existsSync(join(built, 'dist', 'test')), 'the package holds tests')
  })
})
