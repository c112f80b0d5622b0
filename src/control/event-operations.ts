import { z } from 'zod'
import { sourceRoles } from '../access/source-roles.ts'
import { takeSent } from '../core/accounts/actions.ts'
import { takeOutcomes } from '../core/delisting/event-actions.ts'
import type { GivenEvent } from '../core/events/actions.ts'
import { readGiven, type GivenLine } from './given-line.ts'
import type { Operation } from './operation.ts'

const takeInput = z.object({
  source: z.string().regex(/^[a-z][a-z0-9._-]{1,31}$/),
  backfill: z.boolean().optional(),
  roles: z.array(z.enum(sourceRoles)).min(1).optional(),
})

/**
 * Mail events from a command of this machine, in numbered lines. Whoever has this socket has no quota; reading stops while writing is
 * behind.
 */
export const eventOperations: readonly Operation[] = [
  {
    name: 'events.take',
    run: async (ctx, { input, lines, emit, progress }) => {
      const { source, backfill, roles } = takeInput.parse(input)
      let taken = 0
      const given = async function* (): AsyncGenerator<GivenEvent> {
        for await (const line of lines) {
          yield readGiven(line)
          if (++taken % 1000 === 0) progress(taken)
        }
      }
      emit(await takeOutcomes(ctx, source, given(), { backfill, roles }))
    },
  },
  {
    // What our own accounts sent (`postern.sent/1`), in lines of the same form.
    name: 'sent.take',
    run: async (ctx, { lines, emit, progress }) => {
      let taken = 0
      const given = async function* (): AsyncGenerator<GivenLine> {
        for await (const line of lines) {
          yield readGiven(line)
          if (++taken % 1000 === 0) progress(taken)
        }
      }
      emit(await takeSent(ctx, given()))
    },
  },
]
