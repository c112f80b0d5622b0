import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { orThrow } from '../base/refusal.ts'
import { parsePrefix } from '../standards/prefix.ts'
import { askPolicy, PolicyCaller, policyRequest, testFolder, until } from '../../test/support/edge.ts'
import { readEndpoint } from './endpoint.ts'
import { newCounters, type Counters } from './counters.ts'
import { startPolicyServer, type PolicyLimits, type PolicyServer } from './policy-server.ts'

const clock = systemClock()

interface Running extends PolicyServer {
  readonly counters: Counters
}

/** A server that answers with the client's address. */
async function start(
  test: { after(fn: () => Promise<void>): void },
  limits: Partial<PolicyLimits> = {},
  path?: string,
  allow = ['127.0.0.0/8'],
): Promise<Running> {
  const counters = newCounters()
  const server = await startPolicyServer({
    listen: path === undefined ? { host: '127.0.0.1', port: 0 } : { path },
    allow: allow.map((network) => orThrow(parsePrefix(network))),
    answer: ({ clientAddress }) => `550 5.7.606 ${clientAddress}`,
    clock,
    log: silentLog,
    counters,
    // A busy test machine may hold us for longer than the real limit.
    limits: { shedMs: Infinity, ...limits },
  })
  let closing: Promise<void> | undefined
  const close = async (drainMs?: number): Promise<void> => await (closing ??= server.close(drainMs))
  test.after(async () => await close(0))
  return { ...server, close, counters }
}

async function isClosed(caller: PolicyCaller, withinMs = 2000): Promise<void> {
  await until(() => caller.isClosed, 'the server to close the connection', withinMs)
}

describe('the policy server', () => {
  it('answers each request on a connection, in order, and leaves it open', async (test) => {
    const { address } = await start(test)
    const caller = await PolicyCaller.open(address)
    for (const client_address of ['192.0.2.1', '192.0.2.2', '2001:db8::1']) {
      assert.equal(await caller.ask({ client_address }), `550 5.7.606 ${client_address}`)
    }
    assert.equal(caller.isClosed, false)
    caller.close()
  })

  it('answers over a unix socket that the group may use', async (test) => {
    const path = join(testFolder(test), 'policy.sock')
    const { address } = await start(test, {}, path)
    assert.equal(address, path)
    assert.equal(statSync(path).mode & 0o777, 0o660)
    assert.equal(await askPolicy(path), '550 5.7.606 192.0.2.45')
  })

  it('answers requests that come together, and ones that come in pieces', async (test) => {
    const { address } = await start(test)
    const caller = await PolicyCaller.open(address)
    const all = Array.from({ length: 100 }, (_, nth) =>
      policyRequest({ client_address: `192.0.2.${nth}` }),
    ).join('')
    caller.send(all)
    for (let nth = 0; nth < 100; nth++) assert.equal(await caller.next(), `550 5.7.606 192.0.2.${nth}`)
    const request = policyRequest()
    for (let from = 0; from < request.length; from += 40) {
      caller.send(request.slice(from, from + 40))
      await sleep(1)
    }
    assert.equal(await caller.next(), '550 5.7.606 192.0.2.45')
    caller.close()
  })

  for (const [what, bytes] of Object.entries({
    'a line without name=value': 'request=smtpd_access_policy\nfoo\n\n',
    'no request attribute': 'client_address=192.0.2.1\n\n',
    'another kind of request': 'request=junk\nclient_address=192.0.2.1\n\n',
    'an empty request': '\n',
    'a NUL': 'request=smtpd_access_policy\nhelo_name=a\0b\n\n',
    'an endless line': `helo_name=${'x'.repeat(5000)}`,
    'too many attributes': `${'a=b\n'.repeat(101)}\n`,
    'too long a request': `helo_name=${'x'.repeat(4000)}\n`.repeat(5),
    'a TLS hello': Buffer.from('16030100a5010000a10303', 'hex'),
    HTTP: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  })) {
    it(`gives no answer to ${what}, and closes the connection`, async (test) => {
      const { address, counters } = await start(test, { requestMs: 300 })
      const caller = await PolicyCaller.open(address)
      caller.send(bytes)
      await isClosed(caller)
      assert.equal(caller.waiting, 0)
      assert.equal(counters.protocolErrors + counters.connectionsTimedOut, 1)
    })
  }

  it('answers what came before the mistake', async (test) => {
    const { address } = await start(test)
    const caller = await PolicyCaller.open(address)
    caller.send(`${policyRequest()}garbage\n`)
    assert.equal(await caller.next(), '550 5.7.606 192.0.2.45')
    await isClosed(caller)
    assert.equal(caller.waiting, 0)
  })

  it('lives through anything, and never answers more often than it was asked', async (test) => {
    const { address } = await start(test)
    const piece = fc.oneof(
      fc.constantFrom(
        'request=smtpd_access_policy\n',
        '\n',
        'client_address=192.0.2.1\n',
        '=\n',
        '\r\n',
        '\0',
      ),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        const caller = await PolicyCaller.open(address)
        const text = pieces.join('')
        caller.send(Buffer.from(text))
        caller.socket.end()
        await isClosed(caller)
        const ends = text.split(/\n\r?\n/).length - 1
        assert.ok(caller.waiting <= ends, `${caller.waiting} answers to ${JSON.stringify(text)}`)
      }),
      { numRuns: 150 },
    )
    assert.equal(await askPolicy(address), '550 5.7.606 192.0.2.45')
  })
})

