import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatAction, PolicyReader, ProtocolError, type PolicyRequest } from './postfix-policy.ts'

/** A request of Postfix 3.7 as it comes over the wire. */
const typical = `request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=192.0.2.45
client_name=mail.example.org
client_port=54021
reverse_client_name=host.example.org
server_address=203.0.113.7
server_port=25
helo_name=helo.example.org
sender=bounce+7@lists.example.org
recipient=ada@provider.example
recipient_count=0
queue_id=
instance=1a2b.6743c2f1.a1b2c.0
size=18231
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=mx
compatibility_level=3.6
mail_version=3.7.11

`

const typicalRequest: PolicyRequest = {
  protocolState: 'RCPT',
  clientAddress: '192.0.2.45',
  clientName: 'mail.example.org',
  reverseClientName: 'host.example.org',
  heloName: 'helo.example.org',
  sender: 'bounce+7@lists.example.org',
  recipient: 'ada@provider.example',
  recipientCount: 0,
  queueId: '',
  instance: '1a2b.6743c2f1.a1b2c.0',
  size: 18231,
  saslUsername: '',
  policyContext: 'mx',
}

const empty: PolicyRequest = {
  protocolState: '',
  clientAddress: '',
  clientName: '',
  reverseClientName: '',
  heloName: '',
  sender: '',
  recipient: '',
  recipientCount: 0,
  queueId: '',
  instance: '',
  size: 0,
  saslUsername: '',
  policyContext: '',
}

const first = 'request=smtpd_access_policy\n'

interface Reading {
  readonly requests: readonly PolicyRequest[]
  readonly error?: string
}

function read(...chunks: readonly (string | Buffer)[]): Reading {
  const requests: PolicyRequest[] = []
  const reader = new PolicyReader()
  try {
    for (const chunk of chunks) reader.push(Buffer.from(chunk), (request) => requests.push(request))
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { requests, error: error.message }
  }
  return { requests }
}

