/**
 * Fields of a header section, or of the machine part of a report, which has the same form (RFC 5322 §2.2): `Name: value`, folded over
 * lines that begin with white space. Lenient: what is no field is left out, and never more is read than the limits say.
 */
export interface HeaderField {
  /** Lower case. */
  readonly name: string
  /** Unfolded, without control characters, at most 4096 characters; encoded words as they are. */
  readonly value: string
}

/** More than any honest header has; the rest is not looked at. */
const mostFields = 500
const longestValue = 4096

/** The fields up to the first empty line. */
export function readFields(text: string): readonly HeaderField[] {
  const fields: { name: string; pieces: string[] }[] = []
  for (const line of linesOf(text.replace(/^\s+/, ''))) {
    if (line === '') break
    const last = fields.at(-1)
    const colon = isFold(line) ? -1 : line.indexOf(':')
    const name = colon < 1 ? '' : line.slice(0, colon)
    if (fieldName.test(name)) {
      if (fields.length >= mostFields) break
      fields.push({ name: name.trimEnd().toLowerCase(), pieces: [line.slice(colon + 1)] })
    } else if (isFold(line)) last?.pieces.push(line)
  }
  return fields.map(({ name, pieces }) => ({ name, value: plain(pieces) }))
}

/** What stands before the colon. */
const fieldName = /^[\x21-\x39\x3b-\x7e]{1,100}[ \t]*$/

function isFold(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('\t')
}

/** The first (in a header: the newest) value of this name, which is lower case; undefined when there is none or an empty one. */
export function valueOf(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name && field.value !== '')?.value
}

/** All values of this name that are not empty, in order. */
export function valuesOf(fields: readonly HeaderField[], name: string): string[] {
  return fields.filter((field) => field.name === name && field.value !== '').map(({ value }) => value)
}

/** Splitting by a pattern takes five times as long as by a character, and most text has one kind of line end. */
function linesOf(text: string): string[] {
  return text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
}

const controls = /[\x00-\x1f\x7f]/

function plain(pieces: readonly string[]): string {
  const [only = ''] = pieces
  if (pieces.length === 1 && only.length <= longestValue) return withoutControls(only).trim().toWellFormed()
  let value = ''
  for (const piece of pieces) {
    if (value.length > longestValue) break
    value += ` ${withoutControls(piece.slice(0, longestValue)).trim()}`
  }
  return value.trim().slice(0, longestValue).toWellFormed()
}

function withoutControls(text: string): string {
  return controls.test(text) ? text.replaceAll(/[\x00-\x1f\x7f]+/g, ' ') : text
}
