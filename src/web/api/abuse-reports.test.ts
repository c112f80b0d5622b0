import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { examineAll, sentBy } from '../../../test/support/abuse-pages.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { listReports, type DeskReport } from '../../core/abuse/desk-actions.ts'
import { addToken } from '../../core/operators/token-actions.ts'

const { open, close } = databases('SQLite')
after(close)

type Answer = Readonly<Record<string, unknown>>

/** A report of spam with the message as its evidence (XARF 4). */
function xarf(message: Buffer, more: Answer = {}): Answer {
  return {
    xarf_version: '4.2.0',
    report_id: randomUUID(),
    timestamp: '2026-05-04T09:30:00Z',
    reporter: { org: 'Example', contact: 'abuse@example.org', domain: 'example.org' },
    source_identifier: '203.0.113.25',
    source_port: 25,
    category: 'messaging',
    type: 'spam',
    protocol: 'smtp',
    smtp_from: 'ann@provider.example',
    evidence: [
      {
        content_type: 'message/rfc822',
        payload: message.toString('base64'),
        hash: `sha256:${createHash('sha256').update(message).digest('hex')}`,
        size: message.length,
      },
    ],
    ...more,
  }
}

interface Desk extends Doors {
  readonly message: Buffer
  post(body: unknown, headers?: Readonly<Record<string, string>>, query?: string): Promise<Response>
  reports(): Promise<readonly DeskReport[]>
}

async function openDesk(): Promise<Desk> {
  const doors = openDoors(await open())
  return {
    ...doors,
    message: await sentBy(doors.ctx, 'ann@provider.example', '<x1@provider.example>'),
    post: async (body, headers = {}, query = '') =>
      await doors.visitor().call(`/abuse-reports${query}`, body, headers),
    reports: async () =>
      (await listReports(doors.ctx, { states: ['received', 'examining', 'closed'], limit: 50 })).reports,
  }
}

async function bearer({ ctx }: Desk): Promise<Readonly<Record<string, string>>> {
  const { token } = await addToken(ctx, { kind: 'api', name: 'fbl' })
  return { authorization: `Bearer ${token}` }
}

describe('POST /api/v1/abuse-reports', () => {
  it('keeps a report, and answers with a receipt by which anybody who has it sees how it stands', async () => {
    const desk = await openDesk()
    const answer = await desk.post(xarf(desk.message), await bearer(desk))
    assert.equal(answer.status, 202)
    assert.ok(answer.headers.get('ratelimit'))
    const receipt = (await answer.json()) as Answer
    const token = String(receipt['token'])
    assert.equal(receipt['status'], `https://postmaster.provider.example/report/${token}`)
    const state = async (): Promise<Answer> =>
      (await (await desk.visitor().get(`/api/v1/abuse-reports/${token}`)).json()) as Answer
    assert.equal((await state())['state'], 'received')
    await examineAll(desk.ctx)
    const later = await state()
    assert.deepEqual([later['state'], later['channel'], later['class']], ['examining', 'xarf', 'spam'])
    assert.doesNotMatch(JSON.stringify(later), /ann@|joe/)
    const [report] = await desk.reports()
    assert.equal(report?.account, 'ann@provider.example')
    assert.equal((await desk.visitor().get('/api/v1/abuse-reports/nothing')).status, 404)
  })

  it('takes a report of anybody for a proof of work, and of nobody without', async () => {
    const desk = await openDesk()
    const body = xarf(desk.message)
    assert.equal((await desk.post(body)).status, 422)
    assert.equal((await desk.post(body, { authorization: 'Bearer ptn_api_wrong' })).status, 401)
    assert.equal((await desk.reports()).length, 0)
    assert.equal((await desk.post(body, { 'proof-of-work': await desk.solved() })).status, 202)
    assert.equal((await desk.reports()).length, 1)
  })

  it('gives the same answer to the same Idempotency-Key, and keeps one report', async () => {
    const desk = await openDesk()
    const headers = { ...(await bearer(desk)), 'idempotency-key': 'a' }
    const body = JSON.stringify(xarf(desk.message))
    const [first, second] = [await desk.post(body, headers), await desk.post(body, headers)]
    assert.deepEqual(await second.json(), await first.json())
    assert.equal((await desk.reports()).length, 1)
    assert.equal((await desk.post(xarf(desk.message), headers)).status, 409)
  })

  it('knows the same bytes of the same program again without a key', async () => {
    const desk = await openDesk()
    const headers = await bearer(desk)
    const body = JSON.stringify(xarf(desk.message))
    const answers = [await desk.post(body, headers), await desk.post(body, headers)]
    const receipts = (await Promise.all(answers.map(async (each) => await each.json()))) as Answer[]
    assert.deepEqual(
      receipts.map(({ isNew }) => isNew),
      [true, false],
    )
  })

  it('reads a test report like any other and counts nothing', async () => {
    const desk = await openDesk()
    const headers = await bearer(desk)
    assert.equal((await desk.post(xarf(desk.message), headers, '?lifecycle=test')).status, 202)
    assert.equal((await desk.post(xarf(desk.message, { tags: ['lifecycle:test'] }), headers)).status, 202)
    await examineAll(desk.ctx)
    assert.deepEqual(
      (await desk.reports()).map(({ lifecycle, incident }) => [lifecycle, incident]),
      [
        ['test', null],
        ['test', null],
      ],
    )
  })

  const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`
  const bad: Readonly<Record<string, readonly [(message: Buffer) => unknown, RegExp]>> = {
    'of an unknown category': [(message) => xarf(message, { category: 'weather' }), /category: unknown/],
    'of a type of another category': [(message) => xarf(message, { type: 'ddos' }), /type: no type of this/],
    'without its version': [() => ({ hello: 'world' }), /xarf_version: missing/],
    'that is no JSON': [() => '{"xarf_version":', /no JSON/],
    'deeper than 32': [() => deep, /deeper/],
    'with more than 5,000 names': [
      (message) => xarf(message, Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [`x${n}`, n]))),
      /wider/,
    ],
    'whose evidence is not what its hash says': [
      (message) =>
        xarf(message, {
          evidence: [{ content_type: 'message/rfc822', payload: 'eA==', hash: `sha256:${'0'.repeat(64)}` }],
        }),
      /evidence\.0\.hash/,
    ],
    'with an item of more than 5 MB': [
      (message) =>
        xarf(message, {
          evidence: [
            { content_type: 'message/rfc822', payload: Buffer.alloc((5 << 20) + 1, 'x').toString('base64') },
          ],
        }),
      /evidence\.0: larger/,
    ],
  }
  for (const [what, [body, says]] of Object.entries(bad))
    it(`refuses a report ${what}, says why, and keeps nothing`, async () => {
      const desk = await openDesk()
      const answer = await desk.post(body(desk.message), await bearer(desk))
      assert.equal(answer.status, 422)
      const problem = (await answer.json()) as Answer
      assert.equal(problem['code'], 'abuse.xarf-invalid')
      assert.match(JSON.stringify(problem), says)
      assert.equal((await desk.reports()).length, 0)
    })

  it('refuses more than 25 MiB before it reads it', async () => {
    const desk = await openDesk()
    const headers = { ...(await bearer(desk)), 'content-length': String(26 << 20) }
    assert.equal((await desk.post('{}', headers)).status, 413)
  })

  it('stands in the OpenAPI document', async () => {
    const document = (await (
      await openDoors(await open())
        .visitor()
        .get('/api/v1/openapi.json')
    ).json()) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    }
    assert.ok(document.paths['/abuse-reports']?.['post'])
    assert.ok(document.paths['/abuse-reports/{token}']?.['get'])
  })
})
