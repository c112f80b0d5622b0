import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readInput } from '../src/core/analysis/read.ts'

/** Feedback reports as the known loops write them, with documentation addresses: `### name`, the fields of contracts 3 as JSON, `---`, the input. */
const reports = readFileSync(join(import.meta.dirname, 'fixtures', 'feedback', 'loops.txt'), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((entry) => {
    const [name = '', expected = '{}'] = entry.split('\n', 2)
    return { name, expected, input: entry.slice(entry.indexOf('\n---\n') + 5) }
  })

describe('Feedback reports', () => {
  for (const { name, expected, input } of reports) {
    it(`are read in every field: ${name}`, () => {
      const finding = readInput(Buffer.from(input))
      assert.ok(finding.kind === 'feedback', finding.kind)
      const told = Object.entries(finding.feedback)
      for (const [field, value] of Object.entries(JSON.parse(expected) as object))
        assert.deepEqual(told.find(([key]) => key === field)?.[1], value, field)
      for (const end of ['\r\n', '\r'])
        assert.deepEqual(readInput(Buffer.from(input.replaceAll('\n', end))), finding)
    })
  }
})
