import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configurationPage } from './document.ts'
import { configKeys } from './keys.ts'

describe('The page of the configuration', () => {
  const page = configurationPage()

  it('says of every key what it expects', () => {
    const pairs = configKeys.filter(({ expects }) => expects.includes('`per`'))
    assert.deepEqual(
      pairs.map(({ path }) => path),
      ['limits'],
    )
    assert.match(page, /### support\.survey\n\n.*\n\n- `off` or `on`\n/)
    assert.match(page, /### abuse\.share\n\n.*\n\n- a number from 0 to 1\n/)
  })

  it('gives a section inside a section its sentence, and no variable or default that it does not have', () => {
    assert.doesNotMatch(page, /undefined/)
    assert.match(page, /### support\.calendar\n\n[^\n]*\n\n### support\.calendar\.zone\n/)
  })
})
