import { readFields, type HeaderField } from './header-fields.ts'

/**
 * Delivery status notifications (RFC 3464; in UTF-8 RFC 6533): the machine part has one block of fields about the message and one about
 * each recipient. Bounces are written by many hands, so blocks without empty lines between them and empty lines within them are taken too.
 */
export interface DeliveryStatus {
  readonly reportingMta: string | undefined
  readonly recipients: readonly RecipientStatus[]
}

/** Values are as written, without the type that stands before them (`rfc822;`, `dns;`, `smtp;`). */
export interface RecipientStatus {
  readonly finalRecipient: string | undefined
  readonly originalRecipient: string | undefined
  /** Lower case: `failed delayed delivered relayed expanded` (RFC 3464 §2.3.3), or what somebody made of them. */
  readonly action: string | undefined
  /** The Status field; mostly an enhanced status code (RFC 3463), perhaps with a comment. */
  readonly status: string | undefined
  readonly remoteMta: string | undefined
  readonly diagnostic: string | undefined
  /** Lower case: `smtp`, `x-unix`, `x-postfix`, … */
  readonly diagnosticType: string | undefined
}

const mostRecipients = 200

export function readDeliveryStatus(text: string): DeliveryStatus {
  const blocks: HeaderField[][] = []
  let reportingMta: string | undefined
  for (const block of text.split(/\n[ \t]*(?:\n[ \t]*)+/)) {
    let fields: HeaderField[] = []
    const begin = (): void => {
      if (fields.length > 0) place(fields, blocks)
      fields = []
    }
    for (const field of readFields(block)) {
      if (field.name === 'reporting-mta') reportingMta ??= afterType(field.value)
      if (fields.some(({ name }) => name === field.name && once.has(name))) begin()
      fields.push(field)
    }
    begin()
    if (blocks.length > mostRecipients) break
  }
  const recipients = blocks.filter((block) => block.some(({ name }) => perRecipient.has(name)))
  return { reportingMta, recipients: recipients.slice(0, mostRecipients).map(recipientOf) }
}

/** Fields that a recipient has once, so that a second one begins another recipient. */
const once = new Set(['final-recipient', 'status', 'action'])
const naming = new Set(['final-recipient', 'original-recipient'])
const perRecipient = new Set(['final-recipient', 'original-recipient', 'action', 'status', 'diagnostic-code'])

/** Adds a block, or gives it to the one before when it names no recipient of its own and that one lacks what it says. */
function place(fields: readonly HeaderField[], blocks: HeaderField[][]): void {
  const last = blocks.at(-1)
  const names = new Set(fields.map(({ name }) => name))
  const isContinuation =
    last?.some(({ name }) => naming.has(name)) === true &&
    !fields.some(({ name }) => naming.has(name)) &&
    !last.some(({ name }) => once.has(name) && names.has(name))
  if (last && isContinuation) last.push(...fields)
  else blocks.push([...fields])
}

function recipientOf(fields: readonly HeaderField[]): RecipientStatus {
  const value = (name: string): string | undefined =>
    fields.find((field) => field.name === name && field.value !== '')?.value
  const diagnostic = value('diagnostic-code')
  const action = value('action')
  return {
    finalRecipient: mailbox(value('final-recipient')),
    originalRecipient: mailbox(value('original-recipient')),
    action: action === undefined ? undefined : /^[a-z]+/i.exec(action)?.[0].toLowerCase(),
    status: value('status'),
    remoteMta: afterType(value('remote-mta')),
    diagnostic: afterType(diagnostic),
    diagnosticType: /^\s*([\w-]{1,30})\s*;/.exec(diagnostic ?? '')?.[1]?.toLowerCase(),
  }
}

/** `rfc822; a@example.org` → `a@example.org`; a value without a type stays. */
function afterType(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  return value.replace(/^\s*[\w-]{1,30}\s*;\s*/, '').trim() || undefined
}

/** Without brackets and without the escapes of RFC 6533 §3: `\x{9EBA}`, and in older drafts `\x9EBA`. */
function mailbox(value: string | undefined): string | undefined {
  const plain = afterType(value)
    ?.replaceAll(/\\x\{?([0-9a-f]{2,6})\}?/gi, (whole, hex: string) => {
      const point = Number.parseInt(hex, 16)
      return point > 0x20 && point < 0x110000 ? String.fromCodePoint(point) : whole
    })
    .replace(/^<(.*)>$/, '$1')
    .trim()
  return plain === '' ? undefined : plain
}
