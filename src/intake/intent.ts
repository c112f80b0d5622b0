import { parseAddress, formatAddress } from '../standards/ip.ts'
import { Refusal } from '../base/refusal.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { reply, type Reply } from './reply.ts'
import type { Route } from './route.ts'

/** What the writer of a message wants of us, as far as this door does it. */
export type Intent =
  /** Whoever wrote it reads this mailbox. */
  | { readonly kind: 'prove-mailbox'; readonly tag: string; readonly mailbox: string }
  /** Whoever wrote it controls the connecting address. */
  | { readonly kind: 'prove-control'; readonly address: string; readonly token: string }
  /** One of our letters did not arrive. */
  | { readonly kind: 'bounced'; readonly tag: string }
  /** Its reader wants no more letters. */
  | { readonly kind: 'stop-letters'; readonly tag: string; readonly mailbox: string }
  /** A person should look at an address. `addresses` are those in the text; the case link's address is not among them. */
  | { readonly kind: 'review'; readonly mailbox: string; readonly caseToken: string | null; readonly addresses: readonly string[] }
  /** Taken, and there is nothing to do. */
  | { readonly kind: 'nothing'; readonly answer: Reply }
  | { readonly kind: 'refuse'; readonly answer: Reply }

export interface Circumstances {
  /** The connecting address, when it is known to be the sender's own. */
  readonly client: string | null
  /** Envelope sender; empty for the null sender. */
  readonly mailFrom: string
  /** Origin of the public site. */
  readonly site: string
}

type Tagged = Extract<Route, { kind: 'delist-tag' | 'bounce' | 'delist' }>

/** Reads what a message wants of the recipient it was sent to. At least one; all of them are tried. */
export function intentsOf(route: Tagged, message: ParsedMessage, about: Circumstances): readonly Intent[] {
  switch (route.kind) {
    case 'bounce':
      return [about.mailFrom === '' ? bounceIntent(route.tag, message) : answerIntent(route, message, about)]
    case 'delist-tag': {
      const proof = controlProof(message, about)
      const refusal = refusalOf(route, message, about)
      const [mailbox = ''] = message.from
      return [...proof, ...(refusal ? (proof.length > 0 ? [] : [refused(refusal)]) : [proveMailbox(route.tag, mailbox)])]
    }
    case 'delist': {
      const proof = controlProof(message, about)
      return proof.length > 0 ? proof : [reviewIntent(route, message, about)]
    }
  }
}

function proveMailbox(tag: string, mailbox: string): Intent {
  return { kind: 'prove-mailbox', tag, mailbox }
}

/** Null sender: a delivery report, or an auto-responder that hides its return path (RFC 3834 §3.3). Only a failure counts. */
function bounceIntent(tag: string, message: ParsedMessage): Intent {
  const [from = ''] = message.from
  const hasFailed = message.report
    ? message.report.some(({ action }) => action === 'failed')
    : !message.automatic.includes('auto-replied') && /^(?:mailer-daemon|postmaster)@/i.test(from)
  return hasFailed ? { kind: 'bounced', tag } : { kind: 'nothing', answer: reply(250, '2.0.0 Noted, nothing to do') }
}

/** A reply to a letter: only STOP means anything. */
function answerIntent(route: Tagged & { kind: 'bounce' }, message: ParsedMessage, about: Circumstances): Intent {
  if (message.automatic.length > 0) return { kind: 'nothing', answer: reply(250, '2.0.0 Automatic reply, nothing to do') }
  if (!asksToStop(message)) {
    const text = `5.7.1 Nobody reads replies to this letter. To get no more of them reply with STOP. For help see ${about.site}/delist`
    return refused(reply(550, text))
  }
  const refusal = refusalOf(route, message, about)
  const [mailbox = ''] = message.from
  return refusal ? refused(refusal) : { kind: 'stop-letters', tag: route.tag, mailbox }
}

