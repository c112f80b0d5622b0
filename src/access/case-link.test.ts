import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { address, farAddress, seededRandom } from '../../test/support/listing-entries.ts'
import { listingIdOf } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import { mac, Secret } from '../base/secret.ts'
import { mintCaseLink, openCaseLink, type CaseFacts, type OpenedCase } from './case-link.ts'
import { reasonNames } from './reasons.ts'

const master = new Secret(Buffer.alloc(32, 7))
const keyFor = (edge: string): Secret => master.derive('case-link', edge)
const minute = 28_333_333
const minted = minute * 60_000
const dayMs = 86_400_000

const facts: CaseFacts = {
  keyId: 1,
  edge: 'mx1',
  minute,
  reason: 'spam',
  listing: '0123456789ab',
  address: address('192.0.2.45'),
}
const token = mintCaseLink(keyFor('mx1'), facts)

function opened(text: string, now = minted): OpenedCase {
  const result = openCaseLink(keyFor, text, now)
  assert.ok(!(result instanceof Refusal))
  return result
}

function refusal(text: string, now = minted): string {
  const result = openCaseLink(keyFor, text, now)
  assert.ok(result instanceof Refusal)
  return result.code
}

/** A token of bytes that somebody with the key signed. */
function signed(bytes: Buffer): string {
  return Buffer.concat([bytes, mac(keyFor('mx1'), bytes, 16)]).toString('base64url')
}

describe('A case link', () => {
  it('comes back with the facts it was minted from', () => {
    const edgeName = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,14}[a-z0-9])?$/)
    fc.assert(
      fc.property(
        edgeName,
        fc.nat(255),
        fc.nat(0xffffffff),
        fc.constantFrom(...reasonNames),
        fc.integer({ min: 1 }),
        (edge, keyId, at, reason, seed) => {
          const random = seededRandom(seed)
          const listing = random(4) === 0 ? null : listingIdOf(random(2 ** 30), 1 + random(2 ** 30 - 1))
          const all: CaseFacts = { keyId, edge, minute: at, reason, listing, address: farAddress(random) }
          const text = mintCaseLink(keyFor(edge), all)
          assert.match(text, /^[\w-]{51,87}$/)
          assert.deepEqual(opened(text, at * 60_000).facts, all)
        },
      ),
    )
  })

  it('has the layout that is written down', () => {
    const bytes = Buffer.from(token, 'base64url')
    assert.equal(
      bytes.toString('hex', 0, 24),
      '01' +
        '01' +
        '03' +
        Buffer.from('mx1').toString('hex') +
        minute.toString(16).padStart(8, '0') +
        '01' +
        '00110c85' +
        '0c74254b' +
        '04' +
        'c000022d',
    )
    assert.equal(bytes.toString('hex', 24), mac(keyFor('mx1'), bytes.subarray(0, 24), 16).toString('hex'))
  })

  it('counts as proof for seven days and opens the page for thirty', () => {
    assert.deepEqual(opened(token), { facts, ageMs: 0, opens: true, proves: true })
    assert.equal(opened(token, minted + 7 * dayMs).proves, true)
    assert.equal(opened(token, minted + 7 * dayMs + 1).proves, false)
    assert.equal(opened(token, minted + 30 * dayMs).ageMs, 30 * dayMs)
    assert.equal(refusal(token, minted + 30 * dayMs + 1), 'case-link.expired')
  })

  it('may come ten minutes before its time, not more', () => {
    assert.equal(opened(token, minted - 600_000).proves, true)
    assert.equal(refusal(token, minted - 600_001), 'case-link.invalid')
  })

  it('has one spelling', () => {
    const last = token.at(-1) ?? ''
    const others = ['', '=', '==', ' ', '\n', '.', 'A', token].map((tail) => token + tail).slice(1)
    const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
    const endings = alphabet
      .filter((character) => character !== last)
      .map((character) => token.slice(0, -1) + character)
    const plain = Buffer.from(token, 'base64url').toString('base64')
    for (const text of [
      ...others,
      ...endings,
      ` ${token}`,
      token.toLowerCase(),
      token.toUpperCase(),
      plain,
      `${plain}==`,
    ]) {
      if (text !== token) assert.equal(refusal(text), 'case-link.invalid', text)
    }
  })

  it('is of one edge and of one key', () => {
    assert.equal(refusal(mintCaseLink(keyFor('mx2'), facts)), 'case-link.invalid')
    assert.equal(refusal(mintCaseLink(master, facts)), 'case-link.invalid')
  })

  it('is refused for what it says, although the MAC is right', () => {
    const bytes = Buffer.from(token, 'base64url').subarray(0, -16)
    const changed = (at: number, value: number): string => {
      const copy = Buffer.from(bytes)
      copy[at] = value
      return signed(copy)
    }
    assert.deepEqual(opened(signed(bytes)).facts, facts)
    assert.deepEqual(opened(changed(1, 9)).facts, { ...facts, keyId: 9 })
    const version2 = changed(0, 2)
    const unknownReason = changed(10, 200)
    const halves = [changed(11, 0x40), changed(15, 0x40)]
    const families = [changed(19, 6), changed(19, 5), changed(19, 0)]
    const lengths = [
      signed(bytes.subarray(0, -1)),
      signed(Buffer.concat([bytes, Buffer.alloc(1)])),
      signed(Buffer.concat([bytes, Buffer.alloc(12)])),
    ]
    const names = [
      changed(2, 0),
      changed(2, 2),
      changed(2, 4),
      changed(2, 255),
      changed(3, 0x4d),
      changed(4, 0),
    ]
    for (const text of [version2, unknownReason, ...halves, ...families, ...lengths, ...names]) {
      assert.equal(refusal(text), 'case-link.invalid', text)
    }
  })

  it('cannot carry what is no fact', () => {
    for (const bad of [
      { edge: '' },
      { edge: 'MX1' },
      { edge: 'a'.repeat(17) },
      { edge: '-a' },
      { keyId: 256 },
      { keyId: -1 },
      { minute: 0.5 },
      { minute: 2 ** 32 },
      { minute: -1 },
      { listing: 'not-a-listing' },
    ]) {
      assert.throws(() => mintCaseLink(master, { ...facts, ...bad }), RangeError, JSON.stringify(bad))
    }
  })
})
