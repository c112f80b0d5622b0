/**
 * Messages of an mbox (RFC 4155): each begins with a line `From sender date`, the later ones behind an empty line. Lines of a text that
 * only begin with `From ` have no time in them.
 */

const mostMessages = 1_000_000

/** The messages with their `From ` lines; a file that is no mbox, or holds one message only, is one. */
export function messagesOf(bytes: Buffer): readonly Buffer[] {
  if (!isFromLine(bytes, 0)) return [bytes]
  const messages: Buffer[] = []
  let start = 0
  for (let at = bytes.indexOf(from, 1); at >= 0; at = bytes.indexOf(from, at + 1)) {
    const end = endOfEmptyLine(bytes, at)
    if (end === undefined || !isFromLine(bytes, at)) continue
    messages.push(bytes.subarray(start, end))
    start = at
    if (messages.length >= mostMessages) break
  }
  return [...messages, bytes.subarray(start)]
}

const from = Buffer.from('From ')

function isFromLine(bytes: Buffer, at: number): boolean {
  return /^From \S+ .{0,60}\d\d:\d\d/.test(bytes.toString('latin1', at, at + 200))
}

/** Where the message before ends: in front of the empty line; undefined when the line before is not empty. */
function endOfEmptyLine(bytes: Buffer, at: number): number | undefined {
  const before = bytes.toString('latin1', Math.max(0, at - 4), at)
  return /(?:\n\n|\n\r\n|\r\r)$/.test(before) ? at : undefined
}
