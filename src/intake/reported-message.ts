import { createHash } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import type { ReportedMessage, Signature } from '../core/abuse/examination.ts'
import { mostHops } from '../standards/arf.ts'
import { decodeWords } from '../standards/encoded-word.ts'
import { readFields, valueOf, valuesOf, type HeaderField } from '../standards/header-fields.ts'
import { readMessageId } from '../standards/message-id.ts'
import { readReceived } from '../standards/received.ts'
import { readTrace } from '../standards/trace-header.ts'
import { breachOfBody, readHeader, valuesOf as rawValuesOf, type Header } from './message-budget.ts'
import type { Breach } from './parsed-message.ts'
import type { Lookup } from './authenticate.ts'

/** What can be found out about a message that somebody complains of, from its own bytes. */

/** Where receivers write whom they delivered to, by what they put on top. */
const deliveredFields = new Set([
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-apparently-to',
  'x-delivered-to',
  'x-envelope-to',
])

export async function readReported(
  raw: Buffer,
  isHeaderOnly: boolean,
  lookup: Lookup,
  now: number,
): Promise<ReportedMessage | Breach> {
  const header = readHeader(raw)
  if (typeof header === 'string') return header
  const breach = isHeaderOnly ? undefined : breachOfBody(raw)
  if (breach) return breach
  const fields = readFields(header.fields.map(({ name, value }) => `${name}:${value}`).join('\r\n'))
  const traces = valuesOf(fields, 'x-postern-trace')
  const trace = traces.length === 1 ? (traces[0] ?? null) : null
  return {
    isHeaderOnly,
    isAmbiguous: header.ambiguous.length > 0 || traces.length > 1,
    digest: createHash('sha256').update(raw).digest('hex'),
    messageId: readMessageId(valueOf(fields, 'message-id') ?? '') ?? null,
    from: shown(valueOf(fields, 'from')),
    subject: shown(valueOf(fields, 'subject')),
    date: shown(valueOf(fields, 'date')),
    // RFC 2919 §2: the words before the brackets are for people.
    listId: shown(/<([^<>]{1,255})>/.exec(valueOf(fields, 'list-id') ?? '')?.[1]),
    feedbackId: shown(valueOf(fields, 'feedback-id')),
    hops: rawValuesOf(header, 'received').slice(0, mostHops).map(plainLine).map(readReceived),
    deliveredTo: deliveriesIn(fields),
    addressees: [
      ...mailboxesIn(valuesOf(fields, 'to').join(',')),
      ...mailboxesIn(valuesOf(fields, 'cc').join(',')),
    ].slice(0, 40),
    trace: trace?.slice(0, 200) ?? null,
    signatures: await signaturesOf(raw, header, { isHeaderOnly, lookup, now, trace }),
    logins: loginsIn(header),
  }
}

interface Checking {
  readonly isHeaderOnly: boolean
  readonly lookup: Lookup
  readonly now: number
  readonly trace: string | null
}

/** Of a header alone the signatures are told and not verified: what they were made over is not there. */
async function signaturesOf(raw: Buffer, header: Header, checking: Checking): Promise<Signature[]> {
  const told = rawValuesOf(header, 'dkim-signature').slice(0, 20).map(readSignature)
  if (checking.isHeaderOnly) return told.map((each) => ({ ...each, isValid: false, why: 'body' }))
  // A signature that has expired since (x=) was good when the message was sent, which is when the trace header says.
  const sentAt = checking.trace === null ? undefined : readTrace(checking.trace)?.time
  const { results } = await dkimVerify(raw, {
    resolver: checking.lookup,
    rejectRsaSha1: true,
    curTime: sentAt === undefined ? checking.now : Math.min(checking.now, sentAt * 1000 + 1000),
  })
  return results.slice(0, 20).map(({ signingDomain, selector, bodyHash, bodyHashExpecting, status }) => {
    const expected = String(bodyHashExpecting ?? bodyHash ?? '')
    const isValid = status.result === 'pass' && !status.underSized
    const isBody = bodyHash !== undefined && bodyHash !== bodyHashExpecting
    return {
      domain: String(signingDomain ?? '')
        .toLowerCase()
        .slice(0, 253),
      selector: String(selector ?? '').slice(0, 253),
      bodyHash: expected.slice(0, 100),
      isValid,
      why: isValid ? null : isBody ? 'body' : status.result === 'temperror' ? 'key' : 'other',
    }
  })
}

function readSignature(value: string): Pick<Signature, 'domain' | 'selector' | 'bodyHash'> {
  const tag = (name: string): string =>
    new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*([^;]{0,300})`).exec(value)?.[1]?.replaceAll(/\s+/g, '') ?? ''
  return {
    domain: tag('d').toLowerCase().slice(0, 253),
    selector: tag('s').slice(0, 253),
    bodyHash: tag('bh').slice(0, 100),
  }
}

/** The fields that receivers write, in the order in which they stand. */
function deliveriesIn(fields: readonly HeaderField[]): string[] {
  const found = fields
    .filter(({ name }) => deliveredFields.has(name))
    .flatMap(({ value }) => mailboxesIn(value).slice(0, 1))
  return [...new Set(found)].slice(0, 20)
}

/** Postfix with `smtpd_sasl_authenticated_header`: `(Authenticated sender: ann)`; Exim: `with esmtpa … (Authenticated …)`. */
function loginsIn(header: Header): string[] {
  return rawValuesOf(header, 'received')
    .flatMap((value) => /\(Authenticated sender: ([^\s()]{1,320})\)/i.exec(value)?.[1] ?? [])
    .slice(0, 40)
}

function plainLine(value: string): string {
  return value.replaceAll(/[\x00-\x1f\x7f]+/g, ' ')
}

function shown(value: string | undefined): string | null {
  if (value === undefined) return null
  return decodeWords(value).slice(0, 998).toWellFormed() || null
}

function mailboxesIn(list: string): string[] {
  const plain = list
    .slice(0, 8192)
    .replaceAll(/"(?:[^"\\]|\\.)*"(?!@)/g, '')
    .replaceAll(/\([^()]*\)/g, '')
  const found = plain
    .split(/[,;]/)
    .map((entry) => (/<([^<>]*)>/.exec(entry)?.[1] ?? entry).trim().toLowerCase())
  return [...new Set(found)].filter((text) => /^[^\s@]+@[^\s@]+$/.test(text) && text.length <= 320)
}
