import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testContext, testStart } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { Engine } from '../core/reputation/engine-actions.ts'
import { brakeOperations } from './brake-operations.ts'

const { open, close } = databases('SQLite')
after(close)

describe('The brake by command', () => {
  it('is turned, and shown rule by rule with what waits to be done', async () => {
    const ctx = testContext({ db: await open(), actor: { kind: 'cli', name: 'ada' } })
    const engine = await Engine.open(ctx)
    const ask = async (operation: string, input: object): Promise<readonly object[]> => {
      const said: object[] = []
      const found = brakeOperations.find(({ name }) => name === operation)
      const call = { lines: noLines(), flushed: async () => {}, progress: () => {} }
      await found?.run(ctx, { ...call, input, emit: (value) => void said.push(value) })
      return said
    }
    const turning = ask('brake.turn', { rule: 'spam', isOn: true })
    const since = new Date(testStart).toISOString()
    const held = { rule: 'spam', brake: 'on', why: 'hand', since, by: 'cli:ada' }
    while ((await ask('brake.show', { rule: 'spam' })).every((each) => !('asked' in each)));
    await engine.step(ctx)
    assert.deepEqual(await turning, [held])
    const late = await ask('brake.turn', { rule: 'traps', isOn: true })
    assert.deepEqual(late, [{ rule: 'traps', brake: 'off', asked: 'on', askedBy: 'cli:ada' }])
    const all = await ask('brake.show', {})
    assert.deepEqual([all.length, all[0], all[2]], [6, held, late[0]])
    await assert.rejects(ask('brake.turn', { rule: 'manual', isOn: true }))
  })
})

async function* noLines(): AsyncGenerator<string> {}
