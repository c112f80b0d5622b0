import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { openDoors } from '../../../test/support/visitor.ts'
import { orThrow } from '../../base/refusal.ts'
import { openCase } from '../../core/cases/actions.ts'
import { pageToken } from '../../core/cases/page-link.ts'
import { answerCase } from '../../core/cases/desk-actions.ts'
import { as, transact } from '../../core/context.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { caseState } from './case-schemas.ts'

const { open, close } = databases('SQLite')
after(close)

async function opened() {
  const doors = openDoors(await open())
  const { ctx } = doors
  const { case: it, participant } = await transact(
    ctx,
    async (tx) =>
      await openCase(tx, {
        kind: 'record',
        about: '192.0.2.45/32',
        by: {
          role: 'sender',
          mailbox: orThrow(parseMailbox('ada@example.org')),
          language: 'en',
          says: { channel: 'form', content: { text: 'Let us in' }, isVerified: true, isSilent: false },
        },
      }),
  )
  return { ctx, program: doors.visitor(), id: it.id, path: `/cases/${pageToken(ctx, participant.id)}` }
}

describe('The JSON twin of a case’s page', () => {
  it('shows the thread, takes an answer, and gives nothing of ours but what we said', async () => {
    const { ctx, program, id, path } = await opened()
    const ada = as(ctx, { kind: 'operator', name: 'ada', roles: ['case-agent'] })
    await answerCase(ada, { id, text: 'What did you mend?', next: 'asks' })
    const before = caseState.strict().parse(await (await program.get(`/api/v1${path}`)).json())
    assert.deepEqual([before.state, before.about, before.over], ['waiting', '192.0.2.45/32', false])
    assert.deepEqual(
      before.messages.map(({ from, text }) => [from, text]),
      [
        ['you', 'Let us in'],
        ['us', 'What did you mend?'],
      ],
    )
    assert.ok(!JSON.stringify(before).includes('ada'), 'nobody is named')
    ctx.clock.advance(1)
    const answer = await program.call(`${path}/messages`, { text: 'The web form' })
    const after = caseState.strict().parse(await answer.json())
    assert.deepEqual([answer.status, after.state, after.messages.at(-1)?.text], [201, 'open', 'The web form'])
  })

  it('ends when nothing is needed any more, once', async () => {
    const { program, path } = await opened()
    const answer = await program.call(`${path}/withdrawal`, {})
    const after = caseState.strict().parse(await answer.json())
    assert.deepEqual([answer.status, after.state, after.outcome], [200, 'closed', 'withdrawn'])
    assert.equal((await program.call(`${path}/withdrawal`, {})).status, 409)
  })

  it('opens for its own token only', async () => {
    const { program, path } = await opened()
    const other = path.slice(0, -1) + (path.endsWith('a') ? 'b' : 'a')
    for (const wrong of [other, '/cases/x', '/cases/%00'])
      assert.equal((await program.get(`/api/v1${wrong}`)).status, 404, wrong)
    assert.equal((await program.call(`${other}/messages`, { text: 'x' })).status, 404)
    assert.equal((await program.call(`${path}/messages`, { text: ' ' })).status, 422)
  })
})
