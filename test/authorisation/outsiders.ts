import assert from 'node:assert/strict'
import { hour } from '../../src/base/clock.ts'
import { addToken, revokeToken } from '../../src/core/operators/token-actions.ts'
import { listClaims, revokeClaim } from '../../src/core/owners/manage-actions.ts'
import { claimed, list, proven, sent, signedIn } from '../support/owners.ts'
import { refuse } from '../support/refused.ts'
import { origin, type Visitor } from '../support/visitor.ts'
import type { House } from './house.ts'

/** Somebody at the public site, or a program of theirs. */
export interface Outsider {
  readonly name: string
  readonly cookies: ReadonlyMap<string, string>
  /** What stands behind `Authorization: Bearer`. */
  readonly token?: string
}

export interface Outsiders {
  readonly nobody: Outsider
  /** Owners by name: what they claim, and how that stands. */
  readonly owners: Readonly<Record<OwnerName, Owner>>
  readonly recipients: Readonly<Record<RecipientName, Recipient>>
  /** Sessions that opened something once. */
  readonly gone: readonly Outsider[]
}

export interface Owner extends Outsider {
  readonly claim: string
  readonly state: 'granted' | 'open' | 'ended'
  /** A listed address of theirs that nobody else holds; none where nothing is granted. */
  readonly listed: string | undefined
  /** Of a token for programs. */
  readonly tokenId: string
}

export interface Recipient extends Outsider {
  readonly mailbox: string
  /** Looks after the domain of their mailbox. */
  readonly isAdmin: boolean
  /** A refusal of mail to them, and a vouch of theirs for another sender. */
  readonly refusal: string
  readonly vouch: string
}

const ownerNames = ['olga', 'paul', 'otto', 'nina', 'rolf'] as const
export type OwnerName = (typeof ownerNames)[number]
const recipientNames = ['ada', 'bob', 'root', 'rita'] as const
export type RecipientName = (typeof recipientNames)[number]

export const ownerMailbox = (name: string): string => `${name}@owner.example`
/** What somebody wrote to us, in a thread of their own. */
export const wordsOf = (name: string): string => `words-of-${name}`
/** The sender of whose mail to a recipient was refused, and the one whom they vouch for. */
export const senderTo = (name: string): string => `shop-of-${name}.example`
export const friendOf = (name: string): string => `friend-of-${name}.example`

/**
 * olga holds 192.0.2.0/24 and has given paul a part of it; otto holds another network; nina has claimed something and proven nothing; rolf's
 * claim to a part of olga's network was revoked. ada, bob and root have mailboxes of one domain, which root looks after; rita looks after another one.
 */
export async function meetOutsiders(house: House): Promise<Outsiders> {
  const owners = await meetOwners(house)
  const recipients = await meetRecipients(house)
  const gone = await leftBehind(house)
  return { nobody: { name: 'nobody', cookies: new Map() }, owners, recipients, gone }
}

async function meetOwners(house: House): Promise<Outsiders['owners']> {
  const browsers = new Map<string, Visitor>()
  for (const name of ownerNames) browsers.set(name, await signedIn(house, ownerMailbox(name)))
  const of = (name: OwnerName): Visitor => browsers.get(name) ?? assert.fail()
  const paths = {
    olga: await proven(house, of('olga'), '192.0.2.0/24'),
    otto: await proven(house, of('otto'), '198.51.100.0/24', '_postern.100.51.198.in-addr.arpa'),
    rolf: await proven(house, of('rolf'), '192.0.2.192/26'),
    nina: (await claimed(of('nina'), '198.51.100.128/25')).path,
    paul: '',
  }
  await of('olga').submit(paths.olga, { do: 'give', range: '192.0.2.64/26', mailbox: ownerMailbox('paul') })
  paths.paul = (await claimed(of('paul'), '192.0.2.64/26')).path
  house.ctx.clock.advance(hour)
  for (const ip of ['192.0.2.10', '192.0.2.70', '192.0.2.200', '198.51.100.70']) {
    await list(house, ip)
    await sent(house, `${ip}/32`, house.ctx.clock.now(), { ham: 300, spam: 100, complaints: 4, refused: 50 })
  }
  // The hour in which it was proven is not told.
  house.ctx.clock.advance(2 * hour)
  const { claims } = await listClaims(house.ctx, { state: 'granted', limit: 9 })
  const rolfs = claims.find(({ owner }) => owner.mailbox === ownerMailbox('rolf'))
  const listed = {
    olga: '192.0.2.10',
    paul: '192.0.2.70',
    otto: '198.51.100.70',
    nina: undefined,
    rolf: undefined,
  }
  for (const name of ['olga', 'paul', 'otto'] as const) {
    const fields = { do: 'write', about: listed[name], text: wordsOf(name) }
    assert.equal((await of(name).submit('/owners/networks', fields)).status, 303)
  }
  await revokeClaim(house.ctx, rolfs?.claim.id ?? '')
  const found = await Promise.all(
    ownerNames.map(async (name) => [name, await ownerOf(name, of(name))] as const),
  )
  return Object.fromEntries(found) as Outsiders['owners']

  async function ownerOf(name: OwnerName, browser: Visitor): Promise<Owner> {
    const { token, tokenId } = await addedProgram(browser, `program-of-${name}`)
    const state = name === 'nina' ? 'open' : name === 'rolf' ? 'ended' : 'granted'
    const claim = paths[name].split('/').at(-1) ?? ''
    return { name, cookies: new Map(browser.cookies), token, tokenId, claim, state, listed: listed[name] }
  }
}

