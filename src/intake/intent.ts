import type { Language } from '../access/reasons.ts'
import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from '../standards/ip.ts'
import type { MailAddress } from '../standards/mail-address.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { reply, type Reply } from './reply.ts'
import type { Route } from './route.ts'
import { writerOf, type Writing } from './writer.ts'

/** What the writer of a message wants of us, as far as this door does it. */
export type Intent =
  /** Whoever wrote it reads this mailbox. */
  | { readonly kind: 'prove-mailbox'; readonly tag: string; readonly mailbox: MailAddress }
  | { readonly kind: 'prove-form'; readonly tag: string; readonly mailbox: MailAddress }
  /** Whoever wrote it controls the connecting address. */
  | { readonly kind: 'prove-control'; readonly address: Address; readonly token: string }
  /** One of our letters did not arrive. */
  | { readonly kind: 'bounced'; readonly tag: string }
  /** Its reader wants no more letters. */
  | { readonly kind: 'stop-letters'; readonly tag: string }
  /** A person should look at an address: the case link's, or one that the text names. */
  | {
      readonly kind: 'review'
      readonly mailbox: MailAddress
      readonly language: Language
      readonly caseToken: string | undefined
      readonly addresses: readonly Address[]
      /** Their words. */
      readonly note: string
    }
  /** Taken, and there is nothing to do. */
  | { readonly kind: 'nothing'; readonly answer: Reply }
  | { readonly kind: 'refuse'; readonly answer: Reply }

export interface Circumstances {
  /** The connecting address, when it is known to be the sender's own. */
  readonly client: Address | undefined
  /** Envelope sender; empty for the null sender. */
  readonly mailFrom: string
  /** Origin of the public site. */
  readonly site: string
}

type Tagged = Extract<Route, { kind: 'delist-tag' | 'form-tag' | 'bounce' | 'delist' }>
/** Where the writer's own mailbox matters. */
type OfWriter = Exclude<Tagged, { kind: 'bounce' }>

/** Reads what a message wants of the recipient it was sent to. At least one; all of them are tried. */
export function intentsOf(route: Tagged, message: ParsedMessage, about: Circumstances): readonly Intent[] {
  if (route.kind === 'bounce') {
    return [
      about.mailFrom === '' ? bounceIntent(route.tag, message) : answerIntent(route.tag, message, about.site),
    ]
  }
  if (route.kind === 'form-tag') {
    const mailbox = writerOf(message, { mailbox: route.mailbox, elsewhere: `${about.site}/tools` })
    return [typeof mailbox === 'string' ? { kind: 'prove-form', tag: route.tag, mailbox } : refused(mailbox)]
  }
  const proof = controlProof(message, about)
  if (route.kind === 'delist') return proof.length > 0 ? proof : [reviewIntent(route, message, about)]
  const mailbox = writerOf(message, writingTo(route, about))
  if (typeof mailbox === 'string') return [...proof, { kind: 'prove-mailbox', tag: route.tag, mailbox }]
  return proof.length > 0 ? proof : [refused(mailbox)]
}

/** Null sender: a delivery report, or an auto-responder that hides its return path (RFC 3834 §3.3). Only a failure counts. */
function bounceIntent(tag: string, message: ParsedMessage): Intent {
  const [from = ''] = message.from
  const hasFailed = message.report
    ? message.report.some(({ action }) => action === 'failed')
    : !message.automatic.includes('auto-replied') && /^(?:mailer-daemon|postmaster)@/i.test(from)
  return hasFailed
    ? { kind: 'bounced', tag }
    : { kind: 'nothing', answer: reply(250, '2.0.0 Noted, nothing to do') }
}

/**
 * A reply to a letter: only STOP means anything. Whoever writes need not be authenticated: the tag was in that letter only, and all
 * it can do is to end letters to the mailbox that the letter went to.
 */
function answerIntent(tag: string, message: ParsedMessage, site: string): Intent {
  if (message.automatic.length > 0)
    return { kind: 'nothing', answer: reply(250, '2.0.0 Automatic reply, nothing to do') }
  if (asksToStop(message)) return { kind: 'stop-letters', tag }
  const text = `5.7.1 Nobody reads replies to this letter. To get no more of them reply with STOP. For help see ${site}/delist`
  return refused(reply(550, text))
}

