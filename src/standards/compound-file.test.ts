import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compoundFile } from '../../test/support/compound-file.ts'
import { isCompoundFile, rootStreams } from './compound-file.ts'

const all = (): boolean => true

describe('A compound file', () => {
  it('gives its streams back, small and large ones', () => {
    const streams = {
      one: Buffer.from('1'),
      small: Buffer.alloc(4095, 's'),
      large: Buffer.alloc(50_000, 'l'),
    }
    const found = rootStreams(compoundFile(streams), all, 1 << 20)
    assert.deepEqual(Object.fromEntries(found ?? []), streams)
  })

  it('gives no stream that is longer than was asked for', () => {
    const found = rootStreams(compoundFile({ large: Buffer.alloc(5000) }), all, 4999)
    assert.equal(found?.size, 0)
  })

  it('is told by its first bytes, and nothing else is one', () => {
    assert.ok(isCompoundFile(compoundFile({})))
    assert.equal(rootStreams(Buffer.from('From: a@example.org'), all, 10), undefined)
  })

  it('may be cut off or changed anywhere, and is still read in bounded time and space', () => {
    const file = compoundFile({ a: Buffer.alloc(300, 'a'), b: Buffer.alloc(9000, 'b') })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(file.length),
        (changes, length) => {
          const bytes = Buffer.from(file)
          for (const [at, value] of changes) bytes.writeUInt8(value, at)
          for (const stream of (
            rootStreams(bytes.subarray(0, length), all, 1 << 20) ?? new Map<string, Buffer>()
          ).values())
            assert.ok(stream.length <= bytes.length)
        },
      ),
    )
  })

  it('whose chain is a circle ends', () => {
    const bytes = compoundFile({ b: Buffer.alloc(9000, 'b') })
    // Every entry of the FAT leads to itself.
    for (let index = 1; index < 128; index++) bytes.writeUInt32LE(index, 512 + index * 4)
    assert.ok((rootStreams(bytes, all, 1 << 20)?.get('b')?.length ?? 0) <= 9000)
  })
})
