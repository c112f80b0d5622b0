import { formatCrockford } from '../../base/id.ts'
import { mac } from '../../base/secret.ts'
import type { Context } from '../context.ts'
import { hashHalf, passOf } from '../halves.ts'

/**
 * What confirms a reporter's mailbox beside the link in our letter, so that a scanner that opens it and presses every button confirms nobody (security 6.2).
 * Worked out from the report's id: the page of the receipt shows the code whenever it is opened, and nothing is stored.
 */
export function halvesOf(
  ctx: Pick<Context, 'keys'>,
  report: string,
): { readonly secret: string; readonly code: string } {
  const key = ctx.keys.halves
  const code = formatCrockford(mac(key, `report-code\0${report}`))
    .slice(0, 6)
    .toUpperCase()
  return { secret: passOf(key, `report:${report}`), code }
}

/** The same as halves are compared. */
export function hashedHalves(
  ctx: Pick<Context, 'keys'>,
  report: string,
): { readonly id: string; readonly browserHash: string; readonly codeHash: string } {
  const { secret, code } = halvesOf(ctx, report)
  const hash = (kind: 'browser' | 'code', half: string): string =>
    hashHalf(ctx.keys.halves, kind, report, half)
  return { id: report, browserHash: hash('browser', secret), codeHash: hash('code', code) }
}
