import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { testSettings, testStart } from '../../../test/support/context.ts'
import { keepSince } from './retention.ts'
import { expiredRows } from './store.ts'

/** Tables that nothing is deleted from by time, and why that is right. */
const keptOtherwise: Readonly<Record<string, string>> = {
  heads: 'one row for each chain',
  import_lines: 'empty while no import runs',
  audit_records: 'nothing is ever taken out of the audit',
  restricted_subjects: 'what the audit keeps of a restricted case stays restricted when the case is gone',
  edges: 'one row for each edge',
  operators: 'the people of this installation; removed by their administrator',
  operator_identities: 'the same',
  passkeys: 'the same',
  approvals: 'who agreed to what; no mailbox in it',
  tokens: 'one row for each token; revoked by an administrator',
  engine_memory: 'one row',
  standings: 'replaced when it changes',
  own_list_checks: 'one row for each list',
}

const schema = readFileSync(join(import.meta.dirname, '../../db/schema.ts'), 'utf8')
const tables = [
  ...(/export interface Tables \{(.*?)\n\}/s.exec(schema)?.[1] ?? '').matchAll(/^ {2}(\w+):/gm),
].map(([, name = '']) => name)

describe('The retention', () => {
  it('knows every table: one that nothing is deleted from has a reason here', () => {
    const settings = testSettings()
    const purged = new Set<string>(
      expiredRows(keepSince(settings, testStart), testStart).map(({ table }) => table),
    )
    assert.ok(tables.length > 50)
    assert.deepEqual(
      tables.filter((table) => !purged.has(table) && !(table in keptOtherwise)),
      [],
    )
    assert.deepEqual(
      Object.keys(keptOtherwise).filter((table) => purged.has(table) || !tables.includes(table)),
      [],
    )
  })

  it('counts each class from a setting: a longer one keeps more', () => {
    const settings = testSettings()
    const { retention } = settings
    const before = keepSince(settings, testStart)
    for (const name of Object.keys(retention) as (keyof typeof retention)[]) {
      const longer = { ...settings, retention: { ...retention, [name]: retention[name] + 100 * 86_400_000 } }
      const after = keepSince(longer, testStart)
      const moved = (Object.keys(before) as (keyof typeof before)[]).filter(
        (each) => after[each] < before[each],
      )
      assert.ok(moved.length > 0, `${name} keeps nothing longer`)
    }
  })
})
