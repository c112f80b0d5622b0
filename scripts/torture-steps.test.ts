import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { tortureSteps } from './torture-steps.ts'

const root = join(import.meta.dirname, '..')

describe('the steps of torture', () => {
  it('fit into an hour', () => {
    const minutes = tortureSteps.reduce((sum, step) => sum + step.minutes, 0)
    assert.ok(minutes <= 60, `${minutes} minutes`)
  })

  it('have a name each, and a file that is there', () => {
    assert.equal(new Set(tortureSteps.map(({ name }) => name)).size, tortureSteps.length)
    for (const { file } of tortureSteps) assert.ok(existsSync(join(root, file)), file)
  })

  it('hold every test that has a full count', () => {
    const scaled = globSync('{src,test}/**/*.test.ts', { cwd: root }).filter((file) =>
      /POSTERN_TORTURE|POSTERN_FUZZ_COUNT|POSTERN_FLOOD_COUNT|\bfuzzCount\(/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    )
    const held = new Set(tortureSteps.map(({ file }) => file))
    assert.deepEqual(
      scaled.filter((file) => !held.has(file) && file !== 'src/config/load.test.ts'),
      [],
    )
  })
})
