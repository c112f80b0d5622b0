import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
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
import {
  givesJson,
  rdapAddresses,
  startRdapServer,
  type RdapServer,
} from '../../../test/support/rdap-server.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { listRequests } from '../../core/delisting/review-actions.ts'
import { ownersOf } from '../../core/owners/actions.ts'
import { listClaims } from '../../core/owners/manage-actions.ts'
import { recheckClaims } from '../../core/owners/recheck-actions.ts'
import { listLetters } from '../../core/outbox/reading-actions.ts'
import { waysOut } from '../../net/ways-out.ts'
import type { DnsResolver } from '../../net/resolver.ts'
import { parseListable } from '../../standards/prefix.ts'

const { open, close } = databases('SQLite')
const at = (text: string) => orThrow(parseListable(text))

/** The network of the fixture, with changes. */
function network(changes: object = {}, contact = 'abuse@hosting.example'): object {
  const text = readFileSync(join(import.meta.dirname, '../../../test/fixtures/rdap/arin.json'), 'utf8')
  return { ...JSON.parse(text.replaceAll('abuse@hosting.example', contact)), ...changes } as object
}

describe('A network proven by mail', () => {
  let server: RdapServer
  before(async () => {
    server = await startRdapServer()
  })
  after(async () => {
    await server.close()
    await close()
  })

  async function world(): Promise<OwnersWorld> {
    server.answer = givesJson(network())
    server.asked.splice(0)
    const resolver = { addresses: rdapAddresses } as unknown as DnsResolver
    const { registered } = waysOut({ resolver, ...server.out })
    return ownersWorld(await open(), { registered })
  }

  const codeOf = async (answer: Response): Promise<string> =>
    /<output>([0-9A-Z]{6})<\/output>/.exec(await answer.text())?.[1] ?? ''
  const holders = async ({ ctx }: OwnersWorld, prefix: string) =>
    (await ownersOf(ctx, at(prefix))).map(({ owner, proof }) => `${owner.mailbox} ${proof}`)
  const lettersTo = async ({ ctx }: OwnersWorld, mailbox: string): Promise<readonly string[]> =>
    (await listLetters(ctx, { limit: 50 })).letters
      .filter((letter) => letter.mailbox === mailbox)
      .map(({ kind }) => kind)

  /** Ada has asked the contact; gives the code of her page and the claim's. */
  async function asked(doors: OwnersWorld, range = '192.0.2.0/24') {
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, range)
    const answer = await ada.submit(path, { do: 'ask-contact', mailbox: 'abuse@hosting.example' })
    assert.equal(answer.status, 303)
    const code = await codeOf(await ada.get(answer.headers.get('location') ?? ''))
    return { ada, path, code, letter: (await doors.letter('owner-contact')) ?? '' }
  }

  async function confirmed(doors: OwnersWorld, range?: string) {
    const began = await asked(doors, range)
    const desk = doors.visitor('203.0.113.9')
    assert.equal((await desk.submit(began.letter, { code: began.code })).status, 200)
    return began
  }

  it('is granted by the abuse contact of the registry, with the code of the applicant’s page', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.0/24')
    const found = await textOf(await ada.submit(path, { do: 'contacts' }))
    assert.match(found, /EXAMPLE-NET , 192\.0\.2\.0 – 192\.0\.2\.255/)
    assert.match(found, /abuse@hosting\.example abuse contact in the registry/)
    assert.doesNotMatch(found, /noc@/)
    const answer = await ada.submit(path, { do: 'ask-contact', mailbox: 'abuse@hosting.example' })
    const code = await codeOf(await ada.get(answer.headers.get('location') ?? ''))
    assert.deepEqual(await lettersTo(doors, 'abuse@hosting.example'), ['owner-contact'])
    const letter = (await doors.letter('owner-contact')) ?? ''
    const desk = doors.visitor('203.0.113.9')
    for (const _ of [1, 2]) {
      const page = await textOf(await desk.get(letter))
      assert.match(page, /Does this mailbox speak for 192\.0\.2\.0\/24\?.*ada@example\.org/)
    }
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), [], 'opening it did nothing')
    assert.equal((await desk.submit(letter, {})).status, 403, 'nor does the letter alone')
    assert.equal((await desk.submit(letter, { code })).status, 200)
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), ['ada@example.org rdap'])
    assert.match(await textOf(await ada.get(path)), /Confirmed by abuse@hosting\.example , until/)
    assert.equal((await desk.submit(letter, { code })).status, 410, 'it works once')
    const page = await textOf(await ada.get(`/zh-CN${path}`))
    assert.match(page, /由 abuse@hosting\.example 确认/)
  })

  it('is not granted by five wrong codes, nor after its time, and its link signs nobody in', async () => {
    const doors = await world()
    const { letter, code } = await asked(doors)
    const thief = doors.visitor('198.51.100.200')
    assert.equal((await thief.get(letter.replace('/contact/', '/link/'))).status, 404)
    assert.equal((await thief.submit(letter.replace('/contact/', '/link/'), { code })).status, 404)
    const wrong = ['000001', '000002', '000003', '000004', '000005'].filter((each) => each !== code)
    for (const each of wrong) await thief.submit(letter, { code: each })
    assert.equal((await thief.submit(letter, { code: '000006' })).status, 410)
    assert.equal((await thief.submit(letter, { code })).status, 410)
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), [])
    const link = (await doors.letter('owner-link')) ?? ''
    assert.equal((await thief.get(link.replace('/link/', '/contact/'))).status, 404)
  })

  it('shows what a registry says as text, whatever it is', async () => {
    const doors = await world()
    const evil = '<img src=x onerror=alert(1)>\u202e"\'><script>alert(1)</script>'
    server.answer = givesJson(
      network({ name: evil, handle: evil, country: evil, remarks: [{ title: evil }] }),
    )
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.0/24')
    const page = await (await ada.submit(path, { do: 'contacts' })).text()
    assert.ok(page.includes('&lt;img src=x'))
    assert.ok(!page.includes('<img src=x') && !page.includes('<script>alert') && !page.includes('\u202e'))
  })

  it('asks nobody whom neither registry nor name gives', async () => {
    const doors = await world()
    doors.names = ['mail.example.net']
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.0/24')
    for (const mailbox of ['victim@example.com', 'noc@hosting.example', 'postmaster@example.net', ''])
      assert.equal((await ada.submit(path, { do: 'ask-contact', mailbox })).status, 422, mailbox)
    assert.deepEqual(await lettersTo(doors, 'victim@example.com'), [])
  })

  it('writes to one contact once in seven days, whoever asks (OWN-4)', async () => {
    const doors = await world()
    await asked(doors)
    const bob = await signedIn(doors, 'bob@example.org')
    const { path } = await claimed(bob, '192.0.2.0/25')
    const again = { do: 'ask-contact', mailbox: 'abuse@hosting.example' }
    assert.equal((await bob.submit(path, again)).status, 429)
    assert.deepEqual(await lettersTo(doors, 'abuse@hosting.example'), ['owner-contact'])
    doors.ctx.clock.advance(7 * day)
    const late = await signedIn(doors, 'bob@example.org')
    assert.equal((await late.submit(path, again)).status, 303)
  })

  it('needs no letter where the owner signed in with the contact’s very mailbox', async () => {
    const doors = await world()
    const desk = await signedIn(doors, 'Abuse@hosting.example')
    const { path } = await claimed(desk, '192.0.2.0/24')
    assert.match(await textOf(await desk.submit(path, { do: 'contacts' })), /confirmed without a letter/)
    assert.equal(
      (await desk.submit(path, { do: 'ask-contact', mailbox: 'abuse@hosting.example' })).status,
      303,
    )
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), ['Abuse@hosting.example rdap'])
    assert.deepEqual(await lettersTo(doors, 'abuse@hosting.example'), [])
    const other = await signedIn(doors, 'abuse+x@hosting.example')
    const theirs = await claimed(other, '192.0.2.0/24')
    await other.submit(theirs.path, { do: 'ask-contact', mailbox: 'abuse@hosting.example' })
    assert.equal((await holders(doors, '192.0.2.0/24')).length, 1, 'a tag is another mailbox')
  })

  it('reaches no further than the network of the registry', async () => {
    const doors = await world()
    server.answer = ({ url = '' }, response) =>
      url.endsWith('/23')
        ? void response.writeHead(404).end()
        : givesJson(network({ endAddress: '192.0.2.127' }))({} as never, response)
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.0/24')
    assert.match(await textOf(await ada.submit(path, { do: 'contacts' })), /registry does not answer/)
    const half = await claimed(ada, '192.0.2.0/25')
    assert.match(await textOf(await ada.submit(half.path, { do: 'contacts' })), /abuse@hosting\.example/)
  })

  it('leaves out what the registry has given to others, at the ends at once, in the middle when it is asked for', async () => {
    const doors = await world()
    const customer = network({
      handle: 'NET-CUSTOMER',
      startAddress: '192.0.2.192',
      endAddress: '192.0.2.255',
    })
    const middle = network({ handle: 'NET-MIDDLE', startAddress: '192.0.2.64', endAddress: '192.0.2.79' })
    server.answer = ({ url = '' }, response) => {
      const [, last = ''] = /192\.0\.2\.(\d+)\/32/.exec(url) ?? []
      const which = last === '255' ? customer : last === '70' ? middle : network()
      givesJson(which)({} as never, response)
    }
    await list(doors, '192.0.2.200')
    await list(doors, '192.0.2.70')
    await list(doors, '192.0.2.10')
    const { ada } = await confirmed(doors)
    assert.deepEqual(await holders(doors, '192.0.2.200'), [])
    const mine = await textOf(await ada.get('/owners/networks'))
    assert.match(mine, /Ask for 192\.0\.2\.10/)
    assert.match(mine, /Ask for 192\.0\.2\.70/)
    assert.doesNotMatch(mine, /192\.0\.2\.200/)
    assert.equal((await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.200' })).status, 404)
    assert.equal((await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.70' })).status, 409)
    assert.doesNotMatch(await textOf(await ada.get('/owners/networks')), /192\.0\.2\.70/)
    await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.10' })
    assert.deepEqual(
      await Promise.all(
        ['192.0.2.10', '192.0.2.70', '192.0.2.200'].map(async (ip) => await isListed(doors, ip)),
      ),
      [false, true, true],
    )
  })

  it('asks for single addresses; a range waits for a person, and no part is given on; a record in DNS makes it whole', async () => {
    const doors = await world()
    await list(doors, '192.0.2.0/24')
    const { ada, path } = await confirmed(doors)
    await ada.submit('/owners/networks', { do: 'free', prefix: '192.0.2.0/24' })
    assert.equal(await isListed(doors, '192.0.2.7'), true)
    const [waits] = await listRequests(doors.ctx, { state: 'review', limit: 5 })
    assert.deepEqual([waits?.control, waits?.unit.length], ['owner', 24])
    const giving = { do: 'give', range: '192.0.2.0/26', mailbox: 'cyd@example.org' }
    assert.doesNotMatch(await (await ada.get(path)).text(), /value="give"/)
    assert.equal((await ada.submit(path, giving)).status, 409)
    const [, line = ''] = /(postern-owner=[\w-]{43})/.exec(await (await ada.get(path)).text()) ?? []
    doors.txt.set(zone, line)
    assert.equal((await ada.submit(path, { do: 'txt' })).status, 303)
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), ['ada@example.org txt'])
    assert.equal((await ada.submit(path, giving)).status, 303)
  })

  it('is not made less by a letter where DNS has proven it', async () => {
    const doors = await world()
    const { letter, code, ada, path } = await asked(doors)
    const [, line = ''] = /(postern-owner=[\w-]{43})/.exec(await (await ada.get(path)).text()) ?? []
    doors.txt.set(zone, line)
    await ada.submit(path, { do: 'txt' })
    assert.equal((await doors.visitor('203.0.113.9').submit(letter, { code })).status, 200)
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), ['ada@example.org txt'])
  })

  it('ends at once when the registry names another holder or another network (OWN-5)', async () => {
    for (const changed of [
      { handle: 'NET-OTHER' },
      { entities: [{ handle: 'NEW-HOLDER', roles: ['registrant'] }] },
    ]) {
      const doors = await world()
      await confirmed(doors)
      doors.ctx.clock.advance(6 * day)
      assert.deepEqual(await recheckClaims(doors.ctx), { looked: 0, ended: 0 }, 'not every day')
      server.answer = givesJson(network(changed))
      doors.ctx.clock.advance(day)
      assert.deepEqual(await recheckClaims(doors.ctx), { looked: 1, ended: 1 })
      assert.deepEqual(await holders(doors, '192.0.2.0/24'), [])
      const { claims } = await listClaims(doors.ctx, { limit: 1 })
      assert.equal(claims[0]?.claim.endedWhy, 'registry-changed')
    }
  })

  it('stands for two weeks without its contact, until a new one confirms or it ends', async () => {
    for (const renews of [true, false]) {
      const doors = await world()
      const { path } = await confirmed(doors)
      server.answer = givesJson(network({}, 'new@hosting.example'))
      doors.ctx.clock.advance(7 * day)
      assert.deepEqual(await recheckClaims(doors.ctx), { looked: 1, ended: 0 })
      assert.equal(
        (await lettersTo(doors, 'ada@example.org')).filter((kind) => kind === 'owner-state').length,
        2,
      )
      const ada = await signedIn(doors, 'ada@example.org')
      assert.match(await textOf(await ada.get(path)), /does not name the contact that confirmed you/)
      if (renews) {
        const answer = await ada.submit(path, { do: 'ask-contact', mailbox: 'new@hosting.example' })
        const code = await codeOf(await ada.get(answer.headers.get('location') ?? ''))
        await doors.visitor('203.0.113.9').submit((await doors.letter('owner-contact')) ?? '', { code })
      }
      for (let n = 0; n < 15; n++) {
        doors.ctx.clock.advance(day)
        await recheckClaims(doors.ctx)
      }
      assert.deepEqual(await holders(doors, '192.0.2.0/24'), renews ? ['ada@example.org rdap'] : [])
    }
  })

  it('stays as it is while the registry does not answer, and is not asked about more than once a week', async () => {
    const doors = await world()
    await confirmed(doors)
    server.answer = (_, response) => void response.writeHead(500).end()
    server.asked.splice(0)
    for (let n = 0; n < 28; n++) {
      doors.ctx.clock.advance(day)
      await recheckClaims(doors.ctx)
    }
    assert.equal(server.asked.length, 4)
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), ['ada@example.org rdap'])
  })

  it('ends after ten months, with a letter a month before; a look does not make it longer', async () => {
    const doors = await world()
    await confirmed(doors)
    for (let n = 0; n < 271; n++) {
      doors.ctx.clock.advance(day)
      await recheckClaims(doors.ctx)
    }
    const states = (await listLetters(doors.ctx, { limit: 50 })).letters.filter(
      ({ kind }) => kind === 'owner-state',
    )
    assert.equal(states.length, 2, 'granted, renew')
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), ['ada@example.org rdap'])
    doors.ctx.clock.advance(30 * day)
    await recheckClaims(doors.ctx)
    assert.deepEqual(await holders(doors, '192.0.2.0/24'), [])
  })

  it('asks a registry for the same once a day', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.0/24')
    for (let n = 0; n < 5; n++) await ada.submit(path, { do: 'contacts' })
    assert.equal(server.asked.length, 1)
    server.answer = (_, response) => void response.writeHead(429, { 'retry-after': '60' }).end()
    doors.ctx.clock.advance(11 * hour)
    await ada.submit(path, { do: 'contacts' })
    assert.equal(server.asked.length, 1)
    doors.ctx.clock.advance(13 * hour)
    const late = await signedIn(doors, 'ada@example.org')
    assert.match(await textOf(await late.submit(path, { do: 'contacts' })), /registry does not answer now/)
  })
})

