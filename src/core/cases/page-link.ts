import { signTag } from '../../base/signed-token.ts'
import type { Context } from '../context.ts'

/** The page of a participant's thread, on the public site. */
export function pageLink(ctx: Pick<Context, 'keys' | 'settings'>, participant: string): string {
  return `${ctx.settings.provider.site}/case/${pageToken(ctx, participant)}`
}

export function pageToken({ keys }: Pick<Context, 'keys'>, participant: string): string {
  return signTag(keys.tags, 'case-page', participant)
}