describe('slow and many clients', () => {
  it('are closed when a request takes too long from its first byte, however busily it drips', async (test) => {
    const { address, counters } = await start(test, { requestMs: 400 })
    const caller = await PolicyCaller.open(address)
    assert.equal(await caller.ask(), '550 5.7.606 192.0.2.45')
    const drip = setInterval(() => caller.send('a'), 20)
    await isClosed(caller)
    clearInterval(drip)
    assert.equal(caller.waiting, 0)
    assert.equal(counters.connectionsTimedOut, 1)
  })

  it('do not lose an idle connection before its time, and do after it', async (test) => {
    const { address } = await start(test, { requestMs: 100, idleMs: 900 })
    const caller = await PolicyCaller.open(address)
    await sleep(600)
    assert.equal(await caller.ask(), '550 5.7.606 192.0.2.45')
    await sleep(600)
    assert.equal(caller.isClosed, false)
    await isClosed(caller)
  })

  it('have at most their share of connections; the next is closed at once and room comes back', async (test) => {
    const { address, counters, connections } = await start(test, { connectionsPerPeer: 3 })
    const held = await Promise.all([1, 2, 3].map(async () => await PolicyCaller.open(address)))
    await until(() => connections() === 3, 'three connections')
    await isClosed(await PolicyCaller.open(address))
    assert.equal(counters.connectionsRefused, 1)
    held[0]?.close()
    await until(() => connections() === 2, 'one to go')
    assert.equal(await askPolicy(address), '550 5.7.606 192.0.2.45')
    for (const caller of held) caller.close()
  })

  it('do not disturb an honest one: two hundred dripping, and it is answered soon', async (test) => {
    const { address } = await start(test)
    const slow = await Promise.all(Array.from({ length: 200 }, async () => await PolicyCaller.open(address)))
    const drip = setInterval(() => slow.forEach((caller) => caller.send('a')), 50)
    const honest = await PolicyCaller.open(address)
    let worst = 0
    for (let nth = 0; nth < 50; nth++) {
      const begun = performance.now()
      await honest.ask()
      worst = Math.max(worst, performance.now() - begun)
    }
    clearInterval(drip)
    test.diagnostic(`worst of 50 answers ${worst.toFixed(1)} ms`)
    // Security POL-2 asks for 50 ms; a busy machine alone can take longer than that to run a process.
    assert.ok(worst < 500, `${worst} ms`)
    for (const caller of [honest, ...slow]) caller.close()
  })

  it('who ask without end and read no answer are not read from, and hold no memory to speak of', async (test) => {
    const { address, counters } = await start(test, { unsentBytes: 10_000 })
    const caller = await PolicyCaller.open(address)
    caller.socket.pause()
    const many = Buffer.from(policyRequest().repeat(1000))
    const flood = setInterval(() => caller.socket.writableLength < 1 << 20 && caller.send(many), 1)
    let before = -1
    await until(
      () => {
        const isStill = counters.requests === before && counters.requests > 0
        before = counters.requests
        return isStill && caller.socket.writableLength > 1 << 19
      },
      'the server to stop reading',
      20_000,
    )
    await sleep(100)
    assert.equal(counters.requests, before)
    clearInterval(flood)
    assert.equal(await askPolicy(address), '550 5.7.606 192.0.2.45')
    caller.close()
  })
})

