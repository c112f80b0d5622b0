import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { databases } from '../../test/support/database.ts'
import { testSite } from '../../test/support/site.ts'
import { emptyProvider, openDoors } from '../../test/support/visitor.ts'
import { declaredPages } from './declared-pages.ts'
import type { Web } from './env.ts'

const { open, close } = databases('SQLite')
after(close)

describe('What the public server answers at', () => {
  it('is exactly what says to whom it opens, each once', async () => {
    const { web } = openDoors(await open(), { provider: emptyProvider })
    const served = web.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
    const declared = declaredPages.map(({ method, pattern }) => `${method} ${pattern}`)
    assert.deepEqual(served.toSorted(), declared.toSorted())
    assert.equal(new Set(declared).size, declared.length)
  })

  const forgotten: readonly (readonly [what: string, add: (app: Web) => void, message: RegExp])[] = [
    [
      'an address',
      (app) => void app.get('/backdoor', (c) => c.text('in')),
      /GET \/backdoor does not declare/,
    ],
    [
      'a form at a page that only shows',
      (app) => void app.post('/about', (c) => c.text('done')),
      /POST \/about does not declare/,
    ],
    ['another method', (app) => void app.delete('/find', (c) => c.text('gone')), /DELETE \/find/],
  ]
  for (const [what, add, message] of forgotten) {
    it(`keeps it from starting with ${what} that does not`, () => {
      assert.throws(() => testSite({ parts: [add] }), message)
    })
  }
})