/** Cuts at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end))
}

describe('Policy requests', () => {
  it('of Postfix are read whole', () => {
    assert.deepEqual(read(typical), { requests: [typicalRequest] })
  })

  it('may come many in a chunk, in any number of chunks, and octet by octet', () => {
    const five = Buffer.from(typical.repeat(5))
    const expected = { requests: Array.from({ length: 5 }, () => typicalRequest) }
    assert.deepEqual(read(five), expected)
    assert.deepEqual(read(...Array.from(five, (_, at) => five.subarray(at, at + 1))), expected)
    assert.deepEqual(read(five.subarray(0, 700), Buffer.alloc(0), five.subarray(700)), expected)
  })

  it('may end their lines with CR LF', () => {
    assert.deepEqual(read(typical.replaceAll('\n', '\r\n')), { requests: [typicalRequest] })
    assert.deepEqual(read(`${first}sender=a\rb\n\n`).requests[0]?.sender, 'a\rb')
  })

  it('may have their attributes in any order, leave some out, and have others', () => {
    assert.deepEqual(read(`sender=ada@example.org\nnew_thing=1\n${first}\n`).requests, [
      { ...empty, sender: 'ada@example.org' },
    ])
    assert.deepEqual(read(`${first}\n`).requests, [empty])
    assert.deepEqual(read(`${first}senders=x\nSender=y\nclient_names=z\n\n`).requests, [empty])
  })

  it('keep equals signs in values and the first of two attributes, an empty one too', () => {
    const [request] = read(
      `${first}sender=a=b@example.org\nsender=c@example.org\nrecipient=\nrecipient=d\nsize=1\nsize=2\n\n`,
    ).requests
    assert.deepEqual([request?.sender, request?.recipient, request?.size], ['a=b@example.org', '', 1])
  })

  it('forget the attributes of the request before', () => {
    const [, second] = read(`${typical}${first}\n`).requests
    assert.deepEqual(second, empty)
  })

  it('have internationalised addresses in UTF-8', () => {
    const bytes = Buffer.from(
      `${first}sender=ädä@bücher.example\nrecipient=用户@例え.example\n\n${first}sender=a\n\n`,
    )
    for (const reading of [read(bytes), read(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))]) {
      assert.deepEqual(reading.requests, [
        { ...empty, sender: 'ädä@bücher.example', recipient: '用户@例え.example' },
        { ...empty, sender: 'a' },
      ])
    }
    const broken = Buffer.concat([
      Buffer.from(`${first}sender=`),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('\n\n'),
    ])
    assert.equal(read(broken).requests[0]?.sender, '\ufffd(')
  })

  it('have counts of zero where no number stands', () => {
    for (const size of ['', 'x', '-1', '1.5', '1e400', 'NaN', '9'.repeat(30)]) {
      assert.equal(read(`${first}size=${size}\n\n`).requests[0]?.size, 0, size)
    }
    assert.equal(read(`${first}recipient_count=3\n\n`).requests[0]?.recipientCount, 3)
  })

  it('are not there before their empty line has come', () => {
    const reader = new PolicyReader()
    let count = 0
    assert.equal(reader.isMidway, false)
    reader.push(Buffer.from(typical.slice(0, -1)), () => count++)
    assert.deepEqual([count, reader.isMidway], [0, true])
    reader.push(Buffer.from('\n'), () => count++)
    assert.deepEqual([count, reader.isMidway], [1, false])
  })

  it('do not change when the buffer they came in is used again', () => {
    const buffer = Buffer.from(typical)
    const requests: PolicyRequest[] = []
    const reader = new PolicyReader()
    reader.push(buffer.subarray(0, 300), (request) => requests.push(request))
    const rest = Buffer.from(buffer.subarray(300))
    buffer.fill(0)
    reader.push(rest, (request) => requests.push(request))
    rest.fill(0)
    assert.deepEqual(requests, [typicalRequest])
  })
})

describe('A breach of the policy protocol', () => {
  const line = (length: number): string => `x=${'y'.repeat(length - 2)}`
  const breaches: readonly (readonly [string, string, string])[] = [
    ['an empty request', '\n', 'not a request for a policy'],
    ['a request without its name', 'sender=a\n\n', 'not a request for a policy'],
    ['another request', 'request=junk_mail\n\n', 'not a request for a policy'],
    ['a line without an equals sign', `${first}sender\nx=y\n\n`, 'line without name=value'],
    ['a line without a name', `${first}=value\n\n`, 'line without name=value'],
    ['a line of 4097 octets', `${first}${line(4097)}\n\n`, 'line too long'],
    ['a line of 4097 octets and CR LF', `${first}${line(4097)}\r\n\n`, 'line too long'],
    ['a line that does not end', `${first}${line(5000)}`, 'line too long'],
    ['101 attributes', `${first}${'x=\n'.repeat(100)}\n`, 'too many attributes'],
    [
      'a request of 16385 octets',
      `${first}${`${line(4000)}\n`.repeat(4)}${line(16_385 - 28 - 16_004 - 2)}\n\n`,
      'request too long',
    ],
    ['a request that does not end', `${first}${`${line(4000)}\n`.repeat(4)}${line(400)}`, 'request too long'],
    ['a NUL', `${first}sender=a\0b\n\n`, 'NUL'],
    ['a NUL in a line that does not end', `${first}sender=a\0`, 'NUL'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'NUL'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'line without name=value'],
  ]
  for (const [what, text, message] of breaches) {
    it(`is ${what}: no answer, however it is cut`, () => {
      const bytes = Buffer.from(text, 'latin1')
      assert.deepEqual(read(bytes), { requests: [], error: message })
      assert.deepEqual(read(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), {
        requests: [],
        error: message,
      })
      assert.deepEqual(read(typical, bytes), { requests: [typicalRequest], error: message })
      assert.deepEqual(read(Buffer.concat([Buffer.from(typical), bytes])), {
        requests: [typicalRequest],
        error: message,
      })
    })
  }

  it('is not what just keeps within the limits', () => {
    for (const text of [
      `${first}${line(4096)}\n\n`,
      `${first}${line(4096)}\r\n\n`,
      `${first}${'x=\n'.repeat(99)}\n`,
      `${first}${`${line(4000)}\n`.repeat(4)}${line(16_384 - 28 - 16_004 - 2)}\n\n`,
    ]) {
      const bytes = Buffer.from(text)
      assert.deepEqual(read(bytes), { requests: [empty] })
      assert.deepEqual(read(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), {
        requests: [empty],
      })
    }
  })

  it('ends the connection for good', () => {
    const reader = new PolicyReader()
    assert.throws(() => reader.push(Buffer.from('junk\n'), () => assert.fail()), ProtocolError)
    assert.throws(() => reader.push(Buffer.from(typical), () => assert.fail()), ProtocolError)
  })
})

/** The protocol read slowly: all octets at once, line by line. */
function readSlowly(bytes: Buffer): readonly PolicyRequest[] | undefined {
  const keys = Object.keys(empty).map(
    (key) => [key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), key] as const,
  )
  const requests: PolicyRequest[] = []
  let attributes = new Map<string, string>()
  for (const raw of bytes.toString('latin1').split('\n').slice(0, -1)) {
    const text = Buffer.from(raw.replace(/\r$/, ''), 'latin1').toString('utf8')
    if (text === '') {
      if (attributes.get('request') !== 'smtpd_access_policy') return undefined
      const entries = keys.map(([name, key]): [string, string | number] => {
        const value = attributes.get(name) ?? ''
        const isCount = typeof empty[key as keyof PolicyRequest] === 'number'
        return [key, isCount ? Math.max(0, Number(value) || 0) : value]
      })
      requests.push({ ...empty, ...Object.fromEntries(entries) })
      attributes = new Map()
      continue
    }
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined) return undefined
    if (!attributes.has(name)) attributes.set(name, value)
  }
  return requests
}

