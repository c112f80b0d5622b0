import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { acksOf, feedHead, listEdges } from '../core/edges/actions.ts'
import { verifyChain } from '../core/audit/actions.ts'
import { verifyListings } from '../core/listings/verify-actions.ts'
import type { Operation } from './operation.ts'

/** Longest wait for edges that are connected but do not acknowledge; a million new listings take a slow machine a minute. */
const longestWaitMs = 180_000

export const edgeOperations: readonly Operation[] = [
  {
    name: 'edges.wait',
    run: async (ctx, { input, emit }) => {
      const { timeoutMs = longestWaitMs } = z.object({ timeoutMs: z.number().optional() }).parse(input)
      const { seq } = await feedHead(ctx)
      const end = ctx.clock.elapsed() + timeoutMs
      for (;;) {
        const connected = new Set(
          (await listEdges(ctx)).filter((edge) => edge.connected).map((edge) => edge.name),
        )
        const acks = (await acksOf(ctx, seq, 0)).filter((ack) => connected.has(ack.name))
        const missing = acks.filter((ack) => ack.seq < seq).map((ack) => ack.name)
        if (missing.length === 0 || ctx.clock.elapsed() >= end) {
          emit({ seq, edges: acks.length, missing })
          return
        }
        await sleep(20)
      }
    },
  },
  {
    name: 'edges.list',
    run: async (ctx, { emit }) => {
      const { seq } = await feedHead(ctx)
      for (const edge of await listEdges(ctx)) {
        emit({ ...edge, behind: Math.max(0, seq - edge.seq), seenAt: new Date(edge.seenAt).toISOString() })
      }
    },
  },
  {
    name: 'verify',
    run: async (ctx, { emit, progress }) => {
      const chain = await verifyChain(ctx, progress)
      emit({ ...chain, breaches: await verifyListings(ctx) })
    },
  },
]
