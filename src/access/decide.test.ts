import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseListable } from '../standards/prefix.ts'
import { decide, type DecideSettings } from './decide.ts'
import { exemptMailboxes } from './exempt.ts'
import type { ListingEntry } from './listing-entry.ts'
import { causeNames, listingClasses } from './reasons.ts'

const now = Date.UTC(2026, 4, 4)
const address = orThrow(parseAddress('192.0.2.45'))
const settings: DecideSettings = {
  protected: [orThrow(parseListable('203.0.113.0/24'))],
  exempt: exemptMailboxes(['provider.example'], ['delist@provider.example'], 'postern.provider.example'),
  exemptPerHour: 20,
}

function entry(changes: Partial<ListingEntry> = {}): ListingEntry {
  return {
    prefix: orThrow(parseListable('192.0.2.45')),
    id: '0123456789ab',
    cause: 'spam',
    class: 'self-service',
    effect: 'refuse',
    ends: now + 3600_000,
    ...changes,
  }
}

describe('The decision', () => {
  it('passes an address that is not listed', () => {
    assert.equal(decide({ listing: undefined, spent: 0 }, { address }, settings, now).action, 'pass')
  })

  it('refuses a listed one with the reason of its listing', () => {
    const verdict = decide(
      { listing: entry(), spent: 0 },
      { address, recipient: 'user@provider.example' },
      settings,
      now,
    )
    assert.deepEqual([verdict.action, verdict.reason], ['reject', 'spam'])
  })

  it('speaks of class investigate with its own reason, whatever the cause', () => {
    for (const cause of causeNames) {
      const verdict = decide(
        { listing: entry({ cause, class: 'investigate' }), spent: 0 },
        { address },
        settings,
        now,
      )
      assert.equal(verdict.reason, 'investigate')
    }
  })

  it('passes from the very second in which the listing ends', () => {
    const listing = entry()
    assert.equal(decide({ listing, spent: 0 }, { address }, settings, listing.ends - 1).action, 'reject')
    assert.equal(decide({ listing, spent: 0 }, { address }, settings, listing.ends).action, 'pass')
  })

  it('passes a carve-out', () => {
    const verdict = decide({ listing: entry({ effect: 'pass' }), spent: 0 }, { address }, settings, now)
    assert.deepEqual([verdict.action, verdict.spared], ['pass', 'carve-out'])
  })

  it('never refuses a protected address, even if the table says so', () => {
    const ours = orThrow(parseAddress('203.0.113.9'))
    const listing = entry({ prefix: orThrow(parseListable('203.0.113.9')) })
    assert.equal(decide({ listing, spent: 0 }, { address: ours }, settings, now).spared, 'protected')
  })

  it('lets the refused write to us, and defers them beyond the budget', () => {
    for (const recipient of [
      'postmaster@provider.example',
      'Abuse@Provider.Example',
      'delist@provider.example',
      'delist+x.y@postern.provider.example',
      'postmaster',
    ]) {
      assert.equal(
        decide({ listing: entry(), spent: 0 }, { address, recipient }, settings, now).action,
        'pass',
        recipient,
      )
      const over = decide({ listing: entry(), spent: 20 }, { address, recipient }, settings, now)
      assert.deepEqual([over.action, over.reason], ['defer', 'mailbox-budget'], recipient)
    }
  })

  it('never answers 5yz to an exempt mailbox', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...causeNames),
        fc.constantFrom(...listingClasses),
        fc.nat(1000),
        fc.constantFrom('postmaster@provider.example', 'b+1@postern.provider.example'),
        (cause, listingClass, spent, recipient) =>
          decide(
            { listing: entry({ cause, class: listingClass }), spent },
            { address, recipient },
            settings,
            now,
          ).action !== 'reject',
      ),
    )
  })
})
