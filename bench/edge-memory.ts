import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { listingIdOf } from '../src/base/id.ts'
import { decodeSnapshot, encodeSnapshot, encodeSnapshotSteps, SnapshotError } from '../src/access/snapshot.ts'
import { ListingTable } from '../src/access/table.ts'
import type { Address } from '../src/standards/ip.ts'
import { prefixOf } from '../src/standards/prefix.ts'
import { seededRandom, type Random } from '../test/support/listing-entries.ts'

/**
 * What a million listings cost an edge (DESIGN section 9): memory over an empty process, time to start, time to look up,
 * time to write and read the snapshot. One JSON object a line: figure, unit, value, bar, ok.
 *
 * node bench/edge-memory.ts [--listings 1000000]
 *
 * Every figure of memory and start comes from a process of its own. Four of five listings are IPv4, one of ten is a range.
 */

const asked = process.argv.indexOf('--listings')
const listings = asked < 0 ? 1_000_000 : Number(process.argv[asked + 1])
const now = 1_700_000_000_000
const mib = 1024 * 1024

function print(figure: string, unit: string, value: number, bar: number): boolean {
  const ok = value <= bar
  process.stdout.write(`${JSON.stringify({ figure, unit, value: Math.round(value * 100) / 100, bar, ok })}\n`)
  return ok
}

function randomAddress(random: Random): Address {
  if (random(5) > 0) return { family: 4, words: [random(2 ** 32), 0, 0, 0] }
  return { family: 6, words: [0x20000000 + random(2 ** 28), random(2 ** 32), 0, 0] }
}

function lengthFor(address: Address, random: Random): number {
  if (random(10) > 0) return address.family === 4 ? 32 : 64
  return address.family === 4 ? 20 + random(10) : 40 + random(20)
}

function fill(table: ListingTable, count: number): Address[] {
  const random = seededRandom(20_260_504)
  const listed: Address[] = []
  while (table.size < count) {
    const address = randomAddress(random)
    listed.push(address)
    table.put({
      prefix: prefixOf(address, lengthFor(address, random)),
      id: listingIdOf(random(2 ** 30), random(2 ** 30)),
      cause: 'spam',
      class: 'self-service',
      effect: 'refuse',
      ends: now + 86_400_000,
    })
  }
  return listed
}

/** Addresses to ask for, without objects: family, first word, second word, and so on. */
type Questions = Uint32Array

/** The listed addresses in another order, or an address near each that may not be listed. */
function questions(listed: readonly Address[], near: boolean): Questions {
  const asked = new Uint32Array(listed.length * 3)
  for (const [nth, { family, words }] of listed.entries()) {
    // A stride prime to the number of addresses: neighbours in memory are not asked for one after the other.
    const at = ((nth * 7919) % listed.length) * 3
    asked[at] = family
    asked[at + 1] = near && family === 4 ? words[0] ^ 0x2a5 : words[0]
    asked[at + 2] = near && family === 6 ? words[1] ^ 1 : words[1]
  }
  return asked
}

/** Nanoseconds an address, the shortest of five passes, and the share found in percent. */
function timeLookUps(table: ListingTable, asked: Questions): { readonly ns: number; readonly found: number } {
  let found = 0
  const pass = (): void => {
    found = 0
    for (let at = 0; at < asked.length; at += 3) {
      const family = asked[at] === 4 ? 4 : 6
      if (table.findRow(family, asked[at + 1] ?? 0, asked[at + 2] ?? 0, now / 1000) >= 0) found++
    }
  }
  const count = asked.length / 3
  return { ns: (shortest(5, () => timed(pass)) * 1e6) / count, found: Math.round((found / count) * 100) }
}

/** A fresh process of this file; its last line is JSON. */
function child(mode: string, file: string): Record<string, number> {
  const run = spawnSync(process.execPath, ['--expose-gc', import.meta.filename, '--child', mode, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  })
  if (run.status !== 0) throw new Error(`child ${mode} ended with ${run.status ?? run.signal}`)
  return z.record(z.string(), z.number()).parse(JSON.parse(run.stdout))
}

