/** Lines of a zone file (RFC 1035 §5.1), to be published by somebody. */

/** One string of a TXT record holds so many octets; longer text goes into several, which are joined without a blank. */
const longestString = 255

/** `example.org. IN TXT "v=spf1 -all"`; quotes, backslashes and what is not printable ASCII are escaped. */
export function txtLine(name: string, text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  const strings: string[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += longestString)
    strings.push(`"${Array.from(bytes.subarray(at, at + longestString), escaped).join('')}"`)
  return `${name}. IN TXT ${strings.join(' ')}`
}

function escaped(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`
}
