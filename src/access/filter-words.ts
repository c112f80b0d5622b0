import type { PostfixRefusal } from '../standards/postfix-log-refusal.ts'
import type { MailVerdict } from './mail-event.ts'

/** What content filters say when they refuse a message, and what it means for the sender; the first that fits. */
const words: readonly (readonly [RegExp, MailVerdict])[] = [
  [/\bphish/i, 'phish'],
  [/\b(?:virus|malware|infected|trojan)\b/i, 'malware'],
  [/\b(?:spam|gtube|unsolicited|junk)\b/i, 'spam'],
]

/** The filter's verdict in a refusal at the end of the message; undefined when it was about something else, or a client could have said it. */
export function refusedAs({
  stage,
  isTemporary,
  isClear,
  words: said,
}: PostfixRefusal): MailVerdict | undefined {
  if (stage !== 'END-OF-MESSAGE' || isTemporary || !isClear) return undefined
  return words.find(([pattern]) => pattern.test(said))?.[1]
}
