import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import {
  claimed,
  isListed,
  list,
  ownersWorld,
  proven,
  signedIn,
  textOf,
  zone,
  type OwnersWorld,
} from '../../../test/support/owners.ts'
import { testSettings } from '../../../test/support/context.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { day } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { decideReview } from '../../../test/support/decide.ts'
import { listRequests } from '../../core/delisting/review-actions.ts'
import { coveringListings } from '../../core/listings/actions.ts'
import { listClaims, revokeClaim } from '../../core/owners/manage-actions.ts'
import { mayAskFor, ownersOf } from '../../core/owners/actions.ts'
import { recheckClaims } from '../../core/owners/recheck-actions.ts'
import { listLetters } from '../../core/outbox/reading-actions.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'

const { open, close } = databases('SQLite')
after(close)

const world = async (): Promise<OwnersWorld> => ownersWorld(await open())

describe('An owner', () => {
  it('proves a /24 by TXT in its reverse zone and gets the listed range freed', async () => {
    const doors = await world()
    await list(doors, '192.0.2.0/24')
    await list(doors, '198.51.100.0/24')
    const ada = await signedIn(doors, 'ada@example.org')
    const { path, line } = await claimed(ada, '192.0.2.0/24')
    assert.match(await textOf(await ada.get(path)), new RegExp(`${zone}\\. 3600 IN TXT`))
    const early = await ada.submit(path, { do: 'txt' })
    assert.match(await textOf(early), /proof is not there yet.*_postern\.2\.0\.192\.in-addr\.arpa : nothing/)
    assert.doesNotMatch(await textOf(await ada.get('/owners/networks')), /Ask for 192/)
    doors.txt.set(zone, line)
    assert.equal((await ada.submit(path, { do: 'txt' })).status, 303)
    assert.match(await textOf(await ada.get(path)), /Proven: the network is yours/)
    const mine = await textOf(await ada.get('/owners/networks'))
    assert.match(mine, /Ask for 192\.0\.2\.0\/24/)
    assert.doesNotMatch(mine, /198\.51\.100/)
    const asked = await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.0/24' })
    assert.match(
      await textOf(await ada.get(asked.headers.get('location') ?? '')),
      /192\.0\.2\.0\/24 is let in again/,
    )
    assert.equal(await isListed(doors, '192.0.2.7'), false)
    assert.equal(await isListed(doors, '198.51.100.7'), true)
    const kinds = (await listLetters(doors.ctx, { limit: 9 })).letters.map(({ kind }) => kind)
    assert.deepEqual(kinds.toSorted(), ['owner-link', 'owner-state'])
  })

  it('is offered no contact of a registry where none may be asked', async () => {
    const settings = testSettings()
    const never = { ...settings, owners: { ...settings.owners, asksRegistries: false } }
    const doors = openDoors(await open(), { settings: never })
    const start = await textOf(await doors.visitor().get('/owners'))
    assert.doesNotMatch(start, /RIPE NCC|registry/)
    assert.match(start, /postmaster@ or abuse@ of its confirmed name/)
    const ada = await signedIn(doors, 'ada@example.net')
    assert.doesNotMatch(await textOf(await ada.get((await claimed(ada, '192.0.2.0/24')).path)), /By mail/)
    const one = await textOf(await ada.get((await claimed(ada, '192.0.2.45')).path))
    assert.match(one, /By mail.*postmaster@ or abuse@ of the confirmed name/)
    assert.doesNotMatch(one, /registry/)
  })

  it('reads the pages in Chinese too', async () => {
    const doors = await world()
    assert.match(await textOf(await doors.visitor().get('/zh-CN/owners')), /网段持有者/)
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.45')
    const page = await textOf(await ada.get(`/zh-CN${path}`))
    assert.match(page, /尚未验证.*反向解析区域中的 TXT 记录.*主机名下的 TXT 记录.*该地址上的文件/)
  })

  it('waits for a person where the listing is to be investigated, or wider than /24; the person’s word frees the range', async () => {
    const doors = await world()
    await list(doors, '192.0.2.0/24', { class: 'investigate', ends: '30d' })
    const ada = await signedIn(doors, 'ada@example.org')
    await proven(doors, ada, '192.0.2.0/24')
    await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.0/24' })
    assert.equal(await isListed(doors, '192.0.2.7'), true)
    const [waits] = await listRequests(doors.ctx, { state: 'review', limit: 5 })
    assert.deepEqual([waits?.control, waits?.unit.length], ['owner', 24])
    await decideReview(doors.ctx, { id: waits?.id ?? '', decision: 'delist' })
    assert.equal(await isListed(doors, '192.0.2.7'), false)
  })

  it('has one member taken out of a listed range by a person, the range stays', async () => {
    const doors = await world()
    await list(doors, '192.0.2.0/24', { class: 'investigate', ends: '30d' })
    const ada = await signedIn(doors, 'ada@example.org')
    await proven(doors, ada, '192.0.2.0/24')
    await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.45', note: 'moved' })
    const [waits] = await listRequests(doors.ctx, { state: 'review', limit: 5 })
    await decideReview(doors.ctx, { id: waits?.id ?? '', decision: 'delist' })
    const [narrowest] = await coveringListings(doors.ctx, orThrow(parseAddress('192.0.2.45')))
    assert.equal(narrowest?.effect, 'pass')
    assert.equal(await isListed(doors, '192.0.2.46'), true)
  })

  it('of a part hears that the wider network is listed, which refuses the part too', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    await proven(doors, ada, '192.0.2.0/24')
    const mine = async (): Promise<string> => await textOf(await ada.get('/owners/networks'))
    assert.match(await mine(), /Nothing in your networks is listed/)
    await list(doors, '192.0.2.0/23', { class: 'investigate', ends: '30d' })
    assert.match(await mine(), /A wider network is listed: 192\.0\.2\.0\/23\. Mail from yours is refused/)
    assert.doesNotMatch(await mine(), /Nothing in your networks is listed|Ask for 192\.0/)
  })

  it('frees the same range once in a day, as everybody', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    await proven(doors, ada, '192.0.2.0/24')
    for (const _ of [1, 2]) {
      await list(doors, '192.0.2.0/24')
      await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.0/24' })
      doors.ctx.clock.advance(60_000)
    }
    assert.equal(await isListed(doors, '192.0.2.7'), true)
    assert.match(await textOf(await ada.get('/owners/networks')), /too soon after the last time/)
  })
})

