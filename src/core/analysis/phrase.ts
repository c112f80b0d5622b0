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

/** Words as phrases are compared with: lower case, one kind of space and of quotation mark, nothing invisible, letters without
 * their accents, which many write nowhere. */
export function wordsOf(said: string): string {
  const lower = said.toLowerCase()
  const plain = beyondAscii.test(lower)
    ? lower
        .replaceAll(/[\u2018\u2019\u201b´]/g, "'")
        .replaceAll(/[\u201c\u201d]/g, '"')
        .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
        .normalize('NFD')
        .replaceAll(/[\u0300-\u036f]/g, '')
        .normalize('NFC')
        .replaceAll('ł', 'l')
        .replaceAll('ı', 'i')
        .replaceAll('ø', 'o')
        .replaceAll('ß', 'ss')
    : lower
  return plain.replaceAll('`', "'").replaceAll(/\s+/g, ' ')
}

const beyondAscii = /[^\x00-\x7f]/

/** Where in a phrase's anchor the characters stand by which it is filed. */
interface Filed {
  readonly phrase: Phrase
  readonly offset: number
}

/**
 * Lists of phrases, asked in their order. A thousand phrases are looked for in every reply, so each is filed under the three characters
 * of its anchor that the fewest others have: a text is gone through once, and only the phrases that are filed under what stands at a
 * place are compared there.
 */
export class PhraseBook {
  readonly #filed: readonly (readonly Filed[] | undefined)[]
  /** Phrases with an anchor of two characters. */
  readonly #short: readonly Phrase[]

  constructor(lists: readonly (readonly string[])[]) {
    const phrases = lists.flatMap((list, index) =>
      list.flatMap((text) => spelledOut(wordsOf(text))).map((text) => phraseOf(text, index)),
    )
    const common = new Map<string, number>()
    for (const { anchor } of phrases)
      for (const [triple] of triplesOf(anchor)) common.set(triple, (common.get(triple) ?? 0) + 1)
    const filed: Filed[][] = Array.from({ length: places })
    for (const phrase of phrases) {
      const rarest = triplesOf(phrase.anchor).toSorted(
        ([a], [b]) => (common.get(a) ?? 0) - (common.get(b) ?? 0),
      )[0]
      if (rarest) (filed[placeOfTriple(rarest[0])] ??= []).push({ phrase, offset: rarest[1] })
    }
    this.#filed = filed
    this.#short = phrases.filter(({ anchor }) => anchor.length < 3)
  }

  /** The first list with a phrase that stands in the text, which is as `wordsOf` gives it, among those that count. */
  first(text: string, counts: (list: number) => boolean = () => true): number | undefined {
    let best = Infinity
    const tried = new Set<Phrase>()
    let [first, second] = [text.charCodeAt(0), text.charCodeAt(1)]
    for (let at = 0; at + 2 < text.length; at++) {
      const third = text.charCodeAt(at + 2)
      const filed = this.#filed[placeOf(first, second, third)]
      first = second
      second = third
      if (filed === undefined) continue
      for (const { phrase, offset } of filed) {
        const start = at - offset
        if (phrase.list >= best || start < 0 || !text.startsWith(phrase.anchor, start)) continue
        if (phrase.source === undefined) {
          if (beginsWord(text, start) && counts(phrase.list)) best = phrase.list
        } else if (!tried.has(phrase)) {
          tried.add(phrase)
          if (counts(phrase.list) && hasPattern(phrase, text)) best = phrase.list
        }
      }
    }
    for (const phrase of this.#short)
      if (phrase.list < best && counts(phrase.list) && isIn(phrase, text)) best = phrase.list
    return best === Infinity ? undefined : best
  }
}

/** A power of two, far more than there are phrases. */
const places = 16_384

function placeOf(first: number, second: number, third: number): number {
  return (Math.imul(Math.imul(first, 31) + second, 31) + third) & (places - 1)
}

function placeOfTriple(triple: string): number {
  return placeOf(triple.charCodeAt(0), triple.charCodeAt(1), triple.charCodeAt(2))
}

/** Every three characters of it, with where they stand. */
function triplesOf(anchor: string): (readonly [string, number])[] {
  return Array.from(
    { length: Math.max(0, anchor.length - 2) },
    (_, at) => [anchor.slice(at, at + 3), at] as const,
  )
}

function isIn(phrase: Phrase, text: string): boolean {
  return phrase.source === undefined
    ? hasWord(text, phrase.anchor)
    : text.includes(phrase.anchor) && hasPattern(phrase, text)
}

function hasPattern(phrase: Phrase, text: string): boolean {
  phrase.pattern ??= new RegExp(phrase.source ?? '')
  return phrase.pattern.test(text)
}

function hasWord(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1))
    if (beginsWord(text, at)) return true
  return false
}

/** A phrase that begins with a letter or digit begins a word. */
function beginsWord(text: string, at: number): boolean {
  return at === 0 || !isWordCharacter(text.charCodeAt(at)) || !isWordCharacter(text.charCodeAt(at - 1))
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
