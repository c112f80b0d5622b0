import { strict as assert } from 'node:assert'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { fixedClock, hour } from '../base/clock.ts'
import { oidcClient } from './oidc-client.ts'

let asked = 0
let isAway = true
const server = createServer((_request, response) => {
  asked++
  response.statusCode = isAway ? 503 : 200
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ issuer, authorization_endpoint: `${issuer}/auth` }))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
after(() => server.close())

describe('The configuration of an OpenID provider', () => {
  it('is asked for once by all who wait, not again at once while the provider is away, and then kept an hour', async () => {
    const clock = fixedClock(Date.parse('2026-11-29T00:00:00Z'))
    const client = oidcClient({
      issuer,
      clientId: 'postern',
      redirectUri: 'https://provider.example/',
      clock,
    })
    const begun = await Promise.allSettled([client.begin(), client.begin(), client.begin()])
    assert.deepEqual(
      begun.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    )
    await assert.rejects(client.begin())
    assert.equal(asked, 1)
    isAway = false
    clock.advance(10_000)
    const both = await Promise.all([client.begin(), client.begin()])
    assert.equal(new Set(both.map(({ state }) => state)).size, 2)
    assert.equal(asked, 2)
    clock.advance(hour - 1)
    await client.begin()
    assert.equal(asked, 2)
    clock.advance(1)
    await client.begin()
    assert.equal(asked, 3)
  })
})
