import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { orThrow } from '../../src/base/refusal.ts'
import { readEndpoint } from '../../src/edge/endpoint.ts'
import { parsePrefix } from '../../src/standards/prefix.ts'
import { policyRequest, startFakeCore, startTestEdge, testFolder } from '../support/edge.ts'
import { entry } from '../support/listing-entries.ts'

/**
 * The doors of an edge know no people and no tokens: who may come is whoever is on a network that the configuration names, or on the machine
 * itself. Every request that the look-up door names, and the policy door's, from such a network, from the machine, and from elsewhere.
 */
const callers = {
  'a network that is named': '127.0.0.2',
  'the machine itself': '127.0.0.1',
  'a network that is not named': '127.0.0.3',
  'one beside it': '127.0.1.2',
} as const
const mayCome: readonly string[] = ['127.0.0.1', '127.0.0.2']
const allowed = [orThrow(parsePrefix('127.0.0.2/32'))]

/** Sends it from this address of the loopback; what comes until the end. */
async function from(localAddress: string, door: string, text: string): Promise<string> {
  const { port } = readEndpoint(door) as { readonly port: number }
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  socket.on('error', () => {})
  socket.write(text)
  return await new Promise((resolve) => {
    let got = ''
    socket.on('data', (chunk) => {
      got += chunk.toString()
      // The policy door keeps the connection.
      if (got.startsWith('action=')) socket.destroy()
    })
    socket.on('close', () => resolve(got))
  })
}

function http(method: string, path: string, body = ''): string {
  return `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

describe('The doors of an edge', () => {
  let doors: { readonly lookup: string; readonly policy: string }
  const requests: string[] = []
  const endings: (() => unknown)[] = []
  after(async () => {
    for (const end of endings) await end()
  })

  before(async () => {
    const test = { after: (fn: () => unknown) => void endings.unshift(fn) }
    const folder = testFolder(test)
    const core = await startFakeCore(test, folder, [entry('192.0.2.45', { id: '0123456789ab' })])
    doors = await startTestEdge(test, folder, { lookupAllow: allowed, policyAllow: allowed })
    await core.acked(1)
    // What the door itself says that one may ask for.
    const unknown = await from('127.0.0.1', doors.lookup, http('GET', '/nothing'))
    const named = [...unknown.matchAll(/\/[a-z][\w/{}]*/g)].map(([path]) => path)
    const paths = new Set(named.filter((path) => /^\/(?:v1|healthz|metrics)/.test(path)))
    assert.deepEqual([...paths].toSorted(), ['/healthz', '/metrics', '/v1/decide', '/v1/lookup/{ip}'])
    requests.push(...[...paths].map((path) => path.replace('{ip}', '192.0.2.45')))
  })

  for (const [who, address] of Object.entries(callers)) {
    const isIn = mayCome.includes(address)
    it(`${isIn ? 'answer' : 'say not a word to'} ${who}`, async () => {
      for (const path of requests)
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
          const answer = await from(
            address,
            doors.lookup,
            http(method, path, method === 'POST' ? '{"ip":"192.0.2.45"}' : ''),
          )
          if (!isIn) assert.equal(answer, '', `${method} ${path}`)
          else {
            const isAnswered =
              path === '/v1/decide' ? method === 'POST' : method === 'GET' || method === 'HEAD'
            assert.match(answer, isAnswered ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 405 /, `${method} ${path}`)
          }
        }
      assert.match(await from(address, doors.policy, policyRequest()), isIn ? /^action=550/ : /^$/)
    })
  }
})
