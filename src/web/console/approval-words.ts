import { roles, type Role } from '../../core/actor.ts'
import type { Approval } from '../../core/approvals/actions.ts'
import { visible, type Html } from '../ui/html.ts'
import { roleNames } from './role-words.ts'
import type { OperatorVisit } from './route.ts'

/** What is to be done, in words; each kind has its own. */
export function approvalWords({ view }: OperatorVisit, { kind, facts }: Approval): Html | string {
  const { people: words } = view.words.console
  switch (kind) {
    case 'operator.roles': {
      const names = facts['roles']?.split(' ') ?? []
      const given = roles.filter((role): role is Role => names.includes(role))
      return words.gives(visible(facts['name'] ?? ''), roleNames(view, given))
    }
    case 'person.erase':
      return view.words.console.person.approval
  }
}
