import { createHash } from 'node:crypto'
import type { Language } from '../access/reasons.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { formatAddress, type Address } from '../standards/ip.ts'
import { Refusal } from '../base/refusal.ts'
import type { MailAddress } from '../standards/mail-address.ts'
import type { Content } from '../core/cases/message.ts'
import type { Report } from '../core/complaints/actions.ts'
import type { WayByMail } from '../core/delisting/review-actions.ts'
import type { Several } from '../core/delisting/several-actions.ts'
import type { OurServers } from '../standards/received-chain.ts'
import { isUnansweredProgram } from './automatic.ts'
import type { Client } from './client.ts'
import { intentsOf, type Intent } from './intent.ts'
import type { ParsePool } from './parse-pool.ts'
import type { ParsedMessage, ParseFailure } from './parsed-message.ts'
import { answeredTag, contentOf, hearCase, type CaseMailActions } from './hear-case.ts'
import {
  hearProbe,
  refuseProbe,
  sessionClient,
  tracedClient,
  type ProbeActions,
  type ProbeClient,
} from './hear-probe.ts'
import { isAccepted, isTemporary, replies, reply, replyTo, type Reply } from './reply.ts'
import { answerReport, readReport, type ReportDesk, type ReportRoute } from './report.ts'
import type { Route } from './route.ts'

/**
 * What core does for mail that comes in. Every function resolves when its transaction is committed and throws a `Refusal` when the
 * rules say no; anything else it throws is a fault, and the sender keeps the message.
 */
export interface IntakeActions extends ProbeActions, CaseMailActions {
  /** Whether we gave this tag out for this purpose; a MAC, no database. */
  isOurTag(purpose: 'delist' | 'bounce' | 'probe' | 'case' | 'form', tag: string): boolean
  /** A delist request's mailbox is proven by a message from it. */
  proveMailbox(input: { readonly tag: string; readonly mailbox: MailAddress }): Promise<unknown>
  /** The same of a form. */
  proveForm(input: { readonly tag: string; readonly mailbox: MailAddress }): Promise<unknown>
  /** Control of the address is proven by a message from it. False when no open request of that address has the token. */
  proveByMail(input: { readonly address: Address; readonly token: string }): Promise<boolean>
  /** The address that a case link is about; undefined when the link is not ours or too old. */
  addressOfCase(token: string): Address | undefined
  /** Spends what a mailbox may ask for in an hour; throws when there is nothing left. */
  hearWriter(mailbox: MailAddress): Promise<unknown>
  /** What mail about the address can come to. */
  wayByMail(address: Address): Promise<WayByMail>
  /** Puts addresses before a person, as many as one message may. */
  openReviewsByMail(input: ReviewsByMail): Promise<Several>
  /** The letter of this tag did not arrive. */
  markBounced(tag: string): Promise<unknown>
  /** The reader of the letter of this tag wants no more. */
  stopLetters(tag: string): Promise<unknown>
  /** Keeps the complaints of a report; how many of them are kept now. */
  takeReport(report: Report): Promise<number>
  /** Keeps a report of abuse; durable when it resolves. */
  receiveAbuseReport(report: AbuseMail): Promise<unknown>
  /** Hands a message to the people who run this, as it is; resolves when their mail system has taken it. */
  forwardToPostmaster(input: { readonly mailFrom: string; readonly raw: Buffer }): Promise<unknown>
}

/** A message to the abuse desk, and who brought it. */
export interface AbuseMail {
  readonly raw: Buffer
  readonly client: string | undefined
  readonly helo: string | undefined
  readonly mailFrom: string
  readonly recipient: string
}

export interface ReviewsByMail {
  readonly mailbox: MailAddress
  readonly language: Language
  readonly addresses: readonly Address[]
  /** The address that the link in the message is of. */
  readonly ofCase: Address | undefined
  readonly caseToken: string | undefined
  readonly note: string
  /** The message as it came, read. */
  readonly mail: { readonly raw: Buffer; readonly content: Content; readonly client: Address | undefined }
}

export type ServedRoute = Exclude<Route, { kind: 'unknown' }>

