import { Refusal, type Facts, type RefusalCode } from '../../base/refusal.ts'
import { visible } from '../ui/html.ts'
import type { View } from '../ui/view.ts'

/** What happened and what to do, in one run: for the error beside a field. */
export function refusalSentence(
  view: View,
  refusal: { readonly code: RefusalCode; readonly facts: Facts },
): string {
  const { what, next } = view.words.refusals[refusal.code](visibleFacts(refusal.facts))
  return view.language === 'zh-CN' ? what + next : `${what} ${next}`
}

/** The same refusal with what cannot be seen in its facts written out: a fact may be what somebody typed or pasted. */
export function visibleRefusal({ code, facts }: Refusal): Refusal {
  return new Refusal(code, visibleFacts(facts))
}

function visibleFacts(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value]),
  )
}
