import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { lastCaseAbout } from '../cases/look-actions.ts'
import type { CheckReport } from '../checks/actions.ts'
import { lastCheckOf } from '../checks/record-actions.ts'
import type { Context } from '../context.ts'
import { lastRequestFor } from '../delisting/follow-actions.ts'
import { ownersOf } from '../owners/actions.ts'
import { explain } from '../senders/actions.ts'
import { climb, refusedNow, type Ladder, type Refused, type Tried } from './ladder.ts'

/** What was tried longer ago is another story. */
const triedMs = 30 * day

/**
 * The ladder for what was refused. `address`: with it, what was tried about it stands in the ladder, which is for those only who have shown
 * the case link or ask from the address itself: that somebody asked, and when, is not for strangers.
 */
export async function showLadder(ctx: Context, refused: Refused, address?: Address): Promise<Ladder> {
  const tried = address === undefined ? {} : await triedFor(ctx, address, refused.domain)
  return climb(refused, tried, ctx.settings.support)
}

async function triedFor(ctx: Context, address: Address, domain: string | undefined): Promise<Tried> {
  const unit = unitOf(address)
  const since = ctx.clock.now() - triedMs
  const [check, request, found, owners] = await Promise.all([
    lastCheckOf(ctx, { unit: formatPrefix(unit), domain, since }),
    lastRequestFor(ctx, unit, since),
    lastCaseAbout(ctx, formatPrefix(unit), since),
    ownersOf(ctx, unit),
  ])
  return {
    ...(check && { check }),
    ...(request && { request }),
    ...(found && {
      case: { openedAt: found.openedAt, state: found.state, dueAt: found.dueAt, outcome: found.outcome },
    }),
    isOwned: owners.length > 0,
  }
}

/**
 * The ladder under a check that was just made: of its address, where that is refused or put off. Undefined where it is not, where no address was
 * checked, and where nobody was told how it stands. Whoever asks from the address itself sees everything that was tried.
 */
export async function ladderOfCheck(ctx: Context, report: CheckReport): Promise<Ladder | undefined> {
  const address = report.ip === null ? undefined : parseAddress(report.ip)
  const isTold = report.findings.some(
    ({ name }) => name.startsWith('standing.') && name !== 'standing.unasked',
  )
  if (address === undefined || address instanceof Refusal || !isTold) return undefined
  const refused = refusedNow(await explain(ctx, address, 'anyone'))
  if (!refused) return undefined
  const { actor } = ctx
  const isItself = actor.kind === 'visitor' && actor.client === formatPrefix(unitOf(address))
  const { domain, at, findings } = report
  const others = findings.filter(({ name }) => !name.startsWith('standing.'))
  const count = (wanted: string): number => others.filter(({ result }) => result === wanted).length
  const check = { at, domain, faults: count('fault'), warnings: count('warning'), isNow: true }
  const tried = isItself ? await triedFor(ctx, address, domain) : {}
  return climb({ ...refused, domain }, { ...tried, check }, ctx.settings.support)
}
