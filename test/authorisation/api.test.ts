import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { orThrow } from '../../src/base/refusal.ts'
import { may, permissions, type Permission } from '../../src/core/actor.ts'
import { addListing } from '../../src/core/listings/actions.ts'
import { addToken, tokenKinds } from '../../src/core/operators/token-actions.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { declaredPages } from '../../src/web/declared-pages.ts'
import type { Declared } from '../../src/web/opening.ts'
import { solved } from '../support/challenge.ts'
import { databases } from '../support/database.ts'
import { filledByProgram } from './filled-forms.ts'
import { openHouse, type House } from './house.ts'
import { hireEverybody } from './operators.ts'
import { outcomeIn, type Outcome } from './outcome.ts'
import { askSite, meetOutsiders, wordsOf, type Outsider, type Outsiders } from './outsiders.ts'
import { holds } from './site-rows.ts'

const { open, close } = databases('SQLite')
after(close)

/**
 * Every endpoint of the API, asked by programs with each kind of token, with tokens that are void, and with what opens pages; about what is there, what
 * is somebody else's, and what is not there. What is to come of it follows from what the endpoint declares and from the table of permissions.
 */
type Expected = 'no token' | 'not found' | 'let in'

interface Row {
  readonly about: string
  readonly path: string
  readonly json?: unknown
  /** Beyond what the endpoint asks; everybody when absent. */
  readonly isThere?: (asker: Asker) => boolean
  /** It may be refused for what is sent. */
  readonly mayRefuse?: boolean
}

interface Asker extends Outsider {
  readonly is: 'program' | 'owner' | 'events' | 'nobody'
}

interface Cell {
  readonly page: Declared
  readonly asker: Asker
  readonly row: Row
  readonly expected: Expected
}

const note = 'note-on-a-listing'
const absent = { isThere: () => false }
const noRow = 'z'.repeat(26)

let house: House
let them: Outsiders
let askers: readonly Asker[]
let listing: string
const tried: { readonly cell: Cell; readonly outcome: Outcome }[] = []

before(async () => {
  house = openHouse(await open())
  them = await meetOutsiders(house)
  const prefix = orThrow(parseListable('192.0.2.99'))
  listing = (await addListing(house.ctx, { prefix, cause: 'manual', note })).id
  askers = await makeAskers()
  const all = await allRows()
  for (const page of declaredPages.filter(({ pattern }) => pattern.startsWith('/api/'))) {
    const rows = all[`${page.method} ${page.pattern}`]
    assert.ok(rows, `${page.method} ${page.pattern}: say what can be asked there, about what`)
    for (const asker of askers)
      for (const row of rows) {
        const cell = { page, asker, row, expected: expectedOf(page, asker, row) }
        tried.push({ cell, outcome: await outcomeOf(cell) })
      }
  }
})

async function makeAskers(): Promise<readonly Asker[]> {
  const { ctx } = house
  const cookies = new Map<string, string>()
  const kinds = { api: 'program', events: 'events', edge: 'nobody' } as const
  const programs: Asker[] = []
  for (const kind of tokenKinds) {
    const { token } = await addToken(ctx, { kind, name: `a-program-for-${kind}` })
    programs.push({ name: `a token for ${kind}`, cookies, token, is: kinds[kind] })
  }
  const owners = Object.values(them.owners)
  const admin = (await hireEverybody(house)).find(({ role }) => role === 'admin')
  return [
    { ...them.nobody, is: 'nobody' },
    ...programs,
    ...owners.map(({ name, token = '' }) => ({ name, cookies, token, is: 'owner' as const })),
    ...them.gone.map(({ name, token = '' }) => ({
      name: `a token of ${name}`,
      cookies,
      token,
      is: 'nobody' as const,
    })),
    { name: 'an invented token', cookies, token: `ptn_api_${'0'.repeat(52)}`, is: 'nobody' },
    { name: 'an invented token of an owner', cookies, token: `pto_${'0'.repeat(52)}`, is: 'nobody' },
    // What lets people in lets no program in.
    { name: 'the cookie of an owner', cookies: them.owners.olga.cookies, is: 'nobody' },
    {
      name: 'the cookie of an operator',
      cookies: new Map([['__Host-postern-console', admin?.session?.session ?? assert.fail()]]),
      is: 'nobody',
    },
  ]
}

