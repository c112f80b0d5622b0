import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { declaredPages } from '../../src/web/declared-pages.ts'
import type { Declared } from '../../src/web/opening.ts'
import { elsewhere } from '../support/cross-site.ts'
import { databases } from '../support/database.ts'
import { origin } from '../support/visitor.ts'
import { deskWords } from './case-links.ts'
import { cookieFaults } from './cookies.ts'
import { openHouse, type House } from './house.ts'
import { handOut, ofTries, type Link, type LinkKind } from './links.ts'
import { outcomeIn, type Outcome } from './outcome.ts'
import { askSite, type Outsider } from './outsiders.ts'

const { open, close } = databases('SQLite')
after(close)

/**
 * Every address that ends with something that is given to somebody, with every such thing: the right one and those for other pages, used ones,
 * ones whose time is over, and forged ones. One kind opens each; all others are as if they had never been.
 */
const kindsOf: Readonly<Record<string, LinkKind>> = {
  '/c/:token': 'record',
  '/c/:token/recipient': 'record',
  '/confirm/:link': 'delist',
  '/owners/link/:link': 'owner',
  '/owners/contact/:link': 'contact',
  '/recipients/link/:link': 'recipient',
  '/forms/link/:link': 'form',
  '/my-data/link/:link': 'person',
  '/case/:token': 'case',
  '/case/:token/close': 'case',
  '/case/:token/helped': 'case',
  '/case/:token/recipient': 'case',
  '/report/:token': 'receipt',
  '/report/confirm/:token': 'confirm-report',
  '/account/:token': 'account',
  '/probe/:id': 'probe',
  '/api/v1/cases/:token': 'case',
  '/api/v1/cases/:token/messages': 'case',
  '/api/v1/cases/:token/withdrawal': 'case',
  '/api/v1/abuse-reports/:token': 'receipt',
  '/api/v1/probes/:id': 'probe',
}

/** What makes each of them act. */
const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/case/:token': { text: 'One more word.' },
  '/case/:token/helped': { helped: 'yes' },
  '/my-data/link/:link': { deed: 'erase' },
  '/account/:token': { gone: 'yes' },
  '/api/v1/cases/:token/messages': { text: 'One more word.' },
}

/** Whom the address itself opens to; those behind a program's token or a secret have tests of their own. */
function isOfLinks({ opensTo, pattern }: Declared): boolean {
  const isOfApi = pattern.startsWith('/api/') && opensTo === 'anyone' && /:(?:token|id)/.test(pattern)
  const hasSecret = /\/(?:delist-requests|forms)\/:id/.test(pattern)
  return opensTo === 'holder' || opensTo === 'letter' || (isOfApi && !hasSecret)
}

const nobody: Outsider = { name: 'nobody', cookies: new Map() }

interface Cell {
  readonly page: Declared
  readonly link: Link
  readonly visitor: Outsider
  readonly form: Readonly<Record<string, string>>
  readonly fits: boolean
  /** Both halves are there, or one is enough. */
  readonly isWhole: boolean
}

let house: House
let links: readonly Link[]
const tried: { readonly cell: Cell; readonly outcome: Outcome }[] = []

before(async () => {
  house = openHouse(await open())
  links = await handOut(house)
  for (const page of declaredPages.filter(isOfLinks)) {
    assert.ok(kindsOf[page.pattern], `${page.pattern}: say which links open it`)
    for (const link of links)
      for (const cell of cellsOf(page, link)) tried.push({ cell, outcome: await outcomeOf(cell) })
  }
})

function* cellsOf(page: Declared, link: Link): Generator<Cell> {
  const fits = link.kind === kindsOf[page.pattern] && link.state === 'good'
  const form = forms[page.pattern] ?? {}
  const needsHalf = page.opensTo === 'letter' && page.method === 'POST'
  const cell = { page, link, fits }
  yield { ...cell, visitor: nobody, form, isWhole: !needsHalf }
  if (page.opensTo !== 'letter') return
  const other = links.find(({ kind, browser, code }) => kind !== link.kind && browser && code !== link.code)
  yield { ...cell, visitor: other?.browser ?? assert.fail(), form, isWhole: !needsHalf }
  if (link.browser === undefined) return
  yield { ...cell, visitor: link.browser, form, isWhole: true }
  if (page.method === 'GET') return
  yield { ...cell, visitor: nobody, form: { ...form, code: link.code ?? '' }, isWhole: true }
  yield { ...cell, visitor: nobody, form: { ...form, code: other?.code ?? '' }, isWhole: false }
}

