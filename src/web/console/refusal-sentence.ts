import type { Facts, RefusalCode } from '../../base/refusal.ts'
import type { View } from '../ui/view.ts'

/** What happened and what to do, in one run: for the error beside a field. */
export function refusalSentence(
  view: View,
  refusal: { readonly code: RefusalCode; readonly facts: Facts },
): string {
  const { what, next } = view.words.refusals[refusal.code](refusal.facts)
  return view.language === 'zh-CN' ? what + next : `${what} ${next}`
}
