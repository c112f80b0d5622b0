import assert from 'node:assert/strict'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { silentLog } from '../base/log.ts'
import type { TableChange } from '../access/listing-entry.ts'
import { encodeSnapshot } from '../access/snapshot.ts'
import { ListingTable } from '../access/table.ts'
import { formatPrefix } from '../standards/prefix.ts'
import { entry, listable } from '../../test/support/listing-entries.ts'
import { testFolder, until } from '../../test/support/edge.ts'
import { TableFiles, type TableNow } from './table-files.ts'

const elapsed = (): number => performance.now()

/** An edge's table and its files, without the edge. */
class Holder {
  readonly files: TableFiles
  now: TableNow
  readonly #dir: string

  constructor(dir: string, journalBytes = 1 << 20) {
    this.#dir = dir
    this.files = new TableFiles({ dir, name: 'test', log: silentLog, elapsed, journalBytes })
    this.now = { table: new ListingTable(), epoch: 'first', seq: 0, at: 1000 }
  }

  /** Opens the files; false when there was nothing. */
  async load(): Promise<boolean> {
    const loaded = await this.files.load()
    if (loaded !== undefined) this.now = loaded
    return loaded !== undefined
  }

  /** What core would have sent. */
  async replace(prefixes: readonly string[], seq: number, epoch = 'first'): Promise<void> {
    const table = new ListingTable()
    for (const prefix of prefixes) table.put(entry(prefix))
    this.now = { table, epoch, seq, at: 1000 }
    await this.files.replace(encodeSnapshot(table, this.now))
  }

  async change(change: TableChange): Promise<void> {
    const seq = this.now.seq + 1
    this.now.table.apply(change)
    this.now = { ...this.now, seq }
    this.files.note(this.now.epoch, seq, change)
    await this.files.noted()
  }

  async put(prefix: string): Promise<void> {
    await this.change({ kind: 'put', entry: entry(prefix) })
  }

  path(kind: string): string {
    return join(this.#dir, `test.${kind}`)
  }

  get content(): string {
    const prefixes = [...this.now.table.entries()].map(({ prefix }) => formatPrefix(prefix)).toSorted()
    return `${this.now.epoch} ${this.now.seq}: ${prefixes.join(' ')}`
  }
}

/** What an edge would start with that begins now: the one before may still be there, or dead. */
async function reload(dir: string): Promise<string> {
  const next = new Holder(dir)
  const found = await next.load()
  await next.files.close()
  return found ? next.content : 'nothing'
}

describe('the table on disk', () => {
  it('is nothing at first', async (test) => {
    assert.equal(await reload(testFolder(test)), 'nothing')
  })

  it('comes back as it was: the snapshot, and every change noted since', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir)
    await holder.load()
    await holder.replace(['192.0.2.1', '2001:db8:1::/48'], 5)
    await holder.put('192.0.2.2')
    await holder.change({ kind: 'drop', prefix: listable('192.0.2.1') })
    await holder.change({ kind: 'watch', unit: listable('192.0.2.1'), until: 2_000_000_000_000 })
    assert.equal(await reload(dir), 'first 8: 192.0.2.2/32 2001:db8:1::/48')
    const next = new Holder(dir)
    await next.load()
    assert.equal(next.now.table.watched(listable('192.0.2.1'), 1000), true)
    await next.put('192.0.2.3')
    assert.equal(await reload(dir), 'first 9: 192.0.2.2/32 192.0.2.3/32 2001:db8:1::/48')
    await next.files.close()
    await holder.files.close()
  })

