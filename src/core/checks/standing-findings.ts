import type { Explanation } from '../senders/explanation.ts'
import { finding, type Finding } from './finding.ts'

/** What we ourselves would do with mail from the address now, as anybody may know it (contracts 6). */
export function ofStanding({
  ip,
  action,
  mode,
  wouldBe,
  code,
  status,
  reason,
  listing,
  url,
}: Explanation): Finding {
  const facts = {
    ip,
    url,
    ...(code === null ? {} : { code }),
    ...(status === null ? {} : { status }),
    ...(reason === null ? {} : { reason }),
    ...(listing === null ? {} : { scope: listing.scope, since: listing.since, ends: listing.ends }),
  }
  if (action === 'reject') return finding('standing.refused', facts)
  if (action === 'defer') return finding('standing.deferred', facts)
  if (mode === 'observe' && wouldBe !== undefined && wouldBe !== 'pass')
    return finding('standing.would-be-refused', facts)
  return finding('standing.passes', facts)
}
