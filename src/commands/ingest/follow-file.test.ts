import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { followFile } from './follow-file.ts'
import { LineCutter } from './log-lines.ts'
import type { Place } from './place.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-follow-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newLog = (): string => join(folder, `${++files}.log`)

/** Reads until nothing more comes `quiet` times; between them `then` may go on writing. */
async function read(
  path: string,
  from: Place | undefined,
  steps: readonly (() => void)[] = [],
): Promise<{
  readonly lines: readonly string[]
  readonly place: Place | undefined
  readonly notes: readonly string[]
}> {
  const stopping = new AbortController()
  const lines: string[] = []
  const notes: string[] = []
  let last = from
  let step = 0
  const options = { longest: 100, signal: stopping.signal, note: (text: string) => void notes.push(text) }
  for await (const { text, place } of followFile(path, from, options)) {
    last = place
    if (text !== undefined) lines.push(text)
    else if (step < steps.length) steps[step++]?.()
    else stopping.abort()
  }
  return { lines, place: last, notes }
}

describe('lines of bytes', () => {
  it('are whole with their ends, whatever the pieces, and say where the next begins', () => {
    const bytes = Buffer.from('eins\r\nzwei ü\n\nlast')
    for (let cut = 0; cut <= bytes.length; cut++) {
      const cutter = new LineCutter(100, 7)
      const lines = [...cutter.push(bytes.subarray(0, cut)), ...cutter.push(bytes.subarray(cut))]
      assert.deepEqual(
        lines.map(({ text, end }) => [text, end]),
        [
          ['eins', 13],
          ['zwei ü', 21],
          ['', 22],
        ],
      )
      assert.equal(cutter.rest()?.text, 'last')
    }
  })

  it('are kept up to one byte more than may be, however long they are', () => {
    const cutter = new LineCutter(10)
    for (let nth = 0; nth < 1000; nth++) assert.deepEqual([...cutter.push(Buffer.alloc(1000, 0x61))], [])
    const [long, next] = cutter.push(Buffer.from('\nb\n'))
    assert.deepEqual([long?.text.length, next?.text, next?.end], [11, 'b', 1_000_003])
  })
})

describe('following a log', () => {
  it('gives lines as they come, once their ends are there', async () => {
    const path = newLog()
    writeFileSync(path, 'a\nb\nhal')
    const { lines } = await read(path, undefined, [() => appendFileSync(path, 'f\nc\n')])
    assert.deepEqual(lines, ['a', 'b', 'half', 'c'])
  })

  it('goes on where it stopped', async () => {
    const path = newLog()
    writeFileSync(path, 'a\nb\nhal')
    const { place } = await read(path, undefined)
    appendFileSync(path, 'f\nc\n')
    assert.deepEqual((await read(path, place)).lines, ['half', 'c'])
  })

  it('reads a rotated log to its end, and then the new one', async () => {
    const path = newLog()
    writeFileSync(path, 'a\n')
    const rotate = (): void => {
      renameSync(path, `${path}.1`)
      appendFileSync(`${path}.1`, 'late\n')
      writeFileSync(path, 'new\n')
    }
    assert.deepEqual((await read(path, undefined, [rotate])).lines, ['a', 'late', 'new'])
  })

  it('finds its place after rotations that it did not see', async () => {
    const path = newLog()
    writeFileSync(path, 'a\n')
    const { place } = await read(path, undefined)
    appendFileSync(path, 'b\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'c\n')
    renameSync(`${path}.1`, `${path}.2`)
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'd\n')
    const { lines, notes } = await read(path, place)
    assert.deepEqual([lines, notes], [['b', 'c', 'd'], []])
  })

  it('begins anew with a log that was cut off, also between two runs', async () => {
    const path = newLog()
    writeFileSync(path, 'first\nsecond\n')
    const cut = (): void => {
      truncateSync(path)
      appendFileSync(path, 'x\n')
    }
    const { lines, place } = await read(path, undefined, [cut])
    assert.deepEqual(lines, ['first', 'second', 'x'])
    truncateSync(path)
    appendFileSync(path, 'another beginning, and longer\n')
    const again = await read(path, place)
    assert.deepEqual(again.lines, ['another beginning, and longer'])
    assert.match(again.notes.join(), /is gone/)
  })

  it('sees that a log was cut off, though it is longer by now than it was', async () => {
    const path = newLog()
    writeFileSync(path, 'first\nsecond\n')
    const cut = (): void => {
      truncateSync(path)
      appendFileSync(path, 'another beginning\nand more than there was\n')
    }
    const { lines, notes } = await read(path, undefined, [cut])
    assert.deepEqual(lines, ['first', 'second', 'another beginning', 'and more than there was'])
    assert.match(notes.join(), /was cut off/)
  })

  it('reads on in the copy that logrotate made before it emptied the log', async () => {
    const path = newLog()
    const old = Array.from({ length: 40 }, (_, nth) => `old line ${nth}`)
    writeFileSync(path, `${old.join('\n')}\n`)
    const { place } = await read(path, undefined)
    appendFileSync(path, 'late\n')
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    appendFileSync(path, 'new\n')
    const { lines, notes } = await read(path, place)
    assert.deepEqual([lines, notes], [['late', 'new'], []])
    const path2 = newLog()
    writeFileSync(path2, `${old.join('\n')}\n`)
    const whileReading = (): void => {
      appendFileSync(path2, 'late\n')
      copyFileSync(path2, `${path2}.1`)
      truncateSync(path2)
      appendFileSync(path2, 'new\n')
    }
    assert.deepEqual((await read(path2, undefined, [whileReading])).lines, [...old, 'late', 'new'])
  })

  it('waits for a log that is not there yet', async () => {
    const path = newLog()
    setTimeout(() => writeFileSync(path, 'a\n'), 100)
    const { lines, notes } = await read(path, undefined)
    assert.deepEqual(lines, ['a'])
    assert.match(notes.join(), /no such file/)
  })
})