async function outcomeOf({ page, link, visitor, form }: Cell, headers = {}): Promise<Outcome> {
  const path = page.pattern.replace(/:\w+/, link.token)
  const send = page.pattern.startsWith('/api/') ? { json: form } : { form }
  return await outcomeIn(house, async () => await askSite(house, visitor, page.method, path, send, headers))
}

function nameOf({ page, link, visitor, form }: Cell): string {
  const code = 'code' in form ? (form['code'] === link.code ? ', with the code' : ', with another code') : ''
  return `${visitor.name} at ${page.method} ${page.pattern} with ${link.name} (${link.state})${code}`
}

/** The forms of a page as it stands, with each of their buttons: nothing filled in, nothing ticked. */
function* formsOn(page: string): Generator<{
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}> {
  const valueOf = (tag: string, name: string): string | undefined =>
    new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  for (const [, head = '', body = ''] of page.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const path = valueOf(head, 'action') ?? ''
    if (valueOf(head, 'method') !== 'post' || !path.startsWith('/')) continue
    const fields = [...body.matchAll(/<(?:input|textarea)\b[^>]*>/g)].flatMap(([tag]) => {
      const name = valueOf(tag, 'name')
      const isTicked = !/type="(?:checkbox|radio)"/.test(tag) || /\schecked/.test(tag)
      return name === undefined || !isTicked ? [] : [[name, valueOf(tag, 'value') ?? ''] as const]
    })
    for (const [button] of body.matchAll(/<button\b[^>]*>/g)) {
      const name = valueOf(button, 'name')
      const pressed = name === undefined ? [] : [[name, valueOf(button, 'value') ?? ''] as const]
      yield { path, form: Object.fromEntries([...fields, ...pressed]) }
    }
  }
}

/** What acts by one press all the same, because no harm comes of it. */
const byOnePress = [
  // Asked only where the operator wants to know, and may be changed.
  /^\/case\/[^/]+\/helped$/,
  // No letter leads here but its page does, and one more word opens the case again.
  /^\/case\/[^/]+\/close$/,
  // Shows a code, the same each time, that does nothing until a recipient types it.
  /^\/(?:c|case)\/[^/]+\/recipient$/,
]

const leadsAgain = ['delist', 'form']

function isUsed({ page, link }: Cell): boolean {
  return link.state === 'used' && link.kind === kindsOf[page.pattern]
}

function wrong(cell: Cell, { status, written, location }: Outcome): string | undefined {
  const { page, link, fits, isWhole } = cell
  const said = `${status} ${location} came, ${written.join(', ')} written`
  const acted = written.some((table) => !ofTries.includes(table))
  // Pressed again, a link leads to what it has opened, and opens nothing anew; but one that signs somebody in works once.
  if (isUsed(cell) && leadsAgain.includes(link.kind ?? '')) {
    const isLed = page.method === 'GET' ? status === 200 : status === (isWhole ? 303 : 403)
    return isLed && written.every((table) => [...ofTries, 'heads'].includes(table))
      ? undefined
      : `must lead on: ${said}`
  }
  if (acted && (page.method === 'GET' || !fits || !isWhole)) return `must not act: ${said}`
  if (!fits) {
    const leadsOn = page.method === 'GET' && page.pattern === '/case/:token/helped' && status === 303
    return leadsOn || (status >= 400 && status < 500) ? undefined : `must be refused: ${said}`
  }
  if (!isWhole) return status === 403 ? undefined : `half is missing: ${said}`
  if (page.method === 'GET') return status === 200 || status === 303 ? undefined : `must open: ${said}`
  return status < 500 ? undefined : said
}

