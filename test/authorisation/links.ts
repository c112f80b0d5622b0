import assert from 'node:assert/strict'
import { mintCaseLink } from '../../src/access/case-link.ts'
import { day, hour, minute } from '../../src/base/clock.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { signTag } from '../../src/base/signed-token.ts'
import { suspendAccount } from '../../src/core/incidents/act-actions.ts'
import { listIncidents } from '../../src/core/incidents/actions.ts'
import { incidentStates } from '../../src/core/incidents/incident.ts'
import { addListing } from '../../src/core/listings/actions.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { linkIn, reportedAccount } from '../support/abuse-pages.ts'
import { claimed, signedIn } from '../support/owners.ts'
import type { Visitor } from '../support/visitor.ts'
import { makeThreads } from './case-links.ts'
import { filledForms } from './filled-forms.ts'
import type { House } from './house.ts'
import type { Outsider } from './outsiders.ts'

/** What an address ends with that is given to somebody, and what it is for. */
export const linkKinds = [
  'record',
  'delist',
  'owner',
  'contact',
  'recipient',
  'form',
  'person',
  'case',
  'receipt',
  'confirm-report',
  'account',
  'probe',
] as const
export type LinkKind = (typeof linkKinds)[number]

export interface Link {
  readonly name: string
  /** Undefined for what is for no page at all: tags of mail addresses, garbage. */
  readonly kind: LinkKind | undefined
  /** `used`: pressed once already. `spent`: its time is over. */
  readonly state: 'good' | 'used' | 'spent'
  readonly token: string
  /** Of a letter: the browser that asked, and the code on its page. */
  readonly browser?: Outsider
  readonly code?: string
  /** The code of something else, which its page may show. */
  readonly shows?: string
  /** What only its holder reads. */
  readonly words?: string
}

/** One link of each kind that works, those that do no longer, and those that never did. */
export async function handOut(house: House): Promise<readonly Link[]> {
  const { ctx } = house
  const old = await letters(house, 'spent')
  const account = await stoppedAccount(house)
  // Every letter's link is over after an hour, every page of a report or a case is not.
  ctx.clock.advance(2 * hour)
  const used = await letters(house, 'used')
  for (const { token, kind, browser } of used) await press(house, kind, token, browser)
  const good = await letters(house, 'good')
  const threads = await makeThreads(house)
  const links = [
    ...records(house),
    ...old,
    ...used.map((link) => ({ ...link, name: `${link.name}, used` })),
    ...good,
    ...threads,
    ...(await reports(house)),
    account,
    ...(await probe(house)),
  ]
  return [...links, ...forgeries(house, links)]
}

/** A link in the letter of each kind, with the browser that asked for it. */
async function letters(house: House, state: Link['state']): Promise<readonly Link[]> {
  const { visitor, solved } = house
  const wishes = [
    [
      'delist',
      '/delist',
      { ip: '192.0.2.45', mailbox: 'ada@sender.example', statement: 'yes' },
      'confirm-delisting',
    ],
    ['owner', '/owners', { mailbox: 'olga@owner.example' }, 'owner-link'],
    ['recipient', '/recipients', { mailbox: 'ada@provider.example' }, 'recipient-link'],
    ['form', '/deliverability', filledForms.deliverability, 'confirm-form'],
    ['person', '/my-data', { mailbox: 'ada@sender.example' }, 'person-link'],
  ] as const
  const found: Link[] = []
  for (const [kind, path, fields, letter] of wishes) {
    const browser = visitor()
    house.ctx.clock.advance(1)
    const pow = kind === 'delist' || kind === 'form' ? { pow: await solved() } : {}
    const answer = await browser.submit(path, { ...fields, ...pow })
    found.push(await linkOf(kind, browser, answer, (await house.letter(letter)) ?? '', state))
  }
  return [...found, await contact(house, state)]
}

/** The contact of a network is asked: here postmaster@ of the name that an address and it confirm each other by. */
async function contact(house: House, state: Link['state']): Promise<Link> {
  house.names = ['mail.contact.example']
  const owner = await signedIn(house, `owner-${house.ctx.clock.now()}@owner.example`)
  const { path } = await claimed(owner, '192.0.2.45')
  const answer = await owner.submit(path, { do: 'ask-contact', mailbox: 'postmaster@mail.contact.example' })
  house.names = []
  return await linkOf('contact', owner, answer, (await house.letter('owner-contact')) ?? '', state)
}

async function linkOf(
  kind: LinkKind,
  browser: Visitor,
  answer: Response,
  path: string,
  state: Link['state'],
): Promise<Link> {
  assert.equal(answer.status, 303, `${kind} ${await answer.text()}`)
  const page = await (await browser.get(answer.headers.get('location') ?? '')).text()
  const code = codeOn(page)
  const token = path.split('/').at(-1) ?? ''
  assert.match(token, /^[0-9a-z]{26}\./, kind)
  const name = `the browser that asked for ${kind}`
  return { name: kind, kind, state, token, code, browser: { name, cookies: new Map(browser.cookies) } }
}

function codeOn(page: string): string {
  const [, code = assert.fail('no code on the page')] = /<output>([0-9A-Z]{6})<\/output>/.exec(page) ?? []
  return code
}

/** Budgets are spent by whoever tries; tries of a code are counted. */
export const ofTries = ['limit_windows', 'letter_links', 'delist_requests']

