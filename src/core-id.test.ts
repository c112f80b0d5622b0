import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { coreId } from './core-id.ts'

it('A core has one name for as long as its data folder has, and another in another folder', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-core-id-'))
  const other = mkdtempSync(join(tmpdir(), 'postern-core-id-'))
  test.after(() => [folder, other].forEach((each) => rmSync(each, { recursive: true })))
  const id = coreId(folder)
  assert.match(id, /^[0-9a-z]{16}$/)
  assert.equal(coreId(folder), id)
  assert.notEqual(coreId(other), id)
  assert.equal(statSync(join(folder, 'core.id')).mode & 0o777, 0o600)
  writeFileSync(join(folder, 'core.id'), '')
  assert.match(coreId(folder), /^[0-9a-z]{16}$/)
})
