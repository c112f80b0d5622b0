import { strict as assert } from 'node:assert'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load.ts'
import { ConfigMistakes } from '../../config/mistake.ts'
import { DnsFailure, type DnsResolver } from '../../net/resolver.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { judgeClock } from './clock.ts'
import { judgeDoors, type CoreSeen } from './doors.ts'
import { judgeFiles } from './files.ts'
import type { Finding } from './finding.ts'
import { judgeNames } from './names.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-doctor-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** What is not ok, as `state what`; every trouble says what to do. */
function troubles(findings: readonly Finding[]): readonly string[] {
  for (const { state, todo } of findings) assert.equal(todo === '', state === 'ok')
  return findings.filter(({ state }) => state !== 'ok').map(({ state, what }) => `${state}: ${what}`)
}

function configOf(text: string): Config {
  const file = join(folder, 'postern.yaml')
  writeFileSync(file, text)
  const config = loadConfig({ file, env: {} })
  assert.ok(!(config instanceof ConfigMistakes), 'the configuration can be used')
  return config
}

describe('The doctor on files', () => {
  const data = join(folder, 'data')
  const config = (): Config =>
    configOf(
      `data: ${data}\nwebhooks: [{ url: "https://hooks.provider.example/", secretFile: ${folder}/hook }]\n`,
    )
  const secrets = [
    join(data, 'keys', 'master'),
    join(data, 'postern.sqlite'),
    join(data, 'edge.key'),
    join(folder, 'hook'),
  ]

  before(() => {
    mkdirSync(join(data, 'keys'), { recursive: true })
    for (const path of [data, join(data, 'keys')]) chmodSync(path, 0o700)
    for (const path of secrets) writeFileSync(path, '', { mode: 0o600 })
  })

  it('has nothing to say before the first start, nor when all is ours alone', () => {
    assert.deepEqual(troubles(judgeFiles({ ...config(), data: join(folder, 'nowhere') })), [])
    assert.deepEqual(troubles(judgeFiles(config())), [])
  })

  it('names every secret that others can read, and folders that are open', () => {
    for (const path of secrets) {
      chmodSync(path, 0o640)
      assert.deepEqual(troubles(judgeFiles(config())), [`fault: ${path} can be read by others (mode 0640)`])
      chmodSync(path, 0o600)
    }
    chmodSync(data, 0o755)
    assert.deepEqual(troubles(judgeFiles(config())), [`warning: ${data} is open to others (mode 0755)`])
    chmodSync(data, 0o700)
  })
})

describe('The doctor on the clock', () => {
  const now = Date.UTC(2026, 4, 4, 10)

  it('is content with one that is kept and behind nothing', () => {
    assert.deepEqual(troubles(judgeClock(now, now + 60_000, 'chrony')), [])
  })

  it('sees one that was never set, one that was turned back, and one that nobody keeps', () => {
    assert.match(troubles(judgeClock(0, undefined, 'chrony'))[0] ?? '', /^fault: the clock says 1970-01-01/)
    assert.match(
      troubles(judgeClock(now, now + 3_600_000, 'chrony'))[0] ?? '',
      /^fault: .*10:00:00.* but the last record is of .*11:00:00/,
    )
    assert.match(
      troubles(judgeClock(now, undefined, undefined))[0] ?? '',
      /^warning: .*nothing was seen that keeps the clock/,
    )
  })
})

