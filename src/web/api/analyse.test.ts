import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testContext, testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { testSite } from '../../../test/support/site.ts'
import type { Reader } from '../../core/analysis/actions.ts'
import { readInput } from '../../core/analysis/read.ts'
import { as } from '../../core/context.ts'
import { addToken } from '../../core/operators/token-actions.ts'
import { analyseRoute } from './analyse.ts'

const { open, close } = databases('SQLite')
after(close)

const text = '<bob@provider.example>: host mx.provider.example[203.0.113.9] said: 552 5.2.2 Mailbox full'

async function door(reader: Reader = { analyse: async (raw) => readInput(raw) }) {
  const limits = { 'analyse.client.hour': { count: 2, windowMs: 3_600_000 } }
  const ctx = testContext({ db: await open(), settings: testSettings({ limits }) })
  const visitor = as(ctx, { kind: 'visitor', client: '192.0.2.45/32' })
  const site = testSite({
    parts: [(app) => analyseRoute(app, { contextFor: () => visitor, reader })],
    largeBodies: ['/api/v1/analyse'],
  })
  const { token } = await addToken(ctx, { kind: 'api', name: 'desk' })
  const send = async (body: string | FormData, headers: Record<string, string> = {}): Promise<Response> =>
    await site.request('/api/v1/analyse', { method: 'POST', body, headers })
  return { send, token }
}

describe('POST /api/v1/analyse', () => {
  it('takes a text, JSON with a text, and an uploaded file, and answers alike', async () => {
    const { send, token } = await door()
    const form = new FormData()
    form.set('file', new File([text], 'bounce.txt'))
    const authorization = `Bearer ${token}`
    const answers = await Promise.all(
      [
        await send(text, { 'content-type': 'text/plain', authorization }),
        await send(JSON.stringify({ text }), { 'content-type': 'application/json', authorization }),
        await send(form, { authorization }),
      ].map(async (response) => (await response.json()) as object),
    )
    assert.deepEqual(answers[0], {
      kind: 'bounce',
      recipients: [
        {
          address: 'bob@provider.example',
          action: 'failed',
          status: '5.2.2',
          replyCode: '552',
          diagnostic: '552 5.2.2 Mailbox full',
          remoteMta: 'mx.provider.example',
          reason: 'mailbox-full',
          permanent: true,
          path: 'recipient',
          who: 'recipient',
        },
      ],
      ours: false,
      case: null,
    })
    assert.deepEqual(answers[1], answers[0])
    assert.deepEqual(answers[2], answers[0])
  })

  it('has a budget for strangers and none for programs with a token', async () => {
    const { send, token } = await door()
    const plain = { 'content-type': 'text/plain' }
    assert.equal((await send(text, plain)).status, 200)
    assert.equal((await send(text, plain)).status, 200)
    assert.equal((await send(text, plain)).status, 429)
    assert.equal((await send(text, { ...plain, authorization: `Bearer ${token}` })).status, 200)
    assert.equal((await send(text, { ...plain, authorization: 'Bearer ptn_wrong' })).status, 401)
  })

  it('says in a word why an input could not be read', async () => {
    const { send } = await door({ analyse: async () => ({ failure: 'time' }) })
    assert.deepEqual(await (await send('x')).json(), { kind: 'unknown', error: 'time' })
  })

  it('refuses more than 10 MiB', async () => {
    const { send } = await door()
    assert.equal((await send('x'.repeat(11 * 1024 * 1024))).status, 413)
  })
})
