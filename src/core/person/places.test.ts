import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { looksPersonal, places, withoutMailbox } from './places.ts'

/** `table.column` of every column with text, as `db/schema.ts` declares them. */
function textColumns(source: string): readonly string[] {
  const body = (name: string): string =>
    new RegExp(`export interface ${name} \\{(.*?)\\n\\}`, 's').exec(source)?.[1] ?? ''
  const fields = (inside: string): (readonly [string, string])[] =>
    [...inside.matchAll(/^ {2}(\w+): ([^\n]+)$/gm)].map(([, name = '', type = '']) => [name, type])
  return fields(body('Tables')).flatMap(([table, row]) =>
    fields(body(row)).flatMap(([column, type]) => (type.includes('string') ? [`${table}.${column}`] : [])),
  )
}

/** Columns that look as if a mailbox could stand there and are in neither list. */
function unplaced(source: string): readonly string[] {
  const known = new Set([
    ...Object.keys(withoutMailbox),
    ...places.flatMap(({ table, found, fate }) => [
      `${table}.${found.column}`,
      ...(fate.kind === 'replaced' ? Object.keys(fate.set).map((column) => `${table}.${column}`) : []),
    ]),
    // What goes with the row, or is sealed and wiped by its noun.
    ...places.flatMap(({ table, fate, shown }) =>
      fate.kind === 'deleted' ? shown.map((column) => `${table}.${column}`) : [],
    ),
  ])
  return textColumns(source).filter(
    (each) => looksPersonal(each.slice(each.indexOf('.') + 1)) && !known.has(each),
  )
}

const schema = readFileSync(join(import.meta.dirname, '../../db/schema.ts'), 'utf8')

describe('The places of a person', () => {
  it('are all columns of the schema that may hold a mailbox; a new one has to be put into one of the lists', () => {
    assert.ok(textColumns(schema).length > 200)
    assert.deepEqual(unplaced(schema), [])
  })

  it('are missed when somebody adds a column and forgets them', () => {
    const more = schema
      .replace('export interface Tables {', 'export interface Tables {\n  vouched: VouchedTable')
      .concat('\nexport interface VouchedTable {\n  id: string\n  mailbox: string\n  days: number\n}\n')
    assert.deepEqual(unplaced(more), ['vouched.mailbox'])
    const wider = schema.replace(
      'export interface WatchesTable {',
      'export interface WatchesTable {\n  sender_email: string | null',
    )
    assert.deepEqual(unplaced(wider), ['watches.sender_email'])
  })

  it('name tables and columns that there are', () => {
    const columns = new Set(textColumns(schema))
    const all = new Set([...schema.matchAll(/^ {2}(\w+): (?:string|number)/gm)].map(([, name = '']) => name))
    for (const each of Object.keys(withoutMailbox)) assert.ok(columns.has(each), each)
    for (const { table, found, shown } of places) {
      assert.ok(columns.has(`${table}.${found.column}`), `${table}.${found.column}`)
      for (const column of shown) assert.ok(all.has(column), `${table}.${column}`)
    }
  })

  it('show nobody a hash, a secret, or what others wrote', () => {
    const shown = places.flatMap((place) => place.shown.map((column) => `${place.table}.${column}`))
    assert.deepEqual(
      shown.filter((each) =>
        /_hash|_key$|token$|secret|reporter|actor|author|decided_by|slots|content/.test(
          each.slice(each.indexOf('.') + 1),
        ),
      ),
      [],
    )
  })
})
