import { day, hour } from '../../src/base/clock.ts'
import { permit } from '../../src/core/actor.ts'
import type { Approval } from '../../src/core/approvals/actions.ts'
import type { Erasure } from '../../src/core/person/person.ts'
import type { MailAddress } from '../../src/standards/mail-address.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { caseId } from './cases.ts'
import type { Story } from './console-story.ts'
import { testStart } from './context.ts'

export const testApproval: Approval = {
  id: 'appr0val00000000',
  kind: 'operator.roles',
  subject: 'operator:ada',
  facts: { name: 'ada', roles: 'admin' },
  permission: 'operator.manage',
  proposedBy: 'operator:grace',
  proposedAt: testStart - hour,
  expiresAt: testStart + 3 * day,
  state: 'proposed',
  decidedBy: null,
  decidedAt: null,
}

function testErasure(mailbox: MailAddress): Erasure {
  return {
    id: 'e'.repeat(26),
    pseudonym: '0123456789abcdef0123',
    mailbox,
    state: 'waiting',
    askedBy: 'operator:ada',
    askedAt: testStart - hour,
    blockers: [{ kind: 'case', id: caseId }],
    counts: {},
    doneAt: null,
  }
}

/** What takes two people, and what is known of a person. */
export function testApprovals({ deeds }: Story) {
  return {
    async exportPerson(actor, mailbox) {
      permit(actor, 'person.export')
      deeds.push('exportPerson')
      return { mailbox, at: new Date(testStart).toISOString(), places: [], threads: [], audit: [] }
    },
    async askErasure(actor, mailbox) {
      permit(actor, 'person.erase')
      deeds.push(`askErasure:${mailbox}`)
      return { erasure: testErasure(mailbox), approval: testApproval }
    },
    async listErasures(actor) {
      permit(actor, 'person.erase')
      return [testErasure('ada@example.org' as MailAddress)]
    },
    async showErasure(actor) {
      permit(actor, 'person.erase')
      return testErasure('ada@example.org' as MailAddress)
    },
    listAnswered: async () => [],
    listApprovals: async () => [testApproval],
    showApproval: async () => testApproval,
    async confirmApproval(actor, id) {
      permit(actor, 'approval.decide')
      deeds.push(`confirmApproval:${id}`)
    },
    async declineApproval(actor, id) {
      permit(actor, 'approval.decide')
      deeds.push(`declineApproval:${id}`)
    },
  } satisfies Partial<ConsoleActions>
}
