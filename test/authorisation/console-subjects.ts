import type { Permission, Role } from '../../src/core/actor.ts'
import type { Things } from './things.ts'

/** One thing that an address of the console names, and what decides who may have to do with it beyond what the route asks. */
export interface Subject {
  readonly name: string
  readonly id: string
  readonly is: Standing
  /** Each deed on it wants a code shown lately. */
  readonly isWide?: boolean
  /** Whose own proposal it is: they need somebody else. */
  readonly proposedBy?: Role
}

export type Standing =
  /** As most of its kind. */
  | 'usual'
  | 'absent'
  /** Without the permission it is as if it were not there. */
  | { readonly hiddenWithout: Permission }
  /** That it is there may be known; without the permission nothing in it is seen, and nothing done. */
  | { readonly closedWithout: Permission }
  /** Somebody else's own: for everybody as if it were not there. */
  | 'foreign'

const absent = (id: string): Subject => ({ name: 'absent', id, is: 'absent' })
const usual = (id: string): Subject => ({ name: 'usual', id, is: 'usual' })
const noRow = 'z'.repeat(26)

/**
 * What the parameter of each address is tried with. A new address with a parameter stands here, or the matrix fails: whoever adds one says
 * which of its things not everybody may see.
 */
export function subjectsOf(path: string, it: Things, role: Role | undefined): readonly Subject[] | undefined {
  const cases = (id: string): readonly Subject[] => [
    usual(id),
    { name: 'restricted', id: it.restrictedCase, is: { closedWithout: 'case.legal' } },
    absent(noRow),
  ]
  const reports = (id: string): readonly Subject[] => [
    usual(id),
    { name: 'restricted', id: it.restrictedReport, is: { hiddenWithout: 'abuse.restricted' } },
    absent(noRow),
  ]
  const incidents: readonly Subject[] = [
    usual(it.incident),
    { name: 'restricted', id: it.restrictedIncident, is: { hiddenWithout: 'abuse.restricted' } },
    absent(noRow),
  ]
  const wide: Subject = { name: 'wide', id: it.wideListing, is: 'usual', isWide: true }
  const table: Readonly<Record<string, readonly Subject[]>> = {
    '/listings/:id': [
      usual(it.listing),
      usual(it.wideListing),
      usual(it.proposedListing),
      absent('z'.repeat(12)),
    ],
    '/listings/:id/end': [usual(it.listing), wide, absent('z'.repeat(12))],
    '/listings/:id/agree': [
      { name: 'proposed', id: it.proposedListing, is: 'usual', isWide: true, proposedBy: 'list-operator' },
      absent('z'.repeat(12)),
    ],
    '/cases/:id': [...cases(it.case), { ...usual(it.formCase), name: 'by a form' }],
    '/cases/:id/manage': cases(it.case),
    '/cases/:id/decide': cases(it.case),
    '/cases/:id/legal': cases(it.case),
    '/cases/:id/original': cases(it.case),
    '/cases/:id/addresses': cases(it.formCase),
    '/cases/:id/warm-up': cases(it.warmUpCase),
    '/requests/:id': [
      usual(it.request),
      { name: 'restricted', id: it.restrictedRequest, is: { closedWithout: 'case.legal' } },
      absent(noRow),
    ],
    '/abuse/incidents/:id': incidents,
    '/abuse/incidents/:id/xarf': incidents,
    '/abuse/incidents/:id/decide': incidents,
    '/abuse/reports/:id': reports(it.looseReport),
    '/abuse/reports/:id/evidence': reports(it.report),
    '/abuse/reports/:id/reporter': reports(it.report),
    '/owners/:id/end': [usual(it.claim), absent(noRow)],
    '/vouches/:id/revoke': [usual(it.vouch), absent(noRow)],
    '/outbox/:id': [
      { name: 'to a sender', id: it.letter, is: { closedWithout: 'case.read' } },
      { name: 'to a reporter', id: it.reporterLetter, is: { closedWithout: 'abuse.reporter' } },
      { name: 'to a recipient', id: it.recipientLetter, is: { closedWithout: 'vouch.read' } },
      { name: 'restricted', id: it.restrictedLetter, is: { closedWithout: 'case.legal' } },
      absent(noRow),
    ],
    '/outbox/:id/retry': [
      usual(it.deadLetter),
      { name: 'restricted', id: it.restrictedLetter, is: { closedWithout: 'case.legal' } },
      absent(noRow),
    ],
    '/operators/:name/roles': [usual('grace'), absent('nobody-here')],
    '/approvals/:id': [
      { name: 'proposed', id: it.approval, is: { hiddenWithout: 'operator.manage' } },
      {
        name: 'proposed by oneself',
        id: it.ownApproval,
        is: { hiddenWithout: 'operator.manage' },
        proposedBy: 'admin',
      },
      absent('z'.repeat(16)),
    ],
    '/account/passkeys/:id/remove': [
      ...(role === undefined ? [] : [usual(it.passkeys[role] ?? '')]),
      { name: 'foreign', id: it.passkeys[role === 'viewer' ? 'auditor' : 'viewer'] ?? '', is: 'foreign' },
      absent('Zm9yZWlnbg'),
    ],
    '/account/passkeys/add': [{ name: 'the page', id: '', is: 'usual', isWide: true }],
    '/enrol/:link': [usual(it.enrolment.replace('/enrol/', '')), absent('z'.repeat(32))],
  }
  return table[path] ?? (path.includes(':') ? undefined : [{ name: 'the page', id: '', is: 'usual' }])
}

/** The address with its parameter filled in. */
export function addressOf(path: string, id: string): string {
  return path.replace(/:\w+/, encodeURIComponent(id))
}
