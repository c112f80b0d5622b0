import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeFrame, FrameReader, type Frame } from './worker-frame.ts'

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.json().map((text) => ({ kind: 'json' as const, value: JSON.parse(text) as unknown })),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ kind: 'bytes' as const, bytes: Buffer.from(bytes) })),
)

describe('Frames between pool and worker', () => {
  it('come back as they were, however the pipe cuts them', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (frames, size) => {
        const wire = Buffer.concat(frames.map(encodeFrame))
        const reader = new FrameReader(10_000)
        const read: Frame[] = []
        for (let at = 0; at < wire.length; at += size) read.push(...reader.push(wire.subarray(at, at + size)))
        assert.deepEqual(read, frames)
      }),
    )
  })
  it('are refused before their memory is taken when they are too long', () => {
    const reader = new FrameReader(1000)
    assert.throws(() => reader.push(Buffer.from([0xff, 0xff, 0xff, 0xff, 0])), RangeError)
  })
  it('may be empty, and then end with their head', () => {
    assert.deepEqual(new FrameReader(1000).push(Buffer.from([0, 0, 0, 0, 1])), [
      { kind: 'bytes', bytes: Buffer.alloc(0) },
    ])
  })
  it('are refused when they are of an unknown kind or no JSON', () => {
    assert.throws(() => new FrameReader(1000).push(Buffer.from([0, 0, 0, 0, 0])), SyntaxError)
    assert.throws(() => new FrameReader(1000).push(Buffer.from([0, 0, 0, 1, 7, 0])), RangeError)
    assert.throws(() => new FrameReader(1000).push(Buffer.from([0, 0, 0, 1, 0, 0x7b])), SyntaxError)
  })
  it('of any bytes end in frames or a refusal, never in anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new FrameReader(1000).push(Buffer.from(bytes))
        } catch (error) {
          assert.ok(error instanceof RangeError || error instanceof SyntaxError)
        }
      }),
    )
  })
})
