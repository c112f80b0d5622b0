import type { Permission } from '../actor.ts'
import type { LetterContent, LetterKind } from './letter-words.ts'

/** Who may read a letter, and to whom it went: whoever may see what it is about. */
export function readerOf({
  kind,
  about,
}: {
  readonly kind: LetterKind
  readonly about: string | null
}): Permission {
  return about?.startsWith('restricted-') === true ? 'abuse.restricted' : readers[kind]
}

const readers: Readonly<Record<LetterKind, Permission>> = {
  'confirm-delisting': 'console.read',
  'delisting-done': 'console.read',
  'delisting-reviewed': 'console.read',
  'case-received': 'case.read',
  'case-answer': 'case.read',
  'case-conditional': 'case.read',
  'case-moved': 'case.read',
  'confirm-form': 'case.read',
  'forecast-decided': 'case.read',
  'form-states': 'case.read',
  'high-volume-notice': 'console.read',
  'probe-report': 'console.read',
  // Who reported is nobody's to know (security PRI-3).
  'confirm-report': 'abuse.reporter',
  'report-received': 'abuse.reporter',
  'report-instructions': 'abuse.reporter',
  'report-closed': 'abuse.reporter',
  'account-notice': 'abuse.read',
  'person-link': 'person.export',
  'owner-link': 'owner.read',
  'owner-contact': 'owner.read',
  'owner-state': 'owner.read',
  'recipient-link': 'vouch.read',
  'abuse-notice': 'console.read',
  'own-listing-notice': 'console.read',
  'observed-digest': 'console.read',
  'proposal-notice': 'console.read',
  'brake-notice': 'console.read',
}

/** Why somebody is not shown what a letter says, and to whom it went. `role`: they have nothing to do with what it is about. */
export type Withheld = 'restricted' | 'role'

/** The letter without the link in it: with the link one signs in, confirms or writes in its reader's place. */
export function withoutLink(content: LetterContent, site: string): LetterContent {
  if (!('link' in content.slots)) return content
  return { ...content, slots: { ...content.slots, link: `${site}/…` } } as LetterContent
}
