import { z } from 'zod'
import { voidSource } from '../core/reputation/void-actions.ts'
import { showPrefix } from '../standards/prefix.ts'
import type { Operation } from './operation.ts'

const voidInput = z.object({ source: z.string(), since: z.number() })

/** What the judgement rests on. */
export const evidenceOperations: readonly Operation[] = [
  {
    name: 'evidence.void',
    run: async (ctx, { input, emit }) => {
      const { since, ended, ...rest } = await voidSource(ctx, voidInput.parse(input))
      emit({
        ...rest,
        since: new Date(since).toISOString(),
        ended: ended.map(({ id, prefix, cause }) => ({ id, ip: showPrefix(prefix), reason: cause })),
      })
    },
  },
]
