import type { Refusal } from '../../base/refusal.ts'
import type { FieldError } from '../ui/form.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'

/** Which field of a form a refusal is about, and the sentence for it. `own`: what the form says of fields that only it has. */
export function formError(
  view: View,
  refusal: Refusal,
  own: Readonly<Record<string, string | undefined>>,
): FieldError {
  const { code, facts } = refusal
  const field = String(facts['field'] ?? '')
  const sentence = code === 'form.invalid' ? own[field] : undefined
  if (sentence !== undefined) return { field, message: sentence }
  const message = refusalSentence(view, refusal)
  if (code.startsWith('mailbox.')) return { field: 'mailbox', message }
  return /^(address|prefix|forms\.too-many)/.test(code) ? { field: 'addresses', message } : { message }
}
