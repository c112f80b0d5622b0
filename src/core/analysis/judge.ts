import { reasons, whoActs, type Path, type ReasonName, type Who } from '../../access/reasons.ts'
import { isWithin } from '../../standards/domain.ts'
import type { BounceReason } from './analysis.ts'
import {
  meaningOf,
  meaningOfReply,
  receiverPhrases,
  receiverRules,
  strongWords,
  wayOf,
  weakWords,
  type Words,
} from './knowledge.ts'
import { wordsOf } from './phrase.ts'
import { meaningOfSentences } from './sentence.ts'

/** Why mail was refused, and what helps: from what the input says, structured before free, particular before general. */
export interface Said {
  /** The receiver's words. */
  readonly diagnostic: string
  /** What the report says around them. */
  readonly around: string
  readonly status: string | undefined
  readonly replyCode: string | undefined
  readonly remoteHost: string | undefined
  /** Still being tried, or a 4yz answer. */
  readonly isTemporary: boolean
}

export interface Judgement {
  readonly reason: BounceReason
  readonly path: Path
  readonly who: Who
  readonly receiver?: string | undefined
  readonly ask?: string | undefined
}

export function judge(said: Said): Judgement {
  const diagnostic = withoutFrames(wordsOf(said.diagnostic))
  const plain = withoutLinks(diagnostic)
  const firm =
    byOurOwn(said.diagnostic) ??
    byReceiver(diagnostic, said) ??
    byStrongWords(plain, said) ??
    byNotions(plain, said) ??
    byWords(plain, weakWords, said) ??
    byCode(said, false) ??
    byAnyWords(diagnostic, said)
  if (firm) return firm
  const around = wordsOf(said.around)
  const sentences = withoutLinks(around)
  return (
    byReceiver(around, said) ??
    byAnyWords(sentences, said, isAnswered(said)) ??
    (sentences === around ? undefined : byAnyWords(around, said, isAnswered(said))) ??
    byCode(said, true) ??
    judgement(meaningOfReply(said.replyCode ?? '') ?? 'unknown', said)
  )
}

/** What words say that are nobody's reply, as far as they say it by themselves. */
export function soundsLike(text: string): Judgement | undefined {
  const said = {
    diagnostic: text,
    around: '',
    status: undefined,
    replyCode: undefined,
    remoteHost: undefined,
    isTemporary: false,
  }
  const words = withoutLinks(wordsOf(text))
  return byOurOwn(text) ?? byStrongWords(words, said) ?? byNotions(words, said)
}

function byAnyWords(words: string, said: Said, isAnswer = false): Judgement | undefined {
  return byWords(words, strongWords, said, isAnswer) ?? byWords(words, weakWords, said, isAnswer)
}

/** A server was reached and refused for good: that the report gives up, or what it tried before, is no reason. */
function isAnswered({ replyCode }: Said): boolean {
  return replyCode?.startsWith('5') === true
}

const ofTheWay: ReadonlySet<BounceReason> = new Set(['expired', 'network'])

/** Who is spoken to or speaks: Google's `550-5.7.1 [192.0.2.45] Our system …`, `relay=[192.0.2.45]` at the end. */
function withoutFrames(words: string): string {
  const own = words.includes('[') ? words.replace(addressee, '$1') : words
  return own.includes('relay=') ? own.replaceAll(relayed, ' ') : own
}

const addressee =
  /^((?:[a-z]{1,8}; ?)?[45]\d\d[- ](?:[45]\.\d{1,3}\.\d{1,3} )?)\[[\da-f.:]{3,45}(?: +\d+)?\] (?=our system|message |this )/
const relayed = /,? ?\brelay=\[?[^\s\]]*\]?/g

/** The names of pages and hosts say less than sentences: `antispam` in a link is no verdict. */
function withoutLinks(words: string): string {
  return words.includes('://') || words.includes('www.') ? words.replaceAll(links, ' ') : words
}

