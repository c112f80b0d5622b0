import { Refusal } from '../base/refusal.ts'
import { parseMailbox, type MailAddress } from './mail-address.ts'

/**
 * jCard (RFC 7095): a vCard as JSON, `["vcard", [[name, parameters, type, value, …], …]]`. Only what we need of it is read. The card is
 * somebody else's: everything may be missing, of another type, or thousands of times there.
 */

const mostProperties = 200
const mostValues = 10

/** Mailboxes that one can write to, the preferred first (`pref`, RFC 6350 §5.3: 1 is most), then in the order of the card. */
export function jcardMailboxes(card: unknown): readonly MailAddress[] {
  return propertiesOf(card, 'email')
    .map((property) => ({ pref: prefOf(property[1]), values: textsOf(property) }))
    .toSorted((a, b) => a.pref - b.pref)
    .flatMap(({ values }) => values)
    .flatMap((text) => {
      const mailbox = parseMailbox(text.replace(/^mailto:/i, '').trim())
      return mailbox instanceof Refusal ? [] : [mailbox]
    })
    .slice(0, mostValues)
}

/** The formatted name (`fn`), else the organisation; empty when there is none. */
export function jcardName(card: unknown): string {
  for (const name of ['fn', 'org']) {
    const [text] = propertiesOf(card, name).flatMap(textsOf)
    if (text !== undefined && text.trim() !== '') return text
  }
  return ''
}

function propertiesOf(card: unknown, name: string): readonly (readonly unknown[])[] {
  if (!Array.isArray(card) || card[0] !== 'vcard' || !Array.isArray(card[1])) return []
  return (card[1] as readonly unknown[])
    .slice(0, mostProperties)
    .filter((property): property is readonly unknown[] => Array.isArray(property))
    .filter(([first]) => typeof first === 'string' && first.toLowerCase() === name)
}

/** From the fourth on they are values; a structured value is a list itself (§3.3.1.3). */
function textsOf(property: readonly unknown[]): readonly string[] {
  return property
    .slice(3, 3 + mostValues)
    .flatMap((value) => (Array.isArray(value) ? (value as readonly unknown[]).slice(0, mostValues) : [value]))
    .filter((value): value is string => typeof value === 'string')
}

const leastPreferred = 101

function prefOf(parameters: unknown): number {
  if (typeof parameters !== 'object' || parameters === null || !('pref' in parameters)) return leastPreferred
  const pref = Number(parameters.pref)
  return Number.isInteger(pref) && pref >= 1 && pref <= 100 ? pref : leastPreferred
}
