/**
 * Lines of plain text for readers whose mail program does not wrap. Chinese characters take two columns and may be parted
 * anywhere, but no line begins with closing punctuation nor ends with opening punctuation. What has no place to part, such
 * as a link, stays whole.
 */
const wide = /[\u2e80-\u303e\u3041-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/
const closing = /^[，。、；：？！）》」』】”’…—%]/
const opening = /[（《「『【“‘]$/

/** The text in lines of at most `columns`. No-break spaces become spaces, where no line ends. */
export function wrap(text: string, columns: number): string {
  const lines: string[] = []
  let line = ''
  let pause = ''
  for (const piece of piecesOf(text)) {
    if (piece.startsWith(' ')) {
      pause = ' '
      continue
    }
    if (line !== '' && widthOf(line) + pause.length + widthOf(piece) > columns) {
      lines.push(line)
      line = piece
    } else line += (line === '' ? '' : pause) + piece
    pause = ''
  }
  return [...lines, line].join('\n').replaceAll('\u00a0', ' ')
}

/** Columns that the text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += wide.test(character) ? 2 : 1
  return width
}

/** Words, single wide characters, and spaces; punctuation that may not stand alone is with its neighbour. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (const [piece] of text.matchAll(new RegExp(`${wide.source}| +|(?:(?!${wide.source})[^ ])+`, 'gu'))) {
    const before = pieces.at(-1)
    const joined =
      before !== undefined &&
      !piece.startsWith(' ') &&
      !before.startsWith(' ') &&
      (closing.test(piece) || opening.test(before))
    if (joined) pieces[pieces.length - 1] = before + piece
    else pieces.push(piece)
  }
  return pieces
}