describe('A link to the pages of owners', () => {
  it('does nothing by being opened, and in another browser wants the code', async () => {
    const doors = await world()
    const ada = doors.visitor()
    const asked = await ada.submit('/owners', { mailbox: 'ada@example.org' })
    const page = await (await ada.get(asked.headers.get('location') ?? '')).text()
    const [, code = ''] = /<output>([0-9A-Z]{6})<\/output>/.exec(page) ?? []
    const link = (await doors.letter('owner-link')) ?? ''
    const other = doors.visitor('198.51.100.200')
    assert.match(await (await other.get(link)).text(), /name="code"/)
    assert.equal((await other.submit(link, {})).status, 403)
    assert.equal((await other.submit(link, { code: code === '000000' ? '111111' : '000000' })).status, 403)
    assert.equal((await other.submit(link, { code })).status, 303)
    assert.match(await textOf(await other.get('/owners/networks')), /ada@example\.org/)
    assert.equal((await ada.submit(link, {})).status, 410, 'it works once')
    assert.match(await (await ada.get(link)).text(), /href="\/owners"\s*>Ask for a new link/)
  })

  it('is burned by five wrong codes, and over after its time', async () => {
    const doors = await world()
    await doors.visitor().submit('/owners', { mailbox: 'ada@example.org' })
    const link = (await doors.letter('owner-link')) ?? ''
    const thief = doors.visitor('198.51.100.200')
    const statuses: number[] = []
    for (const code of ['000001', '000002', '000003', '000004', '000005', '000006'])
      statuses.push((await thief.submit(link, { code })).status)
    assert.deepEqual(statuses, [403, 403, 403, 403, 410, 410])
    await doors.visitor().submit('/owners', { mailbox: 'bob@example.org' })
    doors.ctx.clock.advance(day)
    assert.equal((await thief.get((await doors.letter('owner-link')) ?? '')).status, 410)
  })

  it('ends with signing out', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const stolen = new Map(ada.cookies)
    await ada.submit('/owners/networks', { do: 'leave' })
    const thief = doors.visitor()
    for (const [name, value] of stolen) thief.cookies.set(name, value)
    assert.equal((await thief.get('/owners/networks')).status, 403)
  })
})