/** Resident bytes after everything that can go has gone. */
function resident(): number {
  for (let pass = 0; pass < 4; pass++) globalThis.gc?.()
  return process.memoryUsage.rss()
}

function load(file: string): ListingTable {
  const snapshot = decodeSnapshot(readFileSync(file))
  if (snapshot instanceof SnapshotError) throw snapshot
  return snapshot.table
}

function runChild(mode: string, file: string): void {
  if (mode === 'start') {
    const found = load(file).findRow(4, 0xc0000201, 0, now / 1000)
    process.stdout.write(JSON.stringify({ ms: performance.now(), found }))
    return
  }
  const before = resident()
  const table = mode === 'load' ? load(file) : filledBySteps(file)
  const after = resident()
  process.stdout.write(
    JSON.stringify({ before, after, size: table.size, peak: process.resourceUsage().maxRSS * 1024 }),
  )
}

/** The table as it is when its entries came one by one over the feed. */
function filledBySteps(file: string): ListingTable {
  const bytes = readFileSync(file)
  const table = new ListingTable()
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const word = (at: number): number => view.getUint32(at, true)
  for (let at = 100; at + 24 <= bytes.length - 32; at += 24) {
    table.putWords(word(at), word(at + 4), word(at + 8), word(at + 12), word(at + 16), word(at + 20))
  }
  return table
}

/** The shortest of some measurements: the others tell what else the machine did. */
function shortest(times: number, measureOnce: () => number): number {
  return Math.min(...Array.from({ length: times }, measureOnce))
}

function timed(work: () => unknown): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}

function longestStep(steps: Generator<void, unknown>): number {
  let longest = 0
  for (let done = false; !done;) {
    longest = Math.max(
      longest,
      timed(() => (done = steps.next().done === true)),
    )
  }
  return longest
}

function measure(directory: string): boolean {
  const file = join(directory, 'table.snapshot')
  const table = new ListingTable()
  const listed = fill(table, listings)
  const head = { epoch: 'bench', seq: 1, at: now }
  const bytes = encodeSnapshot(table, head)
  writeFileSync(file, bytes)
  const loaded = child('load', file)
  const grown = child('grow', file)
  const starts = [child('start', file), child('start', file), child('start', file)].map(
    ({ ms = Infinity }) => ms,
  )
  const hits = timeLookUps(table, questions(listed, false))
  const misses = timeLookUps(table, questions(listed, true))
  const over = ({ before = 0, after = Infinity }: Record<string, number>): number => (after - before) / mib
  return [
    print('typed arrays of the table', 'MiB', table.bytes() / mib, 40),
    print('over an empty process, read from a snapshot', 'MiB', over(loaded), 64),
    print('over an empty process, one change after another', 'MiB', over(grown), 64),
    print('process start to first answer from the snapshot', 'ms', Math.max(...starts), 1500),
    print(`look-up of listed addresses (${hits.found} % found)`, 'ns', hits.ns, 1000),
    print(`look-up of their neighbours (${misses.found} % found)`, 'ns', misses.ns, 1000),
    print(
      'snapshot encode',
      'ms',
      shortest(3, () => timed(() => encodeSnapshot(table, head))),
      300,
    ),
    print(
      'snapshot encode, longest step',
      'ms',
      shortest(3, () => longestStep(encodeSnapshotSteps(table, head))),
      50,
    ),
    print(
      'snapshot decode',
      'ms',
      shortest(3, () => timed(() => decodeSnapshot(bytes))),
      500,
    ),
  ].every((ok) => ok)
}

function main(): void {
  const at = process.argv.indexOf('--child')
  if (at > 0) return runChild(process.argv[at + 1] ?? '', process.argv[at + 2] ?? '')
  const directory = mkdtempSync(join(tmpdir(), 'edge-memory-'))
  try {
    process.exitCode = measure(directory) ? 0 : 1
  } finally {
    rmSync(directory, { recursive: true })
  }
}

main()
