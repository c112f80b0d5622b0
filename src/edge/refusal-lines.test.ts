import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { causeNames, listingClasses, reasonOf } from '../access/reasons.ts'
import { formatReply } from '../access/reply.ts'
import { formatAddress } from '../standards/ip.ts'
import { prefixOf } from '../standards/prefix.ts'
import { entry, farAddress, seededRandom } from '../../test/support/listing-entries.ts'
import { RefusalLines } from './refusal-lines.ts'

const about = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  bits: fc.integer({ min: 0, max: 8 }),
  cause: fc.constantFrom(...causeNames),
  listingClass: fc.constantFrom(...listingClasses),
  octets: fc.integer({ min: 200, max: 450 }),
  linkLength: fc.integer({ min: 0, max: 150 }),
  isBudget: fc.boolean(),
})

describe('refusal lines', () => {
  for (const profile of ['microsoft-like', 'iana-strict'] as const) {
    it(`are those of the registry (${profile}), whatever they are about and however little room there is`, () => {
      const lines = new RefusalLines(profile)
      fc.assert(
        fc.property(about, ({ seed, bits, cause, listingClass, octets, linkLength, isBudget }) => {
          const address = farAddress(seededRandom(seed))
          const length = (address.family === 4 ? 32 : 64) - bits
          const listing = {
            ...entry('192.0.2.1', { cause, class: listingClass }),
            prefix: prefixOf(address, length),
          }
          const refused = isBudget
            ? { reason: 'mailbox-budget' as const, listing }
            : { reason: reasonOf(listing), listing }
          const url = `https://postmaster.provider.example/c/${'x'.repeat(linkLength)}`
          assert.equal(
            lines.lineOf(refused, address, formatAddress(address), url, octets),
            formatReply(refused, address, profile, url, octets),
          )
        }),
        { numRuns: 500 },
      )
    })
  }
})
