import type { MailEvent, MessageEvent } from './mail-event.ts'

/**
 * Roles of a source of mail events (contracts 2). One message is seen by several: each owns its facts, and what it says beyond them is
 * passed over, so that no fact is told twice.
 */
export const sourceRoles = ['mta', 'filter', 'reports'] as const
export type SourceRole = (typeof sourceRoles)[number]

/** Roles in words with commas or spaces between them: each once, in the order above; undefined when one is none. */
export function readRoles(text: string): readonly SourceRole[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const roles = sourceRoles.filter((role) => words.includes(role))
  const isKnown = words.every((word) => sourceRoles.some((role) => role === word))
  return isKnown && roles.length > 0 ? roles : undefined
}

/** What of an event is the source's to tell; undefined when nothing is. */
export function ownedPart(event: MailEvent, roles: readonly SourceRole[]): MailEvent | undefined {
  switch (event.type) {
    case 'connection':
      return roles.includes('mta') ? event : undefined
    case 'complaint':
      return roles.includes('reports') ? event : undefined
    case 'message':
      return ownedFacts(event, roles)
  }
}

/** Who sent what from where is everybody's to say: by that tellings of one message find each other. */
function ownedFacts(event: MessageEvent, roles: readonly SourceRole[]): MessageEvent | undefined {
  const [isMta, isFilter] = [roles.includes('mta'), roles.includes('filter')]
  if (!isMta && !isFilter) return undefined
  if (isMta && isFilter) return event
  return { ...event, ...(isMta ? {} : withoutTransaction), ...(isFilter ? {} : withoutOpinion) }
}

const withoutTransaction = {
  recipients: undefined,
  unknownRecipients: undefined,
  trapRecipients: undefined,
  rcpt: undefined,
  outcome: undefined,
} as const satisfies Partial<MessageEvent>

const withoutOpinion = {
  verdict: undefined,
  spf: undefined,
  dkim: undefined,
  dmarc: undefined,
} as const satisfies Partial<MessageEvent>
