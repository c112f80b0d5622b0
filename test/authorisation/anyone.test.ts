import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { declaredPages } from '../../src/web/declared-pages.ts'
import type { Declared } from '../../src/web/opening.ts'
import { elsewhere } from '../support/cross-site.ts'
import { databases } from '../support/database.ts'
import { origin } from '../support/visitor.ts'
import { cookieFaults } from './cookies.ts'
import { filledForms } from './filled-forms.ts'
import { openHouse, type House } from './house.ts'
import { hireEverybody } from './operators.ts'
import { outcomeIn, type Outcome } from './outcome.ts'
import {
  askSite,
  friendOf,
  meetOutsiders,
  ownerMailbox,
  senderTo,
  wordsOf,
  type Outsider,
  type Outsiders,
} from './outsiders.ts'

const { open, close } = databases('SQLite')
after(close)

/** Every page of the site that opens to whoever asks: it is the same for all of them, says nothing of anybody, and acts by its button alone. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  ':address/check': ['192.0.2.10/check'],
  ':address/:length': ['192.0.2.0/24', '192.0.2.10/x'],
  ':address': ['192.0.2.10', '192.0.2.99', '2001:db8::1', 'x'],
  ':section/:name': ['troubleshooting/refused', 'x/y'],
  ':section': ['troubleshooting', 'x'],
  '/announcements/:name': ['/announcements/2026-11-29-opening', '/announcements/x'],
  ':topic': ['refused', 'x'],
  ':code': ['5.7.606', 'PSN606', 'x'],
}

/** What each form is sent with; `pow` is solved anew. */
const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/find': { q: '550 5.7.606 Access denied, banned sending IP [192.0.2.10]' },
  '/ip/:address/check': {},
  '/check': { domain: 'sender.example' },
  '/delist': { ip: '192.0.2.10', mailbox: 'eve@stranger.example', statement: 'yes', pow: '' },
  '/owners': { mailbox: 'eve@stranger.example' },
  '/recipients': { mailbox: 'eve@provider.example' },
  '/recipients/provider/answer': { query: 'code=x' },
  '/analyse': { text: '550 5.7.606 Access denied' },
  '/headers': { header: 'From: a@b.example' },
  '/probe': {},
  '/report': { source: 'Message-ID: <x@y.example>\n\nx', mailbox: 'eve@stranger.example', pow: '' },
  '/my-data': { mailbox: 'eve@stranger.example' },
  '/deliverability': { ...filledForms.deliverability, pow: '' },
  '/warm-up': { ...filledForms.warmUp, pow: '' },
}

interface Cell {
  readonly page: Declared
  readonly path: string
  readonly visitor: Outsider
  readonly form: Readonly<Record<string, string>>
}

let house: House
let them: Outsiders
let visitors: readonly Outsider[]
const tried: { readonly cell: Cell; readonly outcome: Outcome }[] = []

before(async () => {
  house = openHouse(await open())
  them = await meetOutsiders(house)
  const operator = (await hireEverybody(house)).find(({ role }) => role === 'admin')
  const session = operator?.session?.session ?? assert.fail()
  visitors = [
    them.nobody,
    them.owners.olga,
    them.recipients.root,
    ...them.gone,
    { name: 'an operator', cookies: new Map([['__Host-postern-console', session]]) },
  ]
  for (const page of declaredPages.filter(isForAnyone))
    for (const path of pathsOf(page))
      for (const visitor of visitors) {
        const form = page.method === 'GET' ? {} : forms[page.pattern]
        assert.ok(form, `${page.pattern} is a form: fill it in`)
        const cell = { page, path, visitor, form }
        tried.push({ cell, outcome: await outcomeOf(cell) })
      }
})

function isForAnyone({ opensTo, pattern }: Declared): boolean {
  return opensTo === 'anyone' && !pattern.startsWith('/api/')
}

function pathsOf({ pattern }: Declared): readonly string[] {
  if (!pattern.includes(':')) return [pattern]
  const [end, values] = Object.entries(parameters).find(([each]) => pattern.endsWith(each)) ?? []
  assert.ok(end !== undefined && values, `${pattern} names something: say what there is`)
  return values.map((value) => pattern.slice(0, -end.length) + value)
}

async function outcomeOf(
  { page, path, visitor, form }: Cell,
  method = page.method,
  headers = {},
): Promise<Outcome> {
  const filled = 'pow' in form ? { ...form, pow: await house.solved() } : form
  return await outcomeIn(
    house,
    async () => await askSite(house, visitor, method, path, { form: filled }, headers),
  )
}

