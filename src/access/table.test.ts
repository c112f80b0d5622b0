import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { address, entry, listable } from '../../test/support/listing-entries.ts'
import type { Address } from '../standards/ip.ts'
import { causeNames, listingClasses } from './reasons.ts'
import { ListingTable } from './table.ts'

const now = 1_700_000_000_000

function tableOf(...entries: readonly ReturnType<typeof entry>[]): ListingTable {
  const table = new ListingTable()
  for (const each of entries) table.put(each)
  return table
}

describe('The table', () => {
  it('finds the most specific entry that covers an address', () => {
    const wide = entry('198.51.100.0/24', { id: 'w1de00000000' })
    const narrow = entry('198.51.100.7', { id: 'narr0w000000', effect: 'pass' })
    const table = tableOf(wide, narrow)
    assert.deepEqual(table.find(address('198.51.100.7'), now), narrow)
    assert.deepEqual(table.find(address('198.51.100.8'), now), wide)
    assert.equal(table.find(address('198.51.101.7'), now), undefined)
    assert.deepEqual(table.findAll(address('198.51.100.7'), now), [narrow, wide])
  })

  it('judges a 6to4 or NAT64 client by the IPv4 address inside', () => {
    const table = tableOf(entry('192.0.2.45'))
    for (const spelling of ['192.0.2.45', '::ffff:192.0.2.45', '2002:c000:22d::1', '64:ff9b::192.0.2.45']) {
      assert.equal(table.find(address(spelling), now)?.id, '0123456789ab', spelling)
      assert.equal(table.findAll(address(spelling), now).length, 1, spelling)
    }
    assert.equal(table.find(address('2002:c000:22e::1'), now), undefined)
  })

  it('judges IPv6 by the first 64 bits', () => {
    const unit = entry('2001:db8:1:2::/64')
    const table = tableOf(unit)
    assert.deepEqual(table.find(address('2001:db8:1:2:ffff::1'), now), unit)
    assert.equal(table.find(address('2001:db8:1:3::1'), now), undefined)
  })

  it('takes an IPv4 address in IPv6 clothes for the IPv4 address', () => {
    const table = tableOf(entry('192.0.2.45'))
    assert.equal(table.find(address('::ffff:192.0.2.45'), now)?.id, '0123456789ab')
  })

  it('keeps the families apart', () => {
    const table = tableOf(entry('32.1.13.184/32'), entry('2001:db8::/32'))
    assert.deepEqual(table.findAll(address('2001:db8::1'), now).length, 1)
    assert.deepEqual(table.findAll(address('32.1.13.184'), now).length, 1)
    assert.equal(table.find(address('192.0.2.1'), now), undefined)
  })

  it('tells the neighbours of a crowded network apart', () => {
    const table = new ListingTable()
    const put = entry('2001:db8::/64')
    const at = (low: number): Address => ({ family: 6, words: [0x20010db8, low, 0, 0] })
    for (let low = 0; low < 100_000; low += 2) {
      table.put({ ...put, prefix: { ...at(low), length: 64 }, ends: now + low * 1000 + 1000 })
    }
    assert.equal(table.size, 50_000)
    for (let low = 0; low < 100_000; low += 2) {
      assert.equal(table.find(at(low), now)?.ends, now + low * 1000 + 1000)
      assert.equal(table.find(at(low + 1), now), undefined)
    }
  })

  it('lets no entry that only defers or observes stand before a wider one that does more', () => {
    const wide = entry('198.51.100.0/24', { id: 'w0de00000000' })
    const open = entry('198.51.100.0/28', { id: 'h0ne00000000', effect: 'pass' })
    const defer = entry('198.51.100.0/30', { id: 'defer0000000', effect: 'defer' })
    const observe = entry('198.51.100.1', { id: 'bserve000000', effect: 'observe' })
    const found = (...entries: (typeof wide)[]) => tableOf(...entries).find(address('198.51.100.1'), now)?.id
    assert.equal(found(wide, observe), wide.id)
    assert.equal(found(wide, defer), wide.id)
    assert.equal(found(wide, defer, observe), wide.id)
    assert.equal(found(wide, open, observe), open.id)
    assert.equal(found(wide, open, defer, observe), defer.id)
    assert.equal(found(defer, observe), defer.id)
    assert.equal(found(observe), observe.id)
  })

  it('lets the wider entry act once the narrower has ended', () => {
    const wide = entry('192.0.2.0/24', { ends: now + 60_000 })
    const narrow = entry('192.0.2.45', { ends: now, effect: 'pass' })
    const table = tableOf(wide, narrow)
    assert.deepEqual(table.find(address('192.0.2.45'), now - 1), narrow)
    assert.deepEqual(table.find(address('192.0.2.45'), now), wide)
    assert.equal(table.find(address('192.0.2.45'), now + 60_000), undefined)
    assert.equal(table.get(listable('192.0.2.45'))?.ends, now)
  })

  it('holds every cause, class and effect', () => {
    const table = new ListingTable()
    for (const cause of causeNames) {
      for (const listingClass of listingClasses) {
        for (const effect of ['refuse', 'pass'] as const) {
          const put = entry('192.0.2.45', { cause, class: listingClass, effect })
          table.put(put)
          assert.deepEqual(table.get(put.prefix), put)
        }
      }
    }
    assert.equal(table.size, 1)
  })

  it('holds both edges of what an entry can be', () => {
    const least = entry('0.0.0.0/8', { id: '000000000000', ends: 1000 })
    const most = entry('ffff:ffff:ffff:ffff::/64', { id: 'zzzzzzzzzzzz', ends: 0xffffffff * 1000 })
    const table = tableOf(least, most)
    assert.deepEqual(table.get(least.prefix), least)
    assert.deepEqual(table.get(most.prefix), most)
    assert.deepEqual([...table.entries()], [least, most])
  })

  it('refuses what no table may hold', () => {
    const table = new ListingTable()
    const good = entry('192.0.2.0/24')
    const bad: readonly Parameters<ListingTable['put']>[0][] = [
      { ...good, prefix: { ...good.prefix, length: 7 } },
      { ...good, prefix: { ...good.prefix, length: 33 } },
      { ...good, prefix: { ...good.prefix, length: 152 } },
      { ...good, prefix: { ...good.prefix, length: 16 } },
      { ...good, prefix: { family: 6, words: [0x20010db8, 0, 0, 0], length: 65 } },
      { ...good, prefix: { family: 6, words: [0x20010db8, 0, 1, 0], length: 64 } },
      { ...good, id: 'short' },
      { ...good, id: '0123456789aU' },
      { ...good, ends: 0 },
      { ...good, ends: 1500 },
      { ...good, ends: 2 ** 32 * 1000 },
      { ...good, ends: NaN },
    ]
    for (const each of bad) assert.throws(() => table.put(each), RangeError, JSON.stringify(each))
    assert.equal(table.size, 0)
  })

  it('says whether there was something to drop', () => {
    const table = tableOf(entry('192.0.2.45'))
    assert.equal(table.drop(listable('192.0.2.0/24')), false)
    assert.equal(table.drop(listable('192.0.2.45')), true)
    assert.equal(table.drop(listable('192.0.2.45')), false)
    assert.equal(table.find(address('192.0.2.45'), now), undefined)
  })

  it('drops what has ended, as many as asked for at a time', () => {
    const table = new ListingTable()
    for (let last = 0; last < 200; last++)
      table.put(entry(`192.0.2.${last}`, { ends: now + (last % 2) * 1000 }))
    assert.equal(table.dropExpired(now - 1), 0)
    assert.equal(table.dropExpired(now, 30), 30)
    assert.equal(table.dropExpired(now), 70)
    assert.equal(table.size, 100)
    assert.ok([...table.entries()].every(({ ends }) => ends > now))
    assert.equal(table.dropExpired(now + 1000), 100)
    assert.equal(table.size, 0)
  })

  it('gives a row that can be read without allocating on the way', () => {
    const table = tableOf(entry('192.0.2.0/24', { ends: now + 1000 }))
    const [high, low] = address('192.0.2.200').words
    const row = table.findRow(4, high, low, now / 1000)
    assert.equal(table.entryAt(row).id, '0123456789ab')
    assert.equal(table.findRow(4, high, low, now / 1000 + 1), -1)
  })

  it('takes at most 40 MiB for a million entries, and gives it back', () => {
    const table = new ListingTable()
    const putting = entry('192.0.2.45')
    for (let nth = 0; nth < 1_000_000; nth++) {
      table.put({ ...putting, prefix: { family: 4, words: [nth * 4001, 0, 0, 0], length: 32 } })
    }
    assert.equal(table.size, 1_000_000)
    assert.ok(table.bytes() <= 40 * 2 ** 20, `${table.bytes()} bytes`)
    table.dropExpired(3_000_000_000_000)
    assert.equal(table.size, 0)
    assert.ok(table.bytes() <= 2 ** 20, `${table.bytes()} bytes`)
  })
})

