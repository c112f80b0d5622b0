import { z } from 'zod'
import type { Path } from '../../access/reasons.ts'
import { bounceReasons, type BounceReason } from './analysis.ts'
import codesFile from './knowledge/codes.json' with { type: 'json' }
import notionsFile from './knowledge/notions.json' with { type: 'json' }
import receiversFile from './knowledge/receivers.json' with { type: 'json' }
import waysFile from './knowledge/ways.json' with { type: 'json' }
import wordsFile from './knowledge/words.json' with { type: 'json' }
import { PhraseBook } from './phrase.ts'

/** What is known about refusals: five files of data, each with its date and where it is from, checked when they are loaded. */

const reason = z.enum(bounceReasons)
const path = z.enum([
  'wait',
  'portal',
  'mail',
  'form',
  'third-party',
  'fix',
  'recipient',
  'tenant-admin',
  'support',
  'address',
  'remote',
  'none',
] as const satisfies readonly Path[])
const file = { schema: z.literal(1), date: z.iso.date(), source: z.string().min(1) }
const phrases = z.array(z.string().min(2).max(4000)).max(400)

const words = z
  .strictObject({
    ...file,
    groups: z.array(z.strictObject({ reason, phrases, weight: z.enum(['general', 'weak']).optional() })),
  })
  .parse(wordsFile)
const notions = z
  .strictObject({
    ...file,
    notions: z.record(z.string(), phrases),
    meanings: z.array(
      z.strictObject({
        reason,
        all: z.array(z.string()).min(1),
        none: z.array(z.string()).optional(),
        over: z.array(reason).optional(),
      }),
    ),
  })
  .parse(notionsFile)
const receivers = z
  .strictObject({
    ...file,
    receivers: z.array(
      z.strictObject({
        receiver: z.string(),
        ask: z.string(),
        rules: z.array(
          z.strictObject({
            phrases,
            codes: z.array(z.string()).optional(),
            hosts: z.array(z.string()).optional(),
            reason,
            path,
            ask: z.string().optional(),
          }),
        ),
      }),
    ),
  })
  .parse(receiversFile)
const codes = z
  .strictObject({
    ...file,
    codes: z.record(
      z.string(),
      z.union([
        z.strictObject({ reason, over: z.array(reason).optional() }),
        z.strictObject({ weak: reason, over: z.array(reason).optional() }),
      ]),
    ),
    replies: z.record(z.string().length(3), reason),
  })
  .parse(codesFile)
const ways = z
  .strictObject({ ...file, ways: z.record(reason, z.strictObject({ path, temporary: path.optional() })) })
  .parse(waysFile)

export interface ReceiverRule {
  readonly receiver: string
  /** Enhanced status codes that the reply must have, if any are named. */
  readonly codes: readonly string[]
  /** Domains that the reply must come from, if any are named. */
  readonly hosts: readonly string[]
  readonly reason: BounceReason
  readonly path: Path
  readonly ask: string | undefined
}

export const receiverRules: readonly ReceiverRule[] = receivers.receivers.flatMap(({ receiver, rules }) =>
  rules.map((rule) => ({
    receiver,
    codes: rule.codes ?? [],
    hosts: rule.hosts ?? [],
    reason: rule.reason,
    path: rule.path,
    ask: rule.ask,
  })),
)

/** Their phrases, a list for each rule. */
export const receiverPhrases = new PhraseBook(
  receivers.receivers.flatMap(({ rules }) => rules.map((rule) => rule.phrases)),
)

/** Words of one weight: the reason of each list, in the order in which they are asked, and the phrases of each. */
export interface Words {
  readonly reasons: readonly BounceReason[]
  /** Whether a list names what many refusals have, so that a whole sentence may correct it. */
  readonly isGeneral: readonly boolean[]
  readonly phrases: PhraseBook
}

function wordsThat(isWeak: boolean): Words {
  const groups = words.groups.filter(({ weight }) => (weight === 'weak') === isWeak)
  return {
    reasons: groups.map((group) => group.reason),
    isGeneral: groups.map(({ weight }) => weight === 'general'),
    phrases: new PhraseBook(groups.map((group) => group.phrases)),
  }
}

/** Words that say it by themselves, and those that any refusal may have. */
export const strongWords = wordsThat(false)
export const weakWords = wordsThat(true)

export interface Meaning {
  readonly reason: BounceReason
  /** Notions, all of which a sentence has. */
  readonly all: readonly number[]
  /** Notions with which it would mean something else. */
  readonly none: readonly number[]
  /** Reasons of general words that it corrects. */
  readonly over: readonly BounceReason[]
}

const notionNames = Object.keys(notions.notions)

/** What sentences may be about, a list of stems for each. */
export const notionPhrases = new PhraseBook(Object.values(notions.notions))

/** What notions mean together, in the order in which they are asked. */
export const meanings: readonly Meaning[] = notions.meanings.map(
  ({ reason: why, all, none = [], over = [] }) => ({
    reason: why,
    all: all.map(notionOf),
    none: none.map(notionOf),
    over,
  }),
)

function notionOf(name: string): number {
  const index = notionNames.indexOf(name)
  if (index < 0) throw new RangeError(`no such notion: ${name}`)
  return index
}

/** What an enhanced status code says by itself. `weak`: only where no words say more. */
export function meaningOf(status: string): CodeMeaning | undefined {
  const meaning = codes.codes[status.slice(2)]
  if (meaning === undefined) return undefined
  const { over = [] } = meaning
  return 'weak' in meaning
    ? { reason: meaning.weak, isWeak: true, over }
    : { reason: meaning.reason, isWeak: false, over }
}

interface CodeMeaning {
  readonly reason: BounceReason
  readonly isWeak: boolean
  /** What words that are general are not believed to mean where this code stands beside them. */
  readonly over: readonly BounceReason[]
}

/** What a reply code says where neither words nor an enhanced code do. */
export function meaningOfReply(code: string): BounceReason | undefined {
  return codes.replies[code]
}

/** What helps when the receiver names nothing better. */
export function wayOf(why: BounceReason, isTemporary: boolean): Path {
  const way = ways.ways[why]
  return (isTemporary ? way.temporary : undefined) ?? way.path
}

/** Dates of the files, for documents. */
export const knowledgeDates = {
  words: words.date,
  notions: notions.date,
  receivers: receivers.date,
  codes: codes.date,
  ways: ways.date,
} as const
