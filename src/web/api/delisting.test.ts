import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testSettings, testWaysOut } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { orThrow } from '../../base/refusal.ts'
import { addListing, coveringListings } from '../../core/listings/actions.ts'
import { listRequests, openReviewByMail } from '../../core/delisting/review-actions.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { apiEndpoints } from './api.ts'
import * as schemas from './problem-schemas.ts'

const { open, close } = databases('SQLite')
after(close)

const ip = '192.0.2.45'
const good = { ip, mailbox: 'ada@example.org', statement: true }

async function listed(): Promise<Doors> {
  const doors = openDoors(await open())
  await addListing(doors.ctx, { prefix: orThrow(parseListable(ip)), cause: 'spam' })
  return doors
}

/** The body, which must be what the document promises. */
async function answerOf(
  answer: Response,
  path: string,
  method: 'get' | 'post' = 'post',
): Promise<Record<string, unknown>> {
  const body: unknown = await answer.json()
  const endpoint = apiEndpoints.find((each) => each.path === path && each.method === method)
  assert.equal(answer.status, endpoint?.status, JSON.stringify(body))
  assert.deepEqual(endpoint?.answer.parse(body), body)
  return body as Record<string, unknown>
}

/** Status and code of a problem document. */
async function problemOf(answer: Response): Promise<readonly [number, string]> {
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  const { status, code } = schemas.problem.parse(await answer.json())
  assert.equal(status, answer.status)
  return [status, code]
}

async function begin(
  doors: Doors,
  program: Visitor,
): Promise<{ readonly id: string; readonly secret: string; readonly code: string; readonly link: string }> {
  // Letters of one millisecond have no order.
  doors.ctx.clock.advance(1)
  const started = await answerOf(
    await program.call('/delist-requests', { ...good, pow: await doors.solved() }),
    '/delist-requests',
  )
  const link = ((await doors.letter()) ?? '').replace('/confirm/', '')
  return { id: String(started['id']), secret: String(started['secret']), code: String(started['code']), link }
}

