import assert from 'node:assert/strict'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { until } from '../../test/support/edge.ts'
import { LeanReader } from './lean-socket.ts'

/** Answers everything with itself in capitals; `prepare` sees each connection first. */
async function startShouter(
  test: { after(fn: () => void): void },
  prepare: (accepted: Socket) => void = () => {},
): Promise<{ readonly port: number; readonly taken: Socket[]; readonly closed: () => number }> {
  const lean = new LeanReader()
  const taken: Socket[] = []
  let closed = 0
  const server: Server = createServer({ pauseOnConnect: true }, (accepted) => {
    prepare(accepted)
    const socket = lean.read(accepted, (bytes) => void socket.write(bytes.toString('latin1').toUpperCase()))
    taken.push(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => closed++)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  test.after(() => {
    for (const socket of taken) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, taken, closed: () => closed }
}

async function shout(port: number, words: readonly string[]): Promise<string> {
  let heard = ''
  const socket = connect(port, '127.0.0.1')
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const word of words) {
    const before = heard.length
    socket.write(word)
    await until(() => heard.length === before + word.length, `an answer to ${word.length} octets`)
  }
  socket.end()
  await closed
  return heard
}

describe('lean reading', () => {
  it('is what this Node gives: the accepted socket is emptied', async (test) => {
    const accepted: Socket[] = []
    const { port, taken } = await startShouter(test, (socket) => accepted.push(socket))
    assert.equal(await shout(port, ['abc', 'def']), 'ABCDEF')
    assert.notEqual(taken[0], accepted[0])
  })

  it('keeps apart what many connections send at once, and sees each end', async (test) => {
    const { port, closed } = await startShouter(test)
    const words = (nth: number): string[] =>
      Array.from({ length: 20 }, (_, at) => `${String.fromCharCode(97 + nth)}${at}`.repeat(50))
    const heard = await Promise.all(
      Array.from({ length: 20 }, async (_, nth) => await shout(port, words(nth))),
    )
    for (const [nth, text] of heard.entries()) assert.equal(text, words(nth).join('').toUpperCase())
    await until(() => closed() === 20, 'all ends')
  })

  it('takes what is longer than the buffer in pieces', async (test) => {
    const { port } = await startShouter(test)
    const long = 'x'.repeat(300_000)
    assert.equal(await shout(port, [long]), long.toUpperCase())
  })

  it('stops and goes on', async (test) => {
    const { port, taken } = await startShouter(test)
    const socket = connect(port, '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    await until(() => taken.length === 1, 'the connection')
    taken[0]?.pause()
    socket.write('abc')
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(heard, '')
    taken[0]?.resume()
    await until(() => heard === 'ABC', 'the answer')
    socket.destroy()
  })

  it('reads as always where a socket is not what we know', async (test) => {
    const { port, taken } = await startShouter(test, (accepted) => {
      const { _handle: handle } = accepted as unknown as { _handle: object }
      Object.defineProperty(handle, 'useUserBuffer', { value: undefined })
    })
    assert.equal(await shout(port, ['abc', 'def']), 'ABCDEF')
    assert.equal(taken.length, 1)
  })
})
