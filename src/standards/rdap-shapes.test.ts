import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { seededRandom, type Random } from '../../test/fuzz/random.ts'
import { fuzzSeed } from '../../test/support/fuzz.ts'
import {
  rdapShape,
  registryNames,
  skeletonOf,
  type Json,
  type RdapShape,
} from '../../test/support/rdap-shapes.ts'
import { formatPrefix } from './prefix.ts'
import { abuseMailboxes, readRdapNetwork, registrantOf } from './rdap.ts'

/** Answers of each registry, and how many shapes of them all there have to be (security OWN-4). */
const ofEach = 60
const leastShapes = 200

const lower = (mailboxes: readonly string[]): readonly string[] => mailboxes.map((each) => each.toLowerCase())

describe('Answers in the shapes of the registries', () => {
  const seed = fuzzSeed()
  const random = seededRandom(seed)
  const shapes = registryNames.flatMap((registry) =>
    Array.from({ length: ofEach }, () => rdapShape(registry, random)),
  )

  it(`are of more than ${leastShapes} shapes, of each registry many, with and without somebody to write to (seed ${seed})`, (t) => {
    const distinct = new Set(shapes.map(({ object }) => skeletonOf(object)))
    t.diagnostic(`${distinct.size} shapes of ${shapes.length} answers`)
    assert.ok(distinct.size >= leastShapes, `${distinct.size} shapes`)
    for (const registry of registryNames) {
      const own = shapes.filter((each) => each.registry === registry)
      const count = new Set(own.map(({ object }) => skeletonOf(object))).size
      assert.ok(count >= 25, `${count} of ${registry}`)
    }
    const reached = shapes.filter(({ meant }) => meant.abuse.length > 0).length
    assert.ok(reached >= shapes.length / 5 && reached <= shapes.length - 20, `${reached} have a contact`)
  })

  it('are read as they were meant: the range, who holds it, and whom to write to about abuse, in order', () => {
    for (const { registry, object, meant } of shapes) {
      const text = JSON.stringify(object)
      const read = readRdapNetwork(text)
      assert.ok(read, `${registry}: ${text}`)
      assert.deepEqual(
        {
          handle: read.handle,
          prefixes: read.prefixes.map(formatPrefix),
          abuse: lower(abuseMailboxes(read)),
          registrants: registrantOf(read),
        },
        {
          handle: meant.handle,
          prefixes: meant.prefixes,
          abuse: meant.abuse,
          registrants: meant.registrants.join(' '),
        },
        `${registry}: ${text}`,
      )
    }
  })

  it('are no answer when they are cut off, in another class, in a list, or an error', () => {
    for (const { object } of shapes) {
      const text = JSON.stringify(object)
      const cut = random.below(text.length - 1)
      for (const wrong of [
        text.slice(0, cut),
        JSON.stringify({
          ...object,
          objectClassName: random.pick(['entity', 'domain', 'autnum', 'IP NETWORK']),
        }),
        JSON.stringify([object]),
        JSON.stringify({ ipNetwork: object }),
        JSON.stringify({
          errorCode: 404,
          title: 'Not Found',
          description: ['nothing'],
          notices: object['notices'],
        }),
        `<!doctype html><pre>${text}</pre>`,
        `callback(${text})`,
      ])
        assert.equal(readRdapNetwork(wrong), undefined, wrong.slice(0, 200))
    }
  })

  it('name nobody but those of the roles abuse and technical, whatever in them is of another type', () => {
    let changed = 0
    for (const shape of shapes)
      for (let nth = 0; nth < 20; nth++) {
        const damaged = structuredClone(shape.object)
        if (!damageIn(damaged, random)) continue
        changed++
        isHarmless(shape, damaged)
      }
    assert.ok(changed > shapes.length * 15, `${changed} were changed`)
  })

  it('name nobody else either in an answer of a quarter of a megabyte, and are read in time', () => {
    const began = performance.now()
    for (const shape of shapes.slice(0, ofEach)) {
      const crowd = Array.from({ length: 900 }, (_, nth) => ({
        objectClassName: 'entity',
        handle: `C${nth}`,
        roles: ['registrant', 'customer12'],
        vcardArray: ['vcard', [['email', {}, 'text', `crowd${nth}@example.edu`]]],
        remarks: [{ title: 'x', description: ['y'.repeat(100)] }],
      }))
      const own = shape.object['entities']
      const entities = [...(Array.isArray(own) ? (own as readonly unknown[]) : []), ...crowd]
      const damaged = { ...shape.object, entities }
      assert.ok(JSON.stringify(damaged).length > 250_000)
      isHarmless(shape, damaged)
    }
    assert.ok(performance.now() - began < 10_000)
  })

  function isHarmless({ object, meant }: RdapShape, damaged: Json): void {
    const read = readRdapNetwork(JSON.stringify(damaged))
    for (const mailbox of read ? lower(abuseMailboxes(read)) : []) {
      assert.ok(!meant.others.includes(mailbox), `${mailbox} of ${JSON.stringify(damaged)}`)
      assert.ok(JSON.stringify(object).toLowerCase().includes(mailbox), `${mailbox} is nobody’s`)
      assert.doesNotMatch(mailbox, /@example\.edu$/, 'of a remark, a note, or a property that is none')
    }
  }
})

const wrongValues: readonly [unknown, ...unknown[]] = [
  null,
  true,
  7,
  -1e308,
  '',
  'text',
  [],
  [[]],
  [null],
  {},
  { a: [] },
  { length: 3 },
]

/** Puts something of another type at one place anywhere in it, or takes it out; false where it hit nothing. */
function damageIn(value: unknown, random: Random): boolean {
  if (typeof value !== 'object' || value === null) return false
  const holder = value as Record<string, unknown>
  const keys = Object.keys(holder)
  const key = keys[random.below(keys.length)]
  if (key === undefined) return false
  if (!random.oneIn(3) && damageIn(holder[key], random)) return true
  if (random.oneIn(4)) Reflect.deleteProperty(holder, key)
  else holder[key] = random.pick(wrongValues)
  return true
}
