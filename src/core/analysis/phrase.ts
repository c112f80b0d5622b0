/**
 * The phrases of `knowledge/*.json`: lower-case words as they stand in a reply. `*` is any text of at most 40 characters (` * ` perhaps one space only), `#` a number, `~` a
 * domain name,
 * `(a|b)` one of several, `(a|)` perhaps; a backslash takes the next character as it is. A phrase that begins with a letter or digit
 * begins a word.
 */
export interface Phrase {
  readonly text: string
  isIn(words: string): boolean
}

export function phraseOf(text: string): Phrase {
  const anchor = longestPlain(text)
  let pattern: RegExp | undefined
  if (anchor === text) {
    // Most phrases have no signs: a search for the words, and a look at what stands before them.
    const mayFollowAny = !/^[a-z0-9]/.test(text)
    return { text, isIn: (words) => hasWord(words, text, mayFollowAny) }
  }
  return {
    text,
    isIn: (words) => {
      if (!words.includes(anchor)) return false
      pattern ??= patternOf(text)
      return pattern.test(words)
    },
  }
}

function hasWord(words: string, text: string, mayFollowAny: boolean): boolean {
  for (let at = words.indexOf(text); at >= 0; at = words.indexOf(text, at + 1)) {
    if (mayFollowAny || at === 0 || !isWordCharacter(words.charCodeAt(at - 1))) return true
  }
  return false
}

function isWordCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
}

/** The longest run that every text with the phrase has. */
function longestPlain(text: string): string {
  let best = ''
  let run = ''
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    const isPlain = depth === 0 && !'()*#~\\?|'.includes(sign)
    if (isPlain && text.charAt(at + 1) !== '?') run += sign
    else {
      if (run.length > best.length) best = run
      run = ''
      if (sign === '(') depth += 1
      if (sign === ')') depth -= 1
      if (sign === '\\') at += 1
    }
  }
  return run.length > best.length ? run : best
}

function patternOf(text: string): RegExp {
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
  return new RegExp(source)
}

function escape(sign: string): string {
  return sign.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`)
}

/** Words as phrases are compared with: lower case, one kind of space and of quotation mark, nothing invisible. */
export function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\u2018\u2019\u201b`´]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replaceAll(/\s+/g, ' ')
}
