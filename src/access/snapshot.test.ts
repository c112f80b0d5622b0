import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  entry,
  farAddress,
  listable,
  nearAddress,
  randomEntry,
  seededRandom,
} from '../../test/support/listing-entries.ts'
import { unitOf } from '../standards/prefix.ts'
import type { TableChange } from './listing-entry.ts'
import {
  decodeSnapshot,
  decodeSnapshotSteps,
  encodeSnapshot,
  encodeSnapshotSteps,
  SnapshotError,
  type Snapshot,
} from './snapshot.ts'
import { ListingTable } from './table.ts'

const now = 1_700_000_000_000
const head = { epoch: '0123456789abcdefghjkmnpqrs', seq: 4711, at: now }

function randomChanges(seed: number, count: number): TableChange[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (): TableChange => {
    const around = random(2) === 0 ? nearAddress(random) : farAddress(random)
    if (random(10) === 0) return { kind: 'watch', unit: unitOf(around), until: now + random(1000) }
    return { kind: 'put', entry: randomEntry(random, around, now + random(1000) * 1000) }
  })
}

function tableOf(changes: readonly TableChange[]): ListingTable {
  const table = new ListingTable()
  for (const change of changes) table.apply(change)
  return table
}

function decoded(bytes: Uint8Array): Snapshot {
  const snapshot = decodeSnapshot(bytes)
  if (snapshot instanceof SnapshotError) throw snapshot
  return snapshot
}

/** The bytes with other content and a checksum that fits it. */
function forged(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice()
  change(new DataView(copy.buffer))
  return sealed(copy)
}

