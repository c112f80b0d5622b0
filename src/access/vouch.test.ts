import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import { parseAddress } from '../standards/ip.ts'
import { formatPrefix, parseListable } from '../standards/prefix.ts'
import { entry } from '../../test/support/listing-entries.ts'
import { decodeSnapshot, encodeSnapshot, SnapshotError, type Snapshot } from './snapshot.ts'
import { ListingTable } from './table.ts'
import { mostVouches, Vouches, vouchHash, vouchNetwork, type VouchEntry } from './vouch.ts'

const now = 1_700_000_000_000
const head = { epoch: '0123456789abcdefghjkmnpqrs', seq: 4711, at: now }
const key = new Secret(Buffer.alloc(32, 9))
const at = (ip: string) => orThrow(parseAddress(ip))
const network = (text: string) => orThrow(parseListable(text))
const about = { mailbox: 'ada@provider.example', domain: 'shop.example', network: network('192.0.2.0/24') }

function vouch(nth: number, more: Partial<VouchEntry> = {}): VouchEntry {
  const hash = createHash('sha256').update(String(nth)).digest().subarray(0, 16).toString('base64url')
  return { hash, network: network('192.0.2.0/24'), until: now + 1000, ...more }
}

describe('A vouch', () => {
  it('is bound to mailbox, domain and network, whatever the case of letters', () => {
    const hash = vouchHash(key, about)
    assert.equal(vouchHash(key, { ...about, mailbox: 'ADA@Provider.example', domain: 'Shop.Example' }), hash)
    for (const other of [
      { ...about, mailbox: 'bob@provider.example' },
      { ...about, mailbox: 'ada+x@provider.example' },
      { ...about, domain: 'mail.shop.example' },
      { ...about, network: network('192.0.3.0/24') },
      { ...about, network: null },
    ])
      assert.notEqual(vouchHash(key, other), hash)
    assert.notEqual(vouchHash(new Secret(Buffer.alloc(32, 8)), about), hash)
  })

  it('is for the /24 of an IPv4 address, also where it hides in IPv6, and for the /64 of an IPv6 one', () => {
    const networks = ['192.0.2.45', '2001:db8:1:2::5', '64:ff9b::192.0.2.45'].map((ip) =>
      formatPrefix(vouchNetwork(at(ip))),
    )
    assert.deepEqual(networks, ['192.0.2.0/24', '2001:db8:1:2::/64', '192.0.2.0/24'])
  })
})

describe('The vouches of an edge', () => {
  it('act until their end and not after, and make no look-up of a hash for other networks', () => {
    const vouches = new Vouches()
    vouches.put(vouch(1))
    vouches.put(vouch(2, { network: null, until: now + 5000 }))
    assert.equal(vouches.concerns(at('192.0.2.200')), true)
    assert.equal(vouches.concerns(at('192.0.3.1')), false)
    assert.equal(vouches.has(vouch(1).hash, now + 999), true)
    assert.equal(vouches.has(vouch(1).hash, now + 1000), false)
    vouches.dropExpired(now + 1000)
    assert.deepEqual([vouches.size, vouches.concerns(at('192.0.2.200')), vouches.hasSigned], [1, false, true])
    vouches.remove(vouch(2).hash)
    vouches.remove(vouch(2).hash)
    assert.deepEqual([vouches.size, vouches.hasSigned], [0, false])
  })

  it('are replaced by a later one of the same hash, whatever its network', () => {
    const vouches = new Vouches()
    vouches.put(vouch(1))
    vouches.put(vouch(1, { network: network('2001:db8::/64'), until: now + 9 }))
    assert.deepEqual(
      [vouches.size, vouches.concerns(at('192.0.2.1')), vouches.concerns(at('2001:db8::1'))],
      [1, false, true],
    )
  })
})

function tableOf(vouches: readonly VouchEntry[]): ListingTable {
  const table = new ListingTable()
  table.put(entry('192.0.2.45', { ends: now + 3_600_000 }))
  for (const each of vouches) table.apply({ kind: 'vouch', vouch: each })
  return table
}

function decoded(bytes: Uint8Array): Snapshot {
  const snapshot = decodeSnapshot(bytes)
  if (snapshot instanceof SnapshotError) throw snapshot
  return snapshot
}

/** The bytes with other content and a checksum that fits it. */
function forged(bytes: Uint8Array, change: (view: DataView) => void): string {
  const copy = bytes.slice()
  change(new DataView(copy.buffer))
  copy.set(createHash('sha256').update(copy.subarray(0, -32)).digest(), copy.length - 32)
  const error = decodeSnapshot(copy)
  assert.ok(error instanceof SnapshotError)
  return error.message
}

describe('A snapshot with vouches', () => {
  it('brings them back, in whatever order they came', () => {
    const any = fc.record({
      nth: fc.nat(500),
      network: fc.constantFrom(network('192.0.2.0/24'), network('2001:db8:1:2::/64'), null),
      until: fc.integer({ min: 1, max: now }),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (list) => {
        const vouches = list.map(({ nth, ...more }) => vouch(nth, more))
        const table = tableOf(vouches)
        const back = decoded(encodeSnapshot(table, head)).table
        assert.deepEqual(back.vouches.list(), table.vouches.list())
        assert.equal(back.size, 1)
        const again = tableOf(table.vouches.list().toReversed())
        assert.deepEqual(encodeSnapshot(again, head), encodeSnapshot(table, head))
      }),
    )
  })

  it('is of the first version as long as there are none, so that an older edge reads it', () => {
    const [without, with1] = [encodeSnapshot(tableOf([]), head), encodeSnapshot(tableOf([vouch(1)]), head)]
    const versions = [without, with1].map((bytes) => new DataView(bytes.buffer).getUint32(4, true))
    assert.deepEqual(versions, [1, 2])
    assert.equal(with1.length - without.length, 36 + 4)
  })

  it('is believed in nothing that makes no sense', () => {
    const bytes = encodeSnapshot(tableOf([vouch(1), vouch(2)]), head)
    const first = 100 + 24
    assert.match(
      forged(bytes, (view) => view.setUint32(first + 16, 5, true)),
      /vouch 0: makes no sense/,
    )
    assert.match(
      forged(bytes, (view) => view.setUint32(first + 24, 1, true)),
      /vouch 0: makes no sense/,
    )
    assert.match(
      forged(bytes, (view) => view.setUint32(first + 16, 0, true)),
      /vouch 0: makes no sense/,
    )
    assert.match(
      forged(bytes, (view) => view.setBigUint64(first + 28, 2n ** 63n, true)),
      /vouch 0: makes/,
    )
    const swapped = (view: DataView): void => {
      for (let byte = 0; byte < 16; byte++) view.setUint8(first + byte, view.getUint8(first + 36 + byte))
    }
    assert.match(forged(bytes, swapped), /vouch 1: not in order/)
    const count = bytes.length - 36
    assert.match(
      forged(bytes, (view) => view.setUint32(count, mostVouches + 1, true)),
      /too many/,
    )
    assert.match(
      forged(bytes, (view) => view.setUint32(count, 1, true)),
      /length does not fit/,
    )
    assert.match(
      forged(bytes, (view) => view.setUint32(count, 0, true)),
      /has none/,
    )
    assert.match(
      forged(bytes, (view) => view.setUint32(4, 1, true)),
      /length does not fit/,
    )
  })
})
