import { isCommon, phrasesOf, termsOf } from './terms.ts'

/** Full-text search over a few hundred documents, in memory: titles and search words weigh more than text (BM25 over weighted fields). */
export interface SearchDocument {
  readonly kind: 'page' | 'announcement' | 'code' | 'tool'
  readonly href: string
  readonly title: string
  /** Words that people use for it. */
  readonly words: string
  readonly summary: string
  readonly headings: string
  readonly text: string
}

export interface Hit {
  readonly document: SearchDocument
  readonly score: number
  /** A piece of the text around what was found. */
  readonly excerpt: readonly Piece[]
}

export interface Piece {
  readonly text: string
  readonly isFound: boolean
}

export interface SearchIndex {
  /** Best first. `query`: whatever somebody typed; only its beginning is read. */
  find(query: string, most: number): readonly Hit[]
}

/** More of a question is not read: nobody types so much, and a pasted bounce has its own box. */
const longestQuery = 200
const mostTerms = 24

const weights = { title: 8, words: 6, headings: 3, summary: 3, text: 1 } as const
type Field = keyof typeof weights

/** What scores less than this share of the best hit is not shown: it only has a word in common. */
const worstShare = 0.05

/** How fast further occurrences count less. */
const saturation = 3
/** A term that only begins with what was typed. */
const beginningWeight = 0.4
const shortestBeginning = 3

interface Posting {
  readonly index: number
  readonly weight: number
}

export function buildIndex(documents: readonly SearchDocument[]): SearchIndex {
  const postings = new Map<string, Posting[]>()
  documents.forEach((document, index) => {
    for (const [term, weight] of weigh(document)) {
      const list = postings.get(term)
      if (list === undefined) postings.set(term, [{ index, weight }])
      else list.push({ index, weight })
    }
  })
  const vocabulary = [...postings.keys()]
  const titles = documents.map(({ title, words }) => new Set(termsOf(`${title} ${words}`)))
  return {
    find(query, most) {
      const asked = query.slice(0, longestQuery)
      const terms = [...new Set(termsOf(asked))].slice(0, mostTerms)
      const telling = terms.filter((term) => !isCommon(term))
      const wanted = telling.length > 0 ? telling : terms
      const scores = new Map<number, { score: number; matched: number }>()
      for (const term of wanted) {
        for (const [index, score] of scoresOf(term, postings, vocabulary, documents.length)) {
          const sum = scores.get(index) ?? { score: 0, matched: 0 }
          scores.set(index, { score: sum.score + score, matched: sum.matched + 1 })
        }
      }
      const folded = asked.trim().toLowerCase()
      const phrases = phrasesOf(asked)
      const ranked = [...scores]
        .flatMap(([index, { score, matched }]) => {
          const document = documents[index]
          if (document === undefined) return []
          const coverage = matched / wanted.length
          const named = wanted.filter((term) => titles[index]?.has(term)).length / wanted.length
          const isTitle = folded !== '' && document.title.toLowerCase().includes(folded)
          return [{ document, score: score * coverage * (1 + named) * (isTitle ? 2 : 1) }]
        })
        .toSorted((a, b) => b.score - a.score || (a.document.href < b.document.href ? -1 : 1))
        .slice(0, most)
      const least = (ranked[0]?.score ?? 0) * worstShare
      return ranked
        .filter(({ score }) => score >= least)
        .map((hit) => ({ ...hit, excerpt: excerptOf(hit.document, phrases) }))
    },
  }
}

/** Each term of a document with the sum of its weighted occurrences; text counts less the longer it is. */
function weigh(document: SearchDocument): ReadonlyMap<string, number> {
  const sum = new Map<string, number>()
  for (const field of Object.keys(weights) as Field[]) {
    const terms = termsOf(document[field])
    const share = field === 'text' ? 1 / (0.5 + terms.length / 1000) : 1
    for (const term of terms) sum.set(term, (sum.get(term) ?? 0) + weights[field] * share)
  }
  return sum
}

