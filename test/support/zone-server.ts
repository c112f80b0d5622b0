import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'

/**
 * A DNS server of a test (RFC 1035) over UDP and TCP on one free port of the loopback: it answers from a zone, or lies as told.
 * It counts what it is asked.
 */
export interface ZoneServer {
  readonly port: number
  /** `host:port`, as `dns.servers` takes it. */
  readonly address: string
  /** Every question in the order it came: `TXT example.org`. */
  readonly asked: string[]
  close(): Promise<void>
}

/** Records by name (lower case). `MX`: `10 mx.example.org`; `TXT`: a text, or its strings. */
export type Zone = Readonly<
  Record<string, Readonly<Partial<Record<RecordType, readonly (string | readonly string[])[]>>> | Lie>
>

export type RecordType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'PTR' | 'CNAME'

/**
 * How a server may lie. `silent`: says nothing; `servfail`: cannot; `truncated`: does not fit, and says nothing over TCP; `garbage`: no DNS message;
 * `loop`: an alias of itself.
 */
export type Lie = 'silent' | 'servfail' | 'truncated' | 'garbage' | 'loop'

/** What is answered to a name that is not in the zone: nothing exists, unless this says otherwise. */
type Wildcard = (name: string, type: RecordType) => readonly (string | readonly string[])[] | Lie | undefined

const types: Readonly<Record<number, RecordType>> = {
  1: 'A',
  5: 'CNAME',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
}
const numbers: Readonly<Record<RecordType, number>> = { A: 1, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 }

export async function startZone(zone: Zone, wildcard: Wildcard = () => undefined): Promise<ZoneServer> {
  const asked: string[] = []
  const reply = (query: Buffer, mayBeLong: boolean): Buffer | undefined => {
    const { name, type, question } = readQuestion(query)
    if (type !== undefined) asked.push(`${type} ${name}`)
    return answerTo(query, question, name, type, zone, wildcard, mayBeLong)
  }
  const udp = createSocket('udp4')
  udp.on('message', (query, from) => {
    const answer = reply(query, false)
    if (answer) udp.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  const { port } = udp.address()
  const open = new Set<Socket>()
  const tcp = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0)
        const answer = reply(pending.subarray(2, 2 + length), true)
        pending = pending.subarray(2 + length)
        if (answer) socket.write(Buffer.concat([u16(answer.length), answer]))
      }
    })
  })
  await new Promise<void>((resolve) => tcp.listen(port, '127.0.0.1', resolve))
  return {
    port,
    address: `127.0.0.1:${port}`,
    asked,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => void udp.close(() => resolve()))
      await new Promise<void>((resolve) => void tcp.close(() => resolve()))
    },
  }
}

function readQuestion(query: Buffer): { name: string; type: RecordType | undefined; question: Buffer } {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase())
    at += 1 + length
  }
  return {
    name: labels.join('.'),
    type: types[query.readUInt16BE(at + 1)],
    question: query.subarray(12, at + 5),
  }
}

const longestUdp = 1200

function answerTo(
  query: Buffer,
  question: Buffer,
  name: string,
  type: RecordType | undefined,
  zone: Zone,
  wildcard: Wildcard,
  mayBeLong: boolean,
): Buffer | undefined {
  const entry = zone[name] ?? (type === undefined ? undefined : wildcard(name, type))
  if (entry === 'silent') return undefined
  if (entry === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.alloc(40, 0xee)])
  if (entry === 'servfail') return message(query, question, [], 2)
  if (entry === 'truncated') return mayBeLong ? undefined : message(query, question, [], 0, true)
  if (entry === 'loop') return message(query, question, [record('CNAME', name)], 0)
  if (entry === undefined) return message(query, question, [], 3)
  const records = Array.isArray(entry)
    ? followed(type, entry as readonly (string | readonly string[])[])
    : ofZone(name, type, zone)
  const answer = message(query, question, records, 0)
  return answer.length > longestUdp && !mayBeLong ? message(query, question, [], 0, true) : answer
}

function followed(type: RecordType | undefined, texts: readonly (string | readonly string[])[]): Buffer[] {
  return type === undefined ? [] : texts.map((text) => record(type, text))
}

/** A recursive resolver gives the alias and what it leads to. */
function ofZone(name: string, type: RecordType | undefined, zone: Zone): Buffer[] {
  const entry = zone[name]
  if (entry === undefined || typeof entry === 'string' || type === undefined) return []
  const [alias] = entry.CNAME ?? []
  if (typeof alias !== 'string' || type === 'CNAME') return followed(type, entry[type] ?? [])
  const target = zone[alias]
  const behind = target === undefined || typeof target === 'string' ? [] : (target[type] ?? [])
  return [record('CNAME', alias), ...behind.map((text) => record(type, text, alias))]
}

function message(
  query: Buffer,
  question: Buffer,
  records: readonly Buffer[],
  code: number,
  isCut = false,
): Buffer {
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8580 | code | (isCut ? 0x0200 : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  header.writeUInt32BE(0, 8)
  return Buffer.concat([header, question, ...records])
}

/** Without an owner the name is a pointer to the question. */
function record(type: RecordType, value: string | readonly string[], owner?: string): Buffer {
  const data = dataOf(type, value)
  return Buffer.concat([
    owner === undefined ? Buffer.from([0xc0, 12]) : nameOf(owner),
    u16(numbers[type]),
    Buffer.from([0, 1, 0, 0, 0, 60]),
    u16(data.length),
    data,
  ])
}

function dataOf(type: RecordType, value: string | readonly string[]): Buffer {
  const [text = ''] = typeof value === 'string' ? [value] : value
  switch (type) {
    case 'A':
      return Buffer.from(text.split('.').map(Number))
    case 'AAAA':
      return addressBytes(text)
    case 'MX': {
      const [preference = '0', host = ''] = text.split(' ')
      return Buffer.concat([u16(Number(preference)), nameOf(host)])
    }
    case 'PTR':
    case 'CNAME':
      return nameOf(text)
    case 'TXT': {
      const parts = typeof value === 'string' ? (value.match(/[^]{1,255}/g) ?? ['']) : value
      return Buffer.concat(
        parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')])),
      )
    }
  }
}

function addressBytes(text: string): Buffer {
  const [left = '', right] = text.split('::')
  const groups = (half: string): number[] =>
    half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))
  const [head, tail] = [groups(left), groups(right ?? '')]
  const all =
    right === undefined ? head : [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  return Buffer.concat(all.map(u16))
}

function nameOf(name: string): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .filter((label) => label !== '')
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
