import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, chainText, wrongWith, type AuditFact, type ChainedRecord } from './audit.ts'

const sha256 = (text: string): string => hash('sha256', text)

const fact: fc.Arbitrary<AuditFact> = fc.letrec<{ fact: AuditFact }>((tie) => ({
  fact: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('fact'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('fact'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).fact

describe('canonical JSON', () => {
  it('reads back as what was written', () => {
    fc.assert(
      fc.property(fact, (value) =>
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value))),
      ),
    )
  })

  it('is the same text whatever the order of names', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fact, { noNullPrototype: true }), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        assert.equal(canonicalJson(turned), canonicalJson(value))
      }),
    )
    assert.equal(
      canonicalJson({ b: 1, a: { d: null, c: [true, 'x'] } }),
      '{"a":{"c":[true,"x"],"d":null},"b":1}',
    )
  })
})

describe('a chain of records', () => {
  const record = fc.record({
    at: fc.integer(),
    actor: fc.string(),
    action: fc.string(),
    subject: fc.string(),
    facts: fc.dictionary(fc.string(), fact, { noNullPrototype: true }).map(canonicalJson),
  })

  function chain(contents: readonly Omit<ChainedRecord, 'seq' | 'previous' | 'hash'>[]): ChainedRecord[] {
    let previous = ''
    return contents.map((content, index) => {
      const link = { ...content, seq: index + 1, previous }
      previous = sha256(chainText(previous, link))
      return { ...link, hash: previous }
    })
  }

  function firstWrong(records: readonly ChainedRecord[]): string | undefined {
    let before = { seq: 0, hash: '' }
    for (const each of records) {
      const why = wrongWith(each, before, sha256)
      if (why) return why
      before = { seq: each.seq, hash: each.hash }
    }
    return undefined
  }

  it('is sound as it was written', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (contents) =>
        assert.equal(firstWrong(chain(contents)), undefined),
      ),
    )
  })

  it('is broken by any change of any field of any record', () => {
    const fields = ['at', 'actor', 'action', 'subject', 'facts', 'previous', 'hash', 'seq'] as const
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.constantFrom(...fields),
        (contents, at, field) => {
          const records = chain(contents)
          const index = at % records.length
          const victim = records[index]
          assert.ok(victim)
          const value = victim[field]
          records[index] = { ...victim, [field]: typeof value === 'number' ? value + 1 : `${value}x` }
          assert.notEqual(firstWrong(records), undefined)
        },
      ),
    )
  })

  it('does not take one field’s text for another’s', () => {
    const one = { seq: 1, at: 1, actor: 'a","x":"', action: 'b', subject: 'c', facts: '{}' }
    assert.notEqual(chainText('', one), chainText('', { ...one, actor: 'a', action: 'b","x":"' }))
  })
})