describe('The doctor on names', () => {
  type Records = Readonly<Record<string, readonly string[] | 'temperror'>>
  const config = configOf(
    'provider: { domains: [provider.internal], site: "https://postmaster.provider.internal" }\n',
  )
  const good: Records = {
    'mx provider.internal': ['mx.provider.internal'],
    'mx postern.provider.internal': ['mx.provider.internal'],
    'txt provider.internal': ['v=spf1 ip4:203.0.113.0/24 -all', 'something else'],
    'txt _dmarc.provider.internal': ['v=DMARC1; p=none'],
    'any _domainkey.provider.internal': [],
    'a postmaster.provider.internal': ['203.0.113.5'],
  }

  function resolver(records: Records): Pick<DnsResolver, 'mx' | 'txt' | 'addresses' | 'lookup'> {
    const of = (key: string): readonly string[] | 'temperror' => records[key] ?? []
    return {
      mx: async (name) => {
        const found = of(`mx ${name}`)
        return found === 'temperror' ? found : found.map((exchange) => ({ exchange, priority: 10 }))
      },
      txt: async (name) => of(`txt ${name}`),
      addresses: async (name) => {
        const found = of(`a ${name}`)
        return found === 'temperror' ? found : found.map((text) => orThrow(parseAddress(text)))
      },
      lookup: async (name) => {
        throw new DnsFailure(records[`any ${name}`] === undefined ? 'ENOTFOUND' : 'ENODATA')
      },
    }
  }

  it('is content when mail comes to us, letters look like ours, and the site is there', async () => {
    assert.deepEqual(troubles(await judgeNames(config, resolver(good))), [])
  })

  const cases: readonly (readonly [
    change: Readonly<Record<string, readonly string[] | 'temperror' | undefined>>,
    found: RegExp,
  ])[] = [
    [{ 'mx provider.internal': [] }, /^fault: provider\.internal \(provider\.domains\) has no mail server/],
    [
      { 'mx provider.internal': [], 'a provider.internal': ['203.0.113.1'] },
      /^warning: provider\.internal has no MX, only an address/,
    ],
    [{ 'mx provider.internal': [''] }, /^fault: provider\.internal says in DNS that it takes no mail/],
    [
      { 'mx postern.provider.internal': [] },
      /^fault: postern\.provider\.internal \(mail\.replyDomain\) has no mail server/,
    ],
    [
      { 'mx postern.provider.internal': 'temperror' },
      /^warning: the resolver did not answer for postern\.provider\.internal/,
    ],
    [{ 'txt provider.internal': [] }, /^warning: provider\.internal has no SPF record/],
    [
      { 'txt provider.internal': ['v=spf1 -all', 'v=spf1 ~all'] },
      /^fault: provider\.internal has 2 SPF records/,
    ],
    [{ 'txt _dmarc.provider.internal': [] }, /^warning: provider\.internal has no DMARC record/],
    [{ 'any _domainkey.provider.internal': undefined }, /^warning: provider\.internal has no DKIM keys/],
    [
      { 'a postmaster.provider.internal': [] },
      /^fault: postmaster\.provider\.internal \(provider\.site\) has no address/,
    ],
  ]
  for (const [change, found] of cases) {
    it(`says ${found.source.replaceAll(/[\\^]/g, '')}`, async () => {
      const records = Object.fromEntries(
        Object.entries({ ...good, ...change }).filter(
          (pair): pair is [string, readonly string[] | 'temperror'] => pair[1] !== undefined,
        ),
      )
      const all = troubles(await judgeNames(config, resolver(records)))
      assert.equal(all.length, 1, all.join('\n'))
      assert.match(all[0] ?? '', found)
    })
  }

  it('asks nobody about names that nobody can own', async () => {
    const asked: string[] = []
    const spy = resolver({})
    const all = await judgeNames(configOf('provider: { domains: [provider.example] }\n'), {
      ...spy,
      mx: async (name) => {
        asked.push(name)
        return await spy.mx(name)
      },
    })
    assert.deepEqual(asked, [])
    assert.match(
      troubles(all)[0] ?? '',
      /^warning: provider\.example, postern\.provider\.example: names that nobody can own/,
    )
  })
})

