import { minute } from '../../base/clock.ts'
import type { DnsAnswer } from '../../standards/dns-answer.ts'
import { limitOf, type Limit } from '../limits/limits.ts'
import { spendNow, type Spend } from '../limits/window.ts'
import type { SharedQuestions } from './questions.ts'

/** How long an answer serves other checks too: somebody who tries again after a change wants to see it. */
const keptMs = minute / 2
const mostKept = 4000

interface Kept {
  readonly answer: Promise<DnsAnswer<unknown>>
  readonly until: number
}

/** What all checks of this process share: it is held in memory, so several cores each have their own. */
export function shareQuestions(
  now: () => number,
  settings: { readonly limits: Readonly<Record<string, Limit>> },
): SharedQuestions {
  const kept = new Map<string, Kept>()
  const spends = new Map<string, readonly Spend[]>()
  const limit = limitOf('check.zone.minute', settings)
  return {
    kept: (question) => {
      const found = kept.get(question)
      return found !== undefined && found.until > now() ? found.answer : undefined
    },
    keep: (question, answer) => {
      kept.delete(question)
      kept.set(question, { answer, until: now() + keptMs })
      dropOldest(kept)
      // What was not answered is asked again.
      void answer.then((said) => {
        if (said === 'temperror' && kept.get(question)?.answer === answer) kept.delete(question)
      })
    },
    spend: (organization) => {
      const answer = spendNow(spends.get(organization) ?? [], limit, now(), 1)
      if ('againAt' in answer) return false
      spends.delete(organization)
      spends.set(organization, answer.spends)
      dropOldest(spends)
      return true
    },
  }
}

/** A map keeps the order in which its keys were put in. */
function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= mostKept) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
