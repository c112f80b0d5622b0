import { mostReportedRecipients, type ReportedRecipient } from './parsed-message.ts'

/**
 * The machine part of a delivery status notification (RFC 3464 §2): blocks of fields, the first about the message, each further one
 * about a recipient. Lenient: bounces are written by many hands.
 */
export function readDeliveryReport(text: string): ReportedRecipient[] {
  const blocks = text.split(/\r?\n[ \t]*(?:\r?\n)+/)
  const recipients: ReportedRecipient[] = []
  for (const block of blocks) {
    const fields = fieldsOf(block)
    const recipient = fields.get('final-recipient') ?? fields.get('original-recipient')
    if (recipient === undefined || recipients.length >= mostReportedRecipients) continue
    recipients.push({
      recipient: afterType(recipient).slice(0, 320),
      action: (/^[a-z]+/i.exec(fields.get('action') ?? '')?.[0] ?? '').toLowerCase().slice(0, 40),
      status: (fields.get('status') ?? '').slice(0, 40),
      diagnostic: afterType(fields.get('diagnostic-code') ?? '').slice(0, 998),
    })
  }
  return recipients
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}

/** `rfc822; a@example.org` → `a@example.org`. */
function afterType(value: string): string {
  const semicolon = value.indexOf(';')
  return (semicolon < 0 ? value : value.slice(semicolon + 1)).trim()
}