  it('takes no change of another epoch, and none behind a gap', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir)
    await holder.load()
    await holder.replace(['192.0.2.1'], 5)
    holder.files.note('other', 6, { kind: 'drop', prefix: listable('192.0.2.1') })
    holder.files.note('first', 7, { kind: 'drop', prefix: listable('192.0.2.1') })
    await holder.files.close()
    assert.equal(await reload(dir), 'first 5: 192.0.2.1/32')
  })

  it('is there without a journal too, and is written anew as soon as that is possible', async (test) => {
    const dir = testFolder(test)
    const first = new Holder(dir)
    await first.load()
    await first.replace(['192.0.2.1'], 5)
    await first.files.close()
    rmSync(first.path('journal'))
    mkdirSync(first.path('journal'))
    let now = 0
    const files = new TableFiles({ dir, name: 'test', log: silentLog, elapsed: () => now })
    const loaded = await files.load()
    assert.ok(loaded)
    const change: TableChange = { kind: 'put', entry: entry('192.0.2.2') }
    loaded.table.apply(change)
    files.note('first', 6, change)
    await files.noted()
    assert.equal(loaded.table.size, 2)
    rmdirSync(first.path('journal'))
    now = 10_000
    files.compactWhenDue(() => ({ table: loaded.table, epoch: 'first', seq: 6, at: 1000 }))
    await until(() => existsSync(first.path('snapshot.old')), 'the whole table')
    await files.close()
    assert.equal(await reload(dir), 'first 6: 192.0.2.1/32 192.0.2.2/32')
  })

  it('loses no change when it dies twice between a new journal and its snapshot', async (test) => {
    const dir = testFolder(test)
    const first = new Holder(dir)
    await first.load()
    await first.replace(['192.0.2.1'], 5)
    await first.put('192.0.2.2')
    await first.files.close()
    // As the first death left it.
    renameSync(first.path('journal'), first.path('journal.old'))
    const second = new Holder(dir, 1)
    await second.load()
    await second.put('192.0.2.3')
    let copied = ''
    second.files.compactWhenDue(() => {
      copied = testFolder(test)
      cpSync(dir, copied, { recursive: true })
      return second.now
    })
    await until(() => copied !== '', 'the moment between')
    await second.files.close()
    assert.equal(await reload(copied), second.content)
    assert.equal(await reload(dir), second.content)
  })

  it('is kept small by writing the table anew, with changes coming meanwhile', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir, 2000)
    await holder.load()
    await holder.replace([], 0)
    for (let nth = 0; nth < 200; nth++) {
      await holder.put(`198.51.100.${nth}`)
      holder.files.compactWhenDue(() => holder.now)
      if (nth % 7 === 0) assert.equal(await reload(dir), holder.content)
    }
    await until(() => {
      holder.files.compactWhenDue(() => holder.now)
      return readFileSync(holder.path('journal')).length < 4000
    }, 'a short journal')
    await holder.files.close()
    assert.equal(await reload(dir), holder.content)
    assert.ok(existsSync(holder.path('snapshot.old')))
  })
})

