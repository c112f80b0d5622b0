import type { Facts, RefusalCode } from '../../base/refusal.ts'
import type { View } from './view.ts'

/** What stands between two sentences: in Chinese the full stop has its own room. */
export function betweenSentences(view: View): string {
  return view.language === 'zh-CN' ? '' : ' '
}

/** What happened and what to do, in one run: for the error beside a field. */
export function refusalSentence(
  view: View,
  refusal: { readonly code: RefusalCode; readonly facts: Facts },
): string {
  const { what, next } = view.words.refusals[refusal.code](refusal.facts)
  return what + betweenSentences(view) + next
}
