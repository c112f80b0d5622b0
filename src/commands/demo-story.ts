import { hour } from '../base/clock.ts'
import { orThrow } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import { as, type Context } from '../core/context.ts'
import { saveDecisions } from '../core/decisions/actions.ts'
import { openReviewByMail } from '../core/delisting/review-actions.ts'
import { addListing, endListing } from '../core/listings/actions.ts'
import type { Listing, ListingFields } from '../core/listings/listing.ts'
import { addOperator } from '../core/operators/actions.ts'
import { tellAbuse } from './demo-abuse.ts'
import { reasonOf, reasons } from '../access/reasons.ts'
import { parseAddress } from '../standards/ip.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import { parseListable } from '../standards/prefix.ts'
import { readBase32, totpCode, totpStep } from '../standards/totp.ts'

export interface DemoStory {
  /** The address to try everything with. */
  readonly listed: string
  readonly operator: {
    readonly name: string
    readonly password: string
    readonly totpSecret: string
    readonly code: string
  }
}

/** Listed senders in every class, one that came back, a range with a hole in it, refusals, a case that waits for a person, an account of ours that is reported. */
export async function tellDemoStory(core: Context): Promise<DemoStory> {
  const ctx = as(core, { kind: 'operator', name: 'ada', roles: ['admin'] })
  const list = async (ip: string, fields: Omit<ListingFields, 'prefix'>): Promise<Listing> =>
    await addListing(ctx, { prefix: orThrow(parseListable(ip)), ...fields })

  const spam = await list('192.0.2.45', {
    cause: 'spam',
    ends: '3d',
    note: 'Burst from a web form on Monday morning',
    evidence: [
      { kind: 'messages', count: 412 },
      { kind: 'spam', count: 371 },
      { kind: 'complaints', count: 9 },
    ],
  })
  await list('192.0.2.46', {
    cause: 'complaints',
    ends: '24h',
    evidence: [
      { kind: 'messages', count: 2210 },
      { kind: 'complaints', count: 41 },
    ],
  })
  await list('192.0.2.80', {
    cause: 'malware',
    ends: '7d',
    note: 'Invoice with a dropper',
    evidence: [
      { kind: 'messages', count: 6 },
      { kind: 'malware', count: 6 },
    ],
  })
  await list('198.51.100.20', {
    cause: 'spam',
    class: 'third-party',
    url: 'https://list.example/remove',
    ends: '7d',
    note: 'On a list that we use',
  })
  await list('198.51.100.21', {
    cause: 'manual',
    class: 'policy',
    test: 'reverse-name',
    ends: '30d',
    note: 'No reverse DNS name',
  })
  await list('198.51.100.128/25', {
    cause: 'spam',
    ends: '7d',
    note: 'Hoster with many bad customers',
    evidence: [{ kind: 'bad members', count: 17 }],
  })
  await list('198.51.100.200', {
    cause: 'spam',
    effect: 'pass',
    ends: '7d',
    note: 'A good neighbour in a bad street',
  })
  await list('2001:db8:bad:1::1', { cause: 'traps', ends: '24h', evidence: [{ kind: 'traps', count: 12 }] })
  const past = await list('192.0.2.99', { cause: 'spam', ends: '24h', note: 'Was cleaned the same day' })
  await endListing(ctx, { id: past.id, note: 'The administrator called; the account is closed.' })

  await tellRefusals(ctx, spam)
  await tellAbuse(core)
  // What comes by mail is written down by the intake.
  await openReviewByMail(as(core, { kind: 'system', name: 'intake' }), {
    mailbox: orThrow(parseMailbox('hostmaster@example.org')),
    language: 'en',
    address: orThrow(parseAddress('192.0.2.80')),
    note: 'We found the infected workstation this morning and reinstalled it. The mail queue is empty. Please let us in again.',
  })
  // Whom the audit names has an account too, so that there is a colleague to hand a case to.
  await addOperator(ctx, { name: 'ada', roles: ['admin'] })
  const { name, password = '', totpSecret } = await addOperator(ctx, { name: 'demo', roles: ['admin'] })
  const code = totpCode(new Secret(readBase32(totpSecret)), totpStep(core.clock.now()))
  return { listed: '192.0.2.45', operator: { name, password, totpSecret, code } }
}

/** What the gate said to them lately. */
async function tellRefusals(ctx: Context, listing: Listing): Promise<void> {
  const now = ctx.clock.now()
  const reason = reasonOf(listing)
  await saveDecisions(
    ctx,
    [9, 7, 4, 2].map((hoursAgo, seq) => ({
      v: 1,
      edge: 'edge',
      boot: 'demo',
      seq,
      at: now - hoursAgo * hour,
      stage: 'rcpt',
      ip: '192.0.2.45',
      helo: 'mail.example.org',
      ptr: 'mail.example.org',
      mailFrom: 'example.org',
      recipients: [],
      code: reasons[reason].code,
      status: reasons[reason].status[ctx.settings.codes],
      reason,
      listing: listing.id,
      standing: null,
      budget: null,
      table: 1,
      count: 3 + seq * 5,
      mode: 'enforce',
      minute: Math.floor((now - hoursAgo * hour) / 60_000),
    })),
    [],
  )
}