function sealed(bytes: Uint8Array): Uint8Array {
  bytes.set(createHash('sha256').update(bytes.subarray(0, -32)).digest(), bytes.length - 32)
  return bytes
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function why(bytes: Uint8Array): string {
  const error = decodeSnapshot(bytes)
  assert.ok(error instanceof SnapshotError)
  return error.message
}

describe('A snapshot', () => {
  it('comes back as the table it was made from', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.integer({ min: 0, max: 300 }), (seed, count) => {
        const table = tableOf(randomChanges(seed, count))
        const { table: back, ...rest } = decoded(encodeSnapshot(table, head))
        assert.deepEqual(rest, head)
        assert.equal(back.size, table.size)
        for (const each of table.entries()) assert.deepEqual(back.get(each.prefix), each)
        assert.deepEqual(back.watches(), table.watches())
      }),
    )
  })

  it('is the same bytes for the same content, whatever road the content came by', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.integer({ min: 1, max: 300 }), (seed, count) => {
        const changes = randomChanges(seed, count)
        const bytes = encodeSnapshot(tableOf(changes), head)
        const roundabout = tableOf(randomChanges(seed + 1, 100))
        const detour = [...roundabout.entries()]
        for (const { prefix } of detour) roundabout.drop(prefix)
        for (const { unit } of roundabout.watches()) roundabout.apply({ kind: 'unwatch', unit })
        const again = [...tableOf(changes).entries()].toReversed()
        for (const put of again) roundabout.put(put)
        for (const { unit, until } of tableOf(changes).watches().toReversed()) {
          roundabout.apply({ kind: 'watch', unit, until })
        }
        assert.equal(digest(encodeSnapshot(roundabout, head)), digest(bytes))
        assert.equal(digest(encodeSnapshot(decoded(bytes).table, head)), digest(bytes))
      }),
    )
  })

  it('is in address order, wider before narrower', () => {
    const texts = [
      '192.0.0.0/16',
      '192.0.2.0/24',
      '192.0.2.0/32',
      '192.0.2.1/32',
      '203.0.113.0/24',
      '2001:db8::/32',
      '2001:db8::/64',
      '2001:db8:0:1::/64',
    ]
    const table = tableOf(texts.toReversed().map((text) => ({ kind: 'put', entry: entry(text) })))
    assert.deepEqual(
      [...decoded(encodeSnapshot(table, head)).table.entries()].map(({ prefix }) => prefix),
      texts.map(listable),
    )
  })

  it('has the layout that is written down', () => {
    const table = tableOf([
      {
        kind: 'put',
        entry: entry('192.0.2.0/24', {
          id: '00000100000z',
          cause: 'phish',
          class: 'policy',
          effect: 'pass',
          ends: 5000,
        }),
      },
      { kind: 'watch', unit: listable('192.0.2.45'), until: 6 },
    ])
    const bytes = Buffer.from(encodeSnapshot(table, { epoch: 'e1', seq: 2, at: 3 }))
    assert.equal(bytes.length, 100 + 24 + 20 + 32)
    assert.equal(bytes.toString('latin1', 0, 4), 'PSTN')
    assert.equal(
      bytes.toString('hex', 4, 144),
      '01000000' +
        '0300000000000000' +
        '0200000000000000' +
        '01000000' +
        '01000000' +
        '02000000' +
        '6531'.padEnd(128, '0') +
        '000200c0' +
        '00000000' +
        '18070301' +
        '01000000' +
        '1f000000' +
        '05000000' +
        '04000000' +
        '2d0200c0' +
        '00000000' +
        '0600000000000000',
    )
    assert.equal(
      bytes.toString('hex', 144),
      createHash('sha256').update(bytes.subarray(0, 144)).digest('hex'),
    )
  })

  it('may be taken of an empty table, and from the middle of a buffer', () => {
    const bytes = encodeSnapshot(new ListingTable(), head)
    assert.equal(
      decoded(Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(3)]).subarray(7, -3)).table.size,
      0,
    )
  })

  it('holds what the table was when it was begun, although the table goes on', () => {
    const changes = randomChanges(7, 5000)
    const table = tableOf(changes)
    const expected = encodeSnapshot(table, head)
    const before = [...table.entries()]
    const random = seededRandom(8)
    const steps = encodeSnapshotSteps(table, head)
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) {
      for (const { prefix } of before.splice(0, 40)) table.drop(prefix)
      for (let nth = 0; nth < 40; nth++) table.put(randomEntry(random, farAddress(random), now))
      table.apply({ kind: 'watch', unit: unitOf(farAddress(random)), until: now })
    }
    assert.equal(digest(step.value), digest(expected))
    const after = encodeSnapshot(table, head)
    assert.notEqual(digest(after), digest(expected))
    assert.equal(digest(encodeSnapshot(decoded(after).table, head)), digest(after))
  })

  it('refuses a head that no reader would take', () => {
    const table = new ListingTable()
    for (const bad of [
      { epoch: '' },
      { epoch: 'É' },
      { epoch: 'a'.repeat(65) },
      { seq: -1 },
      { seq: 0.5 },
      { at: -1 },
      { at: 9e15 },
    ]) {
      assert.throws(() => encodeSnapshot(table, { ...head, ...bad }), RangeError, JSON.stringify(bad))
    }
  })
})

