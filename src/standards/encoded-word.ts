/**
 * Encoded words in a header (RFC 2047): `=?utf-8?Q?caf=C3=A9?=`. The space between two of them is no part of the text. Neighbours in
 * one charset are decoded together, because many writers cut in the middle of a character.
 */
export function decodeWords(value: string): string {
  let decoded = ''
  let end = 0
  let word: { charset: string; bytes: Uint8Array[] } | undefined
  const flush = (): void => {
    if (word) decoded += textOf(word)
    word = undefined
  }
  for (const match of value.matchAll(encodedWord)) {
    const [whole, label = '', encoding = '', content = ''] = match
    const gap = value.slice(end, match.index)
    const charset = charsetOf(label)
    const isNeighbour = word !== undefined && gap.trim() === ''
    if (!isNeighbour || word?.charset !== charset) flush()
    if (!isNeighbour) decoded += gap
    end = match.index + whole.length
    if (charset === undefined) decoded += whole
    else {
      word ??= { charset, bytes: [] }
      word.bytes.push(encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : fromQ(content))
    }
  }
  flush()
  return (decoded + value.slice(end)).replaceAll(/[\x00-\x1f\x7f]+/g, ' ').toWellFormed()
}

/** Longer words than RFC 2047 §2 allows exist; these lengths keep the search short. A language may follow the charset (RFC 2231 §5). */
const encodedWord = /=\?([a-z0-9_.:-]{1,40})(?:\*[a-z0-9-]{0,20})?\?([bq])\?([^?\s]{0,1000})\?=/gi

/** The name that the decoder knows, undefined for charsets it does not. */
function charsetOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

function textOf({ charset, bytes }: { readonly charset: string; readonly bytes: Uint8Array[] }): string {
  return new TextDecoder(charset).decode(Buffer.concat(bytes))
}

/** RFC 2047 §4.2. */
function fromQ(content: string): Uint8Array {
  const plain = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(plain, 'latin1')
}
