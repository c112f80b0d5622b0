import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { orThrow } from '../base/refusal.ts'
import { parseAddress, type Address } from '../standards/ip.ts'
import { httpClient } from './http-client.ts'

const here = orThrow(parseAddress('127.0.0.1'))
const onlyHere = (address: Address): boolean => address.family === 4 && address.words[0] === here.words[0]

describe('The guarded HTTP client', () => {
  let server: Server
  let port = 0
  const sockets = new Set<Socket>()
  const requests: string[] = []
  let behaviour: (socket: Socket, request: string) => void = () => undefined

  before(async () => {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
      socket.once('data', (data) => {
        requests.push(data.toString('latin1'))
        behaviour(socket, data.toString('latin1'))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const bound = server.address()
    port = bound !== null && typeof bound === 'object' ? bound.port : 0
  })
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  const client = () => httpClient({ mayReach: onlyHere, port, totalMs: 600 })
  const say = (head: string, body: string | Buffer = ''): void => {
    behaviour = (socket) => {
      socket.write(`HTTP/1.1 ${head}\r\nConnection: close\r\n\r\n`)
      socket.end(body)
    }
  }

  it('gets a small plain document', async () => {
    say('200 OK', 'abc123\n')
    assert.equal(await client().fetchFrom(here, '/.well-known/postern-abc'), 'abc123\n')
  })
  it('asks for that path at that literal, plainly, without cookies or credentials', async () => {
    requests.length = 0
    say('200 OK', 'x')
    await client().fetchFrom(here, '/.well-known/postern-abc')
    assert.equal(requests.length, 1)
    const [request = ''] = requests
    assert.match(request, /^GET \/\.well-known\/postern-abc HTTP\/1\.1\r\n/)
    assert.match(request, /\r\nhost: 127\.0\.0\.1\r\n/i)
    assert.match(request, /\r\naccept-encoding: identity\r\n/i)
    assert.doesNotMatch(request, /cookie|authorization/i)
  })
  it('does not follow a redirect', async () => {
    requests.length = 0
    say(`302 Found\r\nLocation: http://127.0.0.1:${port}/elsewhere`)
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
    assert.equal(requests.length, 1)
  })
  it('takes nothing but 200', async () => {
    for (const status of [
      '201 Created',
      '204 No Content',
      '404 Not Found',
      '500 Oh',
      '101 Switching Protocols\r\nUpgrade: x',
    ]) {
      say(status, 'token')
      assert.equal(await client().fetchFrom(here, '/a'), undefined, status)
    }
  })
  it('takes 4096 bytes and refuses one more', async () => {
    say('200 OK', 'x'.repeat(4096))
    assert.equal((await client().fetchFrom(here, '/a'))?.length, 4096)
    say('200 OK', 'x'.repeat(4097))
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
  })
  it('does not unpack: a gzip body is refused, whatever is inside', async () => {
    say('200 OK\r\nContent-Encoding: gzip', gzipSync('abc'))
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
    say('200 OK\r\nContent-Encoding: br', 'abc')
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
  })
  it('refuses a body that did not come whole', async () => {
    say('200 OK\r\nContent-Length: 100', 'abc')
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
  })
  it('gives up on a server that says nothing, within the time and a little', async () => {
    behaviour = () => undefined
    const started = performance.now()
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
    assert.ok(performance.now() - started < 1200)
  })
  it('gives up on a server that drips', async () => {
    behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const drip = setInterval(() => socket.write('x'), 50)
      socket.on('close', () => clearInterval(drip))
    }
    const started = performance.now()
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
    assert.ok(performance.now() - started < 1200)
  })
  it('gives up on an endless header', async () => {
    behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = setInterval(() => socket.write(`X-${'y'.repeat(4000)}: z\r\n`), 5)
      socket.on('close', () => clearInterval(more))
    }
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
  })
  it('keeps its memory when the server sends without end', async () => {
    behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const block = Buffer.alloc(1 << 20)
      const more = (): void => {
        while (!socket.destroyed && socket.write(block));
      }
      socket.on('drain', more)
      more()
    }
    const before = process.memoryUsage().rss
    assert.equal(await client().fetchFrom(here, '/a'), undefined)
    assert.ok(process.memoryUsage().rss - before < 40 << 20)
  })
  it('connects to nothing that is not global, in whatever spelling', async () => {
    const strict = httpClient({ port, totalMs: 600 })
    const inside = [
      '127.0.0.1',
      '127.8.8.8',
      '0.0.0.0',
      '10.0.0.1',
      '100.64.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.168.1.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::7f00:1',
      '64:ff9b::10.0.0.1',
      '2002:7f00:1::',
      '2002:a00:1::1',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '::127.0.0.1',
    ]
    requests.length = 0
    for (const text of inside) {
      const started = performance.now()
      assert.equal(await strict.fetchFrom(orThrow(parseAddress(text)), '/a'), undefined, text)
      assert.ok(performance.now() - started < 100, `${text} was tried`)
    }
    assert.equal(requests.length, 0)
  })
  it('sends nothing when the far end of the socket is not the address that was asked for', async () => {
    requests.length = 0
    // Linux takes 0.0.0.0 for this machine: the connection arrives at 127.0.0.1.
    const careless = httpClient({ mayReach: () => true, port, totalMs: 600 })
    assert.equal(await careless.fetchFrom(orThrow(parseAddress('0.0.0.0')), '/a'), undefined)
    assert.equal(requests.length, 0)
  })
  it('sends nothing that would break the request line', async () => {
    requests.length = 0
    say('200 OK', 'x')
    for (const path of ['a', '', '/a b', '/a\r\nX: y', '/\u00e9', `/${'a'.repeat(300)}`]) {
      assert.equal(await client().fetchFrom(here, path), undefined)
    }
    assert.equal(requests.length, 0)
  })
  it('asks one address twice at once and not three times', async () => {
    requests.length = 0
    behaviour = (socket) =>
      void setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nyes'), 100)
    const one = client()
    const answers = await Promise.all([1, 2, 3].map(() => one.fetchFrom(here, '/a')))
    assert.deepEqual(answers.filter((answer) => answer === 'yes').length, 2)
    assert.equal(requests.length, 2)
    assert.equal(await one.fetchFrom(here, '/a'), 'yes')
  })
  it('says undefined when nobody listens', async () => {
    assert.equal(await httpClient({ mayReach: onlyHere, port: 1 }).fetchFrom(here, '/a'), undefined)
  })
})
