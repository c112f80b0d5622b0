import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { day, hour } from '../base/clock.ts'
import { Volumes } from './volumes.ts'
import { readVolumes, writeVolumes } from './volumes-file.ts'

const noon = 20_000 * day + 12 * hour

function send(volumes: Volumes, domain: string, messages: number, at = noon): void {
  for (let message = 0; message < messages; message++) volumes.add(domain, at)
}

describe('A domain is high-volume', () => {
  it('from the first message above the limit, for that UTC day and the days it stays', () => {
    const volumes = new Volumes(100, 2 * day)
    send(volumes, 'example.org', 100)
    assert.equal(volumes.isHigh('example.org', noon), false)
    send(volumes, 'example.org', 1)
    assert.equal(volumes.isHigh('example.org', noon), true)
    const midnight = 20_001 * day
    assert.equal(volumes.isHigh('example.org', midnight + 2 * day - 1), true)
    assert.equal(volumes.isHigh('example.org', midnight + 2 * day), false)
  })

  it('by the messages of one day: those of the day before are forgotten', () => {
    const volumes = new Volumes(100, day)
    send(volumes, 'example.org', 80)
    send(volumes, 'example.org', 80, noon + day)
    assert.equal(volumes.isHigh('example.org', noon + day), false)
  })

  it('also while strangers flood the memory with other names, and never without having sent so much', () => {
    const volumes = new Volumes(50, day)
    for (let other = 0; other < 60_000; other++) {
      volumes.add(`d${other}.example`, noon)
      if (other % 500 === 0) volumes.add('example.org', noon)
    }
    assert.equal(volumes.isHigh('example.org', noon), true)
    assert.equal(volumes.size, 1)
  })

  it('after a restart as before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-volumes-'))
    const path = join(folder, 'volumes')
    const volumes = new Volumes(100, day)
    send(volumes, 'example.org', 101)
    send(volumes, 'example.com', 99)
    await writeVolumes(path, volumes.keep())
    const again = new Volumes(100, day, await readVolumes(path))
    assert.equal(again.isHigh('example.org', noon), true)
    send(again, 'example.com', 2)
    assert.equal(again.isHigh('example.com', noon), true)
    await writeFile(path, '{"day":1,"counts":"all"}')
    assert.equal(await readVolumes(path), undefined)
    await rm(folder, { recursive: true })
  })

  it('exactly when it sent more, as long as there is room', () => {
    const names = fc.array(fc.constantFrom('a.example', 'b.example', 'c.example'), { maxLength: 60 })
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 20 }), (sent, limit) => {
        const volumes = new Volumes(limit, day)
        for (const name of sent) volumes.add(name, noon)
        for (const name of new Set(sent)) {
          const count = sent.filter((each) => each === name).length
          assert.equal(volumes.isHigh(name, noon), count > limit)
        }
      }),
    )
  })
})
