import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { may, type Permission } from '../../src/core/actor.ts'
import type { ConsoleRoute } from '../../src/web/console/route.ts'
import { consoleRoutes } from '../../src/web/console/routes.ts'
import type { Web } from '../../src/web/env.ts'
import { elsewhere } from '../support/cross-site.ts'
import { databases } from '../support/database.ts'
import { deedsOf, type Deed } from './console-deeds.ts'
import { addressOf, subjectsOf, type Subject } from './console-subjects.ts'
import { cookieFaults } from './cookies.ts'
import { consoleOrigin, openHouse, type House } from './house.ts'
import { ask, hireEverybody, type Visitor } from './operators.ts'
import { outcomeIn, type Outcome } from './outcome.ts'
import { makeThings, said, type Things } from './things.ts'
import { isAlike, leastOf } from './timing.ts'

const { open, close } = databases('SQLite')
after(close)

/**
 * Every address of the console, asked for by nobody and by every role, with a code shown lately and without, about things that everybody may
 * see, that few may, and that are not there. What is to come of it follows from what the route declares, from the table of roles and
 * permissions, and from how the thing stands; nothing is taken from what the console answers now.
 */
type Expected =
  | 'sign in'
  | 'session over'
  | 'forbidden'
  | 'code'
  | 'not found'
  | 'closed'
  | 'refused'
  | 'let in'

function expected(route: ConsoleRoute, visitor: Visitor, subject: Subject, deed: Deed | undefined): Expected {
  if (!isLetIn(route, visitor)) {
    if (visitor.role !== undefined) return 'forbidden'
    return route.safe ? 'sign in' : 'session over'
  }
  if (route.fresh === true && !visitor.isFresh) return 'code'
  const standing = deed?.ofChosen ?? subject.is
  if (standing === 'absent' || standing === 'foreign') return 'not found'
  if (typeof standing === 'object') {
    if ('hiddenWithout' in standing && !may(visitor.actor, standing.hiddenWithout)) return 'not found'
    if ('closedWithout' in standing && !may(visitor.actor, standing.closedWithout)) return 'closed'
  }
  if ((subject.isWide === true || deed?.isWide === true) && !visitor.isFresh) return 'code'
  if (deed?.takesTwo === true && subject.proposedBy === visitor.role) return 'refused'
  return 'let in'
}

function isLetIn({ permission }: ConsoleRoute, { role, actor }: Visitor): boolean {
  if (permission === 'anyone') return true
  return permission === 'signed-in' ? role !== undefined : may(actor, permission)
}

interface Cell {
  readonly route: ConsoleRoute
  readonly visitor: Visitor
  readonly subject: Subject
  readonly deed: Deed | undefined
  readonly expected: Expected
}

function nameOf({ route, visitor, subject, deed }: Cell): string {
  const what = deed === undefined ? '' : `, ${deed.name}`
  return `${visitor.name} at ${route.method} ${route.path} (${subject.name}${what})`
}

let house: House
let everybody: readonly Visitor[]
let things: Things
before(async () => {
  house = openHouse(await open())
  everybody = await hireEverybody(house)
  things = await makeThings(house)
})

function* cellsOf(route: ConsoleRoute): Generator<Cell> {
  for (const visitor of everybody) {
    const subjects = subjectsOf(route.path, things, visitor.role)
    assert.ok(subjects, `${route.path} names something: say in console-subjects.ts which things there are`)
    for (const subject of subjects) {
      const deeds = route.safe ? [undefined] : deedsOf(route.path, subject.id, things)
      assert.ok(deeds, `${route.path} is a form: fill it in in console-deeds.ts`)
      for (const deed of deeds) {
        const on = deed?.on !== undefined && subject.is === 'usual' ? { ...subject, id: deed.on } : subject
        yield { route, visitor, subject: on, deed, expected: expected(route, visitor, on, deed) }
      }
    }
  }
}

