import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { silentLog } from '../base/log.ts'
import { testFolder } from '../../test/support/edge.ts'
import { Spool } from './spool.ts'

/** A frame of 15 bytes that begins with the text. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(`     ${text.padEnd(10)}`)
  bytes.writeUInt32BE(11)
  bytes.writeUInt8(6, 4)
  return bytes
}

function letterOf(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString('latin1', 5, 6)
}

async function takeAll(spool: Spool): Promise<string> {
  let letters = ''
  for (let parcel = await spool.next(); parcel !== undefined; parcel = await spool.next()) {
    letters += letterOf(parcel.bytes)
    await spool.done(parcel)
  }
  return letters
}

function segments(dir: string): string[] {
  return readdirSync(dir).toSorted()
}

describe('the spool', () => {
  it('gives frames in their order, each until it is done with', async (test) => {
    const spool = await Spool.open({ dir: testFolder(test), log: silentLog })
    await spool.append(frame('a'))
    await spool.append(frame('b'))
    assert.equal(letterOf((await spool.next())?.bytes), 'a')
    assert.equal(letterOf((await spool.next())?.bytes), 'a')
    assert.equal(await takeAll(spool), 'ab')
    assert.equal(await spool.next(), undefined)
    await spool.append(frame('c'))
    assert.equal(await takeAll(spool), 'c')
    await spool.close()
  })

  it('leaves no file behind when all is done', async (test) => {
    const dir = testFolder(test)
    const spool = await Spool.open({ dir, log: silentLog })
    await spool.append(frame('a'))
    await takeAll(spool)
    await spool.close()
    assert.deepEqual(segments(dir), [])
  })

  it('gives everything that was not done with to the one after a kill', async (test) => {
    const dir = testFolder(test)
    const killed = await Spool.open({ dir, log: silentLog, segmentBytes: 40 })
    for (const letter of 'abcdef') await killed.append(frame(letter))
    const first = await killed.next()
    assert.ok(first)
    await killed.done(first)
    const next = await Spool.open({ dir, log: silentLog, segmentBytes: 40 })
    await next.append(frame('g'))
    const letters = await takeAll(next)
    // `a` shares a segment with `b`: hearing it twice does no harm.
    assert.equal(letters.replace(/^a/, ''), 'bcdefg')
    assert.equal(next.lostBytes, 0)
    await next.close()
    await killed.close()
  })

  it('passes over the half frame that a kill left, and goes on behind it', async (test) => {
    const dir = testFolder(test)
    const killed = await Spool.open({ dir, log: silentLog })
    for (const letter of 'ab') await killed.append(frame(letter))
    await killed.close()
    truncateSync(join(dir, segments(dir)[0] ?? ''), 25)
    const next = await Spool.open({ dir, log: silentLog })
    await next.append(frame('c'))
    assert.equal(await takeAll(next), 'ac')
    assert.equal(next.lostBytes, 10)
    await next.close()
  })

  it('passes over garbage, and counts it', async (test) => {
    const dir = testFolder(test)
    writeFileSync(join(dir, '000000000007.frames'), Buffer.alloc(100, 0xff))
    const spool = await Spool.open({ dir, log: silentLog })
    await spool.append(frame('a'))
    assert.equal(await takeAll(spool), 'a')
    assert.equal(spool.lostBytes, 100)
    await spool.close()
  })

  it('drops the oldest segment past its cap, and counts what was not sent', async (test) => {
    const spool = await Spool.open({
      dir: testFolder(test),
      log: silentLog,
      mostBytes: 100,
      segmentBytes: 30,
    })
    for (const letter of 'abcdefghij') await spool.append(frame(letter))
    assert.ok(spool.bytes <= 100)
    const letters = await takeAll(spool)
    assert.match('abcdefghij', new RegExp(`${letters}$`))
    assert.equal(spool.lostBytes, (10 - letters.length) * 15)
    await spool.close()
  })

  it('loses nothing and invents nothing, however writing, reading and restarting mix', async (test) => {
    const steps = fc.array(fc.constantFrom('write', 'write', 'take', 'done', 'restart'), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const dir = testFolder(test)
        let spool = await Spool.open({ dir, log: silentLog, segmentBytes: 50 })
        let written = 0
        /** Everything before this has been done with. */
        let done = 0
        const numberOf = (bytes: Buffer): number => Number(bytes.toString('latin1', 5).trim())
        for (const step of all) {
          if (step === 'write') await spool.append(frame(String(written++)))
          if (step === 'take' || step === 'done') {
            const parcel = await spool.next()
            if (parcel === undefined) assert.ok(done >= written)
            else {
              assert.ok(numberOf(parcel.bytes) <= done)
              if (step === 'done') {
                done = Math.max(done, numberOf(parcel.bytes) + 1)
                await spool.done(parcel)
              }
            }
          }
          if (step === 'restart') {
            await spool.close()
            spool = await Spool.open({ dir, log: silentLog, segmentBytes: 50 })
          }
        }
        assert.equal(spool.lostBytes, 0)
        await spool.close()
      }),
      { numRuns: 60 },
    )
  })

  it('survives a disk that takes nothing, and says how much it lost', async (test) => {
    const dir = join(testFolder(test), 'spool')
    const spool = await Spool.open({ dir, log: silentLog })
    const file = join(dir, '000000000001.frames')
    // A directory in the way: opening the segment fails, whoever we are.
    mkdirSync(file)
    await spool.append(frame('a'))
    assert.equal(spool.lostBytes, 15)
    rmdirSync(file)
    await spool.append(frame('b'))
    assert.equal(await takeAll(spool), 'b')
    await spool.close()
  })
})