describe('Bytes that are no snapshot', () => {
  const whole = encodeSnapshot(tableOf(randomChanges(3, 1200)), head)

  it('are refused when cut short at any place, or with more behind (security EDGE-6)', () => {
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 61) {
      assert.ok(decodeSnapshot(whole.subarray(0, length)) instanceof SnapshotError, `${length} bytes`)
    }
    assert.ok(decodeSnapshot(Buffer.concat([whole, Buffer.alloc(1)])) instanceof SnapshotError)
    assert.ok(decodeSnapshot(Buffer.concat([whole, whole])) instanceof SnapshotError)
  })

  it('are refused when a bit is turned at any place', () => {
    const copy = whole.slice()
    for (let at = 0; at < whole.length; at += at < 200 ? 1 : 37) {
      const kept = copy[at] ?? 0
      copy[at] = kept ^ (1 << (at % 8))
      assert.ok(decodeSnapshot(copy) instanceof SnapshotError, `byte ${at}`)
      copy[at] = kept
    }
    assert.ok(!(decodeSnapshot(copy) instanceof SnapshotError))
  })

  it('are refused when pieces of 4 KiB are zero, swapped or missing', () => {
    for (let at = 0; at + 8192 <= whole.length; at += 4096) {
      const zeroed = whole.slice().fill(0, at, at + 4096)
      const swapped = whole.slice()
      swapped.set(whole.subarray(at, at + 4096), at + 4096)
      swapped.set(whole.subarray(at + 4096, at + 8192), at)
      const missing = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 4096)])
      for (const bytes of [zeroed, swapped, missing])
        assert.ok(decodeSnapshot(bytes) instanceof SnapshotError)
    }
  })

  it('never make the reader throw, with a checksum that fits them or without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, fits) => {
        const bytes = Buffer.concat([noise, Buffer.alloc(fits ? 32 : 0)])
        assert.ok(decodeSnapshot(fits ? sealed(bytes) : bytes) instanceof SnapshotError)
      }),
    )
    fc.assert(
      fc.property(fc.nat(whole.length - 33), fc.nat(255), (at, value) => {
        const snapshot = decodeSnapshot(forged(whole, (view) => view.setUint8(at, value)))
        if (!(snapshot instanceof SnapshotError)) assert.ok([...snapshot.table.entries()].length > 0)
      }),
      { numRuns: 2000 },
    )
  })

  it('are refused for what they say, although the checksum is right', () => {
    const table = tableOf([
      { kind: 'put', entry: entry('192.0.2.0/24') },
      { kind: 'put', entry: entry('198.51.100.7') },
      { kind: 'watch', unit: listable('192.0.2.45'), until: now },
      { kind: 'watch', unit: listable('192.0.2.46'), until: now },
    ])
    const good = encodeSnapshot(table, { epoch: 'e1', seq: 2, at: 3 })
    const second = 124
    const watch = 148
    const is = (expected: RegExp, change: (view: DataView) => void): void =>
      assert.match(why(forged(good, change)), expected)
    is(/not a snapshot/, (view) => view.setUint8(0, 0))
    is(/version 3/, (view) => view.setUint32(4, 3, true))
    is(/head/, (view) => view.setBigUint64(8, 2n ** 63n, true))
    is(/head/, (view) => view.setBigUint64(16, 2n ** 53n, true))
    is(/length/, (view) => view.setUint32(24, 3, true))
    is(/too many/, (view) => view.setUint32(24, 0xffffffff, true))
    is(/too many/, (view) => view.setUint32(28, 10_001, true))
    is(/head/, (view) => view.setUint32(32, 0, true))
    is(/head/, (view) => view.setUint32(32, 3, true))
    is(/head/, (view) => view.setUint32(32, 65, true))
    is(/head/, (view) => view.setUint8(36, 0x2f))
    is(/head/, (view) => view.setUint8(99, 1))
    is(/entry 1: host bits/, (view) => view.setUint8(second + 8, 24))
    is(/entry 1: host bits/, (view) => view.setUint32(second + 4, 1, true))
    is(/entry 1: prefix too/, (view) => view.setUint8(second + 8, 33))
    is(/entry 1: prefix too/, (view) => view.setUint8(second + 8, 7))
    is(/entry 1: prefix too/, (view) => view.setUint8(second + 8, 0x80 | 65))
    is(/entry 1: unknown cause/, (view) => view.setUint8(second + 9, 0))
    is(/entry 1: unknown class/, (view) => view.setUint8(second + 10, 4))
    is(/entry 1: unknown effect/, (view) => view.setUint8(second + 11, 5))
    is(/entry 1: not a listing id/, (view) => view.setUint32(second + 12, 2 ** 30, true))
    is(/entry 1: not a listing id/, (view) => view.setUint32(second + 16, 2 ** 30, true))
    is(/entry 1: end/, (view) => view.setUint32(second + 20, 0, true))
    is(/entry 1: not in order/, (view) => view.setUint32(second, 0xc0000001, true))
    is(/entry 1: not in order/, (view) => new Uint8Array(view.buffer).copyWithin(second, 100, second))
    is(/watch 0/, (view) => view.setUint32(watch, 5, true))
    is(/watch 0/, (view) => view.setUint32(watch + 8, 1, true))
    is(/watch 0/, (view) => view.setBigUint64(watch + 12, 2n ** 60n, true))
    is(/watch 1: not in order/, (view) =>
      new Uint8Array(view.buffer).copyWithin(watch + 20, watch, watch + 20),
    )
    assert.equal(decoded(forged(good, () => undefined)).table.size, 2)
  })

  it('are found out in steps as well', () => {
    const steps = decodeSnapshotSteps(whole.subarray(1))
    assert.ok(steps.next().value instanceof SnapshotError)
  })
})
