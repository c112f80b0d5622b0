import type { Actor } from '../../core/actor.ts'
import type { Approval } from '../../core/approvals/actions.ts'
import type { Erasure, Exported } from '../../core/person/person.ts'
import type { MailAddress } from '../../standards/mail-address.ts'

/** What the console asks about people outside; the first parameter is who asks. */
export interface PersonActions {
  exportPerson(actor: Actor, mailbox: MailAddress): Promise<Exported>
  /** Throws `approval.waiting` where a second person is asked already. */
  askErasure(
    actor: Actor,
    mailbox: MailAddress,
  ): Promise<{ readonly erasure: Erasure; readonly approval?: Approval }>
  listErasures(actor: Actor): Promise<readonly Erasure[]>
  /** Throws `person.not-found`. */
  showErasure(actor: Actor, id: string): Promise<Erasure>
}
