import assert from 'node:assert/strict'
import { readFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { html } from './html.ts'

describe('Markup from templates', () => {
  it('has no space behind a full-width colon or full stop, and keeps it everywhere else', async () => {
    const of = async (label: string): Promise<string> =>
      String(await html`<span>${label} ${'ada'}</span> <b>${label}</b> <i>x</i>`)
    assert.equal(await of('操作者：'), '<span>操作者：ada</span> <b>操作者：</b> <i>x</i>')
    assert.equal(await of('By'), '<span>By ada</span> <b>By</b> <i>x</i>')
  })

  it('escapes what is put in as before, and takes lists and markup', async () => {
    const rows = ['已发出：', '<b>'].map((text) => html`<li>${text} ${'&'}</li>`)
    assert.equal(String(await html`${rows}`), '<li>已发出：&amp;</li><li>&lt;b&gt; &amp;</li>')
  })

  it('is written by pages without an ASCII colon between two words of ours', () => {
    const src = join(import.meta.dirname, '..')
    const files = globSync('**/*.ts', { cwd: src }).filter(
      (file) => !/\.test\.ts$|^messages\/|^api\//.test(file),
    )
    assert.ok(files.length > 100)
    const found = files.flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .filter((line) => /\$\{(?:view\.)?words\.[\w.[\]]+\}: /.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    assert.deepEqual(found, [])
  })
})
