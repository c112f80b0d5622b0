import { minute } from '../../base/clock.ts'
import { fault, ok, warning, type Finding } from './finding.ts'

/** No clock of today shows less: the program was written after it. */
const writtenAt = Date.UTC(2026, 0, 1)

/** A few minutes ahead are another machine's clock. */
const tolerance = 5 * minute

/**
 * What can be said about the clock without asking strangers for the time: listings, links and budgets all count on it.
 * `newestAt`: the newest time written down by a core; `keeper`: what keeps the clock in step, as far as it can be seen.
 */
export function judgeClock(
  now: number,
  newestAt: number | undefined,
  keeper: string | undefined,
): readonly Finding[] {
  const shown = new Date(now).toISOString()
  if (now < writtenAt)
    return [fault('clock', `the clock says ${shown}`, 'set it, and run chrony or systemd-timesyncd')]
  if (newestAt !== undefined && newestAt > now + tolerance) {
    const what = `the clock says ${shown}, but the last record is of ${new Date(newestAt).toISOString()}`
    return [
      fault(
        'clock',
        what,
        'one of them was wrong: set the clock before anything is started, or listings end at the wrong time',
      ),
    ]
  }
  if (keeper !== undefined) return [ok('clock', `${shown}, kept by ${keeper}`)]
  return [
    warning(
      'clock',
      `${shown}; nothing was seen that keeps the clock in step`,
      'run chrony or systemd-timesyncd; in a container, see that the host does',
    ),
  ]
}

/** Files that a running keeper of time leaves, in the order of looking. */
export const keepers: readonly (readonly [path: string, name: string])[] = [
  ['/run/systemd/timesync/synchronized', 'systemd-timesyncd'],
  ['/run/chrony/chronyd.pid', 'chrony'],
  ['/var/run/chrony/chronyd.pid', 'chrony'],
  ['/run/ntpd.pid', 'ntpd'],
  ['/var/run/ntpd.pid', 'ntpd'],
  ['/run/openntpd.pid', 'openntpd'],
]
