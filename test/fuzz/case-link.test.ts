import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mintCaseLink, openCaseLink, type CaseFacts } from '../../src/access/case-link.ts'
import { reasonNames } from '../../src/access/reasons.ts'
import { listingIdOf } from '../../src/base/id.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { mac, Secret } from '../../src/base/secret.ts'
import { fuzzCount, fuzzSeed } from '../support/fuzz.ts'
import { farAddress, pick, seededRandom, type Random } from '../support/listing-entries.ts'

/** Tokens that nobody minted: `POSTERN_FUZZ_COUNT` of them; `POSTERN_FUZZ_SEED` repeats a run. */

const tokens = fuzzCount()
const seed = fuzzSeed()

const master = new Secret(Buffer.alloc(32, 7))
const keys = new Map<string, Secret>()
const now = 1_700_000_000_000
const edges = ['mx1', 'mx2', 'edge-frankfurt-1', 'a']
const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')

function keyFor(edge: string): Secret {
  const key = keys.get(edge) ?? master.derive('case-link', edge)
  if (edges.includes(edge)) keys.set(edge, key)
  return key
}

function randomFacts(random: Random): CaseFacts {
  return {
    keyId: random(256),
    edge: pick(random, edges),
    minute: Math.floor(now / 60_000) - random(7 * 24 * 60),
    reason: pick(random, reasonNames),
    listing: random(3) === 0 ? null : listingIdOf(random(2 ** 30), 1 + random(2 ** 30 - 1)),
    address: farAddress(random),
  }
}

function anyBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)))
}

/** Ways to make a token that was not minted from one that was. */
const forgeries: readonly ((token: string, random: Random) => string)[] = [
  (token, random) => replaceAt(token, random(token.length), pick(random, alphabet)),
  (token, random) => replaceAt(token, random(token.length), String.fromCharCode(random(0x3000))),
  (token, random) => token.slice(0, random(token.length)),
  (token, random) => token + pick(random, [...alphabet, '=', '.', '%', '\n']),
  (token, random) => token.slice(0, random(token.length)) + token.slice(random(token.length)),
  (token, random) => swapTwo(token, random(token.length), random(token.length)),
  (token, random) => flipBit(token, random),
  (token, random) => flipBit(flipBit(token, random), random),
  (token, random) => otherFacts(token, random),
  (token, random) => signedByStranger(token, random),
  (_, random) => anyBytes(random, random(120)).toString('base64url'),
  (_, random) => String.fromCharCode(...anyBytes(random, random(120))),
  (token, random) => token.repeat(1 + random(1000)).slice(0, random(60_000)),
]

function replaceAt(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1)
}

function swapTwo(text: string, a: number, b: number): string {
  return replaceAt(replaceAt(text, a, text[b] ?? ''), b, text[a] ?? '')
}

function flipBit(token: string, random: Random): string {
  const bytes = Buffer.from(token, 'base64url')
  const at = random(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
  return bytes.toString('base64url')
}

/** The MAC of one token behind the facts of another. */
function otherFacts(token: string, random: Random): string {
  const facts = randomFacts(random)
  const own = Buffer.from(mintCaseLink(keyFor(facts.edge), facts), 'base64url')
  return Buffer.concat([own.subarray(0, -16), Buffer.from(token, 'base64url').subarray(-16)]).toString(
    'base64url',
  )
}

function signedByStranger(token: string, random: Random): string {
  const facts = Buffer.from(token, 'base64url').subarray(0, -16)
  return Buffer.concat([facts, mac(new Secret(anyBytes(random, 32)), facts, 16)]).toString('base64url')
}

describe('Forged case links', () => {
  it(`are refused, ${tokens} of ${tokens}`, () => {
    const random = seededRandom(seed)
    let forged = 0
    while (forged < tokens) {
      const facts = randomFacts(random)
      const token = mintCaseLink(keyFor(facts.edge), facts)
      const told = `POSTERN_FUZZ_SEED=${seed}, forgery ${forged}`
      const genuine = openCaseLink(keyFor, token, now)
      assert.ok(!(genuine instanceof Refusal), told)
      assert.deepEqual(genuine.facts, facts, told)
      for (const forge of forgeries) {
        const forgery = forge(token, random)
        if (forgery === token) continue
        const answer = openCaseLink(keyFor, forgery, now)
        assert.ok(answer instanceof Refusal, `${told} was accepted: ${JSON.stringify(forgery)}`)
        assert.equal(answer.code, 'case-link.invalid', told)
        forged++
      }
    }
  })
})
