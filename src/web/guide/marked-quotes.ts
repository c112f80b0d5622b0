import type { Token } from 'markdown-it'

export const noticeTones = { note: 'info', tip: 'good', warning: 'warning' } as const
export type NoticeName = keyof typeof noticeTones

/** A quotation whose first line begins with a mark: `[!note]` is a notice, `[!needs feature]` a piece for some installations. */
export interface MarkedQuote {
  readonly notice: NoticeName | undefined
  readonly needs: string | undefined
  /** Characters of the mark in front of the text. */
  readonly cut: number
  /** Whether its first paragraph is the mark alone. */
  readonly isAlone: boolean
  /** Index of the token that closes it. */
  close: number
}

/** Marked quotations by the index of their opening, their closing and their first line. */
export function markedQuotes(tokens: readonly Token[]): ReadonlyMap<number, MarkedQuote> {
  const found = new Map<number, MarkedQuote>()
  const open: (number | undefined)[] = []
  tokens.forEach((token, index) => {
    if (token.type === 'blockquote_open') {
      const quote = readMark(tokens[index + 2]?.content ?? '')
      open.push(quote === undefined ? undefined : index)
      if (quote === undefined) return
      found.set(index, quote)
      found.set(index + 2, quote)
    }
    if (token.type === 'blockquote_close') {
      const from = open.pop()
      const quote = from === undefined ? undefined : found.get(from)
      if (quote === undefined) return
      quote.close = index
      found.set(index, quote)
    }
  })
  return found
}

function readMark(line: string): MarkedQuote | undefined {
  const [mark, notice, needs] = /^\[!(?:(note|warning|tip)|needs[ ]+(!?[\w-]+))\]\s*/i.exec(line) ?? []
  if (mark === undefined) return undefined
  return {
    notice: notice?.toLowerCase() as NoticeName | undefined,
    needs: needs?.toLowerCase(),
    cut: mark.trimEnd().length,
    isAlone: mark.length === line.length,
    close: 0,
  }
}

/** Whether the line at this index is the mark of a quotation and nothing else: no paragraph is made of it. */
export function isMark(quotes: ReadonlyMap<number, MarkedQuote>, index: number): boolean {
  return quotes.get(index)?.isAlone === true
}
