import { readFields, type HeaderField } from './header-fields.ts'

/**
 * A header section (RFC 5322 §2.2) as people paste it: out of web mail with its folds lost or all lines moved in, quoted, with empty lines
 * between, below the table of "Show original". Linear in its length, and never more is read than the limits say.
 */

/** Longer than any honest header; what comes behind is not looked at. */
export const longestHeader = 256 * 1024

/** The fields, newest first as they stand. Empty when nothing in the text looks like a header. */
export function readPastedHeader(text: string): readonly HeaderField[] {
  const lines = text
    .slice(0, longestHeader)
    .replaceAll('\u00a0', ' ')
    .split(/\r\n|\n|\r/)
  const start = beginning(lines)
  if (start < 0) return []
  return readFields(mended(evened(lines.slice(start))).join('\n'))
}

/** Fields that stand in nearly every header, and in few other texts. */
const telling =
  /^[> \t]*(?:return-path|delivered-to|received|x-received|authentication-results|dkim-signature|arc-seal|message-id|mime-version|from|date|subject|x-envelope-to|x-original-to)[ \t]*:/i

/** Behind the table that some web mails put before the header ("Copy to clipboard"), else at the first field that tells. */
function beginning(lines: readonly string[]): number {
  const table = lines.findIndex((line) => /^\s*(?:copy to clipboard|复制到剪贴板)\s*$/i.test(line))
  const from = table < 0 ? 0 : table + 1
  const first = lines.findIndex(
    (line, index) => index >= from && (telling.test(line) || (index === from && isField(line))),
  )
  return first
}

/** Without what stands before every line: a quote mark, or the same blanks. */
function evened(lines: readonly string[]): readonly string[] {
  const unquoted = lines[0]?.startsWith('>') ? lines.map((line) => line.replace(/^>[ ]?/, '')) : lines
  const indent = /^[ \t]*/.exec(unquoted[0] ?? '')?.[0].length ?? 0
  if (indent === 0) return unquoted
  return unquoted.map((line) => (line.slice(0, indent).trim() === '' ? line.slice(indent) : line.trimStart()))
}

/** Each field on lines that are folded as they should be; ends where the header ends. */
function mended(lines: readonly string[]): readonly string[] {
  const out: string[] = []
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') {
      // An empty line ends the header, unless it goes on behind it as if it were not there.
      const next = lines.slice(index + 1, index + 3).find((each) => each.trim() !== '')
      if (next === undefined || !(isField(next) || (/^[ \t]/.test(next) && index > 0 && !isProse(next))))
        break
      continue
    }
    out.push(isField(line) || /^[ \t]/.test(line) ? line : ` ${line}`)
  }
  return out
}

/** `Name: value`; a time of day or an address that begins a lost fold is none. */
function isField(line: string): boolean {
  return /^[A-Za-z][A-Za-z0-9-]{1,60}[ \t]?:(?:[ \t]|$)/.test(line)
}

function isProse(line: string): boolean {
  return !/[=;@<>[\]()]/.test(line)
}
