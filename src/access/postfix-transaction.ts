import { parseDomain } from '../standards/domain.ts'
import { readMessageId } from '../standards/message-id.ts'
import type { PostfixClient } from '../standards/postfix-log-client.ts'
import { isUnknownUser, type PostfixRefusal } from '../standards/postfix-log-refusal.ts'
import type { ConnectionEvent, MessageEvent, Outcome } from './mail-event.ts'
import { refusedAs } from './filter-words.ts'
import { isOwnAnswer } from './own-answer.ts'

/** A message that Postfix gave a queue id because a recipient was taken, as far as the log told of it. */
export interface QueuedMessage {
  readonly queueId: string
  readonly client: PostfixClient
  readonly at: number
  /** Recipients that were refused after the first was taken. */
  readonly refused: PostfixRefusal[]
  /** Why the whole message was refused in the end. */
  refusal: PostfixRefusal | undefined
  from: string | undefined
  messageId: string | undefined
  size: number | undefined
  /** Recipients in the queue. */
  recipients: number | undefined
  /** Recipients that turned out to be nobody when it was delivered. */
  unknown: number
  /** Since when it is known to be taken. */
  takenAt: number | undefined
  isRemoved: boolean
}

export function queuedMessage(queueId: string, client: PostfixClient, at: number): QueuedMessage {
  return {
    queueId,
    client,
    at,
    refused: [],
    refusal: undefined,
    from: undefined,
    messageId: undefined,
    size: undefined,
    recipients: undefined,
    unknown: 0,
    takenAt: undefined,
    isRemoved: false,
  }
}

/** What happened in a session, in order: a recipient refused before any was taken, or a message with its number. */
export type Step =
  | { readonly kind: 'refused'; readonly at: number; readonly refusal: PostfixRefusal }
  | { readonly kind: 'message'; readonly at: number; readonly message: QueuedMessage }

/** The steps of one transaction: at most one message, and that is the last. Never empty. */
export type Transaction = readonly Step[]

/**
 * Puts the steps of a session into transactions. The log does not show MAIL commands: another sender, a recipient that comes again, and
 * a refusal after a message begin a new one for certain; the rest is taken together unless Postfix counted more (`mails`), and
 * then it is parted where the longest pauses were.
 */
export function transactionsOf(steps: readonly Step[], mails: number | undefined): readonly Transaction[] {
  const starts = new Set<number>()
  const doubtful: { readonly index: number; readonly pause: number }[] = []
  let first = 0
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1]
    if (before === undefined || isParted(steps.slice(first, index), before, step)) {
      starts.add(index)
      first = index
    } else doubtful.push({ index, pause: step.at - before.at })
  }
  const missing = Math.max(0, (mails ?? 0) - starts.size)
  for (const { index } of doubtful.toSorted((a, b) => b.pause - a.pause).slice(0, missing)) starts.add(index)
  const bounds = [...starts].toSorted((a, b) => a - b)
  return bounds.map((start, nth) => steps.slice(start, bounds[nth + 1]))
}

function isParted(begun: readonly Step[], before: Step, step: Step): boolean {
  if (before.kind === 'message') return true
  if (step.kind === 'message') {
    const { from } = step.message
    return from !== undefined && before.refusal.from !== from
  }
  const { from, to } = step.refusal
  return begun.some(
    (other) =>
      other.kind === 'refused' &&
      (other.refusal.from !== from || (to !== undefined && other.refusal.to === to)),
  )
}

/** What is known of the session beside. */
export interface SessionFacts {
  readonly helo: string | undefined
  /** RCPT commands, when this was its only transaction. */
  readonly named: number | undefined
  /** Origin of our site, for telling our answers. */
  readonly site: string | undefined
}

/** Undefined when the client gave up after all of its recipients were taken: then it is a connection and no more. */
export function messageEventOf(
  id: string,
  transaction: Transaction,
  { helo, named, site }: SessionFacts,
): MessageEvent | undefined {
  const last = transaction.at(-1)
  const message = last?.kind === 'message' ? last.message : undefined
  const refused = [
    ...transaction.flatMap((step) => (step.kind === 'refused' ? [step.refusal] : [])),
    ...(message?.refused ?? []),
  ]
  const client = message?.client ?? refused[0]?.client
  const outcome = outcomeOf(message, refused)
  if (client === undefined || outcome === undefined) return undefined
  const whole = message?.refusal
  const answers = whole ? [whole] : refused
  const seen = refused.length + (message ? (message.recipients ?? 1) : 0)
  const least = refused.length + (message ? 1 : 0)
  // After aliases there may be more recipients in the queue than the client named.
  const recipients = named !== undefined && named >= least ? named : seen
  const unknown = refused.filter(isUnknownUser).length + (message?.unknown ?? 0)
  return {
    type: 'message',
    id,
    at: transaction[0]?.at ?? 0,
    ...clientFields(client),
    helo: textOf(whole?.helo ?? refused[0]?.helo ?? helo, 500),
    mailFrom: senderDomain(message?.from ?? whole?.from ?? refused[0]?.from),
    recipients,
    unknownRecipients: Math.min(unknown, recipients),
    outcome,
    isOurs: outcome !== 'accepted' && answers.every((answer) => isOwnAnswer(answer, site)),
    ...verdictOf(whole),
    size: message?.size,
    messageId: readMessageId(textOf(message?.messageId, 998) ?? ''),
    queueId: message?.queueId,
  }
}

/** What the filter thought, where it refused the message and said so. */
function verdictOf(whole: PostfixRefusal | undefined): Pick<MessageEvent, 'verdict'> {
  const verdict = whole && refusedAs(whole)
  return verdict === undefined ? {} : { verdict }
}

export function connectionEventOf(
  id: string,
  at: number,
  client: PostfixClient,
  helo: string | undefined,
): ConnectionEvent {
  return { type: 'connection', id, at, ...clientFields(client), helo: textOf(helo, 500) }
}

function outcomeOf(
  message: QueuedMessage | undefined,
  refused: readonly PostfixRefusal[],
): Outcome | undefined {
  if (message?.refusal) return message.refusal.isTemporary ? 'deferred' : 'rejected'
  if (message?.takenAt !== undefined) return 'accepted'
  if (refused.length === 0) return undefined
  // The client comes again for the recipients that were put off.
  return refused.some(({ isTemporary }) => isTemporary) ? 'deferred' : 'rejected'
}

function clientFields({ address, ip, name }: PostfixClient): Pick<MessageEvent, 'address' | 'ip' | 'ptr'> {
  return { address, ip, ptr: name }
}

/** `''` for the null sender; undefined for a sender without a domain that is a name. */
function senderDomain(mailbox: string | undefined): string | undefined {
  if (mailbox === undefined || mailbox === '') return mailbox
  const at = mailbox.lastIndexOf('@')
  return at < 0 ? undefined : parseDomain(mailbox.slice(at + 1), 1)
}

/** What is too long or holds control characters is not the client's word any more. */
function textOf(text: string | undefined, longest: number): string | undefined {
  return text === undefined || text === '' || text.length > longest || /[\x00-\x1f\x7f]/.test(text)
    ? undefined
    : text
}
