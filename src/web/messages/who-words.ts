import type { Recipient } from '../../core/analysis/analysis.ts'
import type { Messages } from './en.ts'

/** Who must act, for people. A wrong address is put right by whoever wrote it; the table that programs get names the sender. */
export function whoWords(
  { whos, author }: Messages['analysis'],
  { path, who }: Pick<Recipient, 'path' | 'who'>,
): string {
  return path === 'address' ? author : whos[who]
}
