import { html as template, raw } from 'hono/html'

/** Markup that is safe to put into a page; a plain string put into a template is escaped. */
export type Html = ReturnType<typeof template>

export { raw }

type Parts = Parameters<typeof template>[0]

/**
 * Puts values between pieces of markup. A full-width mark of Chinese brings its own room, so the space that a template has behind a label
 * is left out after one: `操作者：ada`.
 */
export function html(parts: Parts, ...values: unknown[]): Html {
  const pieces: string[] | undefined = values.some(endsFullWidth)
    ? parts.map((part, index) => (endsFullWidth(values[index - 1]) ? part.trimStart() : part))
    : undefined
  return template(pieces ? Object.assign(pieces, { raw: pieces }) : parts, ...values)
}

/** Whether a text ends in a full-width colon, comma, semicolon, or full stop. Markup never does. */
function endsFullWidth(value: unknown): boolean {
  return typeof value === 'string' && '：，；。、！？'.includes(value.at(-1) ?? ' ')
}

/** Characters that hide or turn text around: controls, bidirectional marks (Unicode TR 36), zero-width ones. */
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** Text from strangers (a HELO name, a pasted line) with what cannot be seen written out: `\u202e`. */
export function visible(text: string): string {
  return text.replaceAll(
    invisible,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Markup between pieces, as `join` does for strings. */
export function joined(pieces: readonly Html[], separator: string): Html {
  return html`${pieces.map((piece, index) => (index === 0 ? piece : html`${separator}${piece}`))}`
}