/** Score by document of one term: whole matches, else what begins so (a single Chinese character: what holds it). */
function scoresOf(
  term: string,
  postings: ReadonlyMap<string, readonly Posting[]>,
  vocabulary: readonly string[],
  documents: number,
): ReadonlyMap<number, number> {
  const scores = new Map<number, number>()
  const add = (list: readonly Posting[], factor: number): void => {
    const rarity = Math.log(1 + (documents - list.length + 0.5) / (list.length + 0.5))
    for (const { index, weight } of list) {
      const score = (factor * rarity * weight) / (weight + saturation)
      scores.set(index, Math.max(scores.get(index) ?? 0, score))
    }
  }
  add(postings.get(term) ?? [], 1)
  const isSingleHan = /^\p{Script=Han}$/u.test(term)
  if (isSingleHan || (term.length >= shortestBeginning && /^\P{Script=Han}/u.test(term))) {
    for (const other of vocabulary) {
      const isNear = isSingleHan ? other.includes(term) : other.startsWith(term)
      if (isNear && other !== term) add(postings.get(other) ?? [], beginningWeight)
    }
  }
  return scores
}

/** Characters of an excerpt; a Chinese one says as much in half of them. */
const excerptLength = 200
const chineseLength = 100

/** The stretch of text in which most of the phrases stand close together, with them marked; the summary's beginning when none does. */
export function excerptOf({ summary, text }: SearchDocument, phrases: readonly string[]): readonly Piece[] {
  const places = occurrences(text, phrases)
  const [first] = places
  if (first === undefined) return mark(cut(summary === '' ? text : summary, 0), phrases)
  const length = lengthFor(text)
  let best = { at: first.at, found: 0 }
  for (const { at } of places) {
    const inside = places.filter((place) => place.at >= at && place.at < at + length)
    const found = new Set(inside.map(({ phrase }) => phrase)).size
    if (found > best.found) best = { at, found }
  }
  return mark(cut(text, Math.max(0, best.at - Math.round(length / 5))), phrases)
}

/** More places are not looked at: the first hundreds have a good one. */
const mostPlaces = 300

function occurrences(
  text: string,
  phrases: readonly string[],
): { readonly at: number; readonly phrase: string }[] {
  const low = lower(text)
  const found: { at: number; phrase: string }[] = []
  for (const phrase of phrases) {
    for (
      let at = low.indexOf(phrase);
      at >= 0 && found.length < mostPlaces;
      at = low.indexOf(phrase, at + phrase.length)
    )
      if (isWordStart(low, at)) found.push({ at, phrase })
  }
  return found.toSorted((a, b) => a.at - b.at)
}

function cut(text: string, from: number): string {
  const length = lengthFor(text)
  const start = from === 0 ? 0 : spaceAfter(text, from)
  const rough = text.slice(start, start + length)
  const end = start + length >= text.length ? rough.length : lastSpace(rough)
  return `${start > 0 ? '… ' : ''}${rough.slice(0, end).trim()}${start + end < text.length ? ' …' : ''}`
}

function lengthFor(text: string): number {
  return /\p{Script=Han}{3}/u.test(text.slice(0, 400)) ? chineseLength : excerptLength
}

/** The next place after `from` where a word or sentence begins, if one is near. */
function spaceAfter(text: string, from: number): number {
  const near = text.slice(from, from + 25).search(/[\s，。；：、]/)
  return near < 0 ? from : from + near + 1
}

function lastSpace(text: string): number {
  const at = Math.max(text.lastIndexOf(' '), text.lastIndexOf('。') + 1, text.lastIndexOf('，') + 1)
  return at > text.length - 30 ? at : text.length
}

function mark(text: string, phrases: readonly string[]): Piece[] {
  const low = lower(text)
  const pieces: Piece[] = []
  let plain = ''
  for (let at = 0; at < text.length;) {
    const phrase = isWordStart(low, at) ? phrases.find((each) => low.startsWith(each, at)) : undefined
    if (phrase === undefined) {
      plain += text[at++] ?? ''
      continue
    }
    if (plain !== '') pieces.push({ text: plain, isFound: false })
    plain = ''
    pieces.push({ text: text.slice(at, at + phrase.length), isFound: true })
    at += phrase.length
  }
  if (plain !== '') pieces.push({ text: plain, isFound: false })
  return pieces
}

/** `he` is not found inside of `the`. Between Chinese characters every place begins a word. */
function isWordStart(low: string, at: number): boolean {
  return (
    at === 0 || !/[\p{Script=Latin}\p{N}]/u.test(low[at - 1] ?? '') || /\p{Script=Han}/u.test(low[at] ?? '')
  )
}

/** Lower case of the same length, so that places are the same in both. */
function lower(text: string): string {
  const low = text.toLowerCase()
  return low.length === text.length ? low : text
}
