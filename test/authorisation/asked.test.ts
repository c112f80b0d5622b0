import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { declaredPages } from '../../src/web/declared-pages.ts'
import type { Declared } from '../../src/web/opening.ts'
import { databases } from '../support/database.ts'
import { openHouse, type House } from './house.ts'
import { handOut, ofTries, type Link, type LinkKind } from './links.ts'
import { outcomeIn, type Outcome } from './outcome.ts'
import { askSite, type Outsider } from './outsiders.ts'

const { open, close } = databases('SQLite')
after(close)

/**
 * What somebody has asked for belongs to the browser or program that asked: its page shows the code, and acts with the other half. Every such address,
 * with every id, from the browser that asked, from others, and from one that made up its half.
 */
const kindsOf: Readonly<Record<string, readonly LinkKind[]>> = {
  '/delist/:id': ['delist'],
  '/delist/:id/events': ['delist'],
  '/owners/asked/:id': ['owner'],
  '/owners/contact-asked/:id': ['contact'],
  '/recipients/asked/:id': ['recipient'],
  '/my-data/asked/:id': ['person'],
  '/forms/asked/:id': ['form'],
  '/api/v1/delist-requests/:id': ['delist'],
  '/api/v1/delist-requests/:id/confirm': ['delist'],
  '/api/v1/delist-requests/:id/proof': ['delist'],
  '/api/v1/forms/:id': ['form'],
  '/api/v1/forms/:id/confirm': ['form'],
}

/** What is sent; `link`, `secret` and `code` are filled in where the asker has them. */
const forms: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  '/delist/:id': [{ do: 'delist' }, { do: 'txt' }, { do: 'http' }, { do: 'open', code: '' }],
  '/forms/asked/:id': [{}],
  '/api/v1/delist-requests/:id/confirm': [{ link: '' }, {}],
  '/api/v1/delist-requests/:id/proof': [{ method: 'txt' }],
  '/api/v1/forms/:id/confirm': [{ link: '' }, {}],
}

function isOfAskers({ opensTo, pattern }: Declared): boolean {
  return opensTo === 'browser' || /^\/api\/v1\/(?:delist-requests|forms)\/:id/.test(pattern)
}

interface Asker {
  readonly name: string
  readonly cookies: ReadonlyMap<string, string>
  readonly secret: string | undefined
  readonly code: string | undefined
}

interface Cell {
  readonly page: Declared
  readonly link: Link
  readonly asker: Asker
  readonly form: Readonly<Record<string, string>>
}

let house: House
let links: readonly Link[]
const tried: { readonly cell: Cell; readonly outcome: Outcome }[] = []

before(async () => {
  house = openHouse(await open())
  const asked = (await handOut(house)).filter(
    ({ browser, state }) => browser !== undefined && state === 'good',
  )
  links = [...asked, { name: 'nothing', kind: undefined, state: 'good', token: `${'z'.repeat(26)}.` }]
  for (const page of declaredPages.filter(isOfAskers)) {
    assert.ok(kindsOf[page.pattern], `${page.pattern}: say who asks there`)
    const filled = page.method === 'GET' ? [{}] : forms[page.pattern]
    assert.ok(filled, `${page.pattern} is a form: fill it in`)
    for (const link of links)
      for (const asker of askersOf(link))
        for (const form of filled) {
          const cell = { page, link, asker, form }
          tried.push({ cell, outcome: await outcomeOf(cell) })
        }
  }
})

const idOf = ({ token }: Link): string => token.split('.')[0] ?? ''

function askersOf(link: Link): readonly Asker[] {
  const other = links.find(({ kind }) => kind !== undefined && kind !== link.kind) ?? assert.fail()
  const of = ({ browser, code }: Link, name: string, id: string): Asker => {
    const cookie = browser?.cookies.get(cookieOf(id))
    return { name, cookies: browser?.cookies ?? new Map(), secret: cookie?.split('.')[1], code }
  }
  const theirs = of(other, 'another browser', idOf(other))
  const [made, taken] = ['A'.repeat(43), theirs.secret ?? '']
  return [
    ...(link.browser === undefined ? [] : [of(link, 'the browser that asked', idOf(link))]),
    theirs,
    { name: 'nobody', cookies: new Map(), secret: undefined, code: undefined },
    // The id is known, the half is made up, or somebody else's.
    ...[made, taken].map((secret) => ({
      name: 'a browser with a half that does not fit',
      cookies: new Map([[cookieOf(idOf(link)), `ABCDEF.${secret}`]]),
      secret,
      code: undefined,
    })),
  ]
}