/** Where each kind of letter leads. */
export const letterPaths: Readonly<Partial<Record<LinkKind, string>>> = {
  delist: '/confirm',
  owner: '/owners/link',
  contact: '/owners/contact',
  recipient: '/recipients/link',
  form: '/forms/link',
  person: '/my-data/link',
}

async function press(
  { visitor }: House,
  kind: LinkKind | undefined,
  token: string,
  browser: Outsider | undefined,
): Promise<void> {
  const theirs = visitor()
  for (const [name, value] of browser?.cookies ?? []) theirs.cookies.set(name, value)
  const path = letterPaths[kind ?? 'record'] ?? assert.fail()
  const answer = await theirs.submit(`${path}/${token}`, { deed: 'export' })
  assert.ok(answer.status < 400, `${kind} ${answer.status}`)
}

function records({ ctx }: House): readonly Link[] {
  const address = orThrow(parseAddress('192.0.2.45'))
  const aged = (name: string, state: Link['state'], ageMs: number): Link => ({
    name,
    kind: 'record',
    state,
    token: mintCaseLink(ctx.keys.caseLink('mx1'), {
      keyId: 1,
      edge: 'mx1',
      minute: Math.floor((ctx.clock.now() - ageMs) / minute),
      reason: 'spam',
      listing: null,
      address,
    }),
  })
  return [
    aged('record', 'good', hour),
    aged('record of last week', 'good', 8 * day),
    aged('record of last year', 'spent', 31 * day),
  ]
}

async function reports({ ctx, visitor, solved }: House): Promise<readonly Link[]> {
  ctx.clock.advance(1)
  const form = new FormData()
  form.set('source', 'Message-ID: <x@elsewhere.example>\nFrom: x@elsewhere.example\n\nBuy')
  form.set('mailbox', 'reporter@victim.example')
  form.set('pow', await solved())
  const request = new Request('https://x.example/', { method: 'POST', body: form })
  const browser = visitor()
  const answer = await browser.send('/report', new Uint8Array(await request.arrayBuffer()), {
    'content-type': request.headers.get('content-type') ?? '',
    'sec-fetch-site': 'same-origin',
  })
  const receipt = answer.headers.get('location') ?? ''
  const code = codeOn(await (await visitor().get(receipt)).text())
  const token = receipt.split('/').at(-1) ?? ''
  const confirm = (await linkIn(ctx, 'confirm-report')).split('/').at(-1) ?? ''
  const name = 'the browser that reported'
  const half = { code, browser: { name, cookies: new Map(browser.cookies) } }
  return [
    // Whoever has the receipt sees the code: the letter does not lead there before it has confirmed.
    { name: 'receipt', kind: 'receipt', state: 'good', token, shows: code },
    { name: 'confirm-report', kind: 'confirm-report', state: 'good', token: confirm, ...half },
  ]
}

/** The account of a spammer, stopped: its owner has a link. */
async function stoppedAccount({ ctx }: House): Promise<Link> {
  await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
  await reportedAccount(ctx, 'ann@provider.example')
  const { incidents } = await listIncidents(ctx, { states: incidentStates, limit: 1 })
  await suspendAccount(ctx, { incident: incidents[0]?.id ?? '' })
  const token = (await linkIn(ctx, 'account-notice')).split('/').at(-1) ?? ''
  assert.notEqual(token, '')
  return { name: 'account', kind: 'account', state: 'good', token, words: 'An offer' }
}

async function probe({ visitor }: House): Promise<readonly Link[]> {
  const answer = await visitor().submit('/probe', {})
  const token = answer.headers.get('location')?.split('/').at(-1) ?? ''
  return [{ name: 'probe', kind: 'probe', state: 'good', token }]
}

/** What fits no page: halves of two links, a MAC of another purpose, tags of mail addresses, and what never was. */
function forgeries({ ctx }: House, links: readonly Link[]): readonly Link[] {
  const of = (kind: LinkKind): Link =>
    links.find((link) => link.kind === kind && link.state === 'good') ?? assert.fail(kind)
  const wrong = (name: string, token: string): Link => ({ name, kind: undefined, state: 'good', token })
  const [owner, person] = [of('owner').token.split('.'), of('person').token.split('.')]
  const [thread, receipt] = [of('case').token.split('.'), of('receipt').token.split('.')]
  const tags = ['case', 'case-reply', 'bounce', 'probe', 'delist', 'letter'].map((purpose) =>
    wrong(`mail tag of ${purpose}`, signTag(ctx.keys.tags, purpose, thread[0] ?? '')),
  )
  return [
    ...tags,
    wrong('halves of two letters', `${owner[0]}.${person[1]}`),
    wrong('a letter that never was', `${'z'.repeat(26)}.${owner[1]}`),
    wrong('a thread with the MAC of another', `${thread[0]}.${receipt[1]}`),
    wrong('a thread that never was', signTag(ctx.keys.tags, 'case-page', 'z'.repeat(26))),
    wrong('a report that never was', signTag(ctx.keys.tags, 'abuse-report', 'z'.repeat(26))),
    wrong('a thread cut short', of('case').token.slice(0, -1)),
    wrong('a record with another end', of('record').token.replace(/..$/, 'AA')),
    wrong('a probe that never was', 'z'.repeat(of('probe').token.length)),
    wrong('nothing', 'nothing-at-all'),
  ]
}
