import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testCode, testToken } from '../../../test/support/console-people.ts'
import { testConsole } from '../../../test/support/console.ts'
import { caseId } from '../../../test/support/cases.ts'
import { testStart } from '../../../test/support/context.ts'
import { orThrow } from '../../base/refusal.ts'
import { parsePrefix } from '../../standards/prefix.ts'

const hour = 3_600_000
const wide = 'w1de00000000'

/** A console whose operator has shown no code for an hour. */
function staleConsole(): ReturnType<typeof testConsole> {
  return testConsole({
    actions: {
      findSession: async () => ({
        name: 'alan',
        roles: ['admin'],
        csrf: testToken,
        createdAt: testStart - hour,
        confirmedAt: testStart - hour,
        expiresAt: testStart + hour,
      }),
    },
  })
}

describe('A deed that does much at once', () => {
  const add = { step: 'confirm', cause: 'spam' }
  const asked: readonly (readonly [path: string, form: Record<string, string> | undefined, next: string])[] =
    [
      ['/listings/import', undefined, '/listings/import'],
      [
        '/listings/import',
        { step: 'confirm', format: 'csv', cause: 'spam', text: '192.0.2.99' },
        '/listings/import',
      ],
      ['/listings/export', undefined, '/listings/export'],
      ['/listings/export', { format: 'csv' }, '/listings/export'],
      [`/listings/${wide}/agree`, undefined, `/listings/${wide}/agree`],
      [`/listings/${wide}/agree`, {}, `/listings/${wide}/agree`],
      [`/listings/${wide}/end`, undefined, `/listings/${wide}/end`],
      [`/listings/${wide}/end`, {}, `/listings/${wide}/end`],
    ]
  for (const [path, form, next] of asked) {
    it(`asks for a code first: ${form ? 'POST' : 'GET'} ${path}`, async () => {
      const { ask, deeds } = staleConsole()
      const answer = await ask('admin', path, form)
      assert.equal(answer.status, 303)
      assert.equal(answer.headers.get('location'), `/account/code?next=${encodeURIComponent(next)}`)
      assert.deepEqual(deeds, [])
    })
  }

  it('asks for one before a wide network is listed, and leads back to the form as it was', async () => {
    const { ask, deeds } = staleConsole()
    const answer = await ask('admin', '/listings/add', { ...add, prefix: '2001:db8::/48', note: 'a & b' })
    const location = new URL(answer.headers.get('location') ?? '', 'http://console.invalid')
    const next = new URL(location.searchParams.get('next') ?? '', 'http://console.invalid')
    assert.equal(location.pathname, '/account/code')
    assert.deepEqual(
      [next.pathname, next.searchParams.get('prefix'), next.searchParams.get('note')],
      ['/listings/add', '2001:db8::/48', 'a & b'],
    )
    assert.deepEqual(deeds, [])
  })

  it('asks for one before a case lets a wide network in, and not before it is refused or about one sender', async () => {
    for (const [unit, deed, isAsked] of [
      ['2001:db8::/48', 'delist', true],
      ['192.0.0.0/20', 'conditional', true],
      ['192.0.0.0/20', 'refuse', false],
      ['192.0.2.0/24', 'delist', false],
    ] as const) {
      const { ask, deeds, requests } = staleConsole()
      for (const each of requests) Object.assign(each, { unit: orThrow(parsePrefix(unit)) })
      const place = `/cases/${caseId}/decide`
      const page = await ask('admin', `${place}?deed=${deed}`)
      const answer = await ask('admin', place, { deed, tests: 'reverse-name', words: 'No.' })
      assert.equal(page.status, isAsked ? 303 : 200, `${unit} ${deed}`)
      assert.equal(answer.headers.get('location')?.startsWith('/account/code?next='), isAsked)
      assert.equal(deeds.length, isAsked ? 0 : 1)
    }
  })

  it('is not what concerns one sender', async () => {
    const { ask, deeds } = staleConsole()
    await ask('admin', '/listings/add', { ...add, prefix: '192.0.2.99' })
    assert.equal(deeds.length, 1)
  })
})

describe('The page that asks for a code', () => {
  it('leads on after the right one, and to no foreign site', async () => {
    for (const [next, expected] of [
      ['/listings/import', '/listings/import'],
      ['https://evil.example/', '/'],
      ['//evil.example', '/'],
    ] as const) {
      const { ask, deeds } = staleConsole()
      const answer = await ask('admin', '/account/code', { code: testCode, next })
      assert.deepEqual([answer.status, answer.headers.get('location')], [303, expected])
      assert.deepEqual(deeds, ['confirmSession'])
    }
  })

  it('says beside the field that a code is wrong, and keeps where it was to lead', async () => {
    const { ask } = staleConsole()
    const answer = await ask('admin', '/account/code', { code: '000000', next: '/listings/import' })
    assert.equal(answer.status, 422)
    const text = await answer.text()
    assert.match(text, /used already/)
    assert.match(text, /name="next" value="\/listings\/import"/)
  })
})
