import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fuzzCount, fuzzSeed } from '../../test/support/fuzz.ts'
import {
  farAddress,
  nearAddress,
  pick,
  randomEntry,
  seededRandom,
} from '../../test/support/listing-entries.ts'
import { formatAddress, judgedAs, type Address } from '../standards/ip.ts'
import { covers, formatPrefix } from '../standards/prefix.ts'
import type { ListingEntry } from './listing-entry.ts'
import { ListingTable } from './table.ts'

/** The table against structures that share nothing with it (security LST-5). */

const start = 1_700_000_000_000
const lookUps = fuzzCount() * 10

/** Looks at every entry. */
class Naive {
  readonly entries = new Map<string, ListingEntry>()

  put(entry: ListingEntry): void {
    this.entries.set(formatPrefix(entry.prefix), entry)
  }

  drop(entry: ListingEntry): boolean {
    return this.entries.delete(formatPrefix(entry.prefix))
  }

  dropExpired(now: number): number {
    const ended = [...this.entries.values()].filter(({ ends }) => ends <= now)
    for (const each of ended) this.drop(each)
    return ended.length
  }

  findAll(address: Address, now: number): ListingEntry[] {
    return [...this.entries.values()]
      .filter(({ prefix, ends }) => ends > now && covers(prefix, address))
      .toSorted((a, b) => b.prefix.length - a.prefix.length)
  }
}

describe('The table answers like one that looks at every entry', () => {
  it('through any mixture of puts, drops, expiries and compactions', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 0xffffffff }),
      fc.integer({ min: 50, max: 600 }),
      (seed, steps) => {
        const random = seededRandom(seed)
        const [table, naive] = [new ListingTable(), new Naive()]
        let now = start
        for (let step = 0; step < steps; step++) {
          now += random(500)
          const chosen = randomEntry(
            random,
            nearAddress(random),
            Math.floor(now / 1000) * 1000 + random(90) * 1000,
          )
          const what = random(20)
          if (what < 12) {
            table.put(chosen)
            naive.put(chosen)
          } else if (what < 19) {
            const dropped =
              naive.entries.size > 0 && what < 17 ? pick(random, [...naive.entries.values()]) : chosen
            assert.equal(table.drop(dropped.prefix), naive.drop(dropped))
          } else {
            assert.equal(table.dropExpired(now), naive.dropExpired(now))
          }
          const asked = nearAddress(random)
          assert.deepEqual(table.findAll(asked, now), naive.findAll(asked, now))
          assert.deepEqual(table.find(asked, now), deciding(naive.findAll(asked, now)))
          assert.equal(table.size, naive.entries.size)
        }
        const byPrefix = new Map([...table.entries()].map((each) => [formatPrefix(each.prefix), each]))
        assert.deepEqual(byPrefix, new Map([...byPrefix.keys()].map((key) => [key, naive.entries.get(key)])))
        assert.equal(byPrefix.size, naive.entries.size)
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it('through growth and shrinkage over many pieces', () => {
    const random = seededRandom(20_260_504)
    const [table, naive] = [new ListingTable(), new Naive()]
    const here: ListingEntry[] = []
    for (const target of [90_000, 500, 70_000, 0, 40_000]) {
      while (here.length < target) {
        const added = randomEntry(random, farAddress(random), start + 1000)
        if (!naive.entries.has(formatPrefix(added.prefix))) here.push(added)
        else continue
        table.put(added)
        naive.put(added)
      }
      while (here.length > target) {
        const nth = random(here.length)
        const dropped = here[nth]
        const last = here.pop()
        assert.ok(dropped && last)
        if (dropped !== last) here[nth] = last
        assert.ok(table.drop(dropped.prefix))
        naive.drop(dropped)
      }
      assert.equal(table.size, target)
      for (const each of here) assert.deepEqual(table.get(each.prefix), each)
    }
    assert.equal(new Set([...table.entries()].map(({ prefix }) => formatPrefix(prefix))).size, 40_000)
  })
})

