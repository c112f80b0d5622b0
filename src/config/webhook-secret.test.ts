import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ConfigMistakes, loadConfig, settingsOf } from './load.ts'
import { readWebhookSecret } from './webhook-secret.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-secret-'))
})
after(() => rmSync(folder, { recursive: true }))

describe('the secret of a webhook', () => {
  it('is made once, for our eyes only', () => {
    const file = join(folder, 'new', 'webhook.secret')
    const secret = readWebhookSecret(file)
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.equal(readWebhookSecret(file), secret)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('is refused when it is too short or something else', () => {
    for (const [index, content] of [
      '',
      'whsec_',
      'whsec_c2hvcnQ=',
      'swordfish swordfish swordfish',
    ].entries()) {
      const file = join(folder, `bad-${index}`)
      writeFileSync(file, content)
      assert.throws(() => readWebhookSecret(file), /must hold whsec_/)
    }
  })

  it('reaches the settings of core', () => {
    const env = {
      POSTERN_WEBHOOKS: '[{"url":"https://hooks.example/a"}]',
      POSTERN_LIMITS: '{"a.b":{"count":2,"per":"2h"}}',
    }
    const config = loadConfig({ env, directory: folder })
    if (config instanceof ConfigMistakes) throw new Error(config.toString())
    const settings = settingsOf(config)
    assert.deepEqual(settings.webhooks, [
      { url: 'https://hooks.example/a', secret: readWebhookSecret(join(folder, 'data', 'webhook.secret')) },
    ])
    assert.deepEqual(settings.limits, { 'a.b': { count: 2, windowMs: 7_200_000 } })
    assert.deepEqual(
      settings.listing.termsMs,
      [1, 3, 7, 30].map((days) => days * 86_400_000),
    )
  })
})
