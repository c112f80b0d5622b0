import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testWaysOut } from '../../../test/support/context.ts'
import { orThrow } from '../../base/refusal.ts'
import { formatAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import type { Claim, LookedProof } from './claim.ts'
import { lookFor, recordNames, verdictOf, type Looked } from './look.ts'

const line = 'postern-owner=hash-of-ada'

/** A world of TXT and CNAME records by name; `silent` names do not answer. */
interface World {
  readonly txt?: Readonly<Record<string, readonly string[]>>
  readonly cname?: Readonly<Record<string, string>>
  readonly confirmed?: Readonly<Record<string, readonly string[]>>
  readonly files?: Readonly<Record<string, string>>
  readonly silent?: readonly string[]
}

async function look(range: string, proof: LookedProof, world: World): Promise<Looked> {
  const out = testWaysOut({
    txt: async (name) => (world.silent?.includes(name) ? 'temperror' : (world.txt?.[name] ?? [])),
    confirmedNames: async (address) => world.confirmed?.[formatAddress(address)] ?? [],
    fetchFrom: async (address, path) => world.files?.[`${formatAddress(address)}${path}`],
    lookup: async (name) => {
      const target = world.cname?.[name]
      const code = world.silent?.includes(name) ? 'ESERVFAIL' : 'ENODATA'
      return target === undefined ? await Promise.reject(Object.assign(new Error(code), { code })) : [target]
    },
  })
  const claim = { prefix: orThrow(parseListable(range)), token: 'token', value: 'hash-of-ada' } as Claim
  return await lookFor(out, claim, proof)
}

const isProven = async (range: string, proof: LookedProof, world: World): Promise<boolean> =>
  (await look(range, proof, world)).proven

describe('TXT in the reverse zone', () => {
  it('proves a /24, a /16 and an IPv6 network at the zone or the name made for it', async () => {
    for (const [range, zone] of [
      ['192.0.2.0/24', '2.0.192.in-addr.arpa'],
      ['198.51.0.0/16', '51.198.in-addr.arpa'],
      ['2001:db8::/32', '8.b.d.0.1.0.0.2.ip6.arpa'],
      ['2001:db8:1:f::/64', 'f.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ] as const) {
      assert.equal(await isProven(range, 'txt', { txt: { [zone]: ['v=x', line] } }), true, range)
      assert.equal(await isProven(range, 'txt', { txt: { [`_postern.${zone}`]: [line] } }), true, range)
      assert.equal(await isProven(range, 'txt', { txt: { [zone]: ['postern-owner=hash-of-bob'] } }), false)
    }
  })

  it('wants every zone of a network that is several', async () => {
    const [first = '', second = ''] = recordNames(orThrow(parseListable('192.0.2.0/23')))
    assert.equal(await isProven('192.0.2.0/23', 'txt', { txt: { [first]: [line], [second]: [line] } }), true)
    const half = await look('192.0.2.0/23', 'txt', { txt: { [first]: [line] } })
    assert.deepEqual([half.proven, half.places.map(({ seen }) => seen)], [false, ['proof', 'nothing']])
  })

  it('of a smaller network does not prove the larger one around it', async () => {
    assert.equal(
      await isProven('198.51.0.0/16', 'txt', { txt: { '100.51.198.in-addr.arpa': [line] } }),
      false,
    )
  })

  it('follows the CNAME of every address to the zone that it is delegated to (RFC 2317)', async () => {
    const cname = Object.fromEntries(
      [64, 65, 66, 67].map((n) => [`${n}.2.0.192.in-addr.arpa`, `${n}.64/30.2.0.192.in-addr.arpa`]),
    )
    const txt = { '_postern.64/30.2.0.192.in-addr.arpa': [line] }
    assert.equal(await isProven('192.0.2.64/30', 'txt', { cname, txt }), true)
    const { ['66.2.0.192.in-addr.arpa']: _, ...gap } = cname
    assert.equal(await isProven('192.0.2.64/30', 'txt', { cname: gap, txt }), false)
    const other = { ...cname, '66.2.0.192.in-addr.arpa': '66.bob.2.0.192.in-addr.arpa' }
    assert.equal(await isProven('192.0.2.64/30', 'txt', { cname: other, txt }), false)
  })

  it('says that DNS did not answer, which proves and disproves nothing', async () => {
    const looked = await look('192.0.2.0/24', 'txt', { silent: ['_postern.2.0.192.in-addr.arpa'] })
    assert.equal(verdictOf(looked), 'temperror')
    assert.equal(verdictOf(await look('192.0.2.0/24', 'txt', {})), 'missing')
  })
})

describe('TXT at the name of a host (OWN-3)', () => {
  const confirmed = { '192.0.2.45': ['mail.example.org'] }
  const txt = { '_postern.mail.example.org': [line] }

  it('proves the address when name and address confirm each other', async () => {
    assert.equal(await isProven('192.0.2.45', 'forward', { confirmed, txt }), true)
  })

  it('proves nothing with one of the two: a name that does not lead back, or a name without the record', async () => {
    const unconfirmed = await look('192.0.2.45', 'forward', { txt })
    assert.deepEqual([unconfirmed.proven, unconfirmed.trouble], [false, 'no-name'])
    assert.equal(await isProven('192.0.2.45', 'forward', { confirmed }), false)
    assert.equal(
      await isProven('192.0.2.45', 'forward', { confirmed, txt: { 'example.org': [line] } }),
      false,
    )
  })
})

describe('A file on the address', () => {
  const path = '192.0.2.45/.well-known/postern-token'

  it('proves it with the line and nothing else', async () => {
    assert.equal(await isProven('192.0.2.45', 'http', { files: { [path]: `${line}\n` } }), true)
    assert.equal(await isProven('192.0.2.45', 'http', { files: { [path]: `<p>${line}</p>` } }), false)
  })

  it('does not prove it where the server repeats what it was asked for', async () => {
    assert.equal(
      await isProven('192.0.2.45', 'http', { files: { [path]: '/.well-known/postern-token' } }),
      false,
    )
    assert.equal(await isProven('192.0.2.45', 'http', {}), false)
  })
})
