import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress } from './ip.ts'

/**
 * What a receiver found out about a message's sender, in a field of its header (RFC 8601): the receiver's name, then one result after
 * the other with what it is about. Microsoft leaves the name out. Whether the field can be believed is not for a reader to say (§5).
 */
export interface AuthenticationResults {
  /** Lower case; undefined where the writer gives none. */
  readonly authservId: string | undefined
  /** Empty for `none`. */
  readonly results: readonly MethodResult[]
}

export interface MethodResult {
  /** `spf`, `dkim`, `dmarc`, `iprev`, …; lower case. */
  readonly method: string
  /** `pass`, `fail`, …; lower case. */
  readonly result: string
  readonly reason: string | undefined
  /** The first comment; people read it. */
  readonly comment: string | undefined
  readonly properties: readonly Property[]
}

/** `smtp.mailfrom=example.org`; `type` is empty in `action=none`, as Microsoft writes. */
interface Property {
  readonly type: string
  readonly name: string
  readonly value: string
}

const longest = 4096
const longestPiece = 320
const mostResults = 50
const mostProperties = 20

/** Reads one field, unfolded, without its name; what is no result is left out. */
export function readAuthenticationResults(value: string): AuthenticationResults {
  const [first = [], ...rest] = segmentsOf(value.slice(0, longest))
  const isResult = (segment: readonly Piece[]): boolean => methodIn(segment) !== undefined
  const segments = isResult(first) ? [first, ...rest] : rest
  const authservId = isResult(first)
    ? undefined
    : first.find(({ isComment }) => !isComment)?.text.toLowerCase()
  return { authservId, results: segments.flatMap((segment) => resultIn(segment) ?? []).slice(0, mostResults) }
}

/**
 * The connecting address as the receiver names it: `policy.iprev` (§2.7.3), `smtp.remote-ip`, or Microsoft's comment
 * `sender IP is …`. Canonical text.
 */
export function clientIn({ results }: AuthenticationResults): string | undefined {
  const named = results.flatMap(({ properties, comment }) => [
    ...properties
      .filter(({ type, name }) => addressProperties.has(`${type}.${name}`))
      .map(({ value }) => value),
    /\bsender IP is ([0-9a-f.:]{2,45})/i.exec(comment ?? '')?.[1]?.replace(/\.$/, '') ?? '',
  ])
  for (const text of named) {
    const address = parseAddress(text)
    if (!(address instanceof Refusal)) return formatAddress(address)
  }
  return undefined
}

const addressProperties = new Set(['policy.iprev', 'smtp.remote-ip', 'smtp.client-ip'])

interface Piece {
  readonly text: string
  readonly isComment: boolean
}

function resultIn(segment: readonly Piece[]): MethodResult | undefined {
  const method = methodIn(segment)
  if (!method) return undefined
  const pairs = segment.flatMap(({ text, isComment }) => (isComment ? [] : (pairIn(text) ?? [])))
  const [, ...rest] = pairs
  return {
    ...method,
    reason: rest.find(({ name }) => name === 'reason')?.value,
    comment: segment.find(({ isComment }) => isComment)?.text,
    properties: rest
      .filter(({ name }) => name !== 'reason')
      .map(propertyOf)
      .slice(0, mostProperties),
  }
}

/** `dkim=pass`, or with the method's version `dkim/1=pass`. */
function methodIn(
  segment: readonly Piece[],
): { readonly method: string; readonly result: string } | undefined {
  const pair = pairIn(segment.find(({ isComment }) => !isComment)?.text ?? '')
  const [, method] = /^([a-z][a-z0-9_-]{0,40})(?:\/\d{1,3})?$/.exec(pair?.name ?? '') ?? []
  return pair && method ? { method, result: pair.value.toLowerCase().slice(0, 40) } : undefined
}

function pairIn(text: string): { readonly name: string; readonly value: string } | undefined {
  const equals = text.indexOf('=')
  if (equals < 1) return undefined
  return {
    name: text.slice(0, equals).toLowerCase(),
    value: text.slice(equals + 1, equals + 1 + longestPiece),
  }
}

function propertyOf({ name, value }: { readonly name: string; readonly value: string }): Property {
  const dot = name.indexOf('.')
  return { type: name.slice(0, Math.max(dot, 0)), name: name.slice(dot + 1), value }
}

/** Pieces between semicolons: words, and comments (RFC 5322 §3.2.2) apart. Quotes are taken off, spaces around `=` do not count. */
function segmentsOf(value: string): readonly (readonly Piece[])[] {
  const segments: Piece[][] = [[]]
  let word = ''
  let comment = ''
  let depth = 0
  let isQuoted = false
  let isBroken = false
  const endWord = (): void => {
    if (word !== '') segments.at(-1)?.push({ text: word, isComment: false })
    word = ''
  }
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at)
    if ((isQuoted || depth > 0) && character === '\\') {
      const escaped = value.charAt(++at)
      if (isQuoted) word += escaped
      else comment += escaped
    } else if (isQuoted) {
      if (character === '"') isQuoted = false
      else word += character
    } else if (depth > 0 || character === '(') {
      depth += Number(character === '(') - Number(character === ')')
      if (depth > 0) comment += character
      else {
        // The comment of a word stands behind it, so the word is over.
        endWord()
        segments.at(-1)?.push({ text: comment.slice(1, longestPiece).trim(), isComment: true })
        comment = ''
      }
    } else if (character === '"') isQuoted = true
    else if (/\s/.test(character)) isBroken = true
    else if (character === ';') {
      endWord()
      segments.push([])
    } else {
      if (isBroken && character !== '=' && !word.endsWith('=')) endWord()
      word += character
    }
    if (!/\s/.test(character)) isBroken = false
  }
  endWord()
  return segments
}