describe('One address proven by mail to its name', () => {
  const world = async (): Promise<OwnersWorld> => {
    const doors = ownersWorld(await open())
    doors.names = ['mail.shop.example.net']
    return doors
  }

  it('is confirmed by postmaster@ or abuse@ of the name or its organisation, for that address only', async () => {
    const doors = await world()
    const ada = await signedIn(doors, 'ada@example.org')
    const { path } = await claimed(ada, '192.0.2.45')
    const found = await textOf(await ada.submit(path, { do: 'contacts' }))
    for (const mailbox of ['postmaster@example.net', 'abuse@example.net', 'postmaster@mail.shop.example.net'])
      assert.ok(found.includes(mailbox), mailbox)
    const answer = await ada.submit(path, { do: 'ask-contact', mailbox: 'abuse@example.net' })
    const page = await (await ada.get(answer.headers.get('location') ?? '')).text()
    const [, code = ''] = /<output>([0-9A-Z]{6})<\/output>/.exec(page) ?? []
    await doors.visitor('203.0.113.9').submit((await doors.letter('owner-contact')) ?? '', { code })
    assert.deepEqual(
      (await ownersOf(doors.ctx, at('192.0.2.45'))).map(({ proof }) => proof),
      ['mail'],
    )
    assert.deepEqual(await ownersOf(doors.ctx, at('192.0.2.46')), [])
    const wide = await claimed(ada, '192.0.2.0/31')
    const none = await textOf(await ada.submit(wide.path, { do: 'contacts' }))
    assert.doesNotMatch(none, /postmaster@[a-z]/)
  })

  it('ends when the name leads there no more, at two looks a day apart; DNS without an answer changes nothing', async () => {
    const doors = await world()
    const desk = await signedIn(doors, 'postmaster@example.net')
    const { path } = await claimed(desk, '192.0.2.45')
    await desk.submit(path, { do: 'ask-contact', mailbox: 'postmaster@example.net' })
    const held = async () => (await ownersOf(doors.ctx, at('192.0.2.45'))).length
    assert.equal(await held(), 1)
    doors.names = 'temperror'
    for (const _ of [1, 2, 3]) {
      doors.ctx.clock.advance(day)
      await recheckClaims(doors.ctx)
    }
    assert.equal(await held(), 1)
    doors.names = ['mail.elsewhere.example']
    doors.ctx.clock.advance(day)
    assert.deepEqual(await recheckClaims(doors.ctx), { looked: 1, ended: 0 })
    doors.ctx.clock.advance(day)
    assert.deepEqual(await recheckClaims(doors.ctx), { looked: 1, ended: 1 })
    assert.equal(await held(), 0)
  })

  it('of a tenant whose reverse name says another’s domain is not theirs: the name does not lead back (OWN-3)', async () => {
    const doors = ownersWorld(await open())
    const eve = await signedIn(doors, 'eve@example.org')
    const { path } = await claimed(eve, '192.0.2.45')
    const found = await textOf(await eve.submit(path, { do: 'contacts' }))
    assert.doesNotMatch(found, /postmaster@[a-z]/)
    const ask = await eve.submit(path, { do: 'ask-contact', mailbox: 'postmaster@victim.example' })
    assert.equal(ask.status, 422)
    await proven(doors, eve, '192.0.2.45', '_postern.2.0.192.in-addr.arpa')
  })
})
