import { strict as assert } from 'node:assert'
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { mintCaseLink } from '../../access/case-link.ts'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { addListing } from '../../core/listings/actions.ts'
import { addToken, revokeToken } from '../../core/operators/token-actions.ts'
import { verifyListings } from '../../core/listings/verify-actions.ts'
import { deliverWebhooks } from '../../jobs/deliver-webhooks.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { databases } from '../../../test/support/database.ts'
import { testSettings } from '../../../test/support/context.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { apiEndpoints } from './api.ts'
import { listing, listingPage } from './listing-schemas.ts'
import { problem } from './problem-schemas.ts'
import { explanation } from './sender-schemas.ts'

const { open, close } = databases('SQLite')
after(close)

type Json = Record<string, unknown>

async function json(answer: Response, status: number): Promise<Json> {
  const body = (await answer.json()) as Json
  assert.equal(answer.status, status, JSON.stringify(body))
  return body
}

async function codeOf(answer: Response): Promise<string> {
  return problem.parse(await answer.json()).code
}

async function listed(): Promise<Doors> {
  const doors = openDoors(await open())
  const prefix = orThrow(parseListable('192.0.2.45'))
  const evidence = [
    { kind: 'spam', count: 318 },
    { kind: 'traps', count: 4 },
  ]
  await addListing(doors.ctx, { prefix, cause: 'spam', note: 'seen at mx2', evidence })
  return doors
}

async function bearer(
  { ctx }: Doors,
  kind: 'api' | 'events' = 'api',
  name = 'robot',
): Promise<{ readonly authorization: string }> {
  return { authorization: `Bearer ${(await addToken(ctx, { name, kind })).token}` }
}

describe('GET /senders/{ip}', () => {
  const path = '/api/v1/senders/192.0.2.45'

  it('tells anybody whether and how the address is listed, and nothing about evidence or people', async () => {
    const { visitor } = await listed()
    const seen = await json(await visitor().get(path), 200)
    assert.deepEqual(
      [seen['action'], seen['code'], seen['status'], seen['class']],
      ['reject', 550, '5.7.606', 'self-service'],
    )
    assert.deepEqual(
      ['evidence', 'concerns', 'ways', 'reply', 'line'].filter((name) => name in seen),
      [],
    )
    assert.doesNotMatch(JSON.stringify(seen), /mx2|cli|traps|318/)
  })

  it('says in observe mode that mail passes, and what would be said', async () => {
    const { visitor, ctx } = openDoors(await open(), {
      settings: testSettings({ policy: { mode: 'observe' } }),
    })
    await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
    const seen = explanation.parse(await json(await visitor().get(path), 200))
    assert.deepEqual(
      [seen.action, seen.mode, seen.wouldBe, seen.code, seen.status],
      ['pass', 'observe', 'reject', 550, '5.7.606'],
    )
  })

  it('tells more to whoever shows a case link, and to the address itself: rounded counts, never traps, and ways out', async () => {
    const { visitor, ctx } = await listed()
    const token = (ip: string, ageMs = 0): string =>
      mintCaseLink(ctx.keys.caseLink('mx1'), {
        keyId: 1,
        edge: 'mx1',
        minute: Math.floor((ctx.clock.now() - ageMs) / 60_000),
        reason: 'spam',
        listing: null,
        address: orThrow(parseAddress(ip)),
      })
    const seen = [
      await visitor().get(`${path}?case=${token('192.0.2.45')}`),
      await visitor('192.0.2.45').get(path),
    ]
    for (const answer of seen) {
      const body = await json(answer, 200)
      assert.deepEqual(body['evidence'], [{ kind: 'spam', count: 300 }])
      assert.deepEqual(
        (body['ways'] as Json[]).map(({ kind }) => kind),
        ['portal', 'wait'],
      )
      assert.doesNotMatch(JSON.stringify(body), /mx2|cli|traps|318/)
    }
    for (const worthless of [
      token('192.0.2.46'),
      token('192.0.2.45', 31 * day),
      `${token('192.0.2.45').slice(0, -3)}AAA`,
      'x',
    ]) {
      assert.equal(
        'evidence' in (await json(await visitor().get(`${path}?case=${worthless}`), 200)),
        false,
        worthless,
      )
    }
  })

  it('tells a program with a token everything', async () => {
    const doors = await listed()
    const seen = await json(await doors.visitor().get(path, await bearer(doors)), 200)
    assert.deepEqual(seen['evidence'], [
      { kind: 'spam', count: 318 },
      { kind: 'traps', count: 4 },
    ])
    assert.match(String(seen['reply']), /^550 5\.7\.606 .*192\.0\.2\.45.*\(PSN606\)$/)
    assert.match(JSON.stringify(seen), /seen at mx2/)
  })

  it('is no way to read the list: thirty a day for a /24 or /56, and no limit for programs', async () => {
    const doors = await listed()
    const { visitor } = doors
    for (let nth = 0; nth < 30; nth++) {
      assert.equal((await visitor(`198.51.100.${nth}`).get(`/api/v1/senders/192.0.2.${nth}`)).status, 200)
    }
    const refused = await visitor('198.51.100.99').get(path)
    assert.deepEqual([refused.status, await codeOf(refused)], [429, 'limit.exceeded'])
    assert.equal((await visitor('203.0.113.1').get(path)).status, 200)
    assert.equal((await visitor('198.51.100.99').get(path, await bearer(doors))).status, 200)
    assert.equal(
      (await visitor('192.0.2.45').get(path)).status,
      200,
      'the address itself may always ask about itself',
    )
  })
})