describe('The doctor on doors', () => {
  const servers: Server[] = []
  after(() => servers.forEach((server) => server.close()))

  /** A server that says this on connecting, or in answer to anything. */
  async function serving(onConnect: string, onData = ''): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      if (onConnect !== '') socket.write(onConnect)
      socket.on('data', () => void (onData !== '' && socket.write(onData)))
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await new Promise((resolve) => server.once('listening', resolve))
    return (server.address() as AddressInfo).port
  }

  const http = async (status: number): Promise<number> => await serving('', `HTTP/1.1 ${status} X\r\n\r\n`)
  const runs = (connected = true, behind = 0): CoreSeen => ({
    state: 'runs',
    edges: [{ name: 'mx1', connected, behind, seenAt: '2026-05-04T10:00:00Z' }],
  })
  const listenOf = (ports: Readonly<Record<string, number>>): Config['listen'] =>
    configOf(
      `listen: { ${Object.entries(ports)
        .map(([door, port]) => `${door}: "127.0.0.1:${port}"`)
        .join(', ')} }\n`,
    ).listen

  async function allServed(): Promise<Record<string, number>> {
    return {
      site: await http(200),
      console: await http(200),
      lookup: await http(200),
      policy: await serving('', 'action=DUNNO\n\n'),
      intake: await serving('220 ready\r\n'),
      lmtp: await serving('220 ready\r\n'),
    }
  }

  it('is content when everybody answers as they should', async () => {
    assert.deepEqual(troubles(await judgeDoors(listenOf(await allServed()), runs())), [])
  })

  it('sees doors that nobody serves, and others that somebody else does', async () => {
    const ports = await allServed()
    const free = await serving('')
    const gone = servers.pop()
    await new Promise((resolve) => gone?.close(resolve))
    const listen = listenOf({
      ...ports,
      site: await http(503),
      policy: await serving('SSH-2.0-x\r\n'.repeat(500)),
      intake: free,
      lmtp: await serving('554 no\r\n'),
    })
    assert.deepEqual(
      troubles(await judgeDoors(listen, runs())).map((each) => each.replace(/127\.0\.0\.1:\d+/, 'there')),
      [
        'fault: site (there) is answered by something else, or wrongly',
        'fault: nobody listens at intake (there)',
        'fault: lmtp (there) is answered by something else, or wrongly',
        'fault: policy (there) is answered by something else, or wrongly',
      ],
    )
  })

  it('sees edges that are away or behind, and a core without any', async () => {
    const listen = listenOf(await allServed())
    assert.match(
      troubles(await judgeDoors(listen, runs(false)))[0] ?? '',
      /^warning: edge mx1 is not connected; last seen 2026/,
    )
    assert.match(
      troubles(await judgeDoors(listen, runs(true, 7)))[0] ?? '',
      /^warning: edge mx1 is 7 changes behind/,
    )
    assert.match(
      troubles(await judgeDoors(listen, { state: 'runs', edges: [] }))[0] ?? '',
      /^fault: no edge has ever followed/,
    )
    assert.match(
      troubles(await judgeDoors(listen, { state: 'silent' }))[0] ?? '',
      /^fault: core is there and does not answer/,
    )
  })

  it('lets a machine have no edge where others do', async () => {
    const ports = await allServed()
    const gone = servers.find((server) => (server.address() as AddressInfo | null)?.port === ports['policy'])
    await new Promise((resolve) => gone?.close(resolve))
    assert.match(
      troubles(await judgeDoors(listenOf(ports), runs())).join(),
      /^warning: nobody listens at policy/,
    )
  })

  it('tries before the first start whether each door could be opened', async () => {
    const ports = await allServed()
    await Promise.all(
      servers.splice(0).map(async (server) => await new Promise((resolve) => server.close(resolve))),
    )
    const taken = await serving('hello\r\n'.repeat(1000))
    const all = troubles(await judgeDoors(listenOf({ ...ports, console: taken }), { state: 'away' }))
    assert.equal(all.length, 2, all.join('\n'))
    assert.match(all[0] ?? '', /^warning: core does not run/)
    assert.match(all[1] ?? '', /^fault: console .* is answered by another program/)
  })

  it('takes no other program for a core that is away, however well it answers; an edge may be alone', async () => {
    const ports = await allServed()
    const all = troubles(await judgeDoors(listenOf(ports), { state: 'away' }))
    assert.deepEqual(
      all.slice(1).map((each) => each.replace(/127\.0\.0\.1:\d+/, 'there')),
      ['site', 'console', 'intake', 'lmtp'].map(
        (door) => `fault: ${door} (there) is answered by another program: no core runs here`,
      ),
    )
  })
})
