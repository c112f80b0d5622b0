import { mac, type Secret } from '../base/secret.ts'
import type { DecisionRecord, LetThrough } from '../access/feed-frame.ts'
import { recipientHash } from '../access/recipient-hash.ts'

/** What a refusal's record tells (contracts 8); a record is the same for every refusal of a sending domain under one case link. */
export interface RefusalFacts extends Pick<
  DecisionRecord,
  | 'at'
  | 'ip'
  | 'helo'
  | 'ptr'
  | 'mailFrom'
  | 'code'
  | 'status'
  | 'reason'
  | 'listing'
  | 'budget'
  | 'table'
  | 'mode'
  | 'minute'
  | 'authentication'
  | 'signedBy'
  | 'isVouched'
> {
  /** `rcpt` when it does not say. */
  readonly stage?: DecisionRecord['stage']
}

export type LetThroughFacts = Omit<LetThrough, 'edge' | 'boot' | 'seq'>

export interface RecordsOptions {
  readonly edge: string
  /** Names this run of the edge: sequence numbers begin anew with each. */
  readonly boot: string
  /** Of this edge alone, until core has said with which it finds recipients again. */
  readonly recipientsKey: Secret
  /** Takes a batch away. Called from timers, never while a request is answered. */
  readonly ship: (records: readonly DecisionRecord[], letThroughs: readonly LetThrough[]) => void
  /** Called with the number of records that there was no room for. */
  readonly onLost: (count: number) => void
}

/** Tokens of this minute that are remembered; a flood beyond that gets records of count 1. */
const mostTokens = 8192
/** Records that wait to be shipped; a flood beyond that is not recorded. */
const mostFresh = 20_000
/** Hashes kept at hand. */
const mostHashes = 2048
/** Recipients in one record. */
const mostRecipients = 20
/** Records under one token: so many sending domains but one have their own, all others share the last, which names none. */
const mostSenders = 4
/** What killing the edge may lose, at most (a quarter of the second that is promised). */
const shipMs = 250
/** Records in one batch: writing them takes less than half a millisecond. */
const batchSize = 256
/** In a flood a batch goes as soon as it has so many: what lives short costs the collector nothing. */
const floodSize = 96
/** How often a count that has grown is told again. */
const growthMs = 5000
/** Notices about one unit of a watch, a minute: the first that passes is wanted, a few more do no harm. */
const mostNotices = 10

/** What tells one refusal under a token from another. */
export type Spoken = Pick<RefusalFacts, 'at' | 'minute' | 'mailFrom' | 'signedBy'>

/**
 * The refusals and let-throughs of an edge, one record per case link and sending domain, gathered and given away in batches.
 * Nothing here waits: a request only leaves its facts.
 */
export class Records {
  readonly #options: RecordsOptions
  #seq = 0
  #minute = 0
  #tokens = new Map<string, Token>()
  #notices = new Map<string, number>()
  #fresh: Kept[] = []
  #grown = new Set<Kept>()
  #letThroughs: LetThrough[] = []
  readonly #hashes = new Map<string, string>()
  #findable: Secret | undefined
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  readonly #growth: NodeJS.Timeout

  constructor(options: RecordsOptions) {
    this.#options = options
    this.#growth = setInterval(() => this.#shipGrown(), growthMs)
    this.#growth.unref()
  }

  /** From now on recipients are hashed with this key, so that core finds them. */
  hashWith(key: Secret): void {
    this.#findable = key
    this.#hashes.clear()
  }

