import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { declaredPages } from '../../src/web/declared-pages.ts'
import type { Declared } from '../../src/web/opening.ts'
import { elsewhere } from '../support/cross-site.ts'
import { databases } from '../support/database.ts'
import { origin } from '../support/visitor.ts'
import { cookieFaults } from './cookies.ts'
import { openHouse, type House } from './house.ts'
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
import { actsFor, holds, rowsOf, type Expected, type Row } from './site-rows.ts'
import { isAlike, leastOf } from './timing.ts'

const { open, close } = databases('SQLite')
after(close)

/**
 * Every page of owners and recipients, asked for by everybody who can come: about what is theirs, what is somebody else's, and what is not there.
 * What is to come of it follows from to whom the page says that it opens, and from who holds what.
 */
interface Cell {
  readonly page: Declared
  readonly visitor: Outsider
  readonly row: Row
  readonly expected: Expected
}

let house: House
let them: Outsiders
const tried: { readonly cell: Cell; readonly outcome: Outcome }[] = []

before(async () => {
  house = openHouse(await open())
  them = await meetOutsiders(house)
  for (const page of declaredPages.filter(({ opensTo }) => opensTo === 'owner' || opensTo === 'recipient')) {
    if (page.pattern.startsWith('/api/')) continue
    const rows = rowsOf(`${page.method} ${page.pattern}`, them)
    assert.ok(rows, `${page.method} ${page.pattern}: say in site-rows.ts what can be asked there, about what`)
    for (const visitor of everybody())
      for (const row of rows) {
        const cell = { page, visitor, row, expected: expectedOf(page, visitor, row) }
        tried.push({ cell, outcome: await outcomeOf(cell) })
      }
  }
})

function everybody(): readonly Outsider[] {
  const { nobody, owners, recipients, gone } = them
  return [nobody, ...Object.values(owners), ...Object.values(recipients), ...gone]
}

function expectedOf({ opensTo, method }: Declared, visitor: Outsider, row: Row): Expected {
  const known: Readonly<Record<string, Outsider>> = opensTo === 'owner' ? them.owners : them.recipients
  if (known[visitor.name] === visitor) return row.expected(visitor)
  // Whoever comes by a link begins; a session that is over is said to be over.
  const hasCookie = visitor.cookies.has(`__Host-${opensTo}`)
  return method === 'GET' && !hasCookie ? 'begin' : 'no session'
}

async function outcomeOf({ page, visitor, row }: Cell, headers = {}): Promise<Outcome> {
  return await outcomeIn(
    house,
    async () => await askSite(house, visitor, page.method, row.path, { form: row.form ?? {} }, headers),
  )
}

function nameOf({ page, visitor, row }: Cell): string {
  return `${visitor.name} at ${page.method} ${page.pattern} (${row.deed}, ${row.about})`
}

function wrong({ page, row, expected }: Cell, { status, location, written }: Outcome): string | undefined {
  const acted = written.some((table) => table !== 'limit_windows')
  const said = `${expected} expected, ${status} ${location} came, ${written.join(', ')} written`
  if (acted && (page.method === 'GET' || expected !== 'let in')) return said
  const isOf = (...wanted: readonly number[]): string | undefined =>
    wanted.includes(status) ? undefined : said
  switch (expected) {
    case 'begin':
      return location === `/${page.opensTo}s` ? isOf(303) : said
    case 'no session':
    case 'forbidden':
      return isOf(403)
    case 'not found':
      return row.path === '/recipients/case' ? isOf(404, 422) : isOf(404)
    case 'refused':
      return isOf(403, 409, 410, 422)
    case 'let in':
      if (row.mayRefuse === true && status < 500 && status !== 404) return undefined
      if (row.mayRefuse === true && row.deed === 'take-back') return undefined
      return page.method === 'GET' || acted ? isOf(200, 303) : said
  }
}

/** Words that stand in what one of them holds, and who else may read them. */
function secrets(): readonly (readonly [words: string, mayRead: (visitor: Outsider) => boolean])[] {
  const { owners, recipients } = them
  const only =
    (...names: readonly string[]) =>
    ({ name }: Outsider): boolean =>
      names.includes(name)
  const networks = {
    // The wider owner gave it.
    '192.0.2.64/26': only('paul', 'olga'),
    '192.0.2.192/26': only('rolf'),
    '198.51.100.128/25': only('nina'),
  }
  return [
    ...Object.entries(networks),
    ...Object.values(owners).flatMap(({ name, listed }) => [
      [ownerMailbox(name), name === 'paul' ? only('paul', 'olga') : only(name)] as const,
      [`program-of-${name}`, only(name)] as const,
      // A thread has a page of its own.
      [wordsOf(name), only()] as const,
      ...(listed === undefined
        ? []
        : [[listed, (visitor: Outsider) => holds(visitor.name, listed)] as const]),
    ]),
    ...Object.values(recipients).flatMap((recipient) => {
      const mayRead = (visitor: Outsider): boolean =>
        'mailbox' in visitor && actsFor(visitor as never, recipient.mailbox)
      return [
        [senderTo(recipient.name), mayRead] as const,
        [friendOf(recipient.name), mayRead] as const,
        [recipient.mailbox, mayRead] as const,
      ]
    }),
  ]
}