describe('The JSON twin of the portal', () => {
  it('goes the whole way: challenge, request, confirmation, state', async () => {
    const doors = await listed()
    const program = doors.visitor()
    await answerOf(await program.get('/api/v1/challenge'), '/challenge', 'get')
    const { id, secret, link } = await begin(doors, program)
    const path = `/delist-requests/${id}`
    const before = await answerOf(
      await program.get(`/api/v1${path}`, { authorization: `Bearer ${secret}` }),
      '/delist-requests/{id}',
      'get',
    )
    assert.deepEqual([before['state'], before['ip'], before['outcome']], ['open', ip, undefined])
    const done = await answerOf(
      await program.call(`${path}/confirm`, { link, secret }),
      '/delist-requests/{id}/confirm',
    )
    assert.equal(done['outcome'], 'delisted')
    assert.deepEqual(await coveringListings(doors.ctx, orThrow(parseAddress(ip))), [])
    const again = await answerOf(
      await program.call(`${path}/confirm`, {
        link: `https://postmaster.provider.example/confirm/${link}`,
        secret,
      }),
      '/delist-requests/{id}/confirm',
    )
    assert.deepEqual(again, done)
    const after_ = await answerOf(
      await program.get(`/api/v1${path}`, { authorization: `Bearer ${secret}` }),
      '/delist-requests/{id}',
      'get',
    )
    assert.deepEqual([after_['state'], after_['outcome']], ['done', 'delisted'])
  })

  it('asks for both halves: each alone, or of another request, does nothing', async () => {
    const doors = await listed()
    const program = doors.visitor()
    const mine = await begin(doors, program)
    const other = await begin(doors, program)
    const confirm = async (body: object): Promise<readonly [number, string]> =>
      await problemOf(await program.call(`/delist-requests/${mine.id}/confirm`, body))
    assert.deepEqual(await confirm({ link: mine.link }), [403, 'delisting.second-half-wrong'])
    assert.deepEqual(await confirm({ secret: mine.secret }), [409, 'delisting.proof-missing'])
    assert.deepEqual(await confirm({ code: mine.code }), [409, 'delisting.proof-missing'])
    assert.deepEqual(await confirm({ link: mine.link, secret: other.secret }), [
      403,
      'delisting.second-half-wrong',
    ])
    assert.deepEqual(await confirm({ link: other.link, secret: mine.secret }), [404, 'delisting.not-found'])
    assert.equal((await coveringListings(doors.ctx, orThrow(parseAddress(ip)))).length, 1)
    const { outcome } = await answerOf(
      await program.call(`/delist-requests/${mine.id}/confirm`, { link: mine.link, code: mine.code }),
      '/delist-requests/{id}/confirm',
    )
    assert.equal(outcome, 'delisted')
  })

  it('counts wrong codes and ends the request at the fifth', async () => {
    const doors = await listed()
    const program = doors.visitor()
    const { id, link, code } = await begin(doors, program)
    const wrong = code === 'ZZZZZZ' ? 'YYYYYY' : 'ZZZZZZ'
    const codes: string[] = []
    for (let tries = 0; tries < 6; tries++)
      codes.push(
        (
          await problemOf(
            await program.call(`/delist-requests/${id}/confirm`, { link, code: tries < 5 ? wrong : code }),
          )
        )[1],
      )
    assert.deepEqual(codes, [...Array<string>(5).fill('delisting.second-half-wrong'), 'delisting.burned'])
  })

  it('shows a request for its secret in the header or in the address, and says so in the document', async () => {
    const doors = await listed()
    const { id, secret } = await begin(doors, doors.visitor())
    const path = `/api/v1/delist-requests/${id}`
    const visitor = doors.visitor()
    const byHeader = await (await visitor.get(path, { authorization: `Bearer ${secret}` })).json()
    const byQuery = await answerOf(
      await visitor.get(`${path}?secret=${secret}`),
      '/delist-requests/{id}',
      'get',
    )
    assert.deepEqual(byQuery, byHeader)
    const document = JSON.stringify(await (await visitor.get('/api/v1/openapi.json')).json())
    assert.match(document, /"security":\[\{"secret":\[\]\},\{\}\]/)
    assert.match(document, /"name":"secret","in":"query"/)
  })

  it('says when to come again while more wait for a person than can be looked at', async () => {
    const { delisting } = testSettings()
    const doors = openDoors(await open(), {
      settings: testSettings({ delisting: { ...delisting, mostReviews: 2 } }),
    })
    for (const each of [ip, '192.0.2.46'])
      await addListing(doors.ctx, {
        prefix: orThrow(parseListable(each)),
        cause: 'spam',
        class: 'investigate',
      })
    await openReviewByMail(doors.ctx, {
      mailbox: orThrow(parseMailbox('bob@example.org')),
      language: 'en',
      address: orThrow(parseAddress('192.0.2.46')),
      note: '',
    })
    const program = doors.visitor()
    const { id, link, secret } = await begin(doors, program)
    const answer = await program.call(`/delist-requests/${id}/confirm`, { link, secret })
    assert.ok(Number(answer.headers.get('retry-after')) > 47 * 3600)
    const problem = schemas.problem.parse(await answer.json())
    assert.deepEqual([problem.status, problem.code], [429, 'delisting.queue-full'])
    assert.match(problem.detail, /stays open until then\. You can try again from \d/)
    assert.match(String(problem['again']), /^2026-/)
  })

  it('shows a request to nobody without its secret', async () => {
    const doors = await listed()
    const { id, code } = await begin(doors, doors.visitor())
    for (const [path, headers] of [
      [`/delist-requests/${id}`, {}],
      [`/delist-requests/${id}?secret=${'x'.repeat(43)}`, {}],
      [`/delist-requests/${id}?secret=${code}`, {}],
      [`/delist-requests/${id}`, { authorization: `Bearer ${code}` }],
      ['/delist-requests/nothing', {}],
    ] as const) {
      assert.deepEqual(
        await problemOf(await doors.visitor().get(`/api/v1${path}`, headers)),
        [404, 'delisting.not-found'],
        path,
      )
    }
  })

  const wrong: readonly (readonly [what: string, body: unknown, status: number, code: string])[] = [
    ['nothing', '', 422, 'form.invalid'],
    ['no JSON', '{', 422, 'form.invalid'],
    ['a list', [], 422, 'form.invalid'],
    ['null', null, 422, 'form.invalid'],
    ['no address', { ...good, ip: undefined }, 422, 'form.invalid'],
    ['an address that is a number', { ...good, ip: 3221226029 }, 422, 'form.invalid'],
    ['a name', { ...good, ip: 'mail.example.org' }, 422, 'address.not-an-address'],
    ['octal', { ...good, ip: '010.0.0.1' }, 422, 'address.leading-zero'],
    ['a prefix', { ...good, ip: '192.0.2.0/24' }, 422, 'address.is-prefix'],
    ['a private address', { ...good, ip: '10.0.0.1' }, 422, 'address.special-purpose'],
    ['no responsibility', { ...good, statement: false }, 422, 'form.invalid'],
    ['a field of nobody’s', { ...good, admin: true }, 422, 'form.invalid'],
    ['a mailbox of nobody', { ...good, mailbox: 'ada@' }, 422, 'mailbox.invalid'],
    ['a language that we do not speak', { ...good, language: 'tlh' }, 422, 'form.invalid'],
    ['a note without end', { ...good, note: 'x'.repeat(4001) }, 422, 'form.invalid'],
    ['more than a request is', { ...good, note: 'x'.repeat(70_000) }, 413, 'form.too-large'],
    ['a sum that is none', { ...good, pow: 'e30=' }, 422, 'pow.invalid'],
  ]
  for (const [what, body, status, code] of wrong) {
    it(`refuses ${what} with a stable code, and begins nothing`, async () => {
      const doors = await listed()
      const before = await doors.dump()
      assert.deepEqual(await problemOf(await doors.visitor().call('/delist-requests', body)), [status, code])
      assert.equal(await doors.dump(), before)
    })
  }

  it('cannot be used by another site through its visitors’ browsers', async () => {
    const doors = await listed()
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      assert.deepEqual(await problemOf(await doors.visitor().call('/delist-requests', good, headers)), [
        403,
        'form.cross-site',
      ])
    }
    const answer = await doors.visitor().get('/api/v1/challenge', { origin: 'https://evil.example' })
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  })

  it('begins one request for one Idempotency-Key, however often and however fast it is asked', async () => {
    const doors = await listed()
    const program = doors.visitor()
    const ask = async (key: string, body: object = good): Promise<Response> =>
      await program.call('/delist-requests', body, { 'idempotency-key': key })
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await (await ask('one')).text()))
    answers.push(await (await ask('one')).text())
    assert.equal(new Set(answers).size, 1)
    assert.equal((await listRequests(doors.ctx, { limit: 9 })).length, 1)
    assert.deepEqual(await problemOf(await ask('one', { ...good, ip: '192.0.2.46' })), [
      409,
      'idempotency.mismatch',
    ])
    assert.notEqual(await (await ask('two')).text(), answers[0])
    const stranger = doors.visitor('203.0.113.200')
    assert.notEqual(
      await (await stranger.call('/delist-requests', good, { 'idempotency-key': 'one' })).text(),
      answers[0],
    )
    assert.equal((await listRequests(doors.ctx, { limit: 9 })).length, 3)
  })

  it('lets a refused request be sent again under its key, mended', async () => {
    const doors = await listed()
    const program = doors.visitor()
    const key = { 'idempotency-key': 'k' }
    await problemOf(await program.call('/delist-requests', { ...good, ip: '010.0.0.1' }, key))
    await answerOf(await program.call('/delist-requests', good, key), '/delist-requests')
  })

  it('looks for proofs where the sender can put them, and says where it looked', async () => {
    const out = testWaysOut({ ptr: async () => ['mail.example.org'] })
    const doors = openDoors(await open(), { out })
    await addListing(doors.ctx, { prefix: orThrow(parseListable(ip)), cause: 'spam' })
    const program = doors.visitor()
    const { id, secret } = await begin(doors, program)
    const look = async (method: string): Promise<Response> =>
      await program.call(`/delist-requests/${id}/proof`, { method, secret })
    assert.deepEqual(await answerOf(await look('txt'), '/delist-requests/{id}/proof'), {
      proven: false,
      lookedAt: ['mail.example.org'],
    })
    const looked = await answerOf(await look('http'), '/delist-requests/{id}/proof')
    assert.equal(looked['proven'], false)
    assert.match(String(looked['lookedAt']), /^http:\/\/[\d.]+\/\.well-known\/postern-[0-9a-z]{26}$/)
    assert.deepEqual(await problemOf(await look('dream')), [422, 'form.invalid'])
    assert.deepEqual(await problemOf(await program.call(`/delist-requests/${id}/proof`, { method: 'txt' })), [
      403,
      'delisting.second-half-wrong',
    ])
    const state = await answerOf(
      await program.get(`/api/v1/delist-requests/${id}`, { authorization: `Bearer ${secret}` }),
      '/delist-requests/{id}',
      'get',
    )
    const { txt } = state['proof'] as { readonly txt: string }
    Object.assign(out, { txt: async () => [txt] })
    assert.equal((await answerOf(await look('txt'), '/delist-requests/{id}/proof'))['proven'], true)
    const done = await answerOf(
      await program.call(`/delist-requests/${id}/confirm`, { secret }),
      '/delist-requests/{id}/confirm',
    )
    assert.equal(done['outcome'], 'delisted')
  })
})
