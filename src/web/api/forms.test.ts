import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { orThrow } from '../../base/refusal.ts'
import { Checks } from '../../core/checks/actions.ts'
import { tendForms } from '../../core/deliverability/review-actions.ts'
import { proveForm } from '../../core/forms/actions.ts'
import { parseMailbox } from '../../standards/mail-address.ts'

const { open, close } = databases('SQLite')
after(close)

const form = {
  addresses: ['192.0.2.66', '10.1.2.3'],
  symptom: 'refused',
  domain: 'provider.example',
  words: '550 5.7.606 Access denied',
  mailbox: 'ops@example.org',
}

async function doors(external: 'form' | 'none' = 'form'): Promise<Doors> {
  const { support } = testSettings()
  return openDoors(await open(), { settings: testSettings({ support: { ...support, external } }) })
}

type Json = Record<string, unknown>
const json = async (answer: Response, status: number): Promise<Json> => {
  const body = (await answer.json()) as Json
  assert.equal(answer.status, status, JSON.stringify(body))
  return body
}

const stateOf = async (program: Visitor, id: unknown, secret: unknown): Promise<Json> =>
  await json(
    await program.get(`/api/v1/forms/${String(id)}`, { authorization: `Bearer ${String(secret)}` }),
    200,
  )

describe('Forms for programs', () => {
  it('open a case by the letter’s half and the program’s, and tell how each address stands', async () => {
    const world = await doors()
    const program = world.visitor()
    const answer = await program.call('/deliverability-forms', { ...form, pow: await world.solved() })
    assert.match(answer.headers.get('ratelimit') ?? '', /forms\.client\.day/)
    const asked = await json(answer, 202)
    assert.equal(asked['road'], 'mail')
    const { id, secret } = asked
    assert.equal((await stateOf(program, id, secret))['state'], 'open')
    const link = (await world.letter('confirm-form')) ?? ''
    const path = `/forms/${String(id)}/confirm`
    const problem = await json(await program.call(path, { link, secret: 'x'.repeat(43) }), 403)
    assert.equal(problem['code'], 'links.second-half-wrong')
    assert.equal((await json(await program.call(path, { secret }), 409))['code'], 'links.not-proven')
    const { token, page } = await json(await program.call(path, { link, secret }), 200)
    assert.match(String(page), /^https:\/\/.*\/case\//)
    await tendForms(world.ctx, new Checks())
    const case_ = await json(await program.get(`/api/v1/cases/${String(token)}`), 200)
    const addresses = case_['addresses'] as readonly Json[]
    assert.deepEqual(
      addresses.map(({ address, state, why }) => [address, state, why]),
      [
        ['192.0.2.66', 'needs-info', 'not-listed'],
        ['10.1.2.3', 'not-qualified', 'special-purpose'],
      ],
    )
    const after_ = await stateOf(program, id, secret)
    assert.deepEqual([after_['state'], (after_['case'] as Json)['token']], ['opened', token])
    assert.equal((await program.get(`/api/v1/forms/${String(id)}`)).status, 404, 'without the secret')
  })

  it('without a proof of work write to nobody: the mailbox writes to us', async () => {
    const world = await doors()
    const program = world.visitor()
    const asked = await json(
      await program.call('/warm-up-forms', {
        addresses: ['192.0.2.45'],
        domain: 'example.org',
        mail: 'newsletter',
        starts: new Date(world.ctx.clock.now()).toISOString().slice(0, 10),
        days: 3,
        first: 2400,
        growth: 50,
        most: 4800,
        mailbox: 'ops@example.org',
      }),
      202,
    )
    assert.equal(await world.letter('confirm-form'), undefined)
    assert.equal(asked['road'], 'write-in')
    const [, tag = ''] = /^f\+([0-9a-z.]+)@/.exec(String(asked['writeTo'])) ?? []
    await proveForm(world.ctx, { tag, mailbox: orThrow(parseMailbox('ops@example.org')) })
    const { id, code, secret } = asked
    assert.equal((await stateOf(program, id, secret))['state'], 'proven')
    const { token } = await json(await program.call(`/forms/${String(id)}/confirm`, { code }), 200)
    const { forecast } = await json(await program.get(`/api/v1/cases/${String(token)}`), 200)
    assert.deepEqual([(forecast as Json)['state'], (forecast as Json)['most']], ['asked', 4800])
  })

  it('are refused as the pages are: closed, wrong, or too many', async () => {
    const closed = await doors('none')
    const refused = await json(await closed.visitor().call('/deliverability-forms', form), 403)
    assert.equal(refused['code'], 'case.not-opened')
    const world = await doors()
    for (const [wrong, code] of [
      [{ addresses: ['192.0.2.300'] }, /^address\./],
      [{ addresses: [] }, /^form\.invalid$/],
      [{ symptom: 'none' }, /^form\.invalid$/],
      [{ words: '' }, /^form\.invalid$/],
      [{ mailbox: 'nobody' }, /^mailbox\./],
      [{ pow: 'bm9uZQ==' }, /^pow\.invalid$/],
      [{ more: 'x' }, /^form\.invalid$/],
    ] as const)
      assert.match(
        String(
          (await json(await world.visitor().call('/deliverability-forms', { ...form, ...wrong }), 422))[
            'code'
          ],
        ),
        code,
      )
    const program = world.visitor('203.0.113.9')
    let answer = await program.call('/deliverability-forms', form)
    for (let nth = 0; nth < 60 && answer.status === 202; nth++)
      answer = await program.call('/deliverability-forms', { ...form, volume: nth })
    assert.equal((await json(answer, 429))['code'], 'limit.exceeded')
    const page = await program.submit('/deliverability', {
      ...form,
      addresses: '192.0.2.66',
      sending: '',
      volume: '',
    })
    assert.equal(page.status, 429, 'one budget for both')
  })
})
