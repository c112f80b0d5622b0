import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loadAssets } from './assets.ts'
import { readTheme, type Theme } from './theme.ts'

const assetsFolder = new URL('../../assets/', import.meta.url).pathname
const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'

describe('A theme', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'postern-theme-'))))
  after(() => rmSync(folder, { recursive: true }))

  const themeOf = (files: Readonly<Record<string, string>>): Theme => {
    for (const name of ['theme.css', 'logo.svg']) rmSync(join(folder, name), { force: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return readTheme(folder)
  }
  const problem = (files: Readonly<Record<string, string>>): string => {
    const { style, logo: picture, mistakes } = themeOf(files)
    assert.deepEqual([style, picture], [undefined, undefined])
    return mistakes.map((mistake) => `${mistake.line} ${mistake.problem}`).join('; ')
  }

  it('stands behind our stylesheet, under an address of its own', () => {
    const plain = loadAssets(assetsFolder)
    const themed = loadAssets(assetsFolder, themeOf({ 'theme.css': ':root { --accent: #123456; }\n' }))
    assert.notEqual(themed.style, plain.style)
    const served = Buffer.from(themed.find(themed.style)?.bytes ?? []).toString()
    assert.ok(served.endsWith(':root { --accent: #123456}'))
    assert.equal(themed.href('console.css'), plain.href('console.css'))
  })

  it('has its logo in the page itself', () => {
    assert.match(themeOf({ 'logo.svg': logo }).logo ?? '', /^data:image\/svg\+xml;base64,/)
  })

  it('is nothing when there are no such files', () => {
    assert.deepEqual(themeOf({}).mistakes, [])
  })

  it('loads nothing, hides nothing and closes its brackets', () => {
    assert.match(problem({ 'theme.css': 'a {}\n@import "x.css";' }), /^2 @import/)
    assert.match(problem({ 'theme.css': 'a { background: URL(https://a.example/x.png) }' }), /URL\(/)
    assert.match(problem({ 'theme.css': 'a { background: u\\72l(x) }' }), /^1 \\/)
    assert.match(problem({ 'theme.css': 'a {\n' }), /not closed/)
    assert.match(problem({ 'theme.css': 'a { } }' }), /closes nothing/)
    assert.match(problem({ 'theme.css': `/*${'x'.repeat(9000)}*/` }), /larger than 8 KiB/)
  })

  it('has a logo that is a picture and does nothing', () => {
    assert.match(problem({ 'logo.svg': '<html>' }), /no SVG/)
    assert.match(problem({ 'logo.svg': logo.replace('<path', '\n<script>x</script><path') }), /^2 <script/)
    assert.match(problem({ 'logo.svg': logo.replace('<path', '<path onload="x"') }), /onload/)
    assert.match(
      problem({ 'logo.svg': logo.replace('<path', '<image href="https://a.example/x"/><path') }),
      /href/,
    )
  })
})

describe('A stylesheet as it is served', () => {
  it('says the same in fewer bytes', () => {
    const assets = loadAssets(assetsFolder)
    const served = Buffer.from(assets.find(assets.style)?.bytes ?? []).toString()
    assert.doesNotMatch(served, /\/\*|\n {2}/)
    assert.equal(served.split('{').length, served.split('}').length)
    assert.match(served, /@media \(prefers-color-scheme: dark\)/)
    assert.match(served, /calc\(50% - 0\.3rem\)/)
  })
})
