import type { RecipientStatus } from '../../standards/dsn.ts'
import {
  commandIn,
  findReply,
  findSuccess,
  refusedAddress,
  remoteHostIn,
  statusOf,
  type QuotedReply,
} from '../../standards/quoted-reply.ts'
import type { BounceReason, Recipient } from './analysis.ts'
import { judge } from './judge.ts'

/** What the input says of one recipient, in its own words. */
export interface Told {
  readonly address: string | undefined
  /** The block of the machine part, if there is one. */
  readonly machine?: RecipientStatus | undefined
  /** The text about this recipient, one paragraph a line. */
  readonly passage: string
  /** The whole report, where it is about this recipient only. */
  readonly around: string
  /** What the report as a whole says happened, if it says so. */
  readonly action?: Recipient['action'] | undefined
  /** The enhanced code beside the reply in a line of a log: what the sending server made of it. */
  readonly logged?: string | undefined
  /** Nobody reports that anything was given up: after a 4yz answer the sending server tries again (RFC 5321 §4.2.1). */
  readonly isAnswer?: boolean | undefined
}

const longest = 998
/** RFC 5321 §4.5.3.1: local part, `@`, domain; more is no address. */
const longestAddress = 320

export function recipientOf(told: Told): Recipient {
  const { address, machine, passage } = told
  const said = actionOf(machine?.action) ?? told.action ?? 'failed'
  const find = said === 'failed' || said === 'delayed' ? findReply : findEither
  const quoted = machine?.diagnostic === undefined ? undefined : find(machine.diagnostic)
  const isWhole = quoted?.code !== undefined && quoted.status !== undefined && !quoted.status.endsWith('.0.0')
  const written = isWhole
    ? undefined
    : (find(passage) ?? (passage === '' || machine !== undefined ? find(told.around) : undefined))
  const reply = quoted?.code === undefined && quoted?.status === undefined ? (written ?? quoted) : quoted
  const reported = finest(reply?.status, statusOf(machine?.status), written?.status)
  const status = finest(reported, told.logged)
  // What the sending server made of an answer (`dsn=4.0.0` of a soft bounce) takes nothing away from it.
  const replyCode = quoted?.code ?? codeBeside(written, reported)
  const classes = new Set([status?.[0], replyCode?.[0]].filter((digit) => digit !== undefined))
  const action = told.isAnswer === true && isOnly(classes, '4') && said === 'failed' ? 'delayed' : said
  const diagnostic = machine?.diagnostic ?? reply?.text ?? passage.slice(0, longest)
  const host = remoteHostIn(machine?.diagnostic ?? '') ?? remoteHostIn(passage)
  const remoteMta = hostName(machine?.remoteMta) ?? host?.name ?? host?.ip
  const facts = {
    ...(address === undefined || address.length > longestAddress ? {} : { address: address.toWellFormed() }),
    action,
    status,
    replyCode,
    command: commandIn(machine?.diagnostic ?? '') ?? commandIn(passage),
    diagnostic: diagnostic === '' ? undefined : diagnostic.slice(0, longest).toWellFormed(),
    remoteMta: remoteMta?.slice(0, 255),
  }
  if (action !== 'failed' && action !== 'delayed') return { ...facts, path: 'none', who: 'nobody' }
  const { reason, path, who, receiver, ask } = judge({
    diagnostic: words(machine?.diagnostic, reply, passage),
    around: `${passage}\n${told.around}`,
    status,
    replyCode,
    remoteHost: remoteMta,
    isTemporary: action === 'delayed' || isOnly(classes, '4'),
  })
  const receivers = new Set(
    [host?.ip, ...(machine?.remoteMta?.match(/[\da-f]{1,4}[.:][\da-f.:]{3,43}/gi) ?? [])].filter(
      (ip) => ip !== undefined,
    ),
  )
  const isAboutAddress = reason.startsWith('ip-')
  const mustBeNamed = isAboutRecipient(reason)
  return {
    ...facts,
    statusDerived: status === undefined ? derivedStatus(replyCode, reason) : undefined,
    reason,
    permanent: permanentOf(classes, reason, action),
    rejectedIp: isUnreached(reason)
      ? undefined
      : (refusedAddress(reply?.text ?? diagnostic, receivers, mustBeNamed) ??
        (isAboutAddress ? refusedAddress(passage, receivers) : undefined)),
    receiver,
    path,
    who,
    ask: ask === '' ? undefined : ask,
  }
}

