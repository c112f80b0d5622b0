import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Hono } from 'hono'
import { orThrow } from '../../base/refusal.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import type { WebEnv } from '../env.ts'
import { channelOf, localPath } from './channel.ts'

async function channel(
  url: string,
  headers: Record<string, string> = {},
  peer = '127.0.0.1',
  trusted: string[] = [],
): Promise<string> {
  const app = new Hono<WebEnv>()
  const prefixes = trusted.map((text) => orThrow(parsePrefix(text)))
  app.get('*', (c) => c.text(channelOf(c, prefixes)))
  const socket = { incoming: { socket: { remoteAddress: peer } } } as unknown as WebEnv['Bindings']
  return await (await app.request(url, { headers }, socket)).text()
}

describe('The channel to the console', () => {
  it('is safe over https, and on the machine itself', async () => {
    assert.equal(await channel('https://console.provider.example/'), 'https')
    for (const host of ['127.0.0.1:8081', 'localhost:8081', '[::1]:8081', '127.8.9.10']) {
      assert.equal(await channel(`http://${host}/`), 'loopback', host)
    }
  })

  it('is not safe over plain http across a network, also under a name that only begins like this machine', async () => {
    for (const host of [
      'console.provider.example',
      '192.0.2.1',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '[2001:db8::1]',
    ]) {
      assert.equal(await channel(`http://${host}/`), 'insecure', host)
    }
  })

  it('believes X-Forwarded-Proto of a trusted proxy only, and its last word', async () => {
    const url = 'http://console.provider.example/'
    const https = { 'x-forwarded-proto': 'https' }
    assert.equal(await channel(url, https, '203.0.113.9', ['203.0.113.9/32']), 'https')
    assert.equal(await channel(url, https, '::ffff:203.0.113.9', ['203.0.113.9/32']), 'https')
    assert.equal(await channel(url, https, '203.0.113.10', ['203.0.113.9/32']), 'insecure')
    assert.equal(await channel(url, https), 'insecure')
    assert.equal(
      await channel(url, { 'x-forwarded-proto': 'https, http' }, '203.0.113.9', ['203.0.113.9/32']),
      'insecure',
    )
  })
})

describe('A path to go on to', () => {
  it('is kept when it is ours', () => {
    assert.equal(localPath('/listings?text=192.0.2.1&state=any'), '/listings?text=192.0.2.1&state=any')
  })

  it('is the overview when it leads elsewhere', () => {
    for (const text of [
      undefined,
      '',
      'listings',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'https://evil.example/',
      `${'javascript'}:alert(1)`,
      '\\\\evil.example',
      '/..//evil.example',
    ]) {
      assert.equal(localPath(text), '/', JSON.stringify(text))
    }
  })

  it('never leads away from this host, whatever was written', () => {
    const base = 'https://console.provider.example'
    const alphabet = fc.constantFrom(
      '/',
      '\\',
      '.',
      '@',
      ':',
      '?',
      '#',
      '\t',
      '\n',
      ' ',
      'h',
      'evil.example',
      'https:',
      '%2f',
      '%5c',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(alphabet, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          assert.equal(new URL(localPath(text), base).origin, base)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