/** Without what the request itself said. */
function masked(text: string, { row }: Cell): string {
  const own = [...row.path.split(/[/?=&]/), ...Object.values(row.form ?? {}), row.about].filter(
    (each) => each.length > 5,
  )
  const words = own.flatMap((each) => [each, encodeURIComponent(each), each.replaceAll('@', '%40')])
  return words.reduce((shown, each) => shown.replaceAll(each, '…'), text)
}

describe('The pages of owners and recipients', () => {
  it('do for everybody what is theirs to ask for, and nothing else', (t) => {
    t.diagnostic(`${tried.length} cells, ${everybody().length} visitors`)
    const wrongs = tried.flatMap(({ cell, outcome }) => {
      const why = wrong(cell, outcome)
      return why === undefined ? [] : [`${nameOf(cell)}: ${why}`]
    })
    assert.deepEqual(wrongs, [])
  })

  it('show nobody what somebody else holds', () => {
    const wrongs = new Set<string>()
    const seen = new Set<string>()
    for (const { cell, outcome } of tried)
      for (const [words, mayRead] of secrets())
        if (masked(`${outcome.location} ${outcome.text}`, cell).includes(words)) {
          seen.add(words)
          if (!mayRead(cell.visitor)) wrongs.add(`${nameOf(cell)} shows ${words}`)
        }
    assert.deepEqual([...wrongs], [])
    const unseen = secrets().flatMap(([words]) =>
      seen.has(words) || words.startsWith('words-of') ? [] : [words],
    )
    assert.deepEqual(unseen, [], 'each is to be seen by somebody')
  })

  it('answer about somebody else’s as about what is not there, and turn away alike: the same words, the same work', (t) => {
    const alike = Map.groupBy(
      tried.filter(({ cell: { expected } }) => expected !== 'let in' && expected !== 'refused'),
      ({ cell: { page, visitor, row, expected } }) =>
        `${visitor.name} at ${page.method} ${page.pattern}, ${row.deed}: ${expected}`,
    )
    const wrongs: string[] = []
    for (const [name, group] of alike) {
      const answers = new Set(
        group.map(({ cell, outcome }) =>
          masked(`${outcome.status} ${outcome.location} ${outcome.text}`, cell),
        ),
      )
      const work = group.map(({ outcome }) => outcome.statements)
      if (answers.size > 1) wrongs.push(`${name}: ${answers.size} different answers`)
      if (Math.max(...work) - Math.min(...work) > 1) wrongs.push(`${name}: ${work.join(', ')} statements`)
    }
    t.diagnostic(`${alike.size} groups`)
    assert.deepEqual(wrongs, [])
  })

  it('do nothing for a form that began at another site', async (t) => {
    const acting = new Map(
      tried
        .filter(({ outcome }) => outcome.written.length > 0)
        .map(({ cell }) => [`${cell.page.pattern} ${cell.row.deed}`, cell]),
    )
    for (const cell of acting.values())
      for (const headers of elsewhere(origin)) {
        const { status, written } = await outcomeOf(cell, headers)
        assert.deepEqual([status, written], [403, []], `${nameOf(cell)} ${JSON.stringify(headers)}`)
      }
    t.diagnostic(`${acting.size} deeds`)
  })

  it('set no cookie that scripts, other hosts or plain connections get', (t) => {
    const set = tried.flatMap(({ outcome }) => outcome.cookies)
    assert.deepEqual([...new Set(set.flatMap(cookieFaults))], [])
    t.diagnostic(`${set.length} cookies`)
  })

  it('take as long for somebody else’s as for what is not there', async (t) => {
    const pairs = Map.groupBy(
      tried.filter(({ cell: { expected } }) => expected === 'not found'),
      ({ cell: { page, visitor, row } }) => `${visitor.name} at ${page.method} ${page.pattern}, ${row.deed}`,
    )
    let count = 0
    for (const [name, group] of pairs) {
      const cells = group.map(({ cell }) => cell)
      const [absent, other] = [cells.at(-1), cells.at(0)]
      // One visitor for each deed is enough.
      if (!absent || !other || absent === other || !/^(?:nina|ada|bob) /.test(name)) continue
      count++
      const [there, gone] = await leastOf([
        async () => await outcomeOf(other),
        async () => await outcomeOf(absent),
      ])
      assert.ok(isAlike(there, gone), `${name}: ${there.toFixed(1)} and ${gone.toFixed(1)} ms`)
    }
    t.diagnostic(`${count} pairs`)
    assert.ok(count > 10)
  })
})