describe('The table answers like sorted ranges', () => {
  it(`in ${lookUps} look-ups over 60 000 entries of both families`, () => {
    const seed = fuzzSeed()
    const random = seededRandom(seed)
    const entries = new Map<string, ListingEntry>()
    const table = new ListingTable()
    for (let nth = 0; nth < 60_000; nth++) {
      const around = random(3) === 0 ? nearAddress(random) : farAddress(random)
      const put = randomEntry(random, around, start + random(100) * 1000 + 1000)
      entries.set(formatPrefix(put.prefix), put)
      table.put(put)
    }
    const listed = [...entries.values()]
    const asked = Array.from({ length: lookUps }, () => {
      const what = random(3)
      return what === 0
        ? nearAddress(random)
        : what === 1
          ? farAddress(random)
          : inside(random(2 ** 16), pick(random, listed))
    })
    const now = start + 50_000
    for (const [address, expected] of sweep(listed, asked, now)) {
      const found = table.find(address, now)
      if (found === undefined && expected === undefined) continue
      assert.deepEqual(found, expected, `${formatAddress(address)}, POSTERN_FUZZ_SEED=${seed}`)
    }
  })
})

/** Which of the entries that cover an address, narrowest first, decides: of those up to the first that is firm, the one that does most. */
function deciding(covering: readonly ListingEntry[]): ListingEntry | undefined {
  const firm = covering.findIndex(({ effect }) => effect === 'refuse' || effect === 'pass')
  const near = firm < 0 ? covering : covering.slice(0, firm + 1)
  const strength = { observe: 0, pass: 1, defer: 2, delay: 2, refuse: 3 } as const
  return near.reduce<ListingEntry | undefined>(
    (most, entry) => (most === undefined || strength[entry.effect] > strength[most.effect] ? entry : most),
    undefined,
  )
}

/** An address inside a listed prefix, or just beside it. */
function inside(bits: number, { prefix }: ListingEntry): Address {
  const [a, b] = prefix.words
  if (prefix.family === 4) return { family: 4, words: [(a + (bits % 3) - 1 + 2 ** 32) % 2 ** 32, 0, 0, 0] }
  return { family: 6, words: [a, (b + (bits % 3) - 1 + 2 ** 32) % 2 ** 32, bits, 0] }
}

/** Walks over sorted ranges and sorted questions at once: prefixes nest, so a stack holds those that are open. */
function* sweep(
  entries: readonly ListingEntry[],
  asked: readonly Address[],
  now: number,
): Generator<[Address, ListingEntry | undefined]> {
  const ranges = entries
    .map((entry) => ({ entry, from: place(entry.prefix), to: place(entry.prefix) + width(entry) }))
    .toSorted((a, b) =>
      a.from === b.from ? a.entry.prefix.length - b.entry.prefix.length : a.from < b.from ? -1 : 1,
    )
  // 6to4 and NAT64 clients are judged by the IPv4 address inside (security LST-4).
  const questions = asked
    .map((address) => ({ address, at: place(judgedAs(address)) }))
    .toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1))
  const open: typeof ranges = []
  let next = 0
  for (const { address, at } of questions) {
    for (let range = ranges[next]; range !== undefined && range.from <= at; range = ranges[++next]) {
      close(open, range.from)
      open.push(range)
    }
    close(open, at)
    const covering = open.map(({ entry }) => entry).filter(({ ends }) => ends > now)
    yield [address, deciding(covering.toReversed())]
  }
}

function close(open: { readonly to: bigint }[], at: bigint): void {
  for (let last = open.at(-1); last !== undefined && last.to <= at; last = open.at(-1)) open.pop()
}

/** A point on one line for both families: IPv4 first. */
function place({ family, words: [a, b, c, d] }: Address): bigint {
  if (family === 4) return BigInt(a)
  return ((BigInt(a) << 96n) | (BigInt(b) << 64n) | (BigInt(c) << 32n) | BigInt(d)) + (1n << 32n)
}

function width({ prefix }: ListingEntry): bigint {
  return 1n << BigInt((prefix.family === 4 ? 32 : 128) - prefix.length)
}