/** Nobody spoke, so nobody refused an address: those in the text are of the hosts that were tried. */
function isUnreached(reason: BounceReason): boolean {
  return reason === 'network' || reason === 'expired' || reason === 'host-unknown'
}

/** The address of the sending server, where it is told at all, was not what was refused. */
function isAboutRecipient(reason: BounceReason): boolean {
  return reason.startsWith('recipient-') || /^(?:mailbox-full|system-full|message-too-large)$/.test(reason)
}

function findEither(text: string): QuotedReply | undefined {
  return findSuccess(text) ?? findReply(text)
}

/** The words that decide: the reply if there is one, else all that is said about the recipient. */
function words(diagnostic: string | undefined, reply: QuotedReply | undefined, passage: string): string {
  if (diagnostic !== undefined && describedClass.test(diagnostic))
    return diagnostic.replace(describedClass, '')
  if (diagnostic !== undefined && reply !== undefined && !diagnostic.includes(reply.text.slice(0, 40)))
    return `${diagnostic}\n${reply.text}`
  return diagnostic ?? reply?.text ?? passage
}

/** AsyncOS puts the meaning of a class of codes before the reply: `5.1.0 - Unknown address error 550-'…'`. */
const describedClass = /^\s*\d\.\d\.\d - [A-Za-z ]{3,60} (?=\d{3}-)/

/** What a machine part calls what became of the message, in the words of RFC 3464 and in those of programs that do not know it. */
export function actionOf(word: string | undefined): Recipient['action'] | undefined {
  switch (word) {
    case 'failed':
    case 'delayed':
    case 'delivered':
    case 'relayed':
    case 'expanded':
      return word
    case 'failure':
    case 'fail':
      return 'failed'
    case 'delay':
    case 'deferred':
      return 'delayed'
    case 'deliverable':
    case 'success':
      return 'delivered'
    default:
      return undefined
  }
}

/** The first that says more than a class; else the first at all (contracts 3). */
function finest(...statuses: readonly (string | undefined)[]): string | undefined {
  const said = statuses.filter((status) => status !== undefined)
  return said.find((status) => !status.endsWith('.0.0')) ?? said[0]
}

/** The code of the text, unless it is of another class than what the machine part says. */
function codeBeside(written: QuotedReply | undefined, status: string | undefined): string | undefined {
  const isOther = written?.status === undefined && status !== undefined && written?.code?.[0] !== status[0]
  return isOther ? undefined : written?.code
}

function hostName(value: string | undefined): string | undefined {
  const [name] = (value ?? '').trim().split(/[\s(,;]/, 1)
  return name === '' ? undefined : name?.replace(/\.$/, '')
}

function isOnly(classes: ReadonlySet<string>, digit: string): boolean {
  return classes.size === 1 && classes.has(digit)
}

/**
 * True for 5yz and, where no code is said, for an address that does not exist; false for 4yz; nothing where codes disagree or nothing
 * but time has passed.
 */
function permanentOf(
  classes: ReadonlySet<string>,
  reason: BounceReason,
  action: Recipient['action'],
): boolean | undefined {
  if (classes.size === 0) return reason === 'recipient-unknown' && action === 'failed' ? true : undefined
  if (classes.size !== 1) return undefined
  if (classes.has('5')) return true
  const isGivenUp = action === 'failed' && isUnreached(reason)
  return isGivenUp ? undefined : false
}

const details: Readonly<Partial<Record<BounceReason, string>>> = {
  'recipient-unknown': '1.1',
  'host-unknown': '1.2',
  'sender-address': '1.8',
  'recipient-disabled': '2.1',
  'mailbox-full': '2.2',
  'message-too-large': '3.4',
  'system-full': '3.1',
  system: '3.0',
  network: '4.2',
  expired: '4.7',
  'too-many': '5.3',
  content: '6.0',
  policy: '7.1',
  'ip-reputation': '7.1',
  'ip-rate': '7.1',
  'ip-policy': '7.1',
  'domain-reputation': '7.1',
  'recipient-policy': '7.1',
  'relay-denied': '7.1',
  authentication: '7.1',
  tls: '7.10',
}

function derivedStatus(replyCode: string | undefined, reason: BounceReason): string | undefined {
  const detail = details[reason]
  return replyCode === undefined ? undefined : `${replyCode.charAt(0)}.${detail ?? '0.0'}`
}
