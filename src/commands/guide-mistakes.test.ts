import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const cli = join(import.meta.dirname, '..', 'cli.ts')

describe('check-config and the operator’s folder of the guide', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postern-own-'))
    mkdirSync(join(folder, 'guide', 'en', 'about'), { recursive: true })
    writeFileSync(join(folder, 'postern.yaml'), 'guide: { folder: guide }\n')
  })
  after(() => rmSync(folder, { recursive: true }))

  const check = (...options: string[]): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [cli, 'check-config', '--config', join(folder, 'postern.yaml'), ...options], {
      cwd: folder,
      encoding: 'utf8',
    })

  it('says what is wrong with file and line, and that the rest can be used', () => {
    writeFileSync(
      join(folder, 'guide/en/about/house.md'),
      '---\ntitle: House\n---\n\nSee [x](page:no/where).\n',
    )
    writeFileSync(join(folder, 'guide/theme.css'), 'a { background: url(x) }\n')
    const { status, stdout } = check()
    assert.equal(status, 1)
    assert.match(stdout, /guide\/en\/about\/house\.md:5: there is no page no\/where/)
    assert.match(stdout, /guide\/theme\.css:1: url\( is not for a theme/)
    assert.match(stdout, /the configuration can be used/)
    assert.equal((JSON.parse(check('--json').stdout) as { guide: unknown[] }).guide.length, 2)
  })

  it('is content when everything is in order', () => {
    writeFileSync(
      join(folder, 'guide/en/about/house.md'),
      '---\ntitle: House\n---\n\nWrite to {{addresses.abuse}}.\n',
    )
    writeFileSync(join(folder, 'guide/theme.css'), ':root { --accent: #123456 }\n')
    assert.equal(check().status, 0)
  })
})
