import type { Feedback } from '../../standards/arf.ts'
import { statusOf } from '../../standards/quoted-reply.ts'
import type { Recipient } from './analysis.ts'
import { recipientOf } from './recipient.ts'

/** Notifications of sending services as JSON: Amazon SES (also inside an SNS envelope), SendGrid, Mailgun, Postmark, SparkPost, Brevo and the like. */

type Json = Readonly<Record<string, unknown>>

const deepest = 8
const mostObjects = 2000

const addressKeys = [
  'emailaddress',
  'recipient',
  'rcpt_to',
  'raw_rcpt_to',
  'email',
  'recipientemail',
  'rcpt',
  'to',
]
const wordKeys = [
  'diagnosticcode',
  'diagnostic_code',
  'raw_reason',
  'reason',
  'smtpresponse',
  'smtp-response',
  'smtp_response',
  'response',
  'details',
  'diag',
  'description',
  'message',
  'error',
  'error-message',
  'content',
]
const statusKeys = ['enhanced-code', 'enhancedcode', 'status', 'dsnstatus', 'smtp_code']
const codeKeys = ['code', 'error_code', 'errorcode', 'smtpcode', 'bouncecode', 'statuscode']

export function readBounceNotification(json: unknown): Recipient[] | undefined {
  const recipients: Recipient[] = []
  for (const object of objectsOf(unwrapped(json))) {
    const event = textAt(object, ['event', 'type', 'eventtype', 'notificationtype', 'recordtype'])
    if (
      event !== undefined &&
      /^(?:deliver|delivery|delivered|open|click|send|sent|processed|injection|subscri)/i.test(event)
    )
      continue
    const address = textAt(object, addressKeys)
    if (address === undefined || !/^[^\s@]+@[^\s@]+$/.test(address)) continue
    const children = childrenOf(object)
    const own = [object, ...children, ...children.flatMap(childrenOf)]
    const words = own.map((each) => textAt(each, wordKeys)).find((text) => text !== undefined)
    const status = own.map(statusAt).find((text) => text !== undefined)
    const code = own
      .map((each) => textAt(each, codeKeys))
      .find((text) => text !== undefined && /^[45]\d\d$/.test(text))
    if (words === undefined && status === undefined && code === undefined) continue
    const action =
      textAt(object, ['action']) ?? (/defer|delay|temporary|soft/i.test(event ?? '') ? 'delayed' : 'failed')
    const said = words ?? ''
    const diagnostic = code === undefined || said.includes(code) ? said : `${code} ${said}`
    recipients.push(
      recipientOf({
        address,
        passage: '',
        around: '',
        machine: {
          finalRecipient: address,
          originalRecipient: undefined,
          action,
          status,
          remoteMta: own
            .map((each) => textAt(each, ['remotemta', 'mx-host', 'remote_mta', 'mx', 'ip-address']))
            .find((text) => text !== undefined),
          diagnostic: diagnostic.replace(/^\s*(?:smtp|x-\w+)\s*;\s*/i, '').trim() || undefined,
          diagnosticType: undefined,
        },
      }),
    )
    if (recipients.length >= 200) break
  }
  return recipients.length > 0 ? recipients : undefined
}

/** As one text, or as KumoMTA writes it: `{"class":5,"subject":1,"detail":1}`. */
function statusAt(object: Json): string | undefined {
  const parts = ['class', 'subject', 'detail'].map((name) => textAt(object, [name]))
  return statusOf(parts.every((part) => part !== undefined) ? parts.join('.') : textAt(object, statusKeys))
}

/** A complaint as Amazon SES tells it. */
export function readComplaintNotification(json: unknown): Feedback | undefined {
  for (const object of objectsOf(unwrapped(json))) {
    const complaint = objectAt(object, 'complaint')
    if (complaint === undefined) continue
    const mail = objectAt(object, 'mail') ?? {}
    const complained = complaint['complainedRecipients']
    const recipients = Array.isArray(complained)
      ? complained.flatMap((each: unknown) => (isObject(each) ? [textAt(each, ['emailaddress']) ?? ''] : []))
      : []
    return {
      feedbackType: textAt(complaint, ['complaintfeedbacktype']),
      userAgent: textAt(complaint, ['useragent']),
      version: undefined,
      sourceIp: textAt(mail, ['sourceip']),
      arrivalDate: textAt(complaint, ['arrivaldate', 'timestamp']),
      originalMailFrom: textAt(mail, ['source']),
      originalRcptTo: recipients.filter((text) => text !== ''),
      reportedDomain: [],
      reportedUri: [],
      authenticationResults: [],
      messageId: textAt(mail, ['messageid']),
      derived: [],
    }
  }
  return undefined
}

/** What an SNS envelope carries is JSON in a string. */
function unwrapped(json: unknown): unknown {
  const message = isObject(json) ? (json['Message'] ?? json['message']) : undefined
  if (typeof message !== 'string' || !message.trimStart().startsWith('{')) return json
  try {
    return JSON.parse(message)
  } catch {
    return json
  }
}

function objectsOf(json: unknown): Json[] {
  const found: Json[] = []
  const visit = (value: unknown, depth: number): void => {
    if (depth > deepest || found.length >= mostObjects || typeof value !== 'object' || value === null) return
    if (isObject(value)) found.push(value)
    for (const each of Object.values(value)) visit(each, depth + 1)
  }
  visit(json, 0)
  return found
}

/** Objects in an object that say more about it, as `delivery-status`; not those in lists. */
function childrenOf(object: Json): Json[] {
  return Object.values(object).filter(isObject)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectAt(object: Json, name: string): Json | undefined {
  const value = object[name]
  return isObject(value) ? value : undefined
}

/** The first of these names that holds a text or a number; letter case does not matter. */
function textAt(object: Json, names: readonly string[]): string | undefined {
  const entries = Object.entries(object)
  for (const name of names) {
    const value = entries.find(([key]) => key.toLowerCase() === name)?.[1]
    if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, 4000)
    if (typeof value === 'number') return String(value)
  }
  return undefined
}
