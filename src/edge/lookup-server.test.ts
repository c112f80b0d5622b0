import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { silentLog } from '../base/log.ts'
import { setBypass } from './bypass.ts'
import { readEndpoint } from './endpoint.ts'
import type { Lookup } from './lookup.ts'
import { entry } from '../../test/support/listing-entries.ts'
import { askPolicy, startFakeCore, startTestEdge, testFolder, until } from '../../test/support/edge.ts'

type Test = Parameters<typeof startTestEdge>[0] & Parameters<typeof testFolder>[0]

const ends = 2_000_000_000_000
const entries = [
  entry('192.0.2.45', { id: '0123456789ab' }),
  entry('192.0.2.0/24', { id: '0123456789ac', cause: 'malware', class: 'investigate' }),
  entry('192.0.2.7', { id: '0123456789ad', effect: 'pass' }),
  entry('2001:db8:7::/48', { id: '0123456789ae', cause: 'traps' }),
]

async function start(test: Test, options: Parameters<typeof startTestEdge>[2] = {}) {
  const folder = testFolder(test)
  const core = await startFakeCore(test, folder, entries)
  const edge = await startTestEdge(test, folder, options)
  await core.acked(1)
  const get = async (path: string, init?: RequestInit): Promise<Response> =>
    await fetch(`http://${edge.lookup}${path}`, init)
  const lookUp = async (ip: string): Promise<Lookup> =>
    (await (await get(`/v1/lookup/${ip}`)).json()) as Lookup
  return { folder, core, edge, get, lookUp }
}

