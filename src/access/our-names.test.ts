import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { ourNames } from './our-names.ts'

describe('Names that nobody else greets with', () => {
  it('are our domains and the host of the site', () => {
    const names = ourNames(['Provider.Example'], 'https://postmaster.provider.example')
    assert.deepEqual([...names], ['provider.example', 'postmaster.provider.example'])
  })

  it('are never what every host calls itself', () => {
    assert.deepEqual([...ourNames(['localhost'], 'http://localhost:8080')], [])
    assert.deepEqual([...ourNames([], 'http://127.0.0.1:8080')], [])
    assert.deepEqual([...ourNames([], 'http://[::1]:8080')], [])
  })
})
