import { z } from 'zod'
import { orThrow } from '../base/refusal.ts'
import { askErasure } from '../core/person/erase-actions.ts'
import { exportPerson } from '../core/person/export-actions.ts'
import { parseMailbox } from '../standards/mail-address.ts'
import type { Operation } from './operation.ts'

const whose = z.object({ mailbox: z.string() })

/** What is known of somebody, and being rid of it. */
export const personOperations: readonly Operation[] = [
  {
    name: 'person.export',
    run: async (ctx, { input, emit }) =>
      emit(await exportPerson(ctx, orThrow(parseMailbox(whose.parse(input).mailbox)))),
  },
  {
    name: 'person.erase',
    run: async (ctx, { input, emit }) => {
      const { erasure } = await askErasure(ctx, orThrow(parseMailbox(whose.parse(input).mailbox)))
      const { id, pseudonym, state, counts, blockers } = erasure
      emit({ request: id, pseudonym, state, counts, open: blockers })
    },
  },
]
