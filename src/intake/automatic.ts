import { loopField } from '../access/loop.ts'
import { valuesOf, type Header } from './message-budget.ts'
import type { AutomaticSign, ParsedMessage } from './parsed-message.ts'

/**
 * Whether a message was sent by a program (RFC 3834 §2, security CASE-3). Nobody's mailbox is proven by an auto-responder, and nothing
 * is ever sent in reply to one.
 */
export function automaticSignsOf(
  header: Header,
  mailFrom: string,
  fromMailbox: string | undefined,
): AutomaticSign[] {
  const signs: AutomaticSign[] = []
  const autoSubmitted = valuesOf(header, 'auto-submitted').map(keyword)
  if (autoSubmitted.some((value) => value !== 'no')) signs.push('auto-submitted')
  if (autoSubmitted.includes('auto-replied') || has(header, 'x-autoreply', 'x-autorespond'))
    signs.push('auto-replied')
  if (mailFrom === '') signs.push('null-return-path')
  if (header.fields.some(({ name }) => name.startsWith('list-'))) signs.push('list')
  if (valuesOf(header, 'precedence').some((value) => /^(?:bulk|list|junk)$/.test(keyword(value))))
    signs.push('precedence')
  if (has(header, 'x-auto-response-suppress')) signs.push('suppress')
  if (has(header, loopField.toLowerCase())) signs.push('loop')
  if (fromMailbox !== undefined && isRobot(fromMailbox)) signs.push('local-part')
  if (valuesOf(header, 'received').length > mostHops) signs.push('hops')
  return signs
}

/**
 * Whether nobody wants to hear what became of it: an answer to somebody's absence, a list, a loop (RFC 3834 §2). A program that writes by
 * itself, such as the ticket system of a provider, has people behind it.
 */
export function isUnansweredProgram({ automatic }: Pick<ParsedMessage, 'automatic'>): boolean {
  return automatic.some((sign) => unanswered.includes(sign))
}

const unanswered: readonly AutomaticSign[] = [
  'auto-replied',
  'null-return-path',
  'list',
  'precedence',
  'loop',
  'hops',
]

/** A message that passed more hops than any person's mail does is going in circles. */
const mostHops = 25

/** Local parts that programs write from. `postmaster` is not among them: people delist their servers from it. */
function isRobot(mailbox: string): boolean {
  return /^(?:mailer-daemon|no-?reply|do-?not-?reply|bounces?|.*-request|.*-bounces?)(?:[+@-]|$)/i.test(
    mailbox,
  )
}

function keyword(value: string): string {
  return (value.split(/[;( ]/, 1)[0] ?? '').trim().toLowerCase()
}

function has(header: Header, ...names: string[]): boolean {
  return header.fields.some((field) => names.includes(field.name))
}
