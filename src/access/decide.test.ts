import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseListable } from '../standards/prefix.ts'
import { hour, minute } from '../base/clock.ts'
import { decide, type DecideRequest, type DecideSettings, type RateView } from './decide.ts'
import { exemptMailboxes } from './exempt.ts'
import type { ListingEntry } from './listing-entry.ts'
import { ourNames } from './our-names.ts'
import { causeNames, listingClasses } from './reasons.ts'

const now = Date.UTC(2026, 4, 4)
const address = orThrow(parseAddress('192.0.2.45'))
const settings: DecideSettings = {
  protected: [orThrow(parseListable('203.0.113.0/24'))],
  protectedNames: ['partner.example'],
  exempt: exemptMailboxes(['provider.example'], ['delist@provider.example'], 'postern.provider.example'),
  exemptPerHour: 20,
  ourNames: ourNames(['provider.example'], 'https://postmaster.provider.example'),
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

  it('passes a listed one whose confirmed name is protected, whatever the engine thinks of it', () => {
    const rate: RateView = {
      mode: 'enforce',
      rules: { newPerHour: 1, greyKeptMs: hour, stormAttempts: 3 },
      standing: { kind: 'hourly', perHour: 1, reason: 'suspicious' },
      passed: 5,
      attempts: 9,
      triedMs: undefined,
      sincePassedMs: 0,
    }
    for (const listing of [entry(), undefined]) {
      const about = (name: string | null | undefined) =>
        decide({ listing, spent: 0, rate }, { address, name }, settings, now)
      assert.equal(about('Mail.Partner.example').action, 'pass')
      assert.equal(about('partner.example.').action, 'pass')
      // What ends in the same letters is another name, and a client without a confirmed name has none.
      for (const other of ['not-partner.example', 'partner.example.org', null, undefined])
        assert.notEqual(about(other).action, 'pass', String(other))
    }
    const said = decide({ listing: entry(), spent: 0 }, { address, name: 'partner.example' }, settings, now)
    assert.equal(said.spared, 'protected')
  })

  it('refuses for a missing name whoever has none, and nobody who has one', () => {
    const listing = entry({ cause: 'reverse-name', class: 'policy' })
    const about = (name: string | null | undefined) =>
      decide({ listing, spent: 0 }, { address, name }, settings, now)
    assert.deepEqual([about(null).action, about(null).reason], ['reject', 'reverse-name'])
    assert.equal(about(undefined).action, 'reject')
    assert.equal(about('mail.example.org').action, 'pass')
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

  it('only delays, and says that the fault is ours, while the brake of its rule is on', () => {
    const listing = entry({ effect: 'delay', class: 'investigate', cause: 'phish' })
    const verdict = decide({ listing, spent: 0 }, { address }, settings, now)
    assert.deepEqual([verdict.action, verdict.reason, verdict.listing], ['defer', 'own-trouble', listing])
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

const rate: RateView = {
  mode: 'enforce',
  rules: { newPerHour: 40, greyKeptMs: 6 * hour, stormAttempts: 60 },
  standing: { kind: 'hourly', perHour: 3, reason: 'new-sender' },
  passed: 0,
  attempts: 0,
  triedMs: undefined,
  sincePassedMs: Infinity,
}

/** What is said to a sender that is not listed, as `action reason`. */
function said(changes: Partial<RateView>, request: Partial<DecideRequest> = {}): string {
  const verdict = decide(
    { listing: undefined, spent: 0, rate: { ...rate, ...changes } },
    { address, recipient: 'user@provider.example', helo: 'mail.example.org', ...request },
    settings,
    now,
  )
  const { action, reason, observed } = verdict
  return observed === undefined
    ? `${action} ${reason}`
    : `${action}, observed ${observed.action} ${observed.reason}`
}

describe('The decision about a sender that is not listed', () => {
  const six = orThrow(parseAddress('2001:db8::45'))

  it('passes within its budget and defers beyond it, with the reason of its standing', () => {
    assert.equal(said({ passed: 2 }), 'pass null')
    assert.equal(said({ passed: 3 }), 'defer new-sender')
    const standing = { kind: 'hourly', perHour: 3, reason: 'suspicious' } as const
    assert.equal(said({ standing, passed: 3 }), 'defer suspicious')
    assert.equal(said({ standing: { kind: 'free' }, passed: 3000 }), 'pass null')
  })

  it('passes a grey sender that tries again after the wait, one message at a time', () => {
    const standing = {
      kind: 'grey',
      waitMs: 4 * minute,
      spacingMs: 10 * minute,
      reason: 'new-sender',
    } as const
    assert.equal(said({ standing }), 'defer new-sender')
    assert.equal(said({ standing, triedMs: 4 * minute - 1 }), 'defer new-sender')
    assert.equal(said({ standing, triedMs: 4 * minute }), 'pass null')
    assert.equal(said({ standing, triedMs: 6 * hour + 1 }), 'defer new-sender')
    assert.equal(said({ standing, triedMs: 5 * minute, sincePassedMs: minute }), 'defer new-sender')
  })

  it('calls it a storm when attempts do not slow down', () => {
    assert.equal(said({ passed: 3, attempts: 59 }), 'defer new-sender')
    assert.equal(said({ passed: 3, attempts: 60 }), 'defer retry-storm')
    assert.equal(said({ passed: 2, attempts: 60 }), 'pass null')
  })

  it('refuses who greets with our name, in any case of letters', () => {
    assert.equal(said({}, { helo: 'Provider.Example' }), 'reject bad-helo')
    assert.equal(said({}, { helo: 'postmaster.provider.example' }), 'reject bad-helo')
    assert.equal(said({}, { helo: 'mail.provider.example' }), 'pass null')
  })

  it('defers IPv6 without a confirmed name, and nobody of whom the name is not known', () => {
    assert.equal(said({}, { address: six, name: null }), 'defer no-reverse-name')
    assert.equal(said({}, { address: six, name: 'mail.example.org' }), 'pass null')
    assert.equal(said({}, { address: six }), 'pass null')
    assert.equal(said({}, { name: null }), 'pass null')
  })

  it('obeys the mode: observing it acts on nothing, and while it only defers nothing is final', () => {
    assert.equal(said({ mode: 'observe', passed: 3 }), 'pass, observed defer new-sender')
    assert.equal(said({ mode: 'observe' }, { helo: 'provider.example' }), 'pass, observed reject bad-helo')
    assert.equal(said({ mode: 'defer', passed: 3 }), 'defer new-sender')
    assert.equal(said({ mode: 'defer' }, { helo: 'provider.example' }), 'defer suspicious')
  })

  it('leaves alone what is written to exempt mailboxes, our own networks, private addresses and carve-outs', () => {
    const over = { passed: 100, attempts: 100 }
    const ours = orThrow(parseAddress('203.0.113.9'))
    const inside = orThrow(parseAddress('10.1.2.3'))
    assert.equal(said(over, { recipient: 'postmaster@provider.example' }), 'pass null')
    assert.equal(said(over, { address: ours, helo: 'provider.example' }), 'pass null')
    assert.equal(said(over, { address: inside }), 'pass null')
    const view = { listing: entry({ effect: 'pass' }), spent: 0, rate: { ...rate, ...over } }
    assert.equal(decide(view, { address, recipient: 'user@provider.example' }, settings, now).action, 'pass')
  })
})

describe('The decision about what the engine listed', () => {
  const request = { address, recipient: 'user@provider.example' }

  it('is to defer while the engine only defers', () => {
    const listing = entry({ effect: 'defer' })
    const { action, reason, listing: by } = decide({ listing, spent: 0 }, request, settings, now)
    assert.deepEqual([action, reason, by?.id], ['defer', 'suspicious', listing.id])
  })

  it('is to pass while the engine only observes, with what would have been said', () => {
    const listing = entry({ effect: 'observe' })
    const verdict = decide({ listing, spent: 0 }, request, settings, now)
    assert.deepEqual([verdict.action, verdict.reason, verdict.listing], ['pass', null, null])
    assert.deepEqual(verdict.observed, { action: 'reject', reason: 'spam', listing })
    const toUs = { address, recipient: 'postmaster@provider.example' }
    assert.equal(decide({ listing, spent: 0 }, toUs, settings, now).observed, undefined)
  })
})

describe('A vouch of the recipient', () => {
  const asked: DecideRequest = { address, recipient: 'ada@provider.example' }
  const vouched = (listing: ListingEntry | undefined, rate?: RateView) =>
    decide({ listing, spent: 0, rate, isVouched: true }, asked, settings, now)

  it('lets pass what is listed for what a person may want all the same', () => {
    for (const cause of ['spam', 'complaints', 'traps', 'harvest', 'manual'] as const) {
      const listing = entry({ cause })
      const verdict = vouched(listing)
      assert.deepEqual([verdict.action, verdict.spared, verdict.listing], ['pass', 'vouched', listing], cause)
    }
  })

  it('never lets malware or phishing pass, nor what a person has to look into, whatever the listing does', () => {
    const grave = fc.record({
      cause: fc.constantFrom(...causeNames),
      class: fc.constantFrom(...listingClasses),
      effect: fc.constantFrom('refuse', 'defer', 'delay'),
    })
    fc.assert(
      fc.property(grave, (traits) => {
        const isGrave =
          traits.class === 'investigate' || traits.cause === 'malware' || traits.cause === 'phish'
        assert.equal(vouched(entry(traits)).action === 'pass', !isGrave, JSON.stringify(traits))
      }),
    )
  })

  it('helps a new or suspicious sender, and nobody who says our name or comes back too often', () => {
    const rate: RateView = {
      mode: 'enforce',
      rules: { newPerHour: 1, greyKeptMs: hour, stormAttempts: 3 },
      standing: { kind: 'hourly', perHour: 1, reason: 'new-sender' },
      passed: 5,
      attempts: 0,
      triedMs: undefined,
      sincePassedMs: 0,
    }
    assert.equal(vouched(undefined, rate).spared, 'vouched')
    assert.equal(vouched(undefined, { ...rate, attempts: 9 }).reason, 'retry-storm')
    const helo = { ...asked, helo: 'provider.example' }
    const said = decide({ listing: undefined, spent: 0, rate, isVouched: true }, helo, settings, now)
    assert.equal(said.reason, 'bad-helo')
  })

  it('changes nothing for mail that passes anyway', () => {
    assert.equal(vouched(undefined).spared, null)
    assert.equal(vouched(entry({ effect: 'pass' })).spared, 'carve-out')
  })
})
