import { createSocket } from 'node:dgram'

/** A DNS server of a test: TXT records by name (lower case), nothing else exists. */
export interface TestDns {
  readonly port: number
  close(): Promise<void>
}

const txtType = 16
const nameError = 3

/** Answers over UDP on the loopback (RFC 1035 §4.1). */
export async function startDns(texts: Readonly<Record<string, string>>): Promise<TestDns> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => socket.send(answerTo(query, texts), from.port, from.address))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    port: socket.address().port,
    close: async () => await new Promise<void>((resolve) => void socket.close(() => resolve())),
  }
}

function answerTo(query: Buffer, texts: Readonly<Record<string, string>>): Buffer {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase())
    at += 1 + length
  }
  const question = query.subarray(12, at + 5)
  const text = texts[labels.join('.')]
  const isAnswered = text !== undefined && query.readUInt16BE(at + 1) === txtType
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8580 | (text === undefined ? nameError : 0), 2)
  header.writeUInt16BE(isAnswered ? 1 : 0, 6)
  header.writeUInt32BE(0, 8)
  return isAnswered ? Buffer.concat([header, question, txtRecord(text)]) : Buffer.concat([header, question])
}

/** The name is a pointer to the question; the text in strings of 255 octets at most. */
function txtRecord(text: string): Buffer {
  const parts = text.match(/.{1,255}/g) ?? []
  const data = Buffer.concat(
    parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')])),
  )
  const head = Buffer.from([0xc0, 12, 0, txtType, 0, 1, 0, 0, 0, 60, 0, 0])
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}
