import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { after, before, describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { dnsResolver, DnsFailure, type DnsResolver } from './resolver.ts'

describe('Questions to the DNS', () => {
  let server: Socket
  let dns: DnsResolver

  before(async () => {
    server = createSocket('udp4')
    server.on('message', (query, from) => {
      const reply = answerTo(query)
      if (reply) server.send(reply, from.port, from.address)
    })
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
    const { port } = server.address()
    dns = dnsResolver({ servers: [`127.0.0.1:${port}`], timeoutMs: 900 })
  })
  after(() => void server.close())

  it('join the parts of a TXT record', async () => {
    assert.deepEqual(await dns.txt('token.example.org'), ['postern-proof=abc', 'v=spf1 -all'])
  })
  it('are answered with an empty list when the name does not exist or has nothing of the kind', async () => {
    assert.deepEqual(await dns.txt('gone.example.org'), [])
    assert.deepEqual(await dns.txt('bare.example.org'), [])
    assert.deepEqual(await dns.mx('gone.example.org'), [])
  })
  it('are answered with an empty list when the name cannot exist', async () => {
    assert.deepEqual(await dns.txt(''), [])
    assert.deepEqual(await dns.txt('a b.example.org'), [])
    assert.deepEqual(await dns.txt('a\r\n.example.org'), [])
    assert.deepEqual(await dns.txt(`${'a'.repeat(64)}.example.org`), [])
    assert.deepEqual(await dns.txt('x.'.repeat(200)), [])
  })
  it('are a temperror when the server fails', async () => {
    assert.equal(await dns.txt('broken.example.org'), 'temperror')
    assert.equal(await dns.mx('refused.example.org'), 'temperror')
    assert.equal(await dns.addresses('broken.example.org'), 'temperror')
  })
  it('are a temperror when nobody answers, after the time limit and not later', async () => {
    const started = performance.now()
    assert.equal(await dns.txt('silent.example.org'), 'temperror')
    const took = performance.now() - started
    assert.ok(took < 1500, `took ${took} ms`)
  })
  it('are a temperror when the answer is garbage', async () => {
    assert.equal(await dns.txt('garbage.example.org'), 'temperror')
  })
  it('give PTR names in lower case without the last dot, and drop what is no host name', async () => {
    const address = orThrow(parseAddress('192.0.2.45'))
    assert.deepEqual(await dns.ptr(address), ['mail.example.org'])
  })
  it('give MX records, the null MX among them', async () => {
    assert.deepEqual(await dns.mx('example.org'), [{ exchange: 'mx.example.org', priority: 10 }])
    assert.deepEqual(await dns.mx('nomail.example.org'), [{ exchange: '', priority: 0 }])
  })
  it('give the addresses of both families', async () => {
    const found = await dns.addresses('mx.example.org')
    assert.ok(found !== 'temperror')
    assert.deepEqual(found.map(formatAddress), ['192.0.2.45', '2001:db8::45'])
  })
  it('do not take a half answered question for an empty one', async () => {
    assert.equal(await dns.addresses('half.example.org'), 'temperror')
  })
  it('stop at 64 records', async () => {
    const found = await dns.lookup('many.example.org', 'A')
    assert.equal(found.length, 64)
  })
  it('in the shape of mail authentication keep the error codes that SPF counts', async () => {
    await assert.rejects(dns.lookup('gone.example.org', 'TXT'), { code: 'ENOTFOUND' })
    await assert.rejects(dns.lookup('bare.example.org', 'TXT'), { code: 'ENODATA' })
    await assert.rejects(dns.lookup('silent.example.org', 'TXT'), { code: 'ETIMEOUT' })
    await assert.rejects(
      dns.lookup('example.org', 'NAPTR'),
      (error) => error instanceof DnsFailure && error.code === 'ENODATA',
    )
  })
})

interface Rcode {
  readonly rcode: number
}

const silence = 'silence'
const garbage = 'garbage'
type Zone = readonly (readonly [type: number, data: Buffer])[] | Rcode | typeof silence | typeof garbage

const [A, PTR, MX, TXT, AAAA] = [1, 12, 15, 16, 28]

/** What the little server knows; a name that is missing does not exist. */
const zones: Record<string, Zone> = {
  'token.example.org': [
    [TXT, Buffer.concat([text('postern-'), text('proof=abc')])],
    [TXT, text('v=spf1 -all')],
  ],
  'bare.example.org': [],
  'broken.example.org': { rcode: 2 },
  'refused.example.org': { rcode: 5 },
  'silent.example.org': silence,
  'garbage.example.org': garbage,
  '45.2.0.192.in-addr.arpa': [
    [PTR, name('Mail.Example.ORG')],
    [PTR, Buffer.concat([label('evil\r\nname'), name('example.org')])],
  ],
  'example.org': [[MX, Buffer.concat([Buffer.from([0, 10]), name('mx.example.org')])]],
  'nomail.example.org': [[MX, Buffer.from([0, 0, 0])]],
  'mx.example.org': [
    [A, Buffer.from([192, 0, 2, 45])],
    [AAAA, Buffer.from('20010db8000000000000000000000045', 'hex')],
  ],
  'many.example.org': Array.from(
    { length: 100 },
    (_, index) => [A, Buffer.from([192, 0, 2, index])] as const,
  ),
}

/** A DNS answer to one question (RFC 1035 §4.1), or undefined to say nothing. */
function answerTo(query: Buffer): Buffer | undefined {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type = query.readUInt16BE(at + 1)
  const question = query.subarray(12, at + 5)
  const asked = labels.join('.').toLowerCase()
  if (asked === 'half.example.org')
    return type === A ? header(query, 0, question, []) : header(query, 2, question, [])
  const zone = zones[asked]
  if (zone === silence) return undefined
  if (zone === garbage)
    return Buffer.concat([query.subarray(0, 2), Buffer.from('8180ffffffffffffffff', 'hex')])
  if (zone === undefined) return header(query, 3, question, [])
  if ('rcode' in zone) return header(query, zone.rcode, question, [])
  const records = zone.filter((record) => record[0] === type)
  return header(
    query,
    0,
    question,
    records.map(([kind, data]) => resource(kind, data)),
  )
}

function header(query: Buffer, rcode: number, question: Buffer, records: Buffer[]): Buffer {
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | rcode, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, question, ...records])
}

function resource(type: number, data: Buffer): Buffer {
  const fixed = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, 0])
  fixed.writeUInt16BE(data.length, 10)
  return Buffer.concat([fixed, data])
}

function label(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')])
}

function name(value: string): Buffer {
  return Buffer.concat([...value.split('.').map(label), Buffer.from([0])])
}

function text(value: string): Buffer {
  return label(value)
}
