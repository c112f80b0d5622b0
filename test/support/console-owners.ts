import { hour } from '../../src/base/clock.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { permit } from '../../src/core/actor.ts'
import type { DelistRequest } from '../../src/core/delisting/request.ts'
import type { Vouch } from '../../src/core/vouches/vouch.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import type { Story } from './console-story.ts'
import { testStart } from './context.ts'

/** The claim of an owner and the vouch of a recipient. */
export function testOwners({ listings, deeds, text }: Story) {
  return {
    async listClaims(actor) {
      permit(actor, 'owner.read')
      return { claims: listings.length === 0 ? [] : [heldClaim(text)] }
    },
    async showClaim(actor) {
      permit(actor, 'owner.read')
      return heldClaim(text)
    },
    async revokeClaim(actor, id) {
      permit(actor, 'owner.manage')
      deeds.push(`revokeClaim:${id}`)
    },
    async listVouches(actor, { isActive }) {
      permit(actor, 'vouch.read')
      return { vouches: listings.length === 0 || !isActive ? [] : [sampleVouch(text)] }
    },
    async showVouch(actor) {
      permit(actor, 'vouch.read')
      return sampleVouch(text)
    },
    async revokeVouch(actor, id) {
      permit(actor, 'vouch.revoke')
      deeds.push(`revokeVouch:${id}`)
    },
  } satisfies Partial<ConsoleActions>
}

/** A recipient's word for a sender. */
function sampleVouch(text: string | undefined): Vouch {
  return {
    id: '1'.repeat(26),
    mailbox: (text ?? 'ada@provider.example') as Vouch['mailbox'],
    recipientId: '0'.repeat(26),
    domain: text ?? 'shop.example',
    network: orThrow(parseListable('198.51.100.0/24')),
    hash: 'A'.repeat(22),
    ip: '198.51.100.7',
    reason: 'spam',
    sinceAt: testStart,
    endsAt: testStart + 30 * 24 * hour,
    endedAt: null,
    endedWhy: null,
    version: 1,
  }
}

/** A network that somebody has proven. */
function heldClaim(text: string | undefined) {
  const mailbox = (text ?? 'ada@example.org') as DelistRequest['mailbox']
  return {
    owner: { id: '0'.repeat(26), mailbox, language: 'en' },
    claim: {
      id: '1'.repeat(26),
      ownerId: '0'.repeat(26),
      prefix: orThrow(parseListable('198.51.100.0/24')),
      token: '',
      value: '',
      state: 'granted',
      proof: 'txt',
      parentId: null,
      createdAt: testStart,
      sinceAt: testStart,
      checkedAt: testStart,
      failedAt: null,
      expiresAt: testStart + 300 * 24 * hour,
      endedAt: null,
      endedWhy: null,
      contact: null,
      remindedAt: null,
      facts: { registered: null, holes: [] },
      version: 1,
    },
  } as const
}