describe('What is given to somebody, at the end of an address', () => {
  it('opens the page that it is for, while it does, and no other', (t) => {
    t.diagnostic(`${tried.length} cells: ${links.length} links`)
    const wrongs = tried.flatMap(({ cell, outcome }) => {
      const why = wrong(cell, outcome)
      return why === undefined ? [] : [`${nameOf(cell)}: ${why}`]
    })
    assert.deepEqual(wrongs, [])
  })

  it('acts at every form that it is for, so that the above means something', () => {
    const acting = declaredPages.filter((page) => isOfLinks(page) && page.method === 'POST')
    const acted = new Set(
      tried
        .filter(({ outcome }) => outcome.written.some((table) => !ofTries.includes(table)))
        .map(({ cell }) => cell.page.pattern),
    )
    assert.deepEqual(
      acting.flatMap(({ pattern }) => (acted.has(pattern) ? [] : [pattern])),
      [],
    )
  })

  it('does nothing for a mail scanner that opens each link and presses every button that it finds', async (t) => {
    const pages = declaredPages.filter((page) => isOfLinks(page) && page.method === 'GET')
    const wrongs: string[] = []
    let pressed = 0
    for (const { cell, outcome } of tried) {
      if (!pages.includes(cell.page) || cell.visitor !== nobody || outcome.status !== 200) continue
      for (const { path, form } of formsOn(outcome.text)) {
        if (byOnePress.some((each) => each.test(path))) continue
        const { written } = await outcomeIn(
          house,
          async () => await askSite(house, nobody, 'POST', path, { form }),
        )
        pressed++
        if (written.some((table) => !ofTries.includes(table)))
          wrongs.push(`${nameOf(cell)}: ${path} ${JSON.stringify(form)} writes ${written.join(', ')}`)
      }
    }
    assert.deepEqual(wrongs, [])
    assert.ok(pressed > 10)
    t.diagnostic(`${pressed} buttons`)
  })

  it('does nothing for a form that began at another site', async (t) => {
    const acting = new Map(
      tried
        .filter(
          ({ cell, outcome }) => cell.page.method === 'POST' && cell.isWhole && outcome.written.length > 0,
        )
        .map(({ cell }) => [cell.page.pattern, cell]),
    )
    for (const cell of acting.values())
      for (const headers of elsewhere(origin)) {
        const { status, written } = await outcomeOf(cell, headers)
        assert.deepEqual([status, written], [403, []], `${nameOf(cell)} ${JSON.stringify(headers)}`)
      }
    t.diagnostic(`${acting.size} forms`)
  })

  it('sets no cookie that scripts, other hosts or plain connections get', (t) => {
    const set = tried.flatMap(({ outcome }) => outcome.cookies)
    assert.deepEqual([...new Set(set.flatMap(cookieFaults))], [])
    t.diagnostic(`${set.length} cookies`)
  })

  it('is worth nothing where it does not fit: forged, foreign and unknown ones are answered alike', () => {
    const alike = Map.groupBy(
      tried.filter(({ cell: { link, page } }) => link.kind !== kindsOf[page.pattern]),
      ({ cell: { page, visitor } }) => `${visitor.name} at ${page.method} ${page.pattern}`,
    )
    const wrongs: string[] = []
    for (const [name, group] of alike) {
      const answers = new Set(
        group.map(({ cell: { link }, outcome }) =>
          `${outcome.status} ${outcome.location} ${outcome.text}`.replaceAll(link.token, '…'),
        ),
      )
      if (answers.size > 1) wrongs.push(`${name}: ${answers.size} different answers`)
    }
    assert.deepEqual(wrongs, [])
  })

  it('shows its holder what is theirs, and nothing of others, of the desk, or of codes', () => {
    const owned = links.flatMap(({ words }) => (words === undefined || words === 'nothing' ? [] : [words]))
    const wrongs = new Set<string>()
    const seen = new Set<string>()
    for (const { cell, outcome } of tried) {
      const { link } = cell
      for (const words of [...new Set(owned), 'words-of-hushed', ...deskWords, 'answer-to-sender']) {
        if (!outcome.text.includes(words)) continue
        seen.add(words)
        const isTheirs =
          cell.fits &&
          (link.words === words || (words === 'answer-to-sender' && link.name === 'thread of sender'))
        if (!isTheirs) wrongs.add(`${nameOf(cell)} shows ${words}`)
      }
      for (const each of links)
        if (
          each.code !== undefined &&
          outcome.text.includes(each.code) &&
          cell.visitor !== each.browser &&
          !(cell.fits && link.shows === each.code) &&
          cell.form['code'] !== each.code
        )
          wrongs.add(`${nameOf(cell)} shows the code of ${each.name}`)
    }
    assert.deepEqual([...wrongs], [])
    const unseen = owned.filter((words) => !seen.has(words) && words !== 'words-of-erased')
    assert.deepEqual(unseen, [])
  })
})