describe('strangers', () => {
  it('are closed at once, unanswered, and counted; whoever is allowed and the machine itself are answered', async (test) => {
    const { address, counters, connections } = await start(test, {}, undefined, ['127.0.0.2/32'])
    const { port } = readEndpoint(address) as { readonly port: number }
    const from = async (localAddress: string): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port, localAddress })
      socket.on('error', () => {})
      socket.write(policyRequest())
      return await new Promise((resolve) => {
        socket.once('data', (chunk) => {
          socket.destroy()
          resolve(chunk.toString())
        })
        socket.once('close', () => resolve('closed'))
      })
    }
    assert.match(await from('127.0.0.2'), /^action=550/)
    assert.match(await from('127.0.0.1'), /^action=550/)
    assert.equal(counters.strangers, 0)
    for (const stranger of ['127.0.0.3', '127.0.0.3', '127.0.1.2'])
      assert.equal(await from(stranger), 'closed')
    assert.equal(counters.strangers, 3)
    assert.equal(counters.requests, 2)
    await until(() => connections() === 0, 'nobody to be connected')
  })

  it('do not matter at a unix socket', async (test) => {
    const path = join(testFolder(test), 'policy.sock')
    await start(test, {}, path, [])
    assert.equal(await askPolicy(path), '550 5.7.606 192.0.2.45')
  })
})

describe('an overloaded policy server', () => {
  it('answers DUNNO to what has waited too long in a crowd, and counts it', async (test) => {
    const { address, counters } = await start(test, { shedMs: 30 })
    const callers = await Promise.all(
      Array.from({ length: 20 }, async () => await PolicyCaller.open(address)),
    )
    assert.equal(await callers[0]?.ask(), '550 5.7.606 192.0.2.45')
    for (const caller of callers) caller.send(policyRequest())
    hold(80)
    const answers = await Promise.all(callers.map(async (caller) => await caller.next()))
    assert.equal(answers.filter((answer) => answer === 'DUNNO').length, counters.shed)
    assert.ok(counters.shed >= 9, `${counters.shed} of 20`)
    for (const caller of callers) caller.close()
  })
})

describe('a policy server that was held for a moment', () => {
  it('answers the few who waited as always', async (test) => {
    const { address, counters } = await start(test, { shedMs: 30 })
    const caller = await PolicyCaller.open(address)
    await caller.ask()
    caller.send(policyRequest())
    hold(80)
    assert.equal(await caller.next(), '550 5.7.606 192.0.2.45')
    assert.equal(counters.shed, 0)
    caller.close()
  })
})

function hold(ms: number): void {
  const end = clock.elapsed() + ms
  while (clock.elapsed() < end);
}

describe('a policy server that ends', () => {
  it('takes no more connections, and closes quiet ones soon', async (test) => {
    const { address, close } = await start(test)
    const caller = await PolicyCaller.open(address)
    await caller.ask()
    const begun = performance.now()
    await close()
    assert.ok(performance.now() - begun < 2000)
    await isClosed(caller)
    await assert.rejects(PolicyCaller.open(address))
  })

  it('answers what is under way, and a busy client until the end of the drain', async (test) => {
    const { address, close } = await start(test)
    const [midway, busy] = [await PolicyCaller.open(address), await PolicyCaller.open(address)]
    const request = policyRequest()
    midway.send(request.slice(0, 100))
    await busy.ask()
    const closed = close(1500)
    const end = performance.now() + 600
    while (performance.now() < end) assert.equal(await busy.ask(), '550 5.7.606 192.0.2.45')
    midway.send(request.slice(100))
    assert.equal(await midway.next(), '550 5.7.606 192.0.2.45')
    await closed
    await isClosed(busy)
  })
})
