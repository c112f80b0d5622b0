import type { ProbeForm } from '../core/probes/facts.ts'
import { parseMailDate } from '../standards/mail-date.ts'
import { valuesOf, type Header } from './message-budget.ts'
import { mimeFaultsOf } from './mime-faults.ts'

/** RFC 5322 §2.1.1, octets without the CR LF. */
const longestLine = 998
/** RFC 5322 §3.6: what may stand once. */
const single = [
  'date',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]

/** How a message keeps to the form of RFC 5322 and RFC 2045. `mailboxes`: how many From names, as far as they can be read. */
export function formOf(raw: Buffer, header: Header, mailboxes: number): ProbeForm {
  const lines = lineLengths(raw)
  const head = raw.subarray(0, headEnd(raw))
  const count = (name: string): number => header.fields.filter((field) => field.name === name).length
  const [date] = valuesOf(header, 'date')
  return {
    size: raw.length,
    date: { fields: count('date'), at: date === undefined ? null : (parseMailDate(date) ?? null) },
    messageId: {
      fields: count('message-id'),
      isValid: valuesOf(header, 'message-id').every(isMessageId),
    },
    from: { fields: count('from'), mailboxes, hasSender: count('sender') > 0 },
    hasSubject: valuesOf(header, 'subject').some((value) => value !== ''),
    hasRecipients: count('to') + count('cc') + count('bcc') > 0,
    repeated: single.filter((name) => name !== 'from' && count(name) > 1),
    brokenLines: header.ambiguous.includes('broken-field') ? 1 : 0,
    hasNul: raw.includes(0),
    isHeaderEightBit: head.some((byte) => byte > 127),
    longestLine: lines.longest,
    longLines: lines.long,
    mime: mimeFaultsOf(header, raw.subarray(head.length)),
  }
}

/** RFC 5322 §3.6.4 without its comments; what stands on the right may be anything but must be there. */
function isMessageId(value: string): boolean {
  return value.length <= 998 && /^<[^\s<>@]{1,500}@[^\s<>@]{1,480}>$/.test(value.trim())
}

function lineLengths(raw: Buffer): { readonly longest: number; readonly long: number } {
  let [longest, long] = [0, 0]
  for (let start = 0; start < raw.length;) {
    const feed = raw.indexOf(0x0a, start)
    const end = feed < 0 ? raw.length : feed
    const length = end - start - (end > start && raw[end - 1] === 0x0d ? 1 : 0)
    longest = Math.max(longest, length)
    if (length > longestLine) long += 1
    start = end + 1
  }
  return { longest, long }
}

/** Where the header section ends: behind its last line. */
function headEnd(raw: Buffer): number {
  const plain = raw.indexOf('\n\n')
  const usual = raw.indexOf('\r\n\r\n')
  const ends = [plain < 0 ? raw.length : plain + 1, usual < 0 ? raw.length : usual + 2]
  return Math.min(...ends)
}
