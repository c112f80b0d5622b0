import type { Secret } from '../../base/secret.ts'
import { readCaseLink } from '../../access/case-link.ts'
import { formatAddress } from '../../standards/ip.ts'
import type { BounceFinding, CaseLinkFound, CaseOfLink, Finding, Recipient } from './analysis.ts'

/** A finding with what our key says of the link in it: what is answered at every door. */
export type Answer =
  | {
      readonly kind: 'bounce' | 'reply'
      readonly recipients: readonly Recipient[]
      /** Whether a link in it leads to our site. */
      readonly ours: boolean
      /** What our link says: when our key made it, or unproven where this machine has no keys. */
      readonly case: CaseOfLink | null
    }
  | Exclude<Finding, BounceFinding>

export interface OwnSite {
  /** `provider.site`. */
  readonly site: string
  /** The key of an edge; undefined where this machine has no keys. */
  readonly keyFor: ((edge: string) => Secret) | undefined
}

export function answerOf(finding: Finding, own: OwnSite): Answer {
  if (!('links' in finding)) return finding
  const { kind, recipients, links } = finding
  const ours = links.filter(({ host }) => host === new URL(own.site).host)
  return { kind, recipients, ours: ours.length > 0, case: caseOf(ours, own) }
}

function caseOf(links: readonly CaseLinkFound[], { keyFor }: OwnSite): CaseOfLink | null {
  for (const { token } of links) {
    const facts = readCaseLink(token, keyFor)
    if (facts === undefined) continue
    const { address, minute, reason } = facts
    return {
      ip: formatAddress(address),
      at: new Date(minute * 60_000).toISOString(),
      reason,
      valid: keyFor === undefined ? null : true,
    }
  }
  return null
}

/** The answer as one object, as contracts 3 has it: the fields of a report stand beside its kind. */
export function flatAnswer(answer: Answer): object {
  if (!('feedback' in answer)) return answer
  return { kind: answer.kind, ...answer.feedback }
}