function asksToStop(message: ParsedMessage): boolean {
  const subject = message.subject.replace(/^(?:\s*(?:re|aw|sv|antw|odp|回复|答复)\s*[:：])+/i, '')
  const firstLine = message.text.split('\n').find((line) => line.trim() !== '') ?? ''
  return [subject, firstLine].some((line) => /^[\s"'“”「]*(?:stop|退订)[\s"'“”」.!。！]*$/i.test(line))
}

/** `postern-proof=<token>` in a message that came from the address itself. Programs may send it. */
function controlProof({ subject, text }: ParsedMessage, { client }: Circumstances): Intent[] {
  const [, token] = /\bpostern-proof[=:]\s?([0-9a-z]{8,80})(?![0-9a-z])/i.exec(`${subject}\n${text}`) ?? []
  return client === null || token === undefined ? [] : [{ kind: 'prove-control', address: client, token: token.toLowerCase() }]
}

function reviewIntent(route: Tagged & { kind: 'delist' }, message: ParsedMessage, about: Circumstances): Intent {
  const refusal = refusalOf(route, message, about)
  if (refusal) return refused(refusal)
  const said = `${message.subject}\n${message.text}\n${(message.report ?? []).map(({ diagnostic }) => diagnostic).join('\n')}\n${message.quoted}`
  const caseToken = caseTokenIn(said, about.site)
  const addresses = addressesIn(said)
  const [mailbox = ''] = message.from
  if (caseToken !== null || addresses.length > 0) return { kind: 'review', mailbox, caseToken, addresses }
  return refused(
    reply(550, `5.6.0 Please include the refusal with its link, or the IP address that was refused; or use ${about.site}/delist`),
  )
}

/** Why nobody's word is taken for this message; undefined when it is one person's, written to us. */
function refusalOf(route: Tagged, message: ParsedMessage, { site }: Circumstances): Reply | undefined {
  if (message.ambiguous.length > 0) {
    return reply(550, `5.6.0 The message header can be read in two ways; please write a plain new message or use ${site}/delist`)
  }
  if (message.automatic.length > 0) return reply(550, `5.7.1 Automatic messages are not taken here, please use ${site}/delist`)
  if (message.from.length !== 1) return reply(550, `5.6.0 From must name one mailbox; please write a new message or use ${site}/delist`)
  const { authentication } = message
  if (!authentication || (authentication.aligned.length === 0 && authentication.isUnsure)) {
    return reply(451, '4.7.24 SPF or DKIM could not be checked just now, try again later')
  }
  if (authentication.aligned.length === 0) {
    return reply(550, `5.7.26 The From address is not authenticated by DKIM or SPF of its domain; please use ${site}/delist instead`)
  }
  // A signature alone could have been lifted from a message to somebody else.
  if (authentication.aligned.includes('spf') || authentication.signedRecipients.includes(route.mailbox)) return undefined
  return reply(550, `5.7.7 The DKIM signature does not cover ${route.mailbox} in To or Cc; please write to it directly or use ${site}/delist`)
}

/** The token of the first case link to this site; line breaks within a long link are not mended. */
function caseTokenIn(text: string, site: string): string | null {
  const host = site.replace(/^https?:\/\//, '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const link = new RegExp(String.raw`\b${host}(?:/[a-z]{2}(?:-[a-z]{2})?)?/c/([A-Za-z0-9_-]{20,400})`, 'i')
  return link.exec(text)?.[1] ?? null
}

const mostAddresses = 20
const addressLike = /(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}:[0-9a-f:.]{2,41})(?![\w:-]|\.\w)/gi

/** Addresses in the text, in order, canonical, each once. */
function addressesIn(text: string): string[] {
  const found = new Set<string>()
  for (const [word] of text.replaceAll(/\bIPv6:/gi, ' ').matchAll(addressLike)) {
    for (const candidate of [word, word.slice(0, -1)]) {
      const address = parseAddress(candidate)
      if (address instanceof Refusal) continue
      found.add(formatAddress(address))
      break
    }
    if (found.size >= mostAddresses) break
  }
  return [...found]
}

function refused(answer: Reply): Intent {
  return { kind: 'refuse', answer }
}