async function allRows(): Promise<Readonly<Record<string, readonly Row[]>>> {
  const get = (path: string): readonly Row[] => [{ about: 'all', path }]
  const post = (path: string, json: unknown, more: Partial<Row> = {}): readonly Row[] => [
    { about: 'new', path, json, mayRefuse: true, ...more },
  ]
  const networks = ['192.0.2.0/24', '192.0.2.64/26', '192.0.2.192/26', '198.51.100.0/24', '2001:db8:9::/48']
  return {
    'GET /api/v1/openapi.json': get('/api/v1/openapi.json'),
    'GET /api/v1/problems': get('/api/v1/problems'),
    'GET /api/v1/challenge': get('/api/v1/challenge'),
    'GET /api/v1/transparency': get('/api/v1/transparency'),
    'GET /api/v1/clock': get('/api/v1/clock'),
    'GET /api/v1/senders/:ip': get('/api/v1/senders/192.0.2.99'),
    'GET /api/v1/listings': get('/api/v1/listings'),
    'POST /api/v1/listings': [
      { about: 'new', path: '/api/v1/listings', json: { ip: '192.0.2.200', reason: 'spam' } },
    ],
    'GET /api/v1/impact': get('/api/v1/impact?ip=192.0.2.0/24'),
    'GET /api/v1/listings/:id': [
      { about: 'one', path: `/api/v1/listings/${listing}` },
      { about: 'absent', path: `/api/v1/listings/${'z'.repeat(12)}`, ...absent },
    ],
    'POST /api/v1/listings/:id/end': [
      { about: 'one', path: `/api/v1/listings/${listing}/end`, json: {} },
      { about: 'absent', path: `/api/v1/listings/${'z'.repeat(12)}/end`, json: {}, ...absent },
    ],
    'GET /api/v1/owner/networks': get('/api/v1/owner/networks'),
    'GET /api/v1/owner/listings': get('/api/v1/owner/listings'),
    'GET /api/v1/owner/cases': get('/api/v1/owner/cases'),
    'GET /api/v1/owner/figures': networks.map((network) => ({
      about: network,
      path: `/api/v1/owner/figures?network=${network}`,
      isThere: ({ name }: Asker) => holds(name, network),
    })),
    'POST /api/v1/delist-requests': post('/api/v1/delist-requests', {
      ip: '192.0.2.99',
      mailbox: 'ada@sender.example',
      statement: true,
      pow: await solved(house.ctx),
    }),
    'POST /api/v1/deliverability-forms': post('/api/v1/deliverability-forms', {
      ...filledByProgram.deliverability,
      pow: await solved(house.ctx),
    }),
    'POST /api/v1/warm-up-forms': post('/api/v1/warm-up-forms', {
      ...filledByProgram.warmUp,
      pow: await solved(house.ctx),
    }),
    'POST /api/v1/check': post('/api/v1/check', { domain: 'sender.example' }),
    'POST /api/v1/headers': post('/api/v1/headers', { text: 'From: a@b.example\r\n' }),
    'POST /api/v1/probes': post('/api/v1/probes', {}),
    'POST /api/v1/analyse': post('/api/v1/analyse', { text: '550 5.7.606 Access denied' }),
    'POST /api/v1/abuse-reports': post('/api/v1/abuse-reports', {}),
    'POST /api/v1/events': [
      {
        about: 'new',
        path: '/api/v1/events',
        json: {
          v: 1,
          id: 'x1',
          at: new Date(house.ctx.clock.now()).toISOString(),
          type: 'connection',
          ip: '192.0.2.45',
        },
      },
    ],
    // What is behind something given to somebody is tried with all that is given: links.test.ts and asked.test.ts. Here there is none.
    'GET /api/v1/cases/:token': [{ about: 'absent', path: `/api/v1/cases/${noRow}`, ...absent }],
    'POST /api/v1/cases/:token/messages': [
      { about: 'absent', path: `/api/v1/cases/${noRow}/messages`, json: { text: 'x' }, ...absent },
    ],
    'POST /api/v1/cases/:token/withdrawal': [
      { about: 'absent', path: `/api/v1/cases/${noRow}/withdrawal`, json: {}, ...absent },
    ],
    'GET /api/v1/abuse-reports/:token': [
      { about: 'absent', path: `/api/v1/abuse-reports/${noRow}`, ...absent },
    ],
    'GET /api/v1/probes/:id': [{ about: 'absent', path: `/api/v1/probes/${noRow}`, ...absent }],
    'GET /api/v1/delist-requests/:id': [
      { about: 'absent', path: `/api/v1/delist-requests/${noRow}`, ...absent },
    ],
    'POST /api/v1/delist-requests/:id/confirm': [
      { about: 'absent', path: `/api/v1/delist-requests/${noRow}/confirm`, json: {}, ...absent },
    ],
    'POST /api/v1/delist-requests/:id/proof': [
      { about: 'absent', path: `/api/v1/delist-requests/${noRow}/proof`, json: { method: 'txt' }, ...absent },
    ],
    'GET /api/v1/forms/:id': [{ about: 'absent', path: `/api/v1/forms/${noRow}`, ...absent }],
    'POST /api/v1/forms/:id/confirm': [
      { about: 'absent', path: `/api/v1/forms/${noRow}/confirm`, json: {}, ...absent },
    ],
  }
}