const links = /(?:https?:\/\/|www\.)[^\s<>"')\]]+/g

/** A line of our own registry (contracts 8): by its reference `(PSN606)`, or by its words where it was cut before. */
function byOurOwn(text: string): Judgement | undefined {
  const reference = /\bPSN\d{3}\b/.exec(text)?.[0]
  const name = ownNames.find((each) =>
    reference === undefined ? isCutFrom(each, text) : reasons[each].reference === reference,
  )
  if (name === undefined) return undefined
  const { path } = reasons[name]
  return { reason: ownReasons[name], path, who: whoActs[path] }
}

const ownNames = Object.keys(reasons) as ReasonName[]

/** Others begin with `Access denied` too: there the next sentence must be ours as well. */
function isCutFrom(name: ReasonName, text: string): boolean {
  const { text: first, action } = reasons[name]
  if (first.includes('[domain]') || !text.includes(first)) return false
  return !first.startsWith('Access denied') || text.includes(action.slice(0, telling))
}

/** Characters of a sentence that nobody else begins so. */
const telling = 24

const ownReasons: Readonly<Record<ReasonName, BounceReason>> = {
  spam: 'ip-reputation',
  complaints: 'ip-reputation',
  traps: 'ip-reputation',
  harvest: 'ip-reputation',
  manual: 'ip-reputation',
  investigate: 'ip-reputation',
  'mailbox-budget': 'ip-rate',
  'new-sender': 'ip-rate',
  suspicious: 'ip-reputation',
  'own-trouble': 'system',
  'retry-storm': 'ip-rate',
  'no-reverse-name': 'ip-policy',
  'reverse-name': 'ip-policy',
  'bad-helo': 'ip-policy',
  authentication: 'authentication',
}

function byReceiver(words: string, { status, remoteHost }: Said): Judgement | undefined {
  const host = remoteHost?.toLowerCase()
  const counts = (list: number): boolean => {
    const { codes = [], hosts = [] } = receiverRules[list] ?? {}
    const isCode = codes.length === 0 || (status !== undefined && codes.includes(status))
    return (
      isCode && (hosts.length === 0 || (host !== undefined && hosts.some((each) => isWithin(host, each))))
    )
  }
  const rule = receiverRules[receiverPhrases.first(words, counts) ?? -1]
  if (!rule) return undefined
  const { reason, path, receiver, ask } = rule
  return { reason, path, who: whoActs[path], receiver, ask }
}

function byWords(words: string, asked: Words, said: Said, isAnswer = false): Judgement | undefined {
  const { phrases, reasons: list } = asked
  const counts = (each: number): boolean => !isAnswer || !ofTheWay.has(list[each] ?? 'unknown')
  const reason = list[phrases.first(words, counts) ?? -1]
  return reason && ofWords(asked === weakWords ? believed(reason, said) : reason, said)
}

function ofWords(reason: BounceReason, said: Said): Judgement {
  const isAbsent = reason === 'recipient-unknown' || reason === 'host-unknown'
  return judgement(isAbsent && aboutSender.test(said.status ?? '') ? 'sender-address' : reason, said)
}

/** Where words are general, the sentence they stand in may say better: `our users get spam from this host` is no matter of content. */
function byStrongWords(words: string, said: Said): Judgement | undefined {
  const list = strongWords.phrases.first(words)
  if (list === undefined) return undefined
  const reason = strongWords.reasons[list] ?? 'unknown'
  if (strongWords.isGeneral[list] !== true || isOfCode(reason, said)) return ofWords(reason, said)
  const better = meaningOfSentences(words)
  return ofWords(believed(better?.over.includes(reason) === true ? better.reason : reason, said), said)
}

/** What general words say, unless the enhanced code says that it is about something else. */
function believed(reason: BounceReason, { status }: Said): BounceReason {
  const meaning = status === undefined ? undefined : meaningOf(status)
  return meaning?.over.includes(reason) === true ? meaning.reason : reason
}

/** Whether the enhanced code says the same. */
function isOfCode(reason: BounceReason, { status }: Said): boolean {
  const meaning = status === undefined ? undefined : meaningOf(status)
  return meaning?.reason === reason && !meaning.isWeak
}

function byNotions(words: string, said: Said): Judgement | undefined {
  const meaning = meaningOfSentences(words)
  return meaning && ofWords(believed(meaning.reason, said), said)
}

/** Bad sender's mailbox, bad sender's system address (RFC 3463 §3.2): what does not exist is theirs. */
const aboutSender = /\.1\.[78]$/

function byCode(said: Said, takesWeak: boolean): Judgement | undefined {
  const meaning = said.status === undefined ? undefined : meaningOf(said.status)
  if (!meaning || meaning.isWeak !== takesWeak) return undefined
  return judgement(meaning.reason, said)
}

function judgement(reason: BounceReason, { isTemporary }: Said): Judgement {
  const path = wayOf(reason, isTemporary)
  return { reason, path, who: whoActs[path] }
}
