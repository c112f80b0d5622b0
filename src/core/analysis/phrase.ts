/**
 * The phrases of `knowledge/*.json`: lower-case words as they stand in a reply. `*` is any text of at most 40 characters (` * ` perhaps
 * one space only), `#` a number, `~` a domain name, `(a|b)` one of several, `(a|)` perhaps; a backslash takes the next character as it
 * is, `^` ends a word. A phrase that begins with a letter or digit begins a word.
 */
interface Phrase {
  /** The list that it belongs to. */
  readonly list: number
  /** A run that every text with the phrase has. */
  readonly anchor: string
  /** Undefined where the anchor is the whole phrase. */
  readonly source: string | undefined
  /** Whether the phrase begins with its anchor. */
  readonly isFirst: boolean
  /** For each character up to 127, which stands for all beyond, whether it may follow the anchor; undefined where any may. */
  readonly follows: Uint8Array | undefined
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
  return plain.replaceAll('`', "'").replaceAll(/[\s_]+/g, ' ')
}

const beyondAscii = /[^\x00-\x7f]/

/** A phrase whose anchor stands at a place of a text. */
interface Candidate {
  readonly phrase: Phrase
  readonly start: number
}

/**
 * Lists of phrases, asked in their order. Thousands of phrases are looked for in every reply, so their anchors are the branches of a
 * tree: where a word begins, the text is followed down the tree as far as it goes. What comes of it is few phrases, whose patterns are
 * tried in the order of their lists.
 */
export class PhraseBook {
  readonly #atWords: Tree
  /** Anchors that may begin within a word. */
  readonly #anywhere: Tree

  constructor(lists: readonly (readonly string[])[]) {
    const phrases = lists.flatMap((list, index) =>
      list.flatMap((each) => spelledOut(wordsOf(each))).map((text) => phraseOf(text, index)),
    )
    const isAtWord = ({ isFirst, anchor }: Phrase): boolean => isFirst || anchor.startsWith(' ')
    this.#atWords = new Tree(phrases.filter(isAtWord))
    this.#anywhere = new Tree(phrases.filter((phrase) => !isAtWord(phrase)))
  }

  /** The first list with a phrase that stands in the text, which is as `wordsOf` gives it, among those that count. */
  first(text: string, counts: (list: number) => boolean = () => true): number | undefined {
    const candidates = this.#candidates(text).sort((a, b) => a.phrase.list - b.phrase.list)
    return candidates.find((each) => counts(each.phrase.list) && stands(each, text))?.phrase.list
  }

  /** Every list with a phrase that stands in the text. */
  all(text: string): Set<number> {
    const lists = new Set<number>()
    for (const each of this.#candidates(text))
      if (!lists.has(each.phrase.list) && stands(each, text)) lists.add(each.phrase.list)
    return lists
  }

  #candidates(text: string): Candidate[] {
    const found: Candidate[] = []
    const [atWords, anywhere] = [this.#atWords, this.#anywhere]
    let isWithin = false
    for (let at = 0; at < text.length; at++) {
      const isLetter = isWordCharacter(text.charCodeAt(at))
      if (!(isWithin && isLetter)) atWords.follow(text, at, found)
      anywhere.follow(text, at, found)
      isWithin = isLetter
    }
    return found
  }
}

/** Anchors by their characters. Rare characters share branches, so what is found is compared once more. */
class Tree {
  /** For each node a row of the nodes below it, by branch; 0 where there is none. */
  readonly #below: Uint16Array
  /** Phrases whose anchor ends at a node. */
  readonly #ends: (Phrase[] | undefined)[] = []

  constructor(phrases: readonly Phrase[]) {
    const most = phrases.reduce((sum, { anchor }) => sum + anchor.length, 1)
    if (most > 0xffff) throw new RangeError('more phrases than a tree has room for')
    const below = new Uint16Array(most * branches)
    let last = 0
    for (const phrase of phrases) {
      let node = 0
      for (let at = 0; at < phrase.anchor.length; at++) {
        const place = node * branches + branchOf(phrase.anchor.charCodeAt(at))
        node = below[place] ||= ++last
      }
      ;(this.#ends[node] ??= []).push(phrase)
    }
    this.#below = below.slice(0, (last + 1) * branches)
  }

  /** Finds the phrases whose anchor stands at a place of the text. */
  follow(text: string, start: number, found: Candidate[]): void {
    const below = this.#below
    let node = 0
    for (let at = start; at < text.length; at++) {
      node = below[node * branches + branchOf(text.charCodeAt(at))] ?? 0
      if (node === 0) return
      const ends = this.#ends[node]
      if (ends === undefined) continue
      const next = Math.min(text.charCodeAt(at + 1), 127)
      for (const phrase of ends) {
        const mayFollow = phrase.follows === undefined || phrase.follows[next] === 1
        if (mayFollow && text.startsWith(phrase.anchor, start)) found.push({ phrase, start })
      }
    }
  }
}

/** Letters, digits and the space have their own; other signs share twelve, all other characters fourteen. */
const branches = 64

function branchOf(code: number): number {
  return code < 128 ? (ofAscii[code] ?? 0) : 50 + (code % 14)
}

const ofAscii = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 97 && code <= 122) return code - 96
  if (code >= 48 && code <= 57) return code - 21
  return code === 32 ? 37 : 38 + (code % 12)
})

