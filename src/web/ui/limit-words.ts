import { limitOf, type LimitName } from '../../core/limits/limits.ts'
import type { LimitWords } from '../messages/limit-words.ts'
import { count, length } from './moment.ts'
import type { View } from './view.ts'

/** A limit as this installation has set it. */
export function limitWords(view: View, name: LimitName): LimitWords {
  const { count: most, windowMs } = limitOf(name, view)
  return { most: count(view.language, most), within: length(view.language, windowMs) }
}

/** How many letters a mailbox gets, whatever they are about. */
export function letterLimit(view: View): string {
  return view.words.common.letterLimit(limitWords(view, 'letters.mailbox.day'))
}