function expectedOf({ opensTo }: Declared, asker: Asker, row: Row): Expected {
  if (!isLetIn(opensTo, asker)) return 'no token'
  return row.isThere === undefined || row.isThere(asker) ? 'let in' : 'not found'
}

function isLetIn(opensTo: string, { is }: Asker): boolean {
  if (opensTo === 'anyone') return true
  if (opensTo === 'owner' || opensTo === 'events') return is === opensTo
  assert.ok(Object.hasOwn(permissions, opensTo), opensTo)
  return is === 'program' && may({ kind: 'program', name: 'x' }, opensTo as Permission)
}

async function outcomeOf({ page, asker, row }: Cell): Promise<Outcome> {
  return await outcomeIn(
    house,
    async () => await askSite(house, asker, page.method, row.path, { json: row.json }),
  )
}

function nameOf({ page, asker, row }: Cell): string {
  return `${asker.name} at ${page.method} ${page.pattern} (${row.about})`
}

/** Budgets, and that a token was used. */
const ofUse = ['limit_windows', 'tokens', 'owner_tokens', 'idempotency_keys']

function wrong({ page, asker, row, expected }: Cell, { status, written }: Outcome): string | undefined {
  const acted = written.some((table) => !ofUse.includes(table))
  const said = `${expected} expected, ${status} came, ${written.join(', ')} written`
  if (acted && (page.method === 'GET' || expected !== 'let in')) return said
  if (status === 401) return expected === 'no token' || isTold(page, asker) ? undefined : said
  switch (expected) {
    case 'no token':
      return said
    case 'not found':
      return [403, 404, 409, 410, 422].includes(status) ? undefined : said
    case 'let in':
      return status < 400 || (row.mayRefuse === true && status < 500) ? undefined : said
  }
}

/** A token that is none is told so, also where none is needed; of those that are one, only a program's is read there. */
function isTold({ opensTo }: Declared, { token, is }: Asker): boolean {
  return opensTo === 'anyone' && token !== undefined && is !== 'program'
}

describe('The API', () => {
  it('does for every program what its token is for, and nothing else', (t) => {
    t.diagnostic(`${tried.length} cells, ${askers.length} askers`)
    const wrongs = tried.flatMap(({ cell, outcome }) => {
      const why = wrong(cell, outcome)
      return why === undefined ? [] : [`${nameOf(cell)}: ${why}`]
    })
    assert.deepEqual(wrongs, [])
  })

  it('acts for those that may, so that the above means something', () => {
    const acting = declaredPages.filter(
      ({ pattern, method, opensTo }) =>
        pattern.startsWith('/api/') && method === 'POST' && opensTo !== 'anyone',
    )
    const acted = new Set(
      tried
        .filter(({ outcome }) => outcome.written.some((table) => !ofUse.includes(table)))
        .map(({ cell }) => cell.page.pattern),
    )
    assert.deepEqual(
      acting.flatMap(({ pattern }) => (acted.has(pattern) || pattern.endsWith('/events') ? [] : [pattern])),
      [],
    )
  })

  it('shows no program what is somebody else’s', () => {
    const secrets: readonly (readonly [words: string, mayRead: (asker: Asker) => boolean])[] = [
      [note, ({ is }) => is === 'program'],
      ...Object.values(them.owners).map(({ name }) => [wordsOf(name), () => false] as const),
      ...['192.0.2.10', '192.0.2.70', '198.51.100.70'].map(
        (ip) => [ip, ({ name, is }: Asker) => is === 'program' || holds(name, ip)] as const,
      ),
      ['192.0.2.64/26', ({ name, is }) => is === 'program' || name === 'paul'],
      ['198.51.100.128/25', ({ is }) => is === 'program'],
    ]
    const wrongs = tried.flatMap(({ cell, outcome }) =>
      secrets.flatMap(([words, mayRead]) =>
        outcome.text.replaceAll(cell.row.about, '…').includes(words) && !mayRead(cell.asker)
          ? [`${nameOf(cell)} shows ${words}`]
          : [],
      ),
    )
    assert.deepEqual(wrongs, [])
  })

  it('answers about somebody else’s as about what is not there, and turns away alike: the same words, the same work', () => {
    const alike = Map.groupBy(
      tried.filter(({ cell: { expected } }) => expected !== 'let in'),
      ({ cell: { page, asker } }) => `${asker.name} at ${page.method} ${page.pattern}`,
    )
    for (const [name, group] of alike) {
      const answers = new Set(
        group.map(
          ({ cell: { row }, outcome: { status, text } }) => `${status} ${text.replaceAll(row.about, '…')}`,
        ),
      )
      const work = group.map(({ outcome }) => outcome.statements)
      assert.equal(answers.size, 1, `${name}: ${[...answers].join('\n')}`)
      assert.ok(Math.max(...work) - Math.min(...work) <= 1, `${name}: ${work.join(', ')} statements`)
    }
  })
})
