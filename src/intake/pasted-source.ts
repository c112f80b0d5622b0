/**
 * A message that somebody pasted, or forwarded so that its header stands in the text: with all fields it can be traced, with the four
 * that mail programs write above what they forward (From, Date, Subject, To) it cannot.
 */

/** Lines of a text that are looked at. */
const mostLines = 20_000
/** Lines of a header. */
const mostHeaderLines = 500
const field = /^[\w-]{2,60}:(?:\s|$)/
const traceField = /^(?:received|message-id):/i

/**
 * The header as it was, CR LF, without marks of quoting; undefined when none in the text can be traced. The header ends with a blank
 * line or with what cannot belong to one; a line that a mail program broke in two without indenting it belongs to the field above.
 */
export function pastedHeader(text: string): Buffer | undefined {
  const lines = text.split(/\r?\n/, mostLines).map(unquoted)
  for (let at = 0; at < lines.length; at++) {
    if (!field.test(lines[at] ?? '')) continue
    const header = headerFrom(lines, at)
    const isTraced =
      header.some((line) => traceField.test(line)) && header.some((line) => /^from:/i.test(line))
    if (isTraced) return Buffer.from(`${header.join('\r\n')}\r\n\r\n`)
    at += header.length
  }
  return undefined
}

/** Marks of quoting (`> `), and the space that cannot be seen. */
function unquoted(line: string): string {
  return line.replace(/^(?:>[ ]?)+/, '').replaceAll('\u00a0', ' ')
}

function headerFrom(lines: readonly string[], start: number): string[] {
  const header: string[] = []
  for (const line of lines.slice(start, start + mostHeaderLines)) {
    if (line.trim() === '') break
    const isField = field.test(line)
    if (isField || /^[ \t]/.test(line)) header.push(line)
    else header.push(` ${line}`)
  }
  return header
}
