/**
 * The phrases of `knowledge/*.json`: lower-case words as they stand in a reply. `*` is any text of at most 40 characters (` * ` perhaps
 * one space only), `#` a number, `~` a domain name, `(a|b)` one of several, `(a|)` perhaps; a backslash takes the next character as it
 * is. A phrase that begins with a letter or digit begins a word.
 */
interface Phrase {
  /** The list that it belongs to. */
  readonly list: number
  /** A run that every text with the phrase has. */
  readonly anchor: string
  /** Undefined where the anchor is the whole phrase. */
  readonly source: string | undefined
  pattern: RegExp | undefined
}

/** A text to look for phrases in, with the pairs of characters that it has. */
export interface Words {
  readonly text: string
  readonly pairs: ReadonlySet<number>
}

/** Words as phrases are compared with: lower case, one kind of space and of quotation mark, nothing invisible. */
export function wordsOf(said: string): Words {
  const text = said
    .toLowerCase()
    .replaceAll(/[\u2018\u2019\u201b`´]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replaceAll(/\s+/g, ' ')
  const pairs = new Set<number>()
  for (let at = 0; at + 1 < text.length; at++) pairs.add(pairOf(text, at))
  return { text, pairs }
}

function pairOf(text: string, at: number): number {
  return text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1)
}

/**
 * Lists of phrases, asked in their order. A thousand phrases are looked for in every reply, so each is filed under the pair of
 * characters of its anchor that the fewest others have: only phrases whose pair stands in the text are compared with it.
 */
export class PhraseBook {
  readonly #byPair: ReadonlyMap<number, readonly Phrase[]>

  constructor(lists: readonly (readonly string[])[]) {
    const phrases = lists.flatMap((list, index) =>
      list.flatMap(spelledOut).map((text) => phraseOf(text, index)),
    )
    const common = new Map<number, number>()
    for (const { anchor } of phrases)
      for (const pair of pairsIn(anchor)) common.set(pair, (common.get(pair) ?? 0) + 1)
    this.#byPair = Map.groupBy(phrases, ({ anchor }) => {
      const pairs = pairsIn(anchor)
      return pairs.reduce((rarest, pair) =>
        (common.get(pair) ?? 0) < (common.get(rarest) ?? 0) ? pair : rarest,
      )
    })
  }

  /** The first list with a phrase that stands in the text, among those that count. */
  first(words: Words, counts: (list: number) => boolean = () => true): number | undefined {
    let best = Infinity
    for (const pair of words.pairs) {
      for (const phrase of this.#byPair.get(pair) ?? []) {
        if (phrase.list < best && counts(phrase.list) && isIn(phrase, words.text)) best = phrase.list
      }
    }
    return best === Infinity ? undefined : best
  }
}

function pairsIn(anchor: string): number[] {
  return Array.from({ length: anchor.length - 1 }, (_, at) => pairOf(anchor, at))
}

function isIn(phrase: Phrase, text: string): boolean {
  if (phrase.source === undefined) return hasWord(text, phrase.anchor)
  if (!text.includes(phrase.anchor)) return false
  phrase.pattern ??= new RegExp(phrase.source)
  return phrase.pattern.test(text)
}

function hasWord(text: string, words: string): boolean {
  const mayFollowAny = !isWordCharacter(words.charCodeAt(0))
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    if (mayFollowAny || at === 0 || !isWordCharacter(text.charCodeAt(at - 1))) return true
  }
  return false
}

function isWordCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
}

function phraseOf(text: string, list: number): Phrase {
  const anchor = longestPlain(text)
  return { list, anchor, source: anchor === text ? undefined : sourceOf(text), pattern: undefined }
}

/** A phrase that has no two plain characters in a row outside of brackets becomes several that have: its first brackets are opened. */
function spelledOut(text: string): string[] {
  if (longestPlain(text).length >= 2) return [text]
  const start = text.indexOf('(')
  if (start < 0) throw new RangeError(`a phrase needs two plain characters in a row: ${text}`)
  const choices: string[] = ['']
  let depth = 0
  let end = start + 1
  for (; end < text.length && !(depth === 0 && text.charAt(end) === ')'); end++) {
    const sign = text.charAt(end)
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (sign === '|' && depth === 0) choices.push('')
    else choices.push(`${choices.pop() ?? ''}${sign}`)
  }
  return choices.flatMap((choice) => spelledOut(`${text.slice(0, start)}${choice}${text.slice(end + 1)}`))
}

/** The longest run outside of brackets and signs; ` * ` may be one space, so its second is none. */
function longestPlain(text: string): string {
  let best = ''
  let run = ''
  let depth = 0
  const end = (): void => {
    if (run.length > best.length) best = run
    run = ''
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    const isPlain = depth === 0 && !'()*#~\\?|'.includes(sign) && text.charAt(at + 1) !== '?'
    if (isPlain) {
      run += sign
      continue
    }
    end()
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (sign === '\\') at += 1
    if (sign === '*' && text.startsWith(' * ', at - 1)) at += 1
  }
  end()
  return best
}

function sourceOf(text: string): string {
  let source = /^[a-z0-9(]/.test(text) ? '(?<![a-z0-9])' : ''
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    if (text.startsWith(' * ', at)) {
      source += ' (?:.{0,40}? )??'
      at += 2
    } else if (sign === '*') source += '.{0,40}?'
    else if (sign === '#') source += '[0-9]+'
    else if (sign === '~') source += String.raw`(?<![@\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)+`
    else if (sign === '(') source += '(?:'
    else if (sign === ')' || sign === '|' || sign === '?') source += sign
    else if (sign === '\\') source += escape(text.charAt(++at))
    else source += escape(sign)
  }
  return source
}

function escape(sign: string): string {
  return sign.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`)
}
