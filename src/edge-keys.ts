import { as, type Context } from './core/context.ts'
import { listTokens } from './core/operators/token-actions.ts'

/** Pre-shared keys of the edges that may connect over TLS. A token made or revoked counts within a second. */
export interface EdgeKeys {
  keyOf(name: string): Buffer | undefined
  close(): void
}

const refreshMs = 1000

export async function edgeKeys(core: Context): Promise<EdgeKeys> {
  const ctx = as(core, { kind: 'system', name: 'feed' })
  let known = new Map<string, number>()
  const refresh = async (): Promise<void> => {
    const tokens = await listTokens(ctx)
    const edges = tokens.filter(({ kind, revokedAt }) => kind === 'edge' && revokedAt === null)
    known = new Map(edges.map(({ name, createdAt }) => [name, createdAt]))
  }
  await refresh()
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => ctx.log.warn('feed.tokens-not-read', { error }))
  }, refreshMs)
  return {
    keyOf: (name) => {
      const createdAt = known.get(name)
      return createdAt === undefined ? undefined : ctx.keys.edgeFeed(name, createdAt).reveal()
    },
    close: () => clearInterval(timer),
  }
}