/** In the subject or the first line; what is quoted below or attached was written by somebody else. */
export function asksToStop(message: ParsedMessage): boolean {
  const subject = message.subject.replace(/^(?:\s*(?:re|aw|sv|antw|odp|回复|答复)\s*[:：])+/i, '')
  const firstLine = message.text.split('\n').find((line) => line.trim() !== '') ?? ''
  return [subject, firstLine].some((line) => /^[\s"'“”「]*(?:stop|退订)[\s"'“”」.!。！]*$/i.test(line))
}

/**
 * `postern-verification=<token>` in a message that came from the address itself. Programs may send it; but an automatic reply or a
 * bounce quotes what a stranger wrote, and shows control of nothing.
 */
function controlProof(
  { subject, text, automatic }: ParsedMessage,
  { client, mailFrom }: Circumstances,
): Intent[] {
  if (mailFrom === '' || automatic.includes('auto-replied')) return []
  const bare = /^\s*([0-9a-hjkmnp-tv-z]{26})\s*$/i.exec(subject)
  const named = /\bpostern-(?:proof|verification)?[=: ]? ?([0-9a-hjkmnp-tv-z]{26})(?![0-9a-z])/i.exec(
    `${subject}\n${text}`,
  )
  const token = (bare ?? named)?.[1]?.toLowerCase()
  return client === undefined || token === undefined
    ? []
    : [{ kind: 'prove-control', address: client, token }]
}

function reviewIntent(
  route: OfWriter & { kind: 'delist' },
  message: ParsedMessage,
  about: Circumstances,
): Intent {
  const mailbox = writerOf(message, writingTo(route, about))
  if (typeof mailbox !== 'string') return refused(mailbox)
  const diagnostics = (message.report ?? []).map(({ diagnostic }) => diagnostic)
  const said = [message.subject, message.text, ...diagnostics, message.quoted].join('\n')
  const caseToken = caseTokenIn(said, about.site)
  const addresses = addressesIn(said)
  if (caseToken !== undefined || addresses.length > 0) {
    const note = message.text.trim().slice(0, mostNote)
    return { kind: 'review', mailbox, language: languageOf(message.text), caseToken, addresses, note }
  }
  return refused(
    reply(
      550,
      `5.6.0 Please include the refusal with its link, or the IP address that was refused; or use ${about.site}/delist`,
    ),
  )
}

/** As much as the person who decides reads. */
const mostNote = 4000

/** Letters to whoever writes Chinese are in Chinese. */
function languageOf(text: string): Language {
  const beginning = text.slice(0, 2000)
  const han = beginning.match(/\p{Script=Han}/gu)?.length ?? 0
  return han * 10 > beginning.replaceAll(/\s/g, '').length ? 'zh-CN' : 'en'
}

function writingTo({ mailbox }: OfWriter, { site }: Circumstances): Writing {
  return { mailbox, elsewhere: `${site}/delist` }
}

/** The token of the first case link to this site; line breaks within a long link are not mended. */
function caseTokenIn(text: string, site: string): string | undefined {
  const host = site.replace(/^https?:\/\//, '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const link = new RegExp(String.raw`\b${host}(?:/[a-z]{2}(?:-[a-z]{2})?)?/c/([A-Za-z0-9_-]{20,400})`, 'i')
  return link.exec(text)?.[1]
}

const mostAddresses = 20
const addressLike = /(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}:[0-9a-f:.]{2,41})(?![\w:-]|\.\w)/gi

/** Addresses in the text, in order, each once. */
function addressesIn(text: string): Address[] {
  const found = new Map<string, Address>()
  for (const [word] of text.replaceAll(/\bIPv6:/gi, ' ').matchAll(addressLike)) {
    // The full stop or colon of a sentence is not part of an IPv6 address.
    const read = [word, word.replace(/[.:]$/, '')].map(parseAddress)
    const address = read.find((each) => !(each instanceof Refusal))
    if (address && !(address instanceof Refusal)) found.set(formatAddress(address), address)
    if (found.size >= mostAddresses) break
  }
  return [...found.values()]
}

function refused(answer: Reply): Intent {
  return { kind: 'refuse', answer }
}
