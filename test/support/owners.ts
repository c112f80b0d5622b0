import assert from 'node:assert/strict'
import { day } from '../../src/base/clock.ts'
import { newId } from '../../src/base/id.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { transact } from '../../src/core/context.ts'
import { addListing, coveringListings } from '../../src/core/listings/actions.ts'
import { newClaim } from '../../src/core/owners/actions.ts'
import type { Proof } from '../../src/core/owners/claim.ts'
import { insertClaim } from '../../src/core/owners/claim-store.ts'
import { putOwner } from '../../src/core/owners/store.ts'
import type { WaysOut } from '../../src/core/ways-out.ts'
import type { Database } from '../../src/db/open.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { testWaysOut, type TestContext } from './context.ts'
import { openDoors, type Doors, type Visitor } from './visitor.ts'

/** Where the record of 192.0.2.0/24 goes. */
export const zone = '_postern.2.0.192.in-addr.arpa'

export interface OwnersWorld extends Doors {
  /** TXT records by name. */
  readonly txt: Map<string, string>
  /** Forward-confirmed names of every address. */
  names: readonly string[] | 'temperror'
}

/** The site with DNS that tests write; `out` replaces further ways out. */
export function ownersWorld(db: Database, out: Partial<WaysOut> = {}): OwnersWorld {
  const txt = new Map<string, string>()
  const dns = {
    txt: async (name: string) => {
      const text = txt.get(name)
      return await Promise.resolve(text === undefined ? [] : [text])
    },
    confirmedNames: async () => await Promise.resolve(world.names),
  }
  const world: OwnersWorld = {
    ...openDoors(db, { out: testWaysOut({ ...dns, ...out }) }),
    txt,
    names: [],
  }
  return world
}

/** Somebody with this mailbox, signed in by the letter in the browser that asked. */
export async function signedIn(doors: Doors, mailbox: string): Promise<Visitor> {
  doors.ctx.clock.advance(1)
  const browser = doors.visitor()
  await browser.submit('/owners', { mailbox })
  const answer = await browser.submit((await doors.letter('owner-link')) ?? '', {})
  assert.equal(answer.headers.get('location'), '/owners/networks')
  return browser
}

/** Claims a network; gives the page of the claim and the record that it asks for. */
export async function claimed(
  browser: Visitor,
  range: string,
): Promise<{ readonly path: string; readonly line: string }> {
  const answer = await browser.submit('/owners/networks', { do: 'claim', range })
  const path = answer.headers.get('location') ?? ''
  const [line = ''] = /postern-owner=[A-Za-z0-9_-]{43}/.exec(await (await browser.get(path)).text()) ?? []
  return { path, line }
}

/** Claims it and proves it by TXT; gives the page of the claim. */
export async function proven(
  world: OwnersWorld,
  browser: Visitor,
  range: string,
  name = zone,
): Promise<string> {
  const { path, line } = await claimed(browser, range)
  world.txt.set(name, line)
  assert.equal((await browser.submit(path, { do: 'txt' })).status, 303)
  return path
}

/** Somebody with this mailbox holds the network by that proof, however they came to it. */
export async function holds(ctx: TestContext, mailbox: string, range: string, proof: Proof): Promise<void> {
  await transact(ctx, async (tx) => {
    const now = ctx.clock.now()
    const key = mailbox.toLowerCase()
    const who = { id: newId(), mailbox: orThrow(parseMailbox(mailbox)), language: 'en' } as const
    const owner = await putOwner(tx.queries, { ...who, mailboxKey: key, at: now })
    const claim = newClaim(tx, owner, orThrow(parseListable(range)))
    const expiresAt = now + 90 * day
    await insertClaim(tx.queries, {
      ...claim,
      state: 'granted',
      proof,
      sinceAt: now,
      checkedAt: now,
      expiresAt,
    })
  })
}

export async function textOf(answer: Response): Promise<string> {
  return (await answer.text()).replaceAll(/(?:<[^>]+>|\s)+/g, ' ')
}

export async function isListed({ ctx }: Doors, ip: string): Promise<boolean> {
  return (await coveringListings(ctx, orThrow(parseAddress(ip)))).some(({ effect }) => effect === 'refuse')
}

export async function list({ ctx }: Doors, prefix: string, fields: object = {}): Promise<void> {
  await addListing(ctx, { prefix: orThrow(parseListable(prefix)), cause: 'spam', ...fields })
}

/** Mail of one address: so many messages, spam and complaints in the given hour, so many refusals in it. */
export async function sent(
  { ctx }: Doors,
  unit: string,
  at: number,
  counts: {
    readonly ham?: number
    readonly spam?: number
    readonly complaints?: number
    readonly traps?: number
    readonly refused?: number
    readonly deferred?: number
  },
): Promise<void> {
  const { queries } = ctx.db
  const { ham = 0, spam = 0, complaints = 0, traps = 0, refused = 0, deferred = 0 } = counts
  await queries
    .insertInto('senders')
    .values({ unit, since_at: at, seen_at: at, ptr: null, home: null, prior: null, memory: null })
    .onConflict((conflict) => conflict.column('unit').doNothing())
    .execute()
  const nothing = { bulk: 0, phish: 0, malware: 0, unjudged: 0, unknown: 0, not_junk: 0 }
  await queries
    .insertInto('evidence_hours')
    .values({
      ...nothing,
      unit,
      hour: Math.floor(at / 3_600_000),
      source: 'mx',
      era: 0,
      ham,
      spam,
      complaints,
      traps,
      recipients: ham + spam,
    })
    .execute()
  for (const [code, count] of [
    [550, refused],
    [451, deferred],
  ] as const)
    if (count > 0)
      await queries
        .insertInto('decision_records')
        .values({
          edge: 'mx1',
          boot: `${unit} ${at} ${code}`,
          seq: 1,
          at,
          stage: 'rcpt',
          ip: unit.replace(/\/\d+$/, ''),
          unit,
          helo: null,
          ptr: null,
          mail_from: null,
          recipients: '[]',
          code,
          status: '',
          reason: 'spam',
          listing_id: null,
          standing: null,
          budget: null,
          table_seq: 0,
          count,
          mode: 'enforce',
          minute: 0,
          authentication: null,
        })
        .execute()
}
