import { Refusal } from '../../base/refusal.ts'
import type { Secret } from '../../base/secret.ts'
import { openCaseLink, readCaseLink } from '../../access/case-link.ts'
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
      /** Of the link that our key made, while it opens the record. Not among what contracts 3 promises to programs. */
      readonly token: string | null
      /** Message-ID of the message that a bounce gives back; neither. */
      readonly returned?: string | undefined
    }
  | Exclude<Finding, BounceFinding>

export interface OwnSite {
  /** `provider.site`. */
  readonly site: string
  /** The key of an edge; undefined where this machine has no keys. */
  readonly keyFor: ((edge: string) => Secret) | undefined
  /** Links are too old to open some day; without a time none opens. */
  readonly now?: number
}

export function answerOf(finding: Finding, own: OwnSite): Answer {
  if (!('links' in finding)) return finding
  const { kind, recipients, links, returned } = finding
  const ours = links.filter(({ host }) => host === new URL(own.site).host)
  const known = caseOf(ours, own)
  const token = known !== undefined && opens(known.token, own) ? known.token : null
  return { kind, recipients, ours: ours.length > 0, case: known?.case ?? null, token, returned }
}

function opens(token: string, { keyFor, now }: OwnSite): boolean {
  if (keyFor === undefined || now === undefined) return false
  return !(openCaseLink(keyFor, token, now) instanceof Refusal)
}

function caseOf(
  links: readonly CaseLinkFound[],
  { keyFor }: OwnSite,
): { readonly case: CaseOfLink; readonly token: string } | undefined {
  for (const { token } of links) {
    const facts = readCaseLink(token, keyFor)
    if (facts === undefined) continue
    const { address, minute, reason } = facts
    return {
      token,
      case: {
        ip: formatAddress(address),
        at: new Date(minute * 60_000).toISOString(),
        reason,
        valid: keyFor === undefined ? null : true,
      },
    }
  }
  return undefined
}

/** The answer as one object, as contracts 3 has it: the fields of a report stand beside its kind. */
export function flatAnswer(answer: Answer): object {
  if ('recipients' in answer) {
    const { token: _token, returned: _returned, ...told } = answer
    return told
  }
  if (!('feedback' in answer)) return answer
  return { kind: answer.kind, ...answer.feedback }
}