describe('Changes', () => {
  it('may be applied twice', () => {
    const table = new ListingTable()
    const put = { kind: 'put', entry: entry('192.0.2.45') } as const
    const drop = { kind: 'drop', prefix: put.entry.prefix } as const
    for (const change of [put, put]) table.apply(change)
    assert.equal(table.size, 1)
    for (const change of [drop, drop]) table.apply(change)
    assert.equal(table.size, 0)
  })

  it('watch a unit until its time, or until told otherwise', () => {
    const table = new ListingTable()
    const unit = listable('192.0.2.45')
    assert.equal(table.watched(unit, now), false)
    table.apply({ kind: 'watch', unit, until: now + 5 })
    assert.equal(table.watched(unit, now + 4), true)
    assert.equal(table.watched(unit, now + 5), false)
    assert.equal(table.watched(listable('192.0.2.46'), now), false)
    table.apply({ kind: 'watch', unit, until: now + 50 })
    assert.equal(table.watched(unit, now + 5), true)
    table.apply({ kind: 'unwatch', unit })
    assert.equal(table.watched(unit, now), false)
  })

  it('watch at most 10 000 units: the one that ends first makes room, whatever the order', () => {
    const units = Array.from({ length: 10_003 }, (_, nth) => listable(`2001:db8:0:${nth.toString(16)}::/64`))
    const watch = units.map(
      (unit, nth) => ({ kind: 'watch', unit, until: now + ((nth * 7919) % 10_003) }) as const,
    )
    const [forth, back] = [new ListingTable(), new ListingTable()]
    for (const change of watch) forth.apply(change)
    for (const change of watch.toReversed()) back.apply(change)
    assert.equal(forth.watches().length, 10_000)
    assert.deepEqual(forth.watches(), back.watches())
    assert.equal(Math.min(...forth.watches().map(({ until }) => until)), now + 3)
  })

  it('forget watches that have ended', () => {
    const table = new ListingTable()
    table.apply({ kind: 'watch', unit: listable('192.0.2.45'), until: now })
    table.dropExpired(now)
    assert.deepEqual(table.watches(), [])
  })
})
