import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { apiEndpoints } from './api.ts'
import { checkEndpoints, type Endpoint } from './endpoint.ts'

describe('An endpoint of the API', () => {
  const [first] = apiEndpoints
  assert.ok(first)

  it('keeps core from starting when it declares no permission', () => {
    const forgotten = { ...first, permission: undefined } as unknown as Endpoint
    assert.throws(() => checkEndpoints([forgotten]), /declares no permission/)
  })

  it('keeps core from starting when it says that it is safe and is not, or the other way', () => {
    assert.throws(() => checkEndpoints([{ ...first, safe: !first.safe }]), /must say safe/)
  })

  it('is one of those that core starts with', () => {
    assert.doesNotThrow(() => checkEndpoints(apiEndpoints))
  })
})