  /** The line that goes with a token, if it was spoken before in this minute; counts the refusal then. */
  again(token: string, said: Spoken, recipient: string | readonly string[]): string | undefined {
    if (said.minute !== this.#minute) this.#turn(said.minute)
    const known = this.#tokens.get(token)
    if (known === undefined) return undefined
    const kept = this.#keptOf(known, said)
    kept.count++
    this.#addRecipient(kept, recipient)
    if (kept.isShipped) this.#grown.add(kept)
    return known.line
  }

  /** The first refusal under a token. Of the recipient only its keyed hash leaves this process. */
  add(token: string, line: string, recipient: string | readonly string[], facts: RefusalFacts): void {
    if (facts.minute !== this.#minute) this.#turn(facts.minute)
    const first = this.#keep(facts)
    first.count = 1
    this.#addRecipient(first, recipient)
    if (this.#tokens.size < mostTokens) this.#tokens.set(token, { line, kept: [first] })
  }

  /** Whose domain has no record of its own any more, shares the last. */
  #keptOf({ kept }: Token, { mailFrom, signedBy, at }: Spoken): Kept {
    const same = kept.find(
      ({ facts }) => facts.mailFrom === mailFrom && String(facts.signedBy) === String(signedBy),
    )
    if (same !== undefined) return same
    const [first, last] = [kept[0], kept.at(-1)]
    if (first === undefined || last === undefined) throw new Error('a token has no record')
    if (kept.length === mostSenders) return last
    const isLast = kept.length === mostSenders - 1
    const sender = isLast ? { mailFrom: null, signedBy: undefined } : { mailFrom, signedBy }
    const next = this.#keep({ ...first.facts, at, ...sender })
    kept.push(next)
    return next
  }

  #keep(facts: RefusalFacts): Kept {
    const kept: Kept = { facts, seq: ++this.#seq, count: 0, recipients: [], isShipped: false }
    if (this.#fresh.length >= mostFresh) {
      this.#options.onLost(1)
      return kept
    }
    this.#fresh.push(kept)
    if (this.#fresh.length < floodSize) this.#timer ??= setTimeout(() => this.#shipNow(), shipMs)
    else this.#shipSoon()
    return kept
  }

  /** A message of a watched unit passed. */
  letThrough(unit: string, facts: LetThroughFacts): void {
    const minute = Math.floor(facts.at / 60_000)
    if (minute !== this.#minute) this.#turn(minute)
    const told = this.#notices.get(unit) ?? 0
    if (told >= mostNotices) return
    this.#notices.set(unit, told + 1)
    const { edge, boot } = this.#options
    this.#letThroughs.push({ edge, boot, seq: ++this.#seq, ...facts })
    this.#shipSoon()
  }

  /** Gives everything away now. */
  flush(): void {
    this.#shipGrown()
    while (this.#fresh.length > 0 || this.#letThroughs.length > 0) this.#shipBatch()
  }

  /** Flushes and stops the timers. */
  close(): void {
    this.flush()
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
    clearInterval(this.#growth)
  }

  #turn(minute: number): void {
    this.#minute = minute
    this.#tokens = new Map()
    this.#notices = new Map()
  }

  /** After the requests that have come already. */
  #shipSoon(): void {
    this.#soon ??= setImmediate(() => this.#shipNow())
  }

  #shipNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#soon = undefined
    this.#shipBatch()
    if (this.#fresh.length > 0 || this.#letThroughs.length > 0) this.#shipSoon()
  }

  #shipBatch(): void {
    const batch = this.#fresh.splice(0, batchSize)
    const notices = this.#letThroughs.splice(0, batchSize)
    if (batch.length === 0 && notices.length === 0) return
    for (const kept of batch) kept.isShipped = true
    this.#options.ship(
      batch.map((kept) => this.#recordOf(kept)),
      notices,
    )
  }

  #shipGrown(): void {
    const grown = [...this.#grown]
    this.#grown = new Set()
    for (let from = 0; from < grown.length; from += batchSize) {
      this.#options.ship(
        grown.slice(from, from + batchSize).map((kept) => this.#recordOf(kept)),
        [],
      )
    }
  }

  #recordOf({ facts, seq, count, recipients }: Kept): DecisionRecord {
    const { edge, boot } = this.#options
    return {
      v: 1,
      edge,
      boot,
      seq,
      stage: 'rcpt',
      ...facts,
      recipients: [...recipients],
      standing: null,
      count,
    }
  }

  #addRecipient(kept: Kept, recipient: string | readonly string[]): void {
    if (typeof recipient !== 'string') {
      for (const each of recipient.slice(0, mostRecipients)) this.#addRecipient(kept, each)
      return
    }
    if (kept.recipients.length >= mostRecipients) return
    const hash = this.#hashOf(recipient.toLowerCase())
    if (!kept.recipients.includes(hash)) kept.recipients.push(hash)
  }

  /** 128 bits are enough to tell mailboxes apart. */
  #hashOf(mailbox: string): string {
    const known = this.#hashes.get(mailbox)
    if (known !== undefined) return known
    if (this.#hashes.size >= mostHashes) this.#hashes.clear()
    const hash =
      this.#findable === undefined
        ? mac(this.#options.recipientsKey, mailbox, 16).toString('base64url')
        : recipientHash(this.#findable, mailbox)
    this.#hashes.set(mailbox, hash)
    return hash
  }
}

/** Refusals with the same line. */
interface Token {
  readonly line: string
  /** By sending domain; never empty. */
  readonly kept: Kept[]
}

interface Kept {
  readonly facts: RefusalFacts
  readonly seq: number
  readonly recipients: string[]
  count: number
  isShipped: boolean
}
