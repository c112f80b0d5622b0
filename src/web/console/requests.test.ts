import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testConsole } from '../../../test/support/console.ts'
import type { DelistRequest } from '../../core/delisting/request.ts'

const [waits] = testConsole().requests.filter(({ state }) => state === 'review')
assert.ok(waits)
const first: DelistRequest = waits

describe('The queue of requests', () => {
  it('is read to its end, a page after another', async () => {
    const queue = Array.from({ length: 120 }, (_, n) => ({ ...first, id: `q${n}`, createdAt: n }))
    const { ask } = testConsole({
      actions: {
        listRequests: async (_actor, { after, limit }) => {
          const from = after === undefined ? 0 : Number(after.split('.')[0]) + 1
          return queue.slice(from, from + limit)
        },
      },
    })
    const seen: string[] = []
    let next: string | undefined = '/requests?state=review'
    while (next !== undefined) {
      const text: string = await (await ask('reader', next)).text()
      seen.push(...[...text.matchAll(/href="\/requests\/(q\d+)"/g)].map(([, id = '']) => id))
      const link: string | undefined = /href="([^"]*)" rel="next"/.exec(text)?.[1]
      next = link?.replaceAll('&amp;', '&')
    }
    assert.deepEqual(
      seen,
      queue.map(({ id }) => id),
    )
  })

  it('shows with a request who else waits for the same address, their words as text', async () => {
    const other: DelistRequest = {
      ...first,
      id: 'other'.padEnd(26, '0'),
      state: 'joined',
      mailbox: 'bob@example.org' as DelistRequest['mailbox'],
      note: '<b>we too</b>',
    }
    const { ask } = testConsole({
      actions: {
        inspectRequest: async () => ({
          request: first,
          listings: [],
          history: [],
          waiting: [other],
          case: 'c45e'.padEnd(26, '0'),
        }),
      },
    })
    const text = await (await ask('reader', `/requests/${first.id}`)).text()
    assert.match(text, /Your decision holds for them too/)
    assert.ok(text.includes(`href="/requests/${other.id}"`) && text.includes('bob@example.org'))
    assert.ok(text.includes('&lt;b&gt;we too&lt;/b&gt;'))
  })
})