async function outcomeOf(
  { route, visitor, subject, deed }: Cell,
  {
    door = house.console,
    headers = {},
  }: { readonly door?: Web; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const address = addressOf(route.path, subject.id)
  return await outcomeIn(
    house,
    async () => await ask({ console: door }, visitor, address, deed?.fields, headers),
  )
}

/** Whether it is what was expected; undefined when it is. */
function wrong(cell: Cell, { status, location, written }: Outcome): string | undefined {
  const { route, deed } = cell
  // Whoever tries pays for it.
  const acted = written.some((table) => table !== 'limit_windows')
  const said = `${cell.expected} expected, ${status} ${location} came, ${written.join(', ')} written`
  if (acted && (route.safe || cell.expected !== 'let in')) return said
  switch (cell.expected) {
    case 'sign in':
      return status === 303 && location.startsWith('/sign-in') ? undefined : said
    case 'session over':
      return status === 401 ? undefined : said
    case 'forbidden':
      return status === 403 ? undefined : said
    case 'code':
      return status === 303 && location.startsWith('/account/code?next=') ? undefined : said
    case 'not found':
      if (deed?.ofChosen !== undefined) return location.includes('done=0&failed=1') ? undefined : said
      // A page that only leads to another one does so for whatever it is asked.
      if (route.path === '/enrol/:link') return route.safe || status === 410 ? undefined : said
      return status === 404 || (route.safe && status === 303) ? undefined : said
    case 'closed':
      if (deed?.ofChosen !== undefined) return location.includes('done=0&failed=1') ? undefined : said
      return status === 403 || (route.safe && status < 400) ? undefined : said
    case 'refused':
      return status >= 400 && status < 500 ? undefined : said
    case 'let in': {
      const isRefusal = status >= 400 && status < 500
      const mayRefuse = deed?.mayRefuse === true || typeof cell.subject.is === 'object'
      if (mayRefuse && (isRefusal || !acted)) return undefined
      if (status >= 400 || /^\/(?:account\/code|sign-in)/.test(location) !== isWayOut(route)) return said
      return route.safe || acted || deed?.isWithoutTrace === true ? undefined : said
    }
  }
}

function isWayOut({ path, safe }: ConsoleRoute): boolean {
  return !safe && /sign-out/.test(path)
}

/** Words that stand in one thing alone, with what somebody must be allowed who reads them. */
const secrets: readonly (readonly [words: string, needs: Permission])[] = [
  [said.form, 'case.read'],
  [said.restrictedCase, 'case.legal'],
  [said.restrictedHow, 'case.legal'],
  [said.restrictedSender, 'case.legal'],
  [said.owner, 'owner.read'],
  [said.reporter, 'abuse.reporter'],
  [said.restrictedReporter, 'abuse.restricted'],
  [said.account, 'abuse.read'],
  [said.restrictedAccount, 'abuse.restricted'],
  [said.evidence, 'abuse.evidence'],
  [said.vouching, 'vouch.read'],
  [said.note, 'console.read'],
]

/** Secrets in the answer that this visitor may not read. */
function shownTo({ actor }: Visitor, { text }: Outcome): readonly string[] {
  return secrets.flatMap(([words, needs]) => (text.includes(words) && !may(actor, needs) ? [words] : []))
}

/** What differs from one thing to another although it says nothing. */
function masked(text: string, { subject, visitor }: Cell): string {
  const [id, csrf] = [subject.id, visitor.session?.csrf ?? '']
  const words = [id, encodeURIComponent(id), csrf].filter((each) => each !== '')
  return words.reduce((shown, each) => shown.replaceAll(each, '…'), text)
}

describe('The console', () => {
  const tried: { readonly cell: Cell; readonly outcome: Outcome }[] = []

  before(async () => {
    for (const route of consoleRoutes)
      for (const cell of cellsOf(route)) tried.push({ cell, outcome: await outcomeOf(cell) })
  })

  it('does for everybody what their roles and the thing allow, and nothing else', (t) => {
    t.diagnostic(`${tried.length} cells: ${consoleRoutes.length} routes, ${everybody.length} visitors`)
    const wrongs = tried.flatMap(({ cell, outcome }) => {
      const why = wrong(cell, outcome)
      return why === undefined ? [] : [`${nameOf(cell)}: ${why}`]
    })
    assert.deepEqual(wrongs, [])
  })

  it('shows nobody what they may not read, in any answer', () => {
    const wrongs = tried.flatMap(({ cell, outcome }) =>
      shownTo(cell.visitor, outcome).map((words) => `${nameOf(cell)} shows ${words}`),
    )
    assert.deepEqual(wrongs, [])
    const unseen = secrets.filter(([words]) => !tried.some(({ outcome }) => outcome.text.includes(words)))
    assert.deepEqual(unseen, [], 'each is to be seen by somebody')
  })

  it('answers about what somebody may not know of as about what is not there: the same words, the same work', (t) => {
    const alike = Map.groupBy(
      tried.filter(({ cell }) => cell.expected === 'not found'),
      ({ cell }) =>
        `${cell.visitor.name} at ${cell.route.method} ${cell.route.path} ${cell.deed?.name.replace(/, .*/, '')}`,
    )
    let count = 0
    const wrongs: string[] = []
    for (const [name, group] of alike) {
      const said = new Set(
        group.map(({ cell, outcome: { status, location, text } }) =>
          masked(`${status} ${location} ${text}`, cell),
        ),
      )
      const work = group.map(({ outcome }) => outcome.statements)
      if (group.length > 1) count++
      if (said.size > 1) wrongs.push(`${name}: ${said.size} different answers`)
      if (Math.max(...work) - Math.min(...work) > 1) wrongs.push(`${name}: ${work.join(' and ')} statements`)
    }
    t.diagnostic(`${count} pairs`)
    assert.deepEqual(wrongs, [])
  })

  it('takes as long for what is hidden as for what is not there', async (t) => {
    const pairs = Map.groupBy(
      tried.filter(({ cell }) => cell.expected === 'not found' && cell.deed?.ofChosen === undefined),
      ({ cell }) => `${cell.route.method} ${cell.route.path} ${cell.deed?.name}`,
    )
    const told: string[] = []
    for (const [name, group] of pairs) {
      const cells = group.map(({ cell }) => cell)
      const hidden = cells.find(({ subject }) => subject.is !== 'absent')
      const absent = cells.find(
        ({ subject, visitor }) => subject.is === 'absent' && visitor === hidden?.visitor,
      )
      if (!hidden || !absent) continue
      const [there, gone] = await leastOf([
        async () => await outcomeOf(hidden),
        async () => await outcomeOf(absent),
      ])
      told.push(`${name}: ${there.toFixed(1)} and ${gone.toFixed(1)} ms`)
      assert.ok(isAlike(there, gone), told.join())
    }
    t.diagnostic(`${told.length} pairs, ${told.slice(0, 3).join('; ')} …`)
    assert.ok(told.length > 10)
  })

  it('turns somebody away alike, whatever the address names', () => {
    const alike = Map.groupBy(
      tried.filter(({ cell }) => cell.expected === 'forbidden' || cell.expected === 'sign in'),
      ({ cell }) => `${cell.visitor.name} at ${cell.route.method} ${cell.route.path}`,
    )
    for (const [name, group] of alike)
      assert.equal(
        new Set(
          group.map(({ cell, outcome }) =>
            masked(`${outcome.status} ${outcome.location} ${outcome.text}`, cell),
          ),
        ).size,
        1,
        name,
      )
  })

  it('wants a code shown lately before what does much at once, takes much away, or changes who may come in (security CON-6)', () => {
    const asked = tried.filter(
      ({ cell, outcome }) =>
        cell.visitor.role === 'admin' && outcome.location.startsWith('/account/code?next='),
    )
    const found = new Set(asked.map(({ cell }) => `${cell.route.method} ${cell.route.path}`))
    assert.deepEqual(
      consoleRoutes
        .map(({ method, path }) => `${method} ${path}`)
        .filter((name) => mustBeFresh(name) !== found.has(name)),
      [],
    )
  })

  it('does nothing for a form that began at another site, or that has not the word of its session', async (t) => {
    const acting = new Map(
      tried.filter(({ outcome }) => outcome.written.length > 0).map(({ cell }) => [cell.route.path, cell]),
    )
    let count = 0
    for (const cell of acting.values()) {
      for (const headers of elsewhere(consoleOrigin)) {
        count++
        const { status, written } = await outcomeOf(cell, { headers })
        assert.deepEqual([status, written], [403, []], `${nameOf(cell)} ${JSON.stringify(headers)}`)
      }
      if (cell.route.permission === 'anyone') continue
      for (const csrf of [
        '',
        'x',
        everybody.find(({ role }) => role !== cell.visitor.role)?.session?.csrf ?? 'y',
      ]) {
        count++
        const deed = { ...cell.deed, fields: { ...cell.deed?.fields, csrf } } as Deed
        const { status, written } = await outcomeOf({ ...cell, deed })
        assert.deepEqual([status, written], [403, []], `${nameOf(cell)} with ${csrf}`)
      }
    }
    t.diagnostic(`${count} cells, ${acting.size} forms`)
  })

  it('sets no cookie that scripts, other hosts or plain connections get', (t) => {
    const set = tried.flatMap(({ outcome }) => outcome.cookies)
    assert.deepEqual([...new Set(set.flatMap(cookieFaults))], [])
    t.diagnostic(`${set.length} cookies`)
  })

  it('is guarded twice: behind a door that lets in whoever is signed in, actions refuse and show nothing', async (t) => {
    const door = house.consoleOf(
      consoleRoutes.map((route) =>
        route.permission === 'anyone' ? route : { ...route, permission: 'signed-in' as const },
      ),
    )
    const wrongs: string[] = []
    let count = 0
    for (const { cell } of tried.filter((each) => each.cell.expected === 'forbidden')) {
      const outcome = await outcomeOf(cell, { door })
      count++
      const shown = shownTo(cell.visitor, outcome)
      // The page before a deed may be read by whoever may read what is on it.
      const isRefused =
        cell.route.safe || outcome.status >= 400 || /^\/account\/code|done=0&/.test(outcome.location)
      if (!isRefused || shown.length > 0 || outcome.written.length > 0)
        wrongs.push(
          `${nameOf(cell)}: ${outcome.status} ${outcome.location}, ${shown.join(', ')} shown, ${outcome.written.join(', ')} written`,
        )
    }
    t.diagnostic(`${count} cells`)
    assert.deepEqual(wrongs, [])
  })
})

/** By what is done there. */
function mustBeFresh(name: string): boolean {
  return [
    // Much at once: files of everything, several decisions, a network wider than /24 and /56.
    /\/(?:import|export)$/,
    /^POST \/abuse$/,
    /^POST \/listings\/add$/,
    /\/listings\/:id\/(?:end|agree)$/,
    /^POST \/cases\/:id\/decide$/,
    /^POST \/brake$/,
    // A person, whole.
    /\/person/,
    // Who may come in, and how.
    /\/operators\/:name\/roles$/,
    /\/approvals\/:id$/,
    /\/account\/passkeys\//,
    /\/account\/provider$/,
  ].some((pattern) => pattern.test(name))
}