export interface Incoming {
  readonly raw: Buffer
  readonly client: Client
  /** Whether a mail server of ours brought it: what is refused now becomes a bounce that it writes. */
  readonly isRelayed: boolean
  readonly mailFrom: string
  readonly routes: readonly ServedRoute[]
}

export interface Delivery {
  readonly actions: IntakeActions
  readonly pool: ParsePool
  readonly clock: Clock
  readonly log: Log
  /** Origin of the public site. */
  readonly site: string
  readonly desk: ReportDesk
  /** Domain of the tagged addresses. */
  readonly replyDomain: string
  /** Our mail servers, relays among them. */
  readonly ours: () => Promise<OurServers>
}

/** Gives every recipient's answer, in order. Never rejects. */
export type Deliver = (incoming: Incoming) => Promise<readonly Reply[]>

export function delivery(options: Delivery): Deliver {
  const { actions, clock, log, site } = options
  const broken = new BrokenMessages()

  const perform = async (intent: Intent, mail: ReviewsByMail['mail']): Promise<Reply> => {
    switch (intent.kind) {
      case 'refuse':
      case 'nothing':
        return intent.answer
      case 'prove-mailbox':
        await actions.proveMailbox({ tag: intent.tag, mailbox: intent.mailbox })
        return reply(250, '2.0.0 Thank you, noted: please go back to the page')
      case 'prove-form':
        await actions.proveForm({ tag: intent.tag, mailbox: intent.mailbox })
        return reply(250, '2.0.0 Thank you, noted: please go back to the page')
      case 'prove-control':
        if (await actions.proveByMail({ address: intent.address, token: intent.token })) {
          return reply(250, '2.0.0 Thank you, noted: please go back to the page')
        }
        return unknownToken(intent.address)
      case 'bounced':
        await actions.markBounced(intent.tag)
        return reply(250, '2.0.0 Delivery report noted')
      case 'stop-letters':
        await actions.stopLetters(intent.tag)
        return reply(250, '2.0.0 You get no more of these letters for 90 days')
      case 'review':
        return await review(intent, mail)
    }
  }
  const unknownToken = (address: Address): Reply =>
    reply(
      550,
      `5.7.1 The token is not known for [${formatAddress(address)}], from which the message came, see ${site}/delist`,
    )
  const review = async (intent: Intent & { kind: 'review' }, mail: ReviewsByMail['mail']): Promise<Reply> => {
    const { mailbox, language, note } = intent
    await actions.hearWriter(mailbox)
    const ofCase = intent.caseToken === undefined ? undefined : actions.addressOfCase(intent.caseToken)
    const others = intent.addresses.filter((each) => !ofCase || formatAddress(each) !== formatAddress(ofCase))
    const asked = ofCase ? [ofCase, ...others] : others
    let isListed = false
    let closed: Address | undefined
    const refused: Address[] = []
    let unrefused: Address | undefined
    for (const address of asked) {
      const way = await actions.wayByMail(address)
      if (address === ofCase) isListed = way !== 'unlisted' && way !== 'question'
      if (way === 'no-case') closed ??= address
      if (way === 'case') refused.push(address)
      if (way === 'question') unrefused ??= address
    }
    // Of addresses that nothing refuses the first alone: a bounce names every server that it passed.
    const addresses = refused.length > 0 || unrefused === undefined ? refused : [unrefused]
    if (addresses.length > 0) {
      const { caseToken } = intent
      const wish = { mailbox, language, addresses, ofCase, caseToken, note, mail }
      const several = await actions.openReviewsByMail(wish)
      if (several.taken.length > 0) return takenUp(several)
      if (several.refusal) throw several.refusal
    }
    if (closed !== undefined) return noCase(closed)
    return nobodyToAsk(asked[0], ofCase !== undefined && !isListed)
  }
  /** Their server shows it to nobody, but it stands in its log; the letter says the same. */
  const takenUp = ({ taken, left }: Several): Reply => {
    if (taken.length + left.length === 1) return reply(250, '2.0.0 Thank you, a person will look at it')
    const again = left.length === 0 ? '' : `. Please write again, in another message, about ${named(left)}`
    return reply(250, `2.0.0 Thank you, a person will look at ${named(taken)}${again}`)
  }
  const noCase = (address: Address): Reply => {
    const text = formatAddress(address)
    return reply(550, `5.7.1 No case is opened here for [${text}]; what you can do is at ${site}/ip/${text}`)
  }
  /** Whether an address is listed we tell whoever has our link about it; everybody else is led to the site, which counts look-ups (security DEL-9). */
  const nobodyToAsk = (address: Address | undefined, isKnownUnlisted: boolean): Reply => {
    if (address === undefined)
      return reply(550, `5.7.1 The link in the message is not one of ours or was cut off, see ${site}/delist`)
    const text = formatAddress(address)
    if (isKnownUnlisted) return reply(550, `5.7.1 [${text}] is not listed here now, see ${site}/ip/${text}`)
    return reply(550, `5.7.1 For [${text}] nobody needs to be asked: see ${site}/delist?ip=${text}`)
  }
  const attempt = async (work: () => Promise<Reply>): Promise<Reply> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Refusal)) log.error('intake.fault', { error })
      return replyTo(error, site, clock.now())
    }
  }
  const parse = async (
    { raw, client, mailFrom, routes }: Incoming,
    traced?: ProbeClient,
  ): Promise<ParsedMessage | ParseFailure> => {
    const sender = client.isSender && client.address ? formatAddress(client.address) : (traced?.ip ?? null)
    const probe = routes.some(({ kind }) => kind === 'probe')
    // Delivery reports and replies to letters prove nothing about anybody: their tag does.
    const authenticate =
      probe ||
      (mailFrom !== '' &&
        routes.some(({ kind }) => ['delist-tag', 'form-tag', 'delist', 'report', 'case'].includes(kind)))
    return await options.pool.parse(raw, {
      client: sender,
      helo: client.helo ?? traced?.helo?.slice(0, 300) ?? null,
      mailFrom,
      authenticate,
      probe,
      now: clock.now(),
    })
  }
  /** Where a relay does not say for whom it speaks, the lines of our servers do; SPF then has to be asked once more. */
  const probe = async (
    incoming: Incoming,
    route: Extract<ServedRoute, { kind: 'probe' }>,
    first: ParsedMessage | ParseFailure,
  ): Promise<Reply> => {
    const session = sessionClient(incoming)
    if ('failure' in first) return await unreadProbe(incoming, route, first)
    const client = tracedClient(session, first, await options.ours())
    const parsed = session.ip === null && client.ip !== null ? await parse(incoming, client) : first
    if ('failure' in parsed) return await unreadProbe(incoming, route, parsed)
    return await hearProbe(actions, incoming, route, { client, parsed })
  }
  const unreadProbe = async (
    incoming: Incoming,
    route: Extract<ServedRoute, { kind: 'probe' }>,
    failure: ParseFailure,
  ): Promise<Reply> => {
    const said = broken.answer(incoming.raw, failure)
    if (!isTemporary(said)) await refuseProbe(actions, incoming, route, 'unreadable')
    return said
  }
  const hearReport = async (
    { client }: Incoming,
    route: ReportRoute,
    parsed: ParsedMessage,
  ): Promise<Reply> => {
    const report = readReport(
      route,
      parsed,
      { client, ours: await options.ours(), at: clock.now() },
      options.desk,
    )
    if ('code' in report) return report
    return answerReport(report, await actions.takeReport(report), options.desk)
  }
  const answer = async (
    incoming: Incoming,
    route: ServedRoute,
    parsed: ParsedMessage | ParseFailure | null,
  ): Promise<Reply> => {
    if (route.kind === 'postmaster') return await forward(actions, incoming)
    if (route.kind === 'abuse') return await keepReport(actions, incoming, route.mailbox)
    if (parsed === null) return replies.fault
    if (route.kind === 'probe') return await probe(incoming, route, parsed)
    if ('failure' in parsed) return broken.answer(incoming.raw, parsed)
    if (route.kind === 'report') return await hearReport(incoming, route, parsed)
    if (route.kind === 'case') return await hearCase(actions, incoming, route, parsed)
    const isOurs = (tag: string): boolean => actions.isOurTag('case', tag)
    const tag = route.kind === 'delist' ? answeredTag(parsed, options.replyDomain, isOurs) : undefined
    if (tag !== undefined) return await hearCase(actions, incoming, { tag, mailbox: route.mailbox }, parsed)
    const client = incoming.client.isSender ? incoming.client.address : undefined
    const mail = { raw: incoming.raw, content: contentOf(parsed), client }
    const intents = intentsOf(route, parsed, { client, mailFrom: incoming.mailFrom, site })
    const answers: Reply[] = []
    for (const intent of intents) answers.push(await attempt(() => perform(intent, mail)))
    const said = answers.find(isAccepted) ?? answers.find(isTemporary) ?? answers[0] ?? replies.fault
    return said.code >= 500 && incoming.isRelayed && isUnansweredProgram(parsed) ? replies.unanswered : said
  }
  return async (incoming) => {
    // What is forwarded or kept as it is nobody reads here (security PAR-1).
    const isRead = incoming.routes.some(({ kind }) => kind !== 'postmaster' && kind !== 'abuse')
    const parsed = isRead ? await parse(incoming) : null
    const answers: Reply[] = []
    for (const route of incoming.routes) answers.push(await attempt(() => answer(incoming, route, parsed)))
    log.info('intake.message', {
      client: incoming.client.address && formatAddress(incoming.client.address),
      size: incoming.raw.length,
      to: incoming.routes.map(({ kind }) => kind),
      answers: answers.map(({ code, text }) => `${code} ${text.split(' ', 1)[0] ?? ''}`),
      ...(parsed &&
        'failure' in parsed && { failure: parsed.failure === 'breach' ? parsed.breach : parsed.failure }),
    })
    return answers
  }
}

