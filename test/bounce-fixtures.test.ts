import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readInput } from '../src/core/analysis/read.ts'
import { readFixtures, type Expected } from './support/bounce-fixtures.ts'
import type { Recipient } from '../src/core/analysis/analysis.ts'

/** Every format that is known from memory: who, codes, why, which address. */
const fields = ['address', 'status', 'replyCode', 'reason', 'rejectedIp'] as const

describe('Bounces of many mail systems', () => {
  const fixtures = readFixtures()

  it('are more than 150', () => assert.ok(fixtures.length > 150, String(fixtures.length)))

  for (const { name, kind, recipients, action, input } of fixtures) {
    it(`${kind}: ${name}`, () => {
      const finding = readInput(Buffer.from(input))
      assert.equal(finding.kind, kind)
      const told = 'recipients' in finding ? finding.recipients : []
      assert.equal(told.length, recipients.length)
      for (const [index, expected] of recipients.entries()) compare(told[index], expected)
      if (action !== undefined) assert.equal(told[0]?.action, action)
    })
  }
})

function compare(told: Recipient | undefined, expected: Expected): void {
  for (const field of fields) {
    const right = expected[field]
    const value = told?.[field]
    if (right.length === 0) assert.equal(value, undefined, field)
    else assert.ok(right.includes(value ?? ''), `${field} ${String(value)} is none of ${right.join(' ')}`)
  }
}