describe('The listings of the API', () => {
  const guarded = [
    ['GET', '/listings'],
    ['GET', '/listings/0123456789ab'],
    ['POST', '/listings'],
    ['POST', '/listings/0123456789ab/end'],
  ] as const

  it('are for programs with a token of this kind that is in force', async () => {
    const doors = await listed()
    const revoked = await bearer(doors, 'api', 'old')
    await revokeToken(doors.ctx, 'old')
    const before = await doors.dump()
    const keys = [
      {},
      revoked,
      { authorization: `Bearer ptn_api_${'0'.repeat(52)}` },
      { authorization: 'Basic cm9ib3Q6eA==' },
    ]
    for (const [method, path] of guarded) {
      for (const headers of keys) {
        const answer =
          method === 'GET'
            ? await doors.visitor().get(`/api/v1${path}`, headers)
            : await doors.visitor().call(path, {}, headers)
        assert.deepEqual([answer.status, await codeOf(answer)], [401, 'token.invalid'], `${method} ${path}`)
      }
    }
    assert.equal(await doors.dump(), before)
    const events = await bearer(doors, 'events', 'mx1')
    for (const [method, path] of guarded) {
      const answer =
        method === 'GET'
          ? await doors.visitor().get(`/api/v1${path}`, events)
          : await doors.visitor().call(path, {}, events)
      assert.equal(answer.status, 401, 'a token of events is for events')
    }
  })

  it('are made, found, shown and ended, with the program in the audit', async () => {
    const doors = await listed()
    const program = doors.visitor()
    const key = await bearer(doors)
    const made = await json(
      await program.call('/listings', { ip: '2001:db8:7::1', reason: 'complaints', ends: '3d' }, key),
      201,
    )
    assert.deepEqual(
      [made['ip'], made['state'], made['actor']],
      ['2001:db8:7::/64', 'active', 'program:robot'],
    )
    const found = await json(await program.get('/api/v1/listings?text=2001:db8:7::5', key), 200)
    assert.deepEqual(
      (found['listings'] as Json[]).map(({ id }) => id),
      [made['id']],
    )
    const one = await json(await program.get(`/api/v1/listings/${String(made['id'])}`, key), 200)
    assert.deepEqual(listing.parse(one), made)
    const ended = await json(
      await program.call(`/listings/${String(made['id'])}/end`, { note: 'mistake' }, key),
      200,
    )
    assert.deepEqual([ended['state'], ended['endedWhy']], ['ended', 'operator'])
    assert.equal(
      await codeOf(await program.call(`/listings/${String(made['id'])}/end`, {}, key)),
      'listing.already-ended',
    )
    assert.equal(await codeOf(await program.get('/api/v1/listings/0123456789ab', key)), 'listing.not-found')
    assert.deepEqual(await verifyListings(doors.ctx), [])
  })

  it('come in pages by a cursor', async () => {
    const doors = await listed()
    const key = await bearer(doors)
    for (let nth = 0; nth < 7; nth++) {
      doors.ctx.clock.advance(1000)
      await addListing(doors.ctx, { prefix: orThrow(parseListable(`198.51.100.${nth}`)), cause: 'spam' })
    }
    const seen: unknown[] = []
    let after_ = ''
    for (let page = 0; page < 4; page++) {
      const { listings, next } = listingPage.parse(
        await json(await doors.visitor().get(`/api/v1/listings?limit=3&after=${after_}`, key), 200),
      )
      seen.push(...listings.map(({ ip }) => ip))
      if (next === undefined) break
      after_ = next
    }
    assert.deepEqual(seen, [...[6, 5, 4, 3, 2, 1, 0].map((nth) => `198.51.100.${nth}`), '192.0.2.45'])
  })

  it('refuse a question that cannot be understood instead of answering another', async () => {
    const doors = await listed()
    const key = await bearer(doors)
    for (const [query, field] of [
      ['state=gone', 'state'],
      ['reason=mood', 'reason'],
      ['class=none', 'class'],
      ['after=99.x', 'after'],
      ['after=yesterday', 'after'],
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['limit=many', 'limit'],
      ['limit=1.5', 'limit'],
      ['state=active&state=ended', 'state'],
    ] as const) {
      const answer = await doors.visitor().get(`/api/v1/listings?${query}`, key)
      const problem = await json(answer, 422)
      assert.deepEqual([problem['code'], problem['field']], ['form.invalid', field], query)
    }
    const { listings } = await json(
      await doors.visitor().get('/api/v1/listings?state=active&reason=spam&limit=200&after=', key),
      200,
    )
    assert.equal((listings as unknown[]).length, 1)
  })

  it('are documented with what each parameter may be', async () => {
    const document = await (await (await listed()).visitor().get('/api/v1/openapi.json')).text()
    assert.match(document, /\{"name":"limit","in":"query","schema":\{[^}]*"minimum":1,"maximum":200[^}]*\}/)
    assert.match(
      document,
      /\{"name":"state","in":"query","schema":\{[^}]*"enum":\["active","ended","proposed"\]/,
    )
    assert.match(document, /\{"name":"after","in":"query","description":"Cursor/)
  })

  it('do not turn into a carve-out unless the program says that it replaces', async () => {
    const doors = await listed()
    const key = await bearer(doors)
    const hole = { ip: '192.0.2.45', reason: 'spam', effect: 'pass' }
    const problem = await json(await doors.visitor().call('/listings', hole, key), 409)
    assert.equal(problem['code'], 'listing.other-effect')
    assert.match(
      String(problem['detail']),
      /^End that one first \([0-9a-z]{12}\), or say that this one replaces it/,
    )
    const replaced = await json(await doors.visitor().call('/listings', { ...hole, replace: true }, key), 201)
    assert.equal(replaced['effect'], 'pass')
  })

  it('refuse what no listing can be', async () => {
    const doors = await listed()
    const key = await bearer(doors)
    const cases: readonly (readonly [object, number, string])[] = [
      [{ ip: '203.0.113.9', reason: 'spam' }, 409, 'address.protected'],
      [{ ip: '10.0.0.0/24', reason: 'spam' }, 422, 'address.special-purpose'],
      [{ ip: '192.0.2.1', reason: 'mood' }, 422, 'form.invalid'],
      [{ ip: '192.0.2.1', reason: 'spam', ends: '900d' }, 422, 'listing.never-ends'],
      [{ ip: '192.0.2.1', reason: 'manual', class: 'third-party' }, 422, 'listing.class-field'],
      [{ ip: '0.0.0.0/0', reason: 'spam' }, 422, 'prefix.too-wide'],
      [{ reason: 'spam' }, 422, 'form.invalid'],
    ]
    for (const [body, status, code] of cases) {
      const answer = await doors.visitor().call('/listings', body, key)
      assert.deepEqual([answer.status, await codeOf(answer)], [status, code], JSON.stringify(body))
    }
  })

  it('are made once for one Idempotency-Key', async () => {
    const doors = await listed()
    const headers = { ...(await bearer(doors)), 'idempotency-key': 'k' }
    const body = { ip: '192.0.2.46', reason: 'spam' }
    const [first, second] = await Promise.all([
      doors.visitor().call('/listings', body, headers),
      doors.visitor().call('/listings', body, headers),
    ])
    assert.deepEqual(await json(first, 201), await json(second, 201))
  })

  it('tell their changes to a webhook, signed', async () => {
    const heard: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = []
    const hook = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => void chunks.push(chunk))
      request.on('end', () => {
        heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
        response.end()
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => hook.once('listening', resolve))
    after(() => hook.close())
    const hmacKey = Buffer.alloc(32, 5)
    const secret = `whsec_${hmacKey.toString('base64')}`
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`
    const doors = openDoors(await open(), { settings: testSettings({ webhooks: [{ url, secret }] }) })
    const key = await bearer(doors)
    const { id } = await json(
      await doors.visitor().call('/listings', { ip: '192.0.2.45', reason: 'spam' }, key),
      201,
    )
    await json(await doors.visitor().call(`/listings/${String(id)}/end`, {}, key), 200)
    await deliverWebhooks().run(doors.ctx, new AbortController().signal)
    assert.deepEqual(heard.map(({ body }) => String((JSON.parse(body) as Json)['type'])).toSorted(), [
      'listing.added',
      'listing.ended',
    ])
    for (const { headers, body } of heard) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
      assert.equal(
        headers['webhook-signature'],
        `v1,${createHmac('sha256', hmacKey).update(signed).digest('base64')}`,
      )
      assert.equal(((JSON.parse(body) as Json)['data'] as Json)['id'], id)
    }
  })
})

describe('The OpenAPI document', () => {
  interface Operation {
    readonly parameters: readonly { readonly name: string; readonly in: string }[]
    readonly responses: Readonly<
      Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
    >
    readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> }
    readonly security?: unknown
  }

  it('has every operation that there is and no other, each with its parameters, bodies and answers', async () => {
    const { visitor } = await listed()
    const document = await json(await visitor().get('/api/v1/openapi.json'), 200)
    assert.equal(document['openapi'], '3.1.0')
    const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>
    const written = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const served = [
      ...apiEndpoints.map(({ method, path }) => `${method} ${path}`),
      'post /abuse-reports',
      'post /analyse',
      'post /events',
    ]
    assert.deepEqual(written.toSorted(), served.toSorted())
    for (const { method, path, body, permission, takesSecret, status, creates } of apiEndpoints) {
      const operation = paths[path]?.[method]
      assert.ok(operation)
      const named = operation.parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`)
      assert.deepEqual(named, path.match(/\{\w+\}/g) ?? [])
      assert.equal(operation.requestBody !== undefined, body !== undefined)
      assert.equal(operation.security !== undefined, permission !== 'anyone' || takesSecret === true)
      assert.equal(
        operation.parameters.some(({ name }) => name === 'Idempotency-Key'),
        creates === true,
      )
      assert.ok(operation.responses[String(status)]?.content?.['application/json']?.schema)
    }
  })

  it('leaves no path of the API without an answer for programs', async () => {
    const { visitor } = await listed()
    for (const [path, method] of [
      ['/nothing', 'GET'],
      ['/', 'GET'],
      ['/listings', 'DELETE'],
      ['/challenge', 'POST'],
      ['/senders/', 'GET'],
    ] as const) {
      const answer = await visitor().get(`/api/v1${path}`, {}, method)
      assert.deepEqual([answer.status, await codeOf(answer)], [404, 'not-found'], `${method} ${path}`)
    }
  })
})