describe('a spoilt table on disk', () => {
  /** Two generations and changes behind each. */
  async function twoGenerations(dir: string): Promise<Holder> {
    const holder = new Holder(dir, 1)
    await holder.load()
    await holder.replace(['192.0.2.1'], 1)
    await holder.put('192.0.2.2')
    holder.files.compactWhenDue(() => holder.now)
    await until(() => existsSync(holder.path('snapshot.old')), 'the second generation')
    await holder.files.replace(encodeSnapshot(holder.now.table, holder.now))
    return holder
  }

  it('is passed over for the generation before, rolled forward by the journals', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir, 1)
    await holder.load()
    await holder.replace(['192.0.2.1'], 1)
    await holder.put('192.0.2.2')
    holder.files.compactWhenDue(() => holder.now)
    await until(
      () => existsSync(holder.path('snapshot.old')) && existsSync(holder.path('snapshot')),
      'the second generation',
    )
    await holder.put('192.0.2.3')
    await holder.files.close()
    const whole = readFileSync(holder.path('snapshot'))
    for (const spoil of [
      () => truncateSync(holder.path('snapshot'), 50),
      () => truncateSync(holder.path('snapshot'), 0),
      () =>
        writeFileSync(
          holder.path('snapshot'),
          Buffer.from(whole.map((byte, at) => (at === 110 ? byte ^ 1 : byte))),
        ),
      () => renameSync(holder.path('snapshot'), holder.path('elsewhere')),
    ]) {
      spoil()
      assert.equal(await reload(dir), 'first 3: 192.0.2.1/32 192.0.2.2/32 192.0.2.3/32')
    }
  })

  it('does not push out the good generation behind it when the next is written', async (test) => {
    const dir = testFolder(test)
    const holder = await twoGenerations(dir)
    await holder.files.close()
    writeFileSync(holder.path('snapshot'), 'spoilt')
    const next = new Holder(dir)
    await next.load()
    assert.equal(next.content, holder.content)
    await next.replace(['192.0.2.9'], 9)
    await next.files.close()
    writeFileSync(next.path('snapshot'), 'spoilt')
    assert.equal(await reload(dir), holder.content)
  })

  it('is empty, and no crash, when both generations are gone', async (test) => {
    const dir = testFolder(test)
    const holder = await twoGenerations(dir)
    await holder.files.close()
    for (const kind of ['snapshot', 'snapshot.old']) writeFileSync(holder.path(kind), 'spoilt')
    assert.equal(await reload(dir), 'nothing')
  })

  it('is rolled forward as far as this version can read: what a newer one wrote after that comes from core again', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir)
    await holder.load()
    await holder.replace(['192.0.2.1'], 1)
    await holder.put('192.0.2.2')
    await holder.files.close()
    const line = JSON.stringify({
      epoch: 'first',
      seq: 3,
      change: { kind: 'standing', unit: '192.0.2.3/32' },
    })
    appendFileSync(holder.path('journal'), `${crc32(line).toString(16).padStart(8, '0')} ${line}\n`)
    assert.equal(await reload(dir), 'first 2: 192.0.2.1/32 192.0.2.2/32')
  })

  it('never gives a table that was not, wherever a journal is cut or changed', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir)
    await holder.load()
    await holder.replace(['192.0.2.1'], 1)
    const states = [holder.content]
    for (let nth = 10; nth < 20; nth++) {
      await holder.put(`192.0.2.${nth}`)
      states.push(holder.content)
    }
    await holder.files.close()
    const journal = readFileSync(holder.path('journal'))
    const spoilt = fc.record({ cut: fc.nat(journal.length), at: fc.nat(journal.length), bit: fc.nat(7) })
    await fc.assert(
      fc.asyncProperty(spoilt, async ({ cut, at, bit }) => {
        const bytes = Buffer.from(journal.subarray(0, cut))
        if (at < cut) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        writeFileSync(holder.path('journal'), bytes)
        assert.ok(states.includes(await reload(dir)))
      }),
      { numRuns: 100 },
    )
  })

  it('goes on after half a line that a kill left in the journal', async (test) => {
    const dir = testFolder(test)
    const holder = new Holder(dir)
    await holder.load()
    await holder.replace(['192.0.2.1'], 1)
    await holder.files.close()
    appendFileSync(holder.path('journal'), 'deadbeef {"epoch":"first","se')
    const next = new Holder(dir)
    await next.load()
    await next.put('192.0.2.2')
    await next.put('192.0.2.3')
    assert.equal(await reload(dir), 'first 3: 192.0.2.1/32 192.0.2.2/32 192.0.2.3/32')
    await next.files.close()
  })
})

describe('a disk that takes nothing', () => {
  it(
    'leaves a hole that the whole table fills when the disk is there again',
    { timeout: 20_000 },
    async (test) => {
      const dir = join(testFolder(test), 'edge')
      const holder = new Holder(dir, 1)
      await holder.load()
      await holder.replace(['192.0.2.1'], 1)
      await holder.put('192.0.2.2')
      renameSync(dir, `${dir}.gone`)
      holder.files.compactWhenDue(() => holder.now)
      await holder.put('192.0.2.3')
      renameSync(`${dir}.gone`, dir)
      await until(
        () => {
          holder.files.compactWhenDue(() => holder.now)
          return existsSync(holder.path('snapshot')) && readFileSync(holder.path('snapshot')).length > 200
        },
        'the table to be written',
        15_000,
      )
      await holder.put('192.0.2.4')
      await holder.files.close()
      assert.equal(await reload(dir), 'first 4: 192.0.2.1/32 192.0.2.2/32 192.0.2.3/32 192.0.2.4/32')
    },
  )
})