describe('The policy reader', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'protocol_state',
      'client_address',
      'client_name',
      'reverse_client_name',
      'helo_name',
      'sender',
      'recipient',
    ),
    fc.constantFrom(
      'queue_id',
      'instance',
      'sasl_username',
      'policy_context',
      'stress',
      'x',
      'client_port',
      'sender_',
    ),
  )
  const value = fc.string({
    unit: fc.oneof(fc.constantFrom(...'ab@.= é\u0001'.split('')), fc.constantFrom('用', '\t', 'ÿ')),
    maxLength: 30,
  })
  const attribute = fc.oneof(
    fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
    fc
      .tuple(fc.constantFrom('size', 'recipient_count'), fc.nat(1e9))
      .map(([key, count]) => `${key}=${count}`),
    fc.constantFrom('request=smtpd_access_policy', 'request=other'),
  )
  const request = fc
    .tuple(fc.array(attribute, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, isProper]) =>
      [...(isProper ? [first.trim()] : []), ...lines, '', ''].join(end).slice(0, isProper ? undefined : -1),
    )
  const stream = fc.array(request, { maxLength: 4 }).map((requests) => Buffer.from(requests.join('')))

  it('reads what a slow reader reads, wherever the octets are cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(4000), { maxLength: 12 }), (bytes, places) => {
        const slow = readSlowly(bytes)
        const whole = read(bytes)
        assert.equal(whole.error === undefined, slow !== undefined)
        if (slow) assert.deepEqual(whole.requests, slow)
        assert.deepEqual(read(...cut(bytes, places)), whole)
      }),
      { numRuns: 2000 },
    )
  })

  /** Something done to the lines of a typical request. */
  const change = fc.oneof(
    fc.record({ what: fc.constant('drop' as const), at: fc.nat(31) }),
    fc.record({ what: fc.constant('repeat' as const), at: fc.nat(31), to: fc.nat(31) }),
    fc.record({ what: fc.constant('write' as const), at: fc.nat(31), text: fc.oneof(attribute, value) }),
    fc.record({ what: fc.constant('fill' as const), at: fc.nat(31), text: value }),
  )

  it('reads a request that is nearly as Postfix writes it as a slow reader does', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 3 }),
        fc.array(fc.nat(800), { maxLength: 3 }),
        (changes, places) => {
          const lines = typical.trimEnd().split('\n')
          for (const each of changes) {
            if (each.what === 'drop') lines.splice(each.at, 1)
            if (each.what === 'repeat') lines.splice(each.to, 0, lines[each.at] ?? 'x=y')
            if (each.what === 'write') lines.splice(each.at, 0, each.text)
            if (each.what === 'fill') lines[each.at] = `${lines[each.at]?.split('=')[0] ?? 'x'}=${each.text}`
          }
          const bytes = Buffer.from(`${lines.join('\n')}\n\n`)
          const slow = readSlowly(bytes)
          const whole = read(bytes)
          assert.equal(whole.error === undefined, slow !== undefined)
          if (slow) assert.deepEqual(whole.requests, slow)
          assert.deepEqual(read(...cut(bytes, places)), whole)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is not held up by what looks like a request of Postfix and is none', () => {
    const head = typical.slice(0, typical.indexOf('compatibility_level'))
    for (const tail of ['x', '='.repeat(3000), 'a=b\n'.repeat(700), ' '.repeat(3000)]) {
      const begun = process.cpuUsage()
      for (let nth = 0; nth < 20; nth++) read(`${head}${tail}`)
      assert.ok(process.cpuUsage(begun).user < 200_000)
    }
  })
})

describe('Policy actions', () => {
  it('are one line and an empty one', () => {
    assert.equal(formatAction('DUNNO'), 'action=DUNNO\n\n')
    assert.equal(formatAction('550 5.7.606 Access denied'), 'action=550 5.7.606 Access denied\n\n')
  })

  it('are refused when they would be more', () => {
    for (const action of ['', 'DUNNO\n', 'DUNNO\n\naction=OK', 'DUNNO\r', 'DUN\0NO'])
      assert.throws(() => formatAction(action), RangeError)
  })
})