/** Addresses that one line names. */
const mostNamed = 5

function named(addresses: readonly Address[]): string {
  const more = addresses.length > mostNamed ? ` and ${addresses.length - mostNamed} more` : ''
  return `${addresses.slice(0, mostNamed).map(formatAddress).join(', ')}${more}`
}

/** The client's address is known for sure where it is the sender's; that of a relay says nothing of who wrote. */
async function keepReport(
  actions: IntakeActions,
  { raw, client, mailFrom }: Incoming,
  recipient: string,
): Promise<Reply> {
  const isKnown = client.isSender && client.address !== undefined
  await actions.receiveAbuseReport({
    raw,
    client: isKnown && client.address !== undefined ? formatAddress(client.address) : undefined,
    helo: client.helo ?? undefined,
    mailFrom,
    recipient,
  })
  return reply(250, '2.0.0 Thank you, the report is kept and will be looked at')
}

/** RFC 5321 §6.3: a message to people that passed this many servers goes in circles. */
const mostHops = 30

async function forward(actions: IntakeActions, { mailFrom, raw }: Incoming): Promise<Reply> {
  const header = raw.toString('latin1', 0, Math.min(raw.length, 256 * 1024))
  const end = header.search(/\r?\n\r?\n/)
  const hops = (end < 0 ? header : header.slice(0, end)).match(/^received:/gim)?.length ?? 0
  if (hops > mostHops) return replies.loop
  await actions.forwardToPostmaster({ mailFrom, raw })
  return reply(250, '2.0.0 Handed on to the postmaster')
}

const mostBroken = 1000

/**
 * Messages that ended the process which read them. The first time it may have been an accident of ours, so the sender is asked to
 * try again; the same bytes a second time are refused, so that the sender hears of it rather than nobody.
 */
class BrokenMessages {
  readonly #seen = new Set<string>()

  answer(raw: Buffer, failure: ParseFailure): Reply {
    if (failure.failure === 'busy') return replies.busy
    if (failure.failure === 'breach') return reply(554, `${replies.unreadable.text} (${failure.breach})`)
    const digest = createHash('sha256').update(raw).digest('base64')
    if (this.#seen.has(digest)) return replies.unreadable
    this.#seen.add(digest)
    if (this.#seen.size > mostBroken) this.#seen.delete(this.#seen.values().next().value ?? '')
    return replies.unreadableNow
  }
}