function nameOf({ page, path, visitor }: Cell): string {
  return `${visitor.name} at ${page.method} ${path}`
}

/** Looking up an address costs its asker. */
const ofAsking = ['limit_windows']

describe('The pages for whoever asks', () => {
  it('answer, and only their buttons act', (t) => {
    t.diagnostic(`${tried.length} cells, ${visitors.length} visitors`)
    const wrongs = tried.flatMap(({ cell, outcome: { status, written } }) => {
      const acted = written.some((table) => !ofAsking.includes(table))
      const isWrong = status >= 500 || status === 401 || (acted && cell.page.method === 'GET')
      return isWrong ? [`${nameOf(cell)}: ${status}, ${written.join(', ')} written`] : []
    })
    assert.deepEqual(wrongs, [])
  })

  it('are the same for everybody, whoever they are elsewhere', () => {
    const alike = Map.groupBy(
      tried.filter(({ cell: { page } }) => page.method === 'GET'),
      ({ cell: { path } }) => path,
    )
    for (const [path, group] of alike) {
      // Each has a challenge of its own.
      const answers = group.map(({ outcome: { status, location, text } }) =>
        `${status} ${location} ${text}`.replaceAll(/(?:data-challenge|value)="[^"]*"/g, ''),
      )
      assert.equal(new Set(answers).size, 1, path)
    }
  })

  it('set no cookie that scripts, other hosts or plain connections get', (t) => {
    const set = tried.flatMap(({ outcome }) => outcome.cookies)
    assert.deepEqual([...new Set(set.flatMap(cookieFaults))], [])
    t.diagnostic(`${set.length} cookies`)
  })

  it('say nothing of anybody', () => {
    const names = [...Object.keys(them.owners), ...Object.keys(them.recipients)]
    const secrets = [
      ...names.flatMap((name) => [ownerMailbox(name), wordsOf(name), senderTo(name), friendOf(name)]),
      ...Object.values(them.recipients).map(({ mailbox }) => mailbox),
      '192.0.2.64/26',
      '198.51.100.128/25',
    ]
    const wrongs = tried.flatMap(({ cell, outcome }) =>
      secrets.flatMap((words) => (outcome.text.includes(words) ? [`${nameOf(cell)} shows ${words}`] : [])),
    )
    assert.deepEqual(wrongs, [])
  })

  it('do nothing for a form that began at another site', async (t) => {
    const own = tried.filter(
      ({ cell: { page, visitor } }) => page.method === 'POST' && visitor === them.nobody,
    )
    const idle = own.filter(({ outcome }) => outcome.status >= 400).map(({ cell }) => cell.path)
    // A report comes with a file, which is no form of fields; the provider knows nobody here.
    assert.deepEqual(idle, ['/recipients/provider/answer', '/report'], 'they act when they began here')
    for (const { cell } of own)
      for (const headers of elsewhere(origin)) {
        const { status, written } = await outcomeOf(cell, 'POST', headers)
        assert.deepEqual([status, written], [403, []], `${nameOf(cell)} ${JSON.stringify(headers)}`)
      }
    t.diagnostic(`${own.length} forms`)
  })
})

describe('Every page of the site', () => {
  it('answers no other method than those that it declares', async () => {
    const all = declaredPages.map(({ pattern }) => pattern.replaceAll(/:\w+/g, 'x'))
    for (const path of new Set(all))
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        house.watch.taken()
        const { status } = await house.web.request(origin + path, {
          method,
          headers: { 'sec-fetch-site': 'same-origin' },
        })
        assert.equal(status, 404, `${method} ${path}`)
        assert.deepEqual(house.watch.taken().written, [])
      }
  })

  it('answers HEAD as it answers GET, and acts no more', async () => {
    for (const { cell, outcome } of tried.filter(({ cell: { page } }) => page.method === 'GET')) {
      const { status, text, written } = await outcomeIn(
        house,
        async () => await house.web.request(origin + cell.path, { method: 'HEAD' }),
      )
      assert.equal(text, '')
      if (cell.visitor === them.nobody) assert.equal(status, outcome.status, cell.path)
      assert.deepEqual(
        written.filter((table) => !ofAsking.includes(table)),
        [],
        cell.path,
      )
    }
  })
})