describe('A proof by DNS where there are several resolvers (OWN-2)', () => {
  it('is none while one of them does not see it, whichever it is', async () => {
    const nowhere = new Map<string, string>()
    const honest = new Map<string, string>()
    const by = (texts: Map<string, string>, names: readonly string[] = []) => ({
      txt: async (name: string) => {
        const text = texts.get(name)
        return await Promise.resolve(text === undefined ? [] : [text])
      },
      confirmedNames: async () => await Promise.resolve(names),
      lookup: async () => await Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' })),
    })
    const silent = { ...by(honest), txt: async () => await Promise.resolve('temperror' as const) }
    let granted = 0
    for (const elsewhere of [[by(nowhere)], [by(honest), by(nowhere)], [by(nowhere), by(honest)], [silent]]) {
      const doors = ownersWorld(await open(), { elsewhere })
      doors.names = ['mail.victim.example']
      const eve = await signedIn(doors, 'eve@example.org')
      for (const [range, proof, name] of [
        ['192.0.2.0/24', 'txt', zone],
        ['192.0.2.45', 'forward', '_postern.mail.victim.example'],
      ] as const) {
        const { path, line } = await claimed(eve, range)
        doors.txt.set(name, line)
        honest.set(name, line)
        granted += (await eve.submit(path, { do: proof })).status === 303 ? 1 : 0
        const ask = await eve.submit(path, { do: 'ask-contact', mailbox: 'postmaster@victim.example' })
        granted += ask.status === 303 ? 1 : 0
      }
    }
    assert.equal(granted, 0)
    const doors = ownersWorld(await open(), { elsewhere: [by(honest), by(honest)] })
    const ada = await signedIn(doors, 'ada@example.org')
    const { path, line } = await claimed(ada, '192.0.2.0/24')
    doors.txt.set(zone, line)
    honest.set(zone, line)
    assert.equal((await ada.submit(path, { do: 'txt' })).status, 303)
  })
})

describe('What belongs to another owner (OWN-6)', () => {
  it('is not found, by any door, whether it exists or not', async () => {
    const doors = await world()
    await list(doors, '192.0.2.0/24')
    const ada = await signedIn(doors, 'ada@example.org')
    const path = await proven(doors, ada, '192.0.2.0/24')
    await ada.submit(path, { do: 'give', range: '192.0.2.0/26', mailbox: 'cyd@example.org' })
    const [, part = ''] = /name="part" value="([0-9a-z]{26})"/.exec(await (await ada.get(path)).text()) ?? []
    assert.notEqual(part, '')
    const bob = await signedIn(doors, 'bob@example.org')
    const own = (await claimed(bob, '198.51.100.0/24')).path
    const dumped = await claimsOf(doors)
    for (const foreign of [path, `/owners/networks/${'0'.repeat(26)}`, '/owners/networks/x']) {
      assert.equal((await bob.get(foreign)).status, 404, `GET ${foreign}`)
      for (const deed of ['txt', 'give', 'take-back', 'give-up']) {
        const fields = { do: deed, part, range: '192.0.2.0/26', mailbox: 'bob@example.org' }
        assert.equal((await bob.submit(foreign, fields)).status, 404, `${deed} ${foreign}`)
      }
    }
    assert.equal((await bob.submit(own, { do: 'take-back', part })).status, 404)
    for (const prefix of ['192.0.2.0/24', '192.0.2.45', '198.51.100.7'])
      assert.equal((await bob.submit('/owners/networks', { do: 'free', prefix })).status, 404, prefix)
    assert.deepEqual(await claimsOf(doors), dumped)
    assert.equal(await isListed(doors, '192.0.2.7'), true)
  })

  it('is not proven by another owner’s record for the same network (OWN-1)', async () => {
    const doors = await world()
    await proven(doors, await signedIn(doors, 'ada@example.org'), '192.0.2.0/24')
    const bob = await signedIn(doors, 'bob@example.org')
    const { path } = await claimed(bob, '192.0.2.0/24')
    assert.match(await textOf(await bob.submit(path, { do: 'txt' })), /proof is not there yet/)
  })

  it('needs a session at all', async () => {
    const doors = await world()
    const stranger = doors.visitor()
    assert.equal((await stranger.get('/owners/networks')).headers.get('location'), '/owners')
    assert.equal(
      (await stranger.submit('/owners/networks', { do: 'claim', range: '192.0.2.0/24' })).status,
      403,
    )
  })
})

async function claimsOf({ ctx }: Doors): Promise<readonly string[]> {
  const { claims } = await listClaims(ctx, { limit: 50 })
  return claims.map(({ claim, owner }) => `${owner.mailbox} ${claim.id} ${claim.state} ${claim.version}`)
}

