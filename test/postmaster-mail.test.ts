import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { intakeActions } from '../src/core-actions.ts'
import { testContext, testSettings } from './support/context.ts'

it('keeps a message for the postmaster in a file where no mail leaves', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-kept-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const settings = testSettings()
  const ctx = testContext({ settings: { ...settings, mail: { ...settings.mail, smarthost: 'outbox' } } })
  const { forwardToPostmaster } = intakeActions(
    ctx,
    'mailto:postmaster@provider.example',
    join(folder, 'kept'),
  )
  for (const text of ['one', 'two']) await forwardToPostmaster({ mailFrom: '', raw: Buffer.from(text) })
  const kept = readdirSync(join(folder, 'kept')).map((name) =>
    readFileSync(join(folder, 'kept', name), 'utf8'),
  )
  assert.deepEqual(kept.sort(), ['one', 'two'])
})
