import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseListable } from '../standards/prefix.ts'
import type { ListingEntry } from './listing-entry.ts'
import { listingClasses, reasonNames } from './reasons.ts'
import { formatReply } from './reply.ts'

const url = 'https://postmaster.provider.example/c/AAAA'

function entry(prefix: string, changes: Partial<ListingEntry> = {}): ListingEntry {
  return {
    prefix: orThrow(parseListable(prefix)),
    id: '0123456789ab',
    cause: 'spam',
    class: 'self-service',
    effect: 'refuse',
    ends: 1e15,
    ...changes,
  }
}

describe('The SMTP line (contracts 8)', () => {
  it('names code, address, what to do, the link and the reference', () => {
    const line = formatReply(
      { reason: 'spam', listing: entry('192.0.2.45') },
      orThrow(parseAddress('192.0.2.45')),
      'microsoft-like',
      url,
    )
    assert.equal(
      line,
      `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To see why and to request removal from this list please visit ${url} (PSN606)`,
    )
  })

  it('names the network when more than one sender is listed', () => {
    const line = formatReply(
      { reason: 'spam', listing: entry('192.0.2.0/24') },
      orThrow(parseAddress('192.0.2.45')),
      'microsoft-like',
      url,
    )
    assert.match(line, /banned sending IP of network 192\.0\.2\.0\/24 \[192\.0\.2\.45\]\. /)
  })

  it('speaks the codes of the profile', () => {
    const line = formatReply(
      { reason: 'spam', listing: entry('192.0.2.45') },
      orThrow(parseAddress('192.0.2.45')),
      'iana-strict',
      url,
    )
    assert.match(line, /^550 5\.7\.1 /)
  })

  it('is one ASCII line of at most 450 octets for every reason and class', () => {
    for (const reason of reasonNames) {
      for (const listingClass of listingClasses) {
        for (const prefix of ['2001:db8:ffff:ffff::/64', '2001:db8:f000::/36']) {
          const listing = entry(prefix, { class: listingClass })
          const address = orThrow(parseAddress('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'))
          const line = formatReply(
            { reason, listing },
            address,
            'microsoft-like',
            `https://postmaster.provider.example/c/${'A'.repeat(90)}`,
          )
          assert.match(line, /^[\x20-\x7e]{20,450}$/)
          assert.match(line, /\/c\/A{90} \([A-Z0-9]+\)$/)
        }
      }
    }
  })
})
