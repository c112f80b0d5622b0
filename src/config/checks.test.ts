import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adviseOn, unknownLimits } from './checks.ts'
import type { Config } from './config.ts'
import { loadConfig } from './load.ts'
import { ConfigMistakes } from './mistake.ts'

function config(env: Record<string, string> = {}): Config {
  const read = loadConfig({ env, directory: '/nowhere' })
  if (read instanceof ConfigMistakes) throw new Error(read.toString())
  return read
}

function advised(env: Record<string, string> = {}): readonly string[] {
  return adviseOn(config(env)).map(({ path }) => path)
}

/** What a careful operator has set. */
const settled = {
  POSTERN_PROVIDER_DOMAINS: 'provider.example',
  POSTERN_PROVIDER_SITE: 'https://postmaster.provider.example',
  POSTERN_PROVIDER_NETWORKS: '203.0.113.0/24',
  POSTERN_TRUSTED_PROXIES: '127.0.0.0/8',
}

describe('advice', () => {
  it('has nothing to say when all is set', () => {
    assert.deepEqual(advised(settled), [])
  })

  it('names what the defaults cannot know', () => {
    assert.deepEqual(advised(), ['provider.domains', 'provider.site', 'provider.networks'])
  })

  it('names what switches something off', () => {
    assert.deepEqual(advised({ ...settled, POSTERN_POLICY_MODE: 'observe' }), ['policy.mode'])
    assert.deepEqual(advised({ ...settled, POSTERN_MAIL_SMARTHOST: 'outbox' }), ['mail.smarthost'])
    assert.deepEqual(advised({ ...settled, POSTERN_HIGH_VOLUME_MODE: 'junk' }), ['highVolume.mode'])
  })

  it('names doors that strangers could reach', () => {
    for (const open of ['0.0.0.0:8081', '[::]:8081', '203.0.113.5:8081', 'console.provider.example:8081']) {
      assert.deepEqual(advised({ ...settled, POSTERN_LISTEN_CONSOLE: open }), ['listen.console'], open)
    }
    for (const closed of [
      '127.0.0.2:8081',
      '[::1]:8081',
      '10.1.2.3:8081',
      '/run/console.sock',
      'localhost:8081',
    ]) {
      assert.deepEqual(advised({ ...settled, POSTERN_LISTEN_CONSOLE: closed }), [], closed)
    }
  })

  it('names doors of the edge that strangers reach and nobody but this machine is answered at', () => {
    for (const [door, name] of [
      ['policy', 'POLICY'],
      ['lookup', 'LOOKUP'],
    ] as const) {
      const open = { ...settled, [`POSTERN_LISTEN_${name}`]: '0.0.0.0:10041' }
      assert.deepEqual(advised(open), [`${door}.allow`])
      const allow = `POSTERN_${name}_ALLOW`
      assert.deepEqual(advised({ ...open, [allow]: '192.168.7.0/24,fd00::/8' }), [`${door}.allow`])
      assert.deepEqual(advised({ ...open, [allow]: '192.168.7.0/24,203.0.113.25' }), [])
    }
  })

  it('names a proxy that is not known, and a password in the open', () => {
    assert.deepEqual(advised({ ...settled, POSTERN_TRUSTED_PROXIES: '' }), ['trustedProxies'])
    assert.deepEqual(advised({ ...settled, POSTERN_DATABASE: 'postgres://u:p@h/postern' }), ['database'])
    assert.deepEqual(advised({ ...settled, POSTERN_DATABASE: 'postgres://u@h/postern' }), [])
  })
})

describe('limits', () => {
  it('that the program does not have are mistakes', () => {
    const limits = '{"lookup.client.day":{"count":1,"per":"1h"},"lookup.cleint.day":{"count":1,"per":"1h"}}'
    assert.deepEqual(
      unknownLimits(config({ POSTERN_LIMITS: limits }), ['lookup.client.day']).map(({ path }) => path),
      ['limits.lookup.cleint.day'],
    )
  })
})
