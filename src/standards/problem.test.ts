import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { problemDocument } from './problem.ts'

describe('Problem documents', () => {
  const docs = 'https://postmaster.provider.example/refusals'

  it('have type, title, status and detail (RFC 9457 §3.1), our code, and the facts', () => {
    const problem = {
      status: 422,
      code: 'prefix.too-wide',
      title: 'Too wide',
      detail: 'Nothing wider than /8.',
      facts: { widest: '/8' },
    }
    assert.deepEqual(problemDocument(problem, docs), {
      type: `${docs}#prefix.too-wide`,
      title: 'Too wide',
      status: 422,
      detail: 'Nothing wider than /8.',
      code: 'prefix.too-wide',
      widest: '/8',
    })
  })

  it('do not let a fact stand in the place of a member', () => {
    const document = problemDocument(
      { status: 409, code: 'listing.already-ended', title: 'Ended', facts: { status: 'x', type: 'x' } },
      docs,
    )
    assert.equal(document['status'], 409)
    assert.equal(document['type'], `${docs}#listing.already-ended`)
    assert.equal('detail' in document, false)
  })
})
