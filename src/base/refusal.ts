/**
 * A refusal is an answer that the asker can act on: a stable code and the facts, no prose.
 * Rules return it, actions throw it (which rolls back), doors put it into words.
 * Every code has a sentence in each language (`web/messages`) and a line in `docs/refusals.md`; a test holds them together.
 */

/** Code → HTTP status a door answers with. */
export const refusals = {
  'abuse.already-closed': 409,
  'abuse.evidence-gone': 410,
  'abuse.incident-not-found': 404,
  'abuse.not-suspended': 409,
  'abuse.file-unreadable': 422,
  'abuse.header-missing': 422,
  'abuse.owner-told': 409,
  'abuse.report-empty': 422,
  'abuse.report-not-found': 404,
  'abuse.report-too-large': 413,
  'abuse.two-messages': 422,
  'abuse.xarf-invalid': 422,
  'address.not-an-address': 422,
  'address.leading-zero': 422,
  'address.is-prefix': 422,
  'address.special-purpose': 422,
  'address.protected': 409,
  'address.protected-name': 409,
  'approval.not-found': 404,
  'approval.not-waiting': 409,
  'approval.same-person': 409,
  'approval.waiting': 409,
  'audit.broken': 500,
  'brake.already': 409,
  'case.closed': 409,
  'case.code-unknown': 404,
  'case.condition-passes': 409,
  'case.condition-unknown': 422,
  'case.empty': 422,
  'case.full': 409,
  'case.legal-stays': 409,
  'case.merged': 410,
  'case.no-owner': 409,
  'case.no-request': 409,
  'case.no-survey': 409,
  'case.nobody': 409,
  'case.not-found': 404,
  'case.not-opened': 403,
  'case.open': 409,
  'case.original-gone': 410,
  'case.over': 410,
  'case.reason-missing': 422,
  'case.restricted': 403,
  'case.same': 422,
  'case.too-long': 422,
  'case.with-owner': 409,
  'case-link.invalid': 404,
  'case-link.expired': 410,
  'check.busy': 503,
  'check.selector-invalid': 422,
  'database.away': 503,
  'database.busy': 503,
  'delisting.again-later': 429,
  'delisting.already-decided': 409,
  'delisting.burned': 410,
  'delisting.expired': 410,
  'delisting.not-found': 404,
  'delisting.proof-missing': 409,
  'delisting.queue-full': 429,
  'delisting.second-half-wrong': 403,
  'delisting.statement-missing': 422,
  'disk.full': 503,
  'domain.is-address': 422,
  'domain.not-a-domain': 422,
  'domain.single-label': 422,
  'domain.special-use': 422,
  'form.cross-site': 403,
  'forms.none-chosen': 422,
  'forms.not-found': 404,
  'forms.over': 410,
  'forms.second-half-wrong': 403,
  'forms.too-many': 422,
  'form.invalid': 422,
  'form.too-large': 413,
  'headers.none': 422,
  'idempotency.mismatch': 409,
  'letter.final': 409,
  'letter.not-found': 404,
  'limit.exceeded': 429,
  'listing.already-ended': 409,
  'listing.class-field': 422,
  'listing.ends-invalid': 422,
  'listing.never-ends': 422,
  'listing.not-found': 404,
  'listing.other-effect': 409,
  'mailbox.invalid': 422,
  'operator.exists': 409,
  'operator.identity-taken': 409,
  'operator.link-invalid': 410,
  'operator.name-invalid': 422,
  'operator.not-admitted': 403,
  'operator.not-found': 404,
  'operator.password-short': 422,
  'recipients.mailbox-unverified': 403,
  'recipients.not-found': 404,
  'recipients.not-ours': 422,
  'recipients.not-theirs': 403,
  'recipients.provider-away': 503,
  'recipients.provider-failed': 403,
  'recipients.provider-foreign': 403,
  'recipients.sign-in': 403,
  'owners.by-dns': 409,
  'owners.contact-unknown': 422,
  'vouches.days': 422,
  'vouches.domain': 422,
  'vouches.ended': 409,
  'vouches.full': 503,
  'vouches.never': 409,
  'vouches.no-sender': 409,
  'vouches.not-found': 404,
  'vouches.off': 409,
  'vouches.revoked': 409,
  'vouches.too-many': 429,
  'vouches.unsigned': 409,
  'owners.delegated': 409,
  'owners.ended': 409,
  'owners.link-invalid': 404,
  'owners.link-over': 410,
  'owners.not-found': 404,
  'owners.not-granted': 409,
  'owners.not-registered': 422,
  'owners.outside': 422,
  'owners.registry-away': 503,
  'owners.second-half-wrong': 403,
  'owners.sign-in': 403,
  'owners.sub-allocated': 409,
  'owners.token-name': 422,
  'owners.too-many': 429,
  'owners.too-many-tokens': 409,
  'owners.too-wide': 422,
  'passkey.name-invalid': 422,
  'passkey.not-found': 404,
  'passkey.unusable': 422,
  'permission.denied': 403,
  'pow.invalid': 422,
  'pow.replayed': 409,
  'prefix.host-bits': 422,
  'prefix.not-a-prefix': 422,
  'prefix.too-wide': 422,
  'prefix.too-narrow': 422,
  'prefix.two-people': 409,
  'person.not-found': 404,
  'probe.expired': 410,
  'probe.not-found': 404,
  'probe.used': 409,
  'reputation.dry-run-busy': 409,
  'session.required': 401,
  'sign-in.failed': 401,
  'sign-in.provider-away': 503,
  'token.exists': 409,
  'token.invalid': 401,
  'token.not-found': 404,
} as const satisfies Record<string, number>

export type RefusalCode = keyof typeof refusals

/** What a sentence about the refusal may mention. Values are canonical text or numbers, never raw input longer than 120 characters. */
export type Facts = Readonly<Record<string, string | number>>

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly facts: Facts

  constructor(code: RefusalCode, facts: Facts = {}) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.facts = facts
  }

  /** HTTP status for this refusal. */
  get status(): number {
    return refusals[this.code]
  }
}

/** Gives the value back, or throws the refusal it is. */
export function orThrow<T>(value: T | Refusal): T {
  if (value instanceof Refusal) throw value
  return value
}