/** A token for programs of theirs. */
async function addedProgram(
  browser: Visitor,
  name: string,
): Promise<{ readonly token: string; readonly tokenId: string }> {
  const page = await (await browser.submit('/owners/programs', { do: 'add', name })).text()
  const [token = assert.fail('no token')] = /pto_[0-9a-z]{52}/.exec(page) ?? []
  const [, tokenId = assert.fail('no id')] = /name="token" value="([0-9a-z]{26})"/.exec(page) ?? []
  return { token, tokenId }
}

async function meetRecipients(house: House): Promise<Outsiders['recipients']> {
  const { ctx, visitor, letter } = house
  const found: [string, Recipient][] = []
  for (const name of recipientNames) {
    const mailbox = `${name}@${name === 'rita' ? 'second' : 'provider'}.example`
    await refuse(ctx, [mailbox], { ip: '198.51.100.9', mailFrom: senderTo(name) })
    await refuse(ctx, [mailbox], { ip: '198.51.100.11', mailFrom: friendOf(name) })
    ctx.clock.advance(1)
    const browser = visitor()
    await browser.submit('/recipients', { mailbox })
    await browser.submit((await letter('recipient-link')) ?? '', {})
    const page = await (await browser.get('/recipients/mail')).text()
    const ids = [...page.matchAll(/href="\/recipients\/mail\/([^"?]+)"/g)].map(([, id = '']) => id)
    const refusals = new Map<string, string>()
    for (const id of ids) {
      const text = await (await browser.get(`/recipients/mail/${id}`)).text()
      for (const sender of [senderTo(name), friendOf(name)])
        if (text.includes(sender)) refusals.set(sender, id)
    }
    const vouching = await browser.submit(`/recipients/mail/${refusals.get(friendOf(name)) ?? ''}`, {
      days: '7',
    })
    const vouch =
      new URL(vouching.headers.get('location') ?? '', 'https://x.example').searchParams.get('id') ?? ''
    assert.notEqual(vouch, '')
    const refusal = refusals.get(senderTo(name)) ?? assert.fail()
    const isAdmin = name === 'root' || name === 'rita'
    found.push([name, { name, cookies: new Map(browser.cookies), mailbox, isAdmin, refusal, vouch }])
  }
  return Object.fromEntries(found) as Outsiders['recipients']
}

/** Cookies and tokens that open nothing any more. */
async function leftBehind(house: House): Promise<readonly Outsider[]> {
  const { ctx, visitor, letter } = house
  const owner = await signedIn(house, 'gone@owner.example')
  const { token, tokenId } = await addedProgram(owner, 'old')
  await owner.submit('/owners/programs', { do: 'remove', token: tokenId })
  const ownerCookies = new Map(owner.cookies)
  await owner.submit('/owners/networks', { do: 'leave' })
  ctx.clock.advance(1)
  const recipient = visitor()
  await recipient.submit('/recipients', { mailbox: 'gone@provider.example' })
  await recipient.submit((await letter('recipient-link')) ?? '', {})
  const recipientCookies = new Map(recipient.cookies)
  await recipient.submit('/recipients/mail', { do: 'leave' })
  const revoked = await addToken(ctx, { kind: 'api', name: 'gone' })
  await revokeToken(ctx, 'gone')
  return [
    { name: 'an owner who left', cookies: ownerCookies, token },
    { name: 'a recipient who left', cookies: recipientCookies, token: revoked.token },
  ]
}

/** Asks as this outsider, from an address of nobody's network. */
export async function askSite(
  { web }: Pick<House, 'web'>,
  { cookies, token }: Outsider,
  method: 'GET' | 'POST',
  path: string,
  send: { readonly form?: Readonly<Record<string, string>>; readonly json?: unknown } = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const type = send.json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
  const body =
    send.json === undefined ? new URLSearchParams(send.form ?? {}).toString() : JSON.stringify(send.json)
  return await web.request(origin + path, {
    method,
    headers: {
      'x-forwarded-for': '198.51.100.250',
      ...(cookie !== '' && { cookie }),
      ...(token !== undefined && path.startsWith('/api/') && { authorization: `Bearer ${token}` }),
      ...(method === 'POST' && { 'content-type': type, 'sec-fetch-site': 'same-origin' }),
      ...headers,
    },
    ...(method === 'POST' && { body }),
  })
}