function stands({ phrase, start }: Candidate, text: string): boolean {
  if (phrase.source === undefined) return true
  if (!phrase.isFirst) return (phrase.pattern ??= new RegExp(phrase.source)).test(text)
  phrase.pattern ??= new RegExp(phrase.source, 'y')
  phrase.pattern.lastIndex = start
  return phrase.pattern.test(text)
}

function isWordCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
}

function phraseOf(text: string, list: number): Phrase {
  const { run: anchor, end } = longestPlain(text)
  return {
    list,
    anchor,
    isFirst: end === anchor.length,
    follows: tableOf(beginsOf(text.slice(end))),
    source: anchor === text ? undefined : sourceOf(text),
    pattern: undefined,
  }
}

/** A phrase that has no two plain characters in a row outside of brackets becomes several that have: its first brackets are opened. */
function spelledOut(text: string): string[] {
  if (longestPlain(text).run.length >= 2) return [text]
  const start = text.indexOf('(')
  if (start < 0) throw new RangeError(`a phrase needs two plain characters in a row: ${text}`)
  const { choices, end } = choicesOf(text, start)
  return choices.flatMap((choice) => spelledOut(`${text.slice(0, start)}${choice}${text.slice(end)}`))
}

/** What stands in brackets, and where they end. */
function choicesOf(text: string, start: number): { readonly choices: string[]; readonly end: number } {
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
  return { choices, end: end + 1 }
}

/** The characters that a text may begin with which has the rest of a phrase; undefined where any may. */
function beginsOf(rest: string): ReadonlySet<number> | undefined {
  const sign = rest.charAt(0)
  if (sign === '' || '*~^'.includes(sign)) return undefined
  if (sign === '#') return new Set(Array.from('0123456789', (digit) => digit.charCodeAt(0)))
  if (sign === '(') {
    const { choices, end } = choicesOf(rest, 0)
    return union(choices.map((choice) => beginsOf(choice + rest.slice(end))))
  }
  const length = sign === '\\' ? 2 : 1
  const own = new Set([rest.charCodeAt(length - 1)])
  return rest.charAt(length) === '?' ? union([own, beginsOf(rest.slice(length + 1))]) : own
}

function tableOf(codes: ReadonlySet<number> | undefined): Uint8Array | undefined {
  if (codes === undefined) return undefined
  const table = new Uint8Array(128)
  for (const code of codes) table[Math.min(code, 127)] = 1
  return table
}

function union(sets: readonly (ReadonlySet<number> | undefined)[]): ReadonlySet<number> | undefined {
  const all = sets.filter((set) => set !== undefined)
  return all.length < sets.length ? undefined : new Set(all.flatMap((set) => [...set]))
}

/** The longest run outside of brackets and signs, and where it ends; ` * ` may be one space, so its second is none. */
function longestPlain(text: string): { readonly run: string; readonly end: number } {
  let best = { run: '', end: 0 }
  let run = ''
  let depth = 0
  const close = (end: number): void => {
    if (run.length > best.run.length) best = { run, end }
    run = ''
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    const isPlain = depth === 0 && !'()*#~^\\?|'.includes(sign) && text.charAt(at + 1) !== '?'
    if (isPlain) {
      run += sign
      continue
    }
    close(at)
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (sign === '\\') at += 1
    if (sign === '*' && text.startsWith(' * ', at - 1)) at += 1
  }
  close(text.length)
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
    else if (sign === '^') source += '(?![a-z0-9])'
    else if (sign === ')' || sign === '|' || sign === '?') source += sign
    else if (sign === '\\') source += escape(text.charAt(++at))
    else source += escape(sign)
  }
  return source
}

function escape(sign: string): string {
  return sign.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`)
}
