import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { clientIn, readAuthenticationResults } from './authentication-results.ts'

describe('Authentication results', () => {
  it('name the receiver and every method with its properties (RFC 8601 §2.2)', () => {
    const value =
      'MX.Provider.example 1; spf=pass (all is "well") smtp.mailfrom=example.org; dkim/1 = fail reason="body; hash" header.d=example.org header.s=s1;iprev=pass policy.iprev=192.0.2.45'
    assert.deepEqual(readAuthenticationResults(value), {
      authservId: 'mx.provider.example',
      results: [
        {
          method: 'spf',
          result: 'pass',
          reason: undefined,
          comment: 'all is "well"',
          properties: [{ type: 'smtp', name: 'mailfrom', value: 'example.org' }],
        },
        {
          method: 'dkim',
          result: 'fail',
          reason: 'body; hash',
          comment: undefined,
          properties: [
            { type: 'header', name: 'd', value: 'example.org' },
            { type: 'header', name: 's', value: 's1' },
          ],
        },
        {
          method: 'iprev',
          result: 'pass',
          reason: undefined,
          comment: undefined,
          properties: [{ type: 'policy', name: 'iprev', value: '192.0.2.45' }],
        },
      ],
    })
  })
  it('may be none', () => {
    assert.deepEqual(readAuthenticationResults('mx.provider.example; none'), {
      authservId: 'mx.provider.example',
      results: [],
    })
  })
  it('may lack the receiver and have properties without a type, as Microsoft writes them', () => {
    const { authservId, results } = readAuthenticationResults(
      'spf=pass (sender IP is 192.0.2.45) smtp.mailfrom=example.org; dmarc=pass action=none header.from=example.org;compauth=pass reason=100',
    )
    assert.equal(authservId, undefined)
    assert.deepEqual(
      results.map(({ method, result }) => `${method} ${result}`),
      ['spf pass', 'dmarc pass', 'compauth pass'],
    )
    assert.deepEqual(results[1]?.properties[0], { type: '', name: 'action', value: 'none' })
    assert.equal(results[2]?.reason, '100')
  })
  it('tell the connecting address in the ways that receivers have', () => {
    const client = (value: string): string | undefined => clientIn(readAuthenticationResults(value))
    assert.equal(client('mx.example; iprev=pass policy.iprev="2001:DB8::45"'), '2001:db8::45')
    assert.equal(client('mx.example; iprev=fail smtp.remote-ip=192.0.2.45'), '192.0.2.45')
    assert.equal(
      client('spf=pass (sender IP is 192.0.2.45; aligned) smtp.mailfrom=example.org'),
      '192.0.2.45',
    )
    assert.equal(client('mx.example; spf=pass smtp.helo=192.0.2.45'), undefined)
  })
  it('of any text are read without a fault, within bounds', () => {
    const pieces = fc.constantFrom(
      'spf=pass',
      ';',
      '(',
      ')',
      '"',
      '\\',
      ' ',
      '=',
      'a.b=c',
      'mx.example',
      'dkim/1',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
        ),
        (text) => {
          for (const { method, properties } of readAuthenticationResults(text).results)
            assert.ok(/^[a-z]/.test(method) && properties.length <= 20)
        },
      ),
    )
    const before = performance.now()
    for (const piece of ['(', 'a=b;', 'a=b ', '"', ' = ', '\\'])
      readAuthenticationResults(piece.repeat(200_000))
    assert.ok(performance.now() - before < 2000)
    assert.ok(readAuthenticationResults('a=b;'.repeat(1000)).results.length <= 50)
  })
})