describe('the look-up', () => {
  it('says what the policy server says, and names every listing that covers the address', async (test) => {
    const { lookUp, edge } = await start(test)
    const { listings, ...rest } = await lookUp('192.0.2.45')
    assert.deepEqual(rest, {
      ip: '192.0.2.45',
      listed: true,
      action: 'reject',
      code: 550,
      status: '5.7.606',
      reason: 'spam',
      class: 'self-service',
      scope: '192.0.2.45/32',
      ends: new Date(ends).toISOString(),
      url: 'https://postmaster.provider.example/ip/192.0.2.45',
      seq: 1,
      mode: 'enforce',
      stale: false,
      bypass: false,
    })
    assert.deepEqual(
      listings.map(({ id, scope, reason }) => [id, scope, reason]),
      [
        ['0123456789ab', '192.0.2.45/32', 'spam'],
        ['0123456789ac', '192.0.2.0/24', 'investigate'],
      ],
    )
    for (const ip of [
      '192.0.2.45',
      '192.0.2.46',
      '192.0.2.7',
      '198.51.100.1',
      '2001:db8:7::1',
      '2001:db8:8::1',
    ]) {
      const { action, status } = await lookUp(ip)
      const answer = await askPolicy(edge.policy, { client_address: ip })
      assert.equal(answer.startsWith('550'), action === 'reject')
      if (status !== null) assert.ok(answer.startsWith(`550 ${status} `), answer)
    }
  })

  it('says of a carve-out that mail passes, and of what it is carved from', async (test) => {
    const { lookUp } = await start(test)
    const { listed, action, reason, listings } = await lookUp('192.0.2.7')
    assert.deepEqual([listed, action, reason], [false, 'pass', null])
    assert.deepEqual(
      listings.map(({ effect }) => effect),
      ['pass', 'refuse'],
    )
  })

  it('reads IPv6 in any spelling and IPv4 in IPv6 clothes', async (test) => {
    const { lookUp } = await start(test)
    assert.equal((await lookUp('2001:0DB8:0007:0:0:0:0:1')).ip, '2001:db8:7::1')
    assert.equal((await lookUp('2001%3Adb8%3A7%3A%3A1')).reason, 'traps')
    assert.equal((await lookUp('::ffff:192.0.2.45')).ip, '192.0.2.45')
  })

  for (const [text, code] of [
    ['010.0.0.1', 'address.leading-zero'],
    ['192.0.2.0%2F24', 'address.is-prefix'],
    ['mail.example.org', 'address.not-an-address'],
    ['%ff', 'address.not-an-address'],
    ['%00', 'address.not-an-address'],
  ] as const) {
    it(`has a problem with ${text}`, async (test) => {
      const { get } = await start(test)
      const answer = await get(`/v1/lookup/${text}`)
      assert.equal(answer.status, 422)
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      assert.equal(((await answer.json()) as { code: string }).code, code)
    })
  }

  it('knows no other paths and no other methods', async (test) => {
    const { get } = await start(test)
    assert.equal((await get('/')).status, 404)
    assert.equal((await get('/v1/lookup/')).status, 404)
    assert.equal((await get('/v1/lookup/192.0.2.45/x')).status, 404)
    const post = await get('/v1/lookup/192.0.2.45', { method: 'POST', body: 'x' })
    assert.equal(post.status, 405)
    assert.equal(post.headers.get('allow'), 'GET, HEAD')
    const head = await get('/v1/lookup/192.0.2.45', { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.equal(await head.text(), '')
  })

  it('says that nothing is refused in observe mode, or under the bypass', async (test) => {
    const observing = await start(test, { mode: 'observe' })
    assert.deepEqual(
      [(await observing.lookUp('192.0.2.45')).action, (await observing.lookUp('192.0.2.45')).listed],
      ['pass', true],
    )
    const bypassed = await start(test)
    setBypass(bypassed.folder, true)
    await until(() => bypassed.edge.state.isBypassed, 'the bypass', 1000)
    const { action, listed, bypass } = await bypassed.lookUp('192.0.2.45')
    assert.deepEqual([action, listed, bypass], ['pass', true, true])
  })

  it('closes the connection of who sends headers without end', async (test) => {
    const { edge } = await start(test)
    const socket = connect(readEndpoint(edge.lookup))
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(10_000)}`)
    await closed
    assert.match(answer, /^HTTP\/1\.1 431 /)
  })
})

describe('the health of an edge', () => {
  it('is told without a look-up', async (test) => {
    const { get } = await start(test)
    assert.deepEqual(await (await get('/healthz')).json(), { ok: true, edge: 'test', seq: 1 })
  })

  it('is counted for Prometheus, each metric with its type', async (test) => {
    const { get, edge, lookUp } = await start(test)
    await askPolicy(edge.policy)
    await lookUp('192.0.2.1')
    const text = await (await get('/metrics')).text()
    assert.match(text, /^postern_edge_refused_total\{edge="test"\} 1$/m)
    assert.match(text, /^postern_edge_lookups_total\{edge="test"\} 1$/m)
    assert.match(text, /^postern_edge_listings\{edge="test"\} 4$/m)
    assert.match(text, /^postern_edge_feed_connected\{edge="test"\} 1$/m)
    for (const line of text.trimEnd().split('\n')) {
      assert.match(line, /^(# TYPE [a-z_]+ (counter|gauge)|[a-z_]+\{edge="test"\} [0-9.e+-]+)$/)
    }
  })
})

describe('a stranger at the look-up door', () => {
  it('is closed at once and counted, and one line of log says so', async (test) => {
    const lines: string[] = []
    const say = (event: string): void => void lines.push(event)
    const log = { ...silentLog, warn: say }
    const { edge, get } = await start(test, { lookupAllow: [], log })
    const { port } = readEndpoint(edge.lookup) as { readonly port: number }
    for (let n = 0; n < 3; n++) {
      const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' })
      let heard = ''
      socket.on('error', () => {})
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await new Promise((resolve) => socket.once('close', resolve))
      assert.equal(heard, '')
    }
    assert.equal(lines.filter((event) => event === 'stranger-turned-away').length, 1)
    assert.match(await (await get('/metrics')).text(), /^postern_edge_strangers_total\{edge="test"\} 3$/m)
  })
})
