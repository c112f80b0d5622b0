import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ListingEntry } from '../access/listing-entry.ts'
import { ListingTable } from '../access/table.ts'
import { formatPrefix } from '../standards/prefix.ts'
import { entry, listable } from '../../test/support/listing-entries.ts'
import { Guard, inspect, isTooMuch, type Inspection } from './guard.ts'

const networks = [listable('203.0.113.0/24'), listable('2001:db8:53::/48')]

function inspection(entries: readonly ListingEntry[]): Inspection {
  const table = new ListingTable()
  for (const each of entries) table.put(each)
  const steps = inspect(table, networks)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

describe('the inspection of a table', () => {
  it('finds what overlaps a protected network: inside, outside and the same', () => {
    const { forbidden } = inspection(
      [
        '203.0.113.7',
        '203.0.113.0/24',
        '203.0.0.0/16',
        '2001:db8:53:1::/64',
        '2001:db8::/32',
        '192.0.2.45',
        '2001:db8:54::/48',
      ].map((prefix) => entry(prefix)),
    )
    assert.deepEqual(
      new Set(forbidden.map(({ prefix }) => formatPrefix(prefix))),
      new Set(['203.0.113.7/32', '203.0.113.0/24', '203.0.0.0/16', '2001:db8:53:1::/64', '2001:db8::/32']),
    )
  })

  it('lets a carve-out in a protected network be', () => {
    assert.deepEqual(inspection([entry('203.0.113.7', { effect: 'pass' })]).forbidden, [])
  })

  it('finds five /8 to be a tolerable share of IPv4, and six not', () => {
    const wide = ['1', '2', '3', '4', '5', '6'].map((first) => entry(`${first}.0.0.0/8`))
    assert.equal(isTooMuch(inspection(wide.slice(0, 5)).share), false)
    assert.equal(isTooMuch(inspection(wide).share), true)
  })

  it('finds a fiftieth of global IPv6 to be tolerable, and more not', () => {
    const wide = Array.from({ length: 164 }, (_, nth) => entry(`2${(nth + 256).toString(16)}::/16`))
    assert.equal(isTooMuch(inspection(wide.slice(0, 163)).share), false)
    assert.equal(isTooMuch(inspection(wide).share), true)
  })
})

describe('the guard of changes', () => {
  it('does not admit a listing of a protected network', () => {
    const guard = new Guard(networks, { 4: 0, 6: 0 })
    const table = new ListingTable()
    assert.equal(guard.admits(table, { kind: 'put', entry: entry('203.0.113.7') }), false)
    assert.equal(guard.admits(table, { kind: 'put', entry: entry('203.0.113.7', { effect: 'pass' }) }), true)
    assert.equal(guard.admits(table, { kind: 'put', entry: entry('192.0.2.45') }), true)
  })

  it('does not admit the sixth /8, but does when another has gone, and lets one be renewed', () => {
    const guard = new Guard([], { 4: 0, 6: 0 })
    const table = new ListingTable()
    const apply = (change: Parameters<typeof guard.admits>[1]): boolean => {
      const is = guard.admits(table, change)
      if (is) table.apply(change)
      return is
    }
    for (const first of [1, 2, 3, 4, 5])
      assert.equal(apply({ kind: 'put', entry: entry(`${first}.0.0.0/8`) }), true)
    assert.equal(apply({ kind: 'put', entry: entry('6.0.0.0/8') }), false)
    assert.equal(apply({ kind: 'put', entry: entry('5.0.0.0/8', { ends: 2_100_000_000_000 }) }), true)
    assert.equal(apply({ kind: 'put', entry: entry('192.0.2.45') }), true)
    assert.equal(apply({ kind: 'drop', prefix: listable('1.0.0.0/8') }), true)
    assert.equal(apply({ kind: 'drop', prefix: listable('1.0.0.0/8') }), true)
    assert.equal(apply({ kind: 'put', entry: entry('6.0.0.0/8') }), true)
    assert.equal(apply({ kind: 'put', entry: entry('7.0.0.0/8') }), false)
  })
})
