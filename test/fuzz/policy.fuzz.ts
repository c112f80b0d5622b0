import assert from 'node:assert/strict'
import { PolicyReader, ProtocolError, type PolicyRequest } from '../../src/standards/postfix-policy.ts'
import { mutate } from './mutate.ts'
import type { FuzzOptions } from '../support/fuzz.ts'
import { seededRandom, type Random } from './random.ts'

/**
 * Throws mutated requests at the policy reader. Each input is read whole and again in random chunks: both
 * must give the same requests and both or neither end in a breach (of two at once either may be named), the
 * only exception is a `ProtocolError`, no value holds a line end or NUL, and no reader ever holds more than
 * one request.
 */
export interface PolicyFigures {
  readonly inputs: number
  readonly octets: number
  readonly requests: number
  /** How many inputs ended with which breach. */
  readonly breaches: Readonly<Record<string, number>>
}

const request = [
  'request=smtpd_access_policy',
  'protocol_state=RCPT',
  'protocol_name=ESMTP',
  'client_address=192.0.2.45',
  'client_name=mail.example.org',
  'reverse_client_name=mail.example.org',
  'helo_name=mail.example.org',
  'sender=ada@example.org',
  'recipient=ben@provider.example',
  'recipient_count=0',
  'queue_id=',
  'instance=1a2b.6743c2f1.a1b2c.0',
  'size=18231',
  'sasl_username=',
  'policy_context=mx',
  '',
  '',
]

const corpus: readonly [Buffer, ...Buffer[]] = [
  Buffer.from(request.join('\n')),
  Buffer.from(request.join('\r\n')),
  Buffer.from(request.join('\n').repeat(5)),
  Buffer.from(request.join('\n').replace('ada@', 'ädä@').replace('ben@', '用户@')),
  Buffer.from('request=smtpd_access_policy\nclient_address=2001:db8::1\n\n'),
  Buffer.from(`request=smtpd_access_policy\n${'x=1\n'.repeat(98)}\n`),
  Buffer.from(`request=smtpd_access_policy\nsender=${'a'.repeat(4080)}\n\n`),
  Buffer.from(`request=smtpd_access_policy\n${`x=${'y'.repeat(4000)}\n`.repeat(4)}\n`),
]

const dictionary: readonly [string, ...string[]] = [
  '\n',
  '\r\n',
  '\n\n',
  '\r',
  '\0',
  '=',
  '==',
  '\n=',
  'request=',
  'request=smtpd_access_policy\n',
  'request=junk\n',
  'sender=',
  '\nsize=9e99\n',
  '\nsize=-1',
  'client_address=::ffff:192.0.2.45\n',
  '\xff\xfe',
  '\xc3',
  '\xe4\xb8',
  'x=\n'.repeat(100),
  'y'.repeat(4096),
  'z=\n'.repeat(20),
  `a=${'b'.repeat(4094)}\n`,
  'GET / HTTP/1.1\r\n',
  '\x16\x03\x01',
]

export function run({ seed, count }: FuzzOptions): PolicyFigures {
  const random = seededRandom(seed)
  const breaches: Record<string, number> = {}
  let octets = 0
  let requests = 0
  for (let index = 0; index < count; index++) {
    const input = makeInput(random)
    try {
      const whole = read([input])
      checkValues(whole.requests)
      const inPieces = read(cut(input, random))
      assert.deepEqual(inPieces.requests, whole.requests)
      assert.equal(isBreach(inPieces), isBreach(whole), `${inPieces.end} in pieces, ${whole.end} at once`)
      octets += input.length
      requests += whole.requests.length
      if (isBreach(whole)) breaches[whole.end] = (breaches[whole.end] ?? 0) + 1
    } catch (error) {
      throw new Error(`seed ${seed}, input ${index}: ${JSON.stringify(input.toString('latin1', 0, 2000))}`, {
        cause: error,
      })
    }
  }
  return { inputs: count, octets, requests, breaches }
}

function makeInput(random: Random): Buffer {
  if (random.oneIn(20)) return Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)))
  return mutate(random.pick(corpus), dictionary, random.oneIn(3) ? 40 : 4, random)
}

/** Up to nine pieces, empty ones among them; now and then single octets. */
function cut(input: Buffer, random: Random): Buffer[] {
  if (input.length < 1000 && random.oneIn(10)) return Array.from(input, (_, at) => input.subarray(at, at + 1))
  const places = Array.from({ length: random.below(9) }, () => random.below(input.length + 1)).sort(
    (a, b) => a - b,
  )
  return [...places, input.length].map((end, index) => input.subarray(places[index - 1] ?? 0, end))
}

interface Reading {
  readonly requests: readonly PolicyRequest[]
  /** `whole`, `midway` in a request, or what the breach was. */
  readonly end: string
}

function read(chunks: readonly Buffer[]): Reading {
  const reader = new PolicyReader()
  const requests: PolicyRequest[] = []
  let held = 0
  try {
    for (const chunk of chunks) {
      const before = requests.length
      reader.push(chunk, (request) => void requests.push(request))
      held = requests.length === before ? held + chunk.length : 0
      assert.ok(held <= 16_384, 'a reader holds more than the longest request')
    }
    return { requests, end: reader.isMidway ? 'midway' : 'whole' }
  } catch (error) {
    if (error instanceof ProtocolError) return { requests, end: error.message }
    throw error
  }
}

function isBreach(reading: Reading): boolean {
  return reading.end !== 'midway' && reading.end !== 'whole'
}

function checkValues(requests: readonly PolicyRequest[]): void {
  for (const request of requests) {
    for (const value of Object.values<string | number>({ ...request })) {
      if (typeof value === 'number') assert.ok(Number.isSafeInteger(value) && value >= 0)
      else assert.ok(value.length <= 4096 && !/[\0\n]/.test(value))
    }
  }
}