function cookieOf(id: string): string {
  return `__Host-pd_${id.slice(0, 12)}`
}

async function outcomeOf({ page, link, asker, form }: Cell): Promise<Outcome> {
  const isOfApi = page.pattern.startsWith('/api/')
  const { secret, code } = asker
  const filled = Object.fromEntries(
    Object.entries({
      ...form,
      ...(isOfApi && page.method === 'POST' && secret !== undefined && { secret }),
    }).map(([name, value]) =>
      name === 'link' ? [name, link.token] : name === 'code' ? [name, code ?? '000000'] : [name, value],
    ),
  )
  const visitor: Outsider = {
    ...asker,
    ...(isOfApi && page.method === 'GET' && secret !== undefined && { token: secret }),
  }
  const path = page.pattern.replace(/:\w+/, idOf(link))
  const send = isOfApi ? { json: filled } : { form: filled }
  return await outcomeIn(house, async () => await askSite(house, visitor, page.method, path, send))
}

function nameOf({ page, link, asker, form }: Cell): string {
  return `${asker.name} at ${page.method} ${page.pattern} of ${link.name}, ${JSON.stringify(form)}`
}

function isTheirs({ page, link, asker }: Cell): boolean {
  return (
    asker.name === 'the browser that asked' &&
    link.kind !== undefined &&
    kindsOf[page.pattern]?.includes(link.kind) === true
  )
}

describe('What somebody has asked for', () => {
  it('acts for nobody else', (t) => {
    t.diagnostic(`${tried.length} cells: ${links.length} ids`)
    const wrongs = tried.flatMap(({ cell, outcome: { status, written, cookies } }) => {
      const acted = written.some((table) => !ofTries.includes(table))
      const said = `${nameOf(cell)}: ${status}, ${written.join(', ')} written, ${cookies.join()} set`
      if (status >= 500) return [said]
      if (acted && (cell.page.method === 'GET' || !isTheirs(cell))) return [said]
      if (isTheirs(cell)) return cell.page.method === 'GET' && status !== 200 ? [said] : []
      // A page that asks for the code is shown to whoever comes.
      const asksForCode = cell.page.method === 'GET' && cell.page.opensTo === 'browser' && status === 200
      return (asksForCode || status >= 400) && cookies.length === 0 ? [] : [said]
    })
    assert.deepEqual(wrongs, [])
  })

  it('acts for whoever asked, at every form, so that the above means something', () => {
    const acted = new Set(
      tried
        .filter(({ cell, outcome }) => isTheirs(cell) && outcome.status < 400)
        .map(({ cell }) => `${cell.page.method} ${cell.page.pattern}`),
    )
    const all = declaredPages.filter(isOfAskers).map(({ method, pattern }) => `${method} ${pattern}`)
    // A form that was asked for by letter is confirmed by its link alone.
    assert.deepEqual(
      all.filter((name) => !acted.has(name)),
      ['POST /forms/asked/:id'],
    )
  })

  it('shows its code to the browser that asked, and to nobody else', () => {
    const wrongs = tried.flatMap(({ cell, outcome }) => {
      const shown = links.filter(
        ({ code }) => code !== undefined && code !== cell.asker.code && outcome.text.includes(code),
      )
      return shown.map(({ name }) => `${nameOf(cell)} shows the code of ${name}`)
    })
    assert.deepEqual(wrongs, [])
    const seen = tried.filter(
      ({ cell, outcome }) => isTheirs(cell) && outcome.text.includes(cell.link.code ?? '?'),
    )
    assert.deepEqual(new Set(seen.map(({ cell }) => cell.link.kind)), new Set(Object.values(kindsOf).flat()))
  })

  it('does not tell nobody and strangers whether there is such a thing', () => {
    const alike = Map.groupBy(
      tried.filter(({ cell: { page, asker } }) => page.method === 'GET' && asker.name === 'nobody'),
      ({ cell: { page } }) => page.pattern,
    )
    for (const [name, group] of alike) {
      const answers = new Set(
        group.map(
          ({ cell, outcome }) => `${outcome.status} ${outcome.text.replaceAll(idOf(cell.link), '…')}`,
        ),
      )
      assert.equal(answers.size, 1, name)
    }
  })
})
