import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { testFolder, until } from '../../test/support/edge.ts'
import { listen, readEndpoint } from './endpoint.ts'

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
}

describe('endpoints', () => {
  it('are host and port, or a path', () => {
    assert.deepEqual(readEndpoint('127.0.0.1:10040'), { host: '127.0.0.1', port: 10040 })
    assert.deepEqual(readEndpoint('[::1]:0'), { host: '::1', port: 0 })
    assert.deepEqual(readEndpoint('/run/postern/policy.sock'), { path: '/run/postern/policy.sock' })
  })

  for (const text of ['', '127.0.0.1', '::1:25', '127.0.0.1:', '127.0.0.1:99999', '127.0.0.1:1x']) {
    it(`are not ${JSON.stringify(text)}`, () => {
      assert.throws(() => readEndpoint(text), /not host:port/)
    })
  }
})

describe('listening', () => {
  it('on port 0 says the port it got', async () => {
    const server = createServer()
    const address = await listen(server, readEndpoint('127.0.0.1:0'))
    assert.match(address, /^127\.0\.0\.1:[1-9][0-9]+$/)
    await close(server)
  })

  it('on a path lets the group in and nobody else', async (test) => {
    const path = join(testFolder(test), 'policy.sock')
    const server = createServer()
    await listen(server, { path })
    assert.equal(statSync(path).mode & 0o777, 0o660)
    await close(server)
  })

  it('never removes what is no socket', async (test) => {
    const path = join(testFolder(test), 'letter.txt')
    writeFileSync(path, 'dear all')
    await assert.rejects(listen(createServer(), { path }), /letter\.txt is there and is no socket/)
    assert.equal(readFileSync(path, 'utf8'), 'dear all')
  })

  it('takes the place of a server that was killed, but not of one that lives', async (test) => {
    const path = join(testFolder(test), 'policy.sock')
    const child = fork(
      '-e',
      [`require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.send('up'))`],
      { execArgv: [] },
    )
    await new Promise((resolve) => child.once('message', resolve))
    await assert.rejects(listen(createServer(), { path }), /listens at .* already/)
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    await until(() => existsSync(path), 'the socket that is left behind')
    const server = createServer()
    assert.equal(await listen(server, { path }), path)
    await close(server)
  })
})
