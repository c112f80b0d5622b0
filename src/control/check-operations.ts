import { z } from 'zod'
import { Checks } from '../core/checks/actions.ts'
import { shownFinding } from '../core/checks/finding.ts'
import type { Operation } from './operation.ts'

const input = z.object({
  domain: z.string(),
  ip: z.string().optional(),
  selector: z.string().optional(),
  helo: z.string().optional(),
})

/** A check for a command: each finding as it comes, the summary last. It is made anew every time: whoever sits at the machine may ask. */
export const checkOperations: readonly Operation[] = [
  {
    name: 'check',
    run: async (ctx, { input: wish, emit }) => {
      const { findings, at, ...summary } = await new Checks().run(ctx, input.parse(wish), (found) => {
        for (const each of found) emit(shownFinding(each))
      })
      const count = (result: string): number => findings.filter((each) => each.result === result).length
      emit({
        ...summary,
        at: new Date(at).toISOString(),
        faults: count('fault'),
        warnings: count('warning'),
        unknown: count('unknown'),
      })
    },
  },
]