describe('A grant', () => {
  it('ends when the record is gone at two looks a day apart, with a letter each time; parts end with it', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const path = await proven(doors, ada, '192.0.2.0/24')
    await ada.submit(path, { do: 'give', range: '192.0.2.0/26', mailbox: 'cyd@example.org' })
    const part = orThrow(parseListable('192.0.2.0/28'))
    assert.equal((await ownersOf(doors.ctx, part)).length, 2)
    doors.ctx.clock.advance(day)
    await recheckClaims(doors.ctx)
    assert.match(await textOf(await (await signedIn(doors, 'ada@example.org')).get(path)), /Proven/)
    doors.txt.delete(zone)
    doors.ctx.clock.advance(day)
    assert.deepEqual(await recheckClaims(doors.ctx), { looked: 1, ended: 0 })
    assert.equal((await ownersOf(doors.ctx, part)).length, 2)
    doors.ctx.clock.advance(day)
    assert.deepEqual(await recheckClaims(doors.ctx), { looked: 1, ended: 1 })
    assert.deepEqual(await ownersOf(doors.ctx, part), [])
  })

  it('given to another mailbox reaches as far as it was given, and is taken back', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const path = await proven(doors, ada, '192.0.2.0/24')
    const outside = await ada.submit(path, { do: 'give', range: '192.0.3.0/24', mailbox: 'cyd@example.org' })
    assert.equal(outside.status, 422)
    await ada.submit(path, { do: 'give', range: '192.0.2.0/26', mailbox: 'cyd@example.org' })
    const cyd = await signedIn(doors, 'cyd@example.org')
    await list(doors, '192.0.2.45')
    await list(doors, '192.0.2.200')
    const mine = await textOf(await cyd.get('/owners/networks'))
    assert.match(mine, /Ask for 192\.0\.2\.45/)
    assert.doesNotMatch(mine, /192\.0\.2\.200/)
    const [, part = ''] = /name="part" value="([0-9a-z]{26})"/.exec(await (await ada.get(path)).text()) ?? []
    await ada.submit(path, { do: 'take-back', part })
    assert.equal((await cyd.submit('/owners/networks', { do: 'free', prefix: '192.0.2.45' })).status, 404)
  })

  it('that was given becomes the receiver’s own once they prove it themselves', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const path = await proven(doors, ada, '192.0.2.0/24')
    await ada.submit(path, { do: 'give', range: '192.0.2.0/26', mailbox: 'cyd@example.org' })
    const cyd = await signedIn(doors, 'cyd@example.org')
    const { path: part, line } = await claimed(cyd, '192.0.2.0/26')
    assert.match(await textOf(await cyd.get(part)), /Given to you by the owner/)
    const record = doors.txt.get(zone) ?? ''
    doors.txt.set(zone, line)
    assert.equal((await cyd.submit(part, { do: 'txt' })).status, 303)
    assert.match(await textOf(await cyd.get(part)), /Proven: the network is yours/)
    // Nobody takes it back any more, it can be given on, and it outlives the wider grant.
    assert.doesNotMatch(await (await ada.get(path)).text(), /name="part"/)
    const giving = await cyd.submit(part, { do: 'give', range: '192.0.2.0/28', mailbox: 'eve@example.org' })
    assert.equal(giving.status, 303)
    doors.txt.set(zone, record)
    await ada.submit(path, { do: 'give-up' })
    const narrow = orThrow(parseListable('192.0.2.0/26'))
    assert.deepEqual(
      (await ownersOf(doors.ctx, narrow)).map(({ owner, proof }) => [owner.mailbox, proof]),
      [['cyd@example.org', 'txt']],
    )
  })

  it('is of one mailbox: dots and tags make another', async () => {
    const doors = await world()
    await proven(doors, await signedIn(doors, 'ada.b@example.org'), '192.0.2.0/24')
    for (const other of ['adab@example.org', 'ada.b+x@example.org', 'a.da.b@example.org']) {
      // Letters are counted for all of them together.
      doors.ctx.clock.advance(day)
      const browser = await signedIn(doors, other)
      assert.match(
        await textOf(await browser.get('/owners/networks')),
        /You have claimed no network yet/,
        other,
      )
    }
    doors.ctx.clock.advance(day)
    const again = await signedIn(doors, 'Ada.B@example.org')
    assert.match(await textOf(await again.get('/owners/networks')), /192\.0\.2\.0\/24/)
  })

  it('is ended by an operator, or by whoever holds it', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const path = await proven(doors, ada, '192.0.2.0/24')
    const { claims } = await listClaims(doors.ctx, { state: 'granted', limit: 5 })
    const [first] = claims
    assert.ok(first)
    const whole = orThrow(parseListable('192.0.2.0/24'))
    assert.equal((await mayAskFor(doors.ctx, first.owner, whole))?.proof, 'txt')
    await revokeClaim(doors.ctx, first.claim.id)
    assert.equal(await mayAskFor(doors.ctx, first.owner, whole), undefined)
    assert.match(await textOf(await ada.get(path)), /Our postmasters ended it/)
    const again = await proven(doors, ada, '192.0.2.0/24')
    await ada.submit(again, { do: 'give-up' })
    assert.deepEqual(await ownersOf(doors.ctx, whole), [])
  })
})
