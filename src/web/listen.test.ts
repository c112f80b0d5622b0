import { strict as assert } from 'node:assert'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Hono } from 'hono'
import type { WebEnv } from './env.ts'
import { serveHttp } from './listen.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-listen-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const app = new Hono<WebEnv>().get('/', (c) => c.text('here'))

describe('The HTTP door', () => {
  it('closes on whoever does not finish a header within seconds', async () => {
    const { port, close } = await serveHttp(app, { host: '127.0.0.1', port: 0 })
    const began = performance.now()
    const said = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '))
      const drip = setInterval(() => socket.writable && socket.write('a'), 500)
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.on('error', () => {})
      socket.on('close', () => {
        clearInterval(drip)
        resolve(text)
      })
    })
    await close()
    assert.match(said, /^HTTP\/1\.1 408/)
    assert.ok(performance.now() - began < 9000)
  })

  it('refuses a header that is longer than any of ours', async () => {
    const { port, close } = await serveHttp(app, { host: '127.0.0.1', port: 0 })
    const url = `http://127.0.0.1:${port}/`
    assert.equal((await fetch(url)).status, 200)
    assert.equal((await fetch(url, { headers: { 'x-long': 'a'.repeat(9000) } })).status, 431)
    await close()
  })

  it('takes the place of a dead socket, and of nothing else', async () => {
    const socket = join(folder, 'site.sock')
    const dead = createServer()
    await new Promise<void>((resolve) => dead.listen(socket, resolve))
    const { close } = await serveHttp(app, { path: socket })
    await close()
    dead.close()
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'mine')
    await assert.rejects(serveHttp(app, { path: file }), { code: 'EADDRINUSE' })
    assert.equal(readFileSync(file, 'utf8'), 'mine')
  })
})
