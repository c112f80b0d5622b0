import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import {
  causeNames,
  causes,
  findReasons,
  pathOf,
  reasonByWire,
  reasonNames,
  reasonOf,
  reasons,
  whoActs,
} from './reasons.ts'

describe('The registry of reasons', () => {
  it('gives every reason a number, a reference and a page of its own', () => {
    for (const field of ['wire', 'reference', 'slug'] as const) {
      const values = reasonNames.map((name) => reasons[name][field])
      assert.equal(new Set(values).size, values.length, field)
    }
    for (const name of reasonNames) assert.equal(reasonByWire(reasons[name].wire), name)
  })

  it('numbers causes apart, and each leads to a reason', () => {
    assert.equal(new Set(causeNames.map((name) => causes[name].wire)).size, causeNames.length)
    for (const cause of causeNames)
      assert.ok(reasonNames.includes(reasonOf({ cause, class: causes[cause].defaultClass })))
  })

  it('agrees in the class of reply code and enhanced status code (RFC 3463 §2)', () => {
    for (const name of reasonNames) {
      const { code, status } = reasons[name]
      for (const enhanced of Object.values(status)) {
        assert.match(enhanced, /^[45]\.\d{1,3}\.\d{1,3}$/)
        assert.equal(enhanced[0], String(code)[0], name)
      }
    }
  })

  it('says in ASCII what goes over the wire, without a full stop of its own', () => {
    for (const name of reasonNames) {
      assert.match(reasons[name].text, /^[\x20-\x7e]+[^.]$/)
      assert.match(reasons[name].action, /^[\x20-\x7e]+[^.:]$/)
    }
  })

  it('has four sentences in both languages, in the script of each', () => {
    for (const name of reasonNames) {
      const { words } = reasons[name]
      for (const part of ['title', 'why', 'next', 'until'] as const) {
        assert.match(words.en[part], /^[A-Za-z][\x20-\u2019“”]+$/, `${name} en ${part}`)
        assert.match(words['zh-CN'][part], /[\u4e00-\u9fff]{4}/, `${name} zh-CN ${part}`)
      }
    }
  })

  it('is found by code, reference and slug, in any case', () => {
    assert.deepEqual(findReasons('5.7.606'), ['spam'])
    assert.deepEqual(findReasons('psn606'), ['spam'])
    assert.deepEqual(findReasons(' unwanted-mail '), ['spam'])
    assert.ok(findReasons('5.7.1').length > 1)
    assert.deepEqual(findReasons('5.1.1'), [])
  })

  it('knows who must act for every way a listing can end', () => {
    for (const listingClass of ['self-service', 'investigate', 'third-party', 'policy'] as const) {
      assert.notEqual(whoActs[pathOf(listingClass)], 'nobody')
    }
  })
})
