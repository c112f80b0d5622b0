import MarkdownIt, { type Token } from 'markdown-it'
import { optionalFigures, type Figure } from '../../core/guide/figures.ts'
import { features, type ContentMistake, type GuidePage } from '../../core/guide/page.ts'
import type { Messages } from '../messages/en.ts'
import { iconMarkup } from '../ui/icon.ts'
import { escapeHtml, figureHtml, figureList, figureText, splitFigures } from './figure-words.ts'
import { targetOf, type Pages } from './targets.ts'

/**
 * A page of the guide as HTML: CommonMark with tables, without raw HTML and pictures. Names are resolved, figures filled in, and everything
 * that could not be is a mistake with its line; what stands there then is harmless text.
 */
export interface RenderedPage {
  readonly title: string
  readonly summary: string
  /** Addresses of ours begin with `languageMark`: whoever shows the page puts the language there. */
  readonly html: string
  readonly headings: readonly Heading[]
  /** What a reader sees, for the search. */
  readonly text: string
  readonly mistakes: readonly ContentMistake[]
}

export interface Heading {
  readonly level: 2 | 3
  readonly id: string
  readonly text: string
}

export interface Surroundings {
  readonly pages: Pages
  readonly figures: ReadonlyMap<string, Figure>
  /** Words of the page's language. */
  readonly words: Messages['guide']
}

/** Where the language in front of an address goes: a character of nobody's (Unicode private use). */
export const languageMark = '\uE000'

/** Fenced blocks by the word behind the fence; each can be copied. */
const blockKinds = ['letter', 'dns', 'smtp', 'text', 'header'] as const

const noticeTones = { note: 'info', tip: 'good', warning: 'warning' } as const
type NoticeName = keyof typeof noticeTones

const parser = new MarkdownIt('commonmark', { html: false, linkify: false, typographer: false })
parser.enable(['table', 'strikethrough'])
// Everything is text until `targetOf` has judged it.
parser.validateLink = () => true
parser.normalizeLink = (url) => url

export function renderPage(page: GuidePage, around: Surroundings): RenderedPage {
  return new Rendering(page, around).done()
}

/** One page on its way: tokens of the parser in, HTML out. */
class Rendering {
  readonly #page: GuidePage
  readonly #around: Surroundings
  readonly #out: string[] = []
  readonly #text: string[] = []
  readonly #headings: Heading[] = []
  readonly #anchors: { readonly id: string; readonly line: number }[] = []
  readonly #mistakes: ContentMistake[] = []
  #line: number
  #table: { readonly head: string[]; column: number; isHead: boolean } | undefined

  constructor(page: GuidePage, around: Surroundings) {
    this.#page = page
    this.#around = around
    this.#line = page.bodyLine
  }

  done(): RenderedPage {
    const { title, summary, body, bodyLine } = this.#page
    this.#line = 1
    const filled = { title: this.#fillPlain(title), summary: this.#fillPlain(summary) }
    const tokens = parser.parse(body, {})
    const quotes = markedQuotes(tokens)
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index]
      if (token === undefined) break
      if (token.map) this.#line = bodyLine + token.map[0]
      const quote = quotes.get(index)
      if (token.type === 'blockquote_open' && quote?.needs !== undefined && !this.#isMet(quote.needs))
        index = quote.close
      else if (this.#isList(token, tokens[index + 1])) index += 2
      else this.#block(token, index, tokens, quotes)
    }
    for (const { id, line } of this.#anchors) {
      this.#line = line
      if (!this.#headings.some((heading) => heading.id === id))
        this.#wrong(`there is no heading #${id} in this page`)
    }
    return {
      ...filled,
      html: this.#out.join(''),
      headings: this.#headings,
      text: this.#text.join('').replaceAll(/\s+/g, ' ').trim(),
      mistakes: this.#mistakes,
    }
  }

  #block(
    token: Token,
    index: number,
    tokens: readonly Token[],
    quotes: ReadonlyMap<number, MarkedQuote>,
  ): void {
    switch (token.type) {
      case 'inline':
        this.#out.push(this.#inline(token, quotes.get(index)?.cut ?? 0))
        return
      case 'heading_open':
        this.#openHeading(token, tokens[index + 1])
        return
      case 'heading_close':
        this.#out.push(`</h${headingTag(token)}>`)
        return
      case 'fence':
      case 'code_block':
        this.#fence(token)
        return
      case 'blockquote_open':
        this.#out.push(this.#openQuote(quotes.get(index)))
        return
      case 'blockquote_close': {
        const quote = quotes.get(index)
        this.#out.push(
          quote === undefined ? '</blockquote>' : quote.notice === undefined ? '' : '</div></div>',
        )
        return
      }
      case 'table_open':
        this.#openTable()
        return
      case 'table_close':
        this.#out.push('</table></div>')
        this.#table = undefined
        return
      case 'thead_open':
      case 'thead_close':
      case 'tr_open':
      case 'th_open':
      case 'th_close':
      case 'td_open':
      case 'td_close':
        this.#tablePart(token, tokens[index + 1])
        return
      case 'html_block':
        this.#wrong('HTML is shown as text')
        this.#out.push(escapeHtml(token.content))
        return
      case 'paragraph_open':
        if (!token.hidden && !isMark(quotes, index + 1)) this.#out.push('<p>')
        return
      case 'paragraph_close':
        if (!token.hidden && !isMark(quotes, index - 1)) this.#out.push('</p>')
        return
      case 'ordered_list_open': {
        const start = token.attrGet('start')
        this.#out.push(start === null ? '<ol>' : `<ol start="${Number(start)}">`)
        return
      }
      default:
        this.#out.push(token.nesting < 0 ? `</${token.tag}>` : `<${token.tag}>`)
    }
  }

  /** A list of ours that stands alone in its paragraph becomes one below the other. */
  #isList(token: Token, inline: Token | undefined): boolean {
    if (token.type !== 'paragraph_open') return false
    const name = /^\{\{\s*([\w.-]+)\s*\}\}$/.exec(inline?.content ?? '')?.[1]
    const figure = name === undefined ? undefined : this.#around.figures.get(name)
    const list = figure === undefined ? undefined : figureList(figure)
    if (figure === undefined || list === undefined) return false
    this.#text.push(figureText(figure, this.#page.language, this.#around.words), ' ')
    this.#out.push(list)
    return true
  }

  #openHeading(token: Token, inline: Token | undefined): void {
    const level = Number(token.tag.slice(1))
    if (level !== 2 && level !== 3) this.#wrong(`a heading is ## or ###, not ${'#'.repeat(level)}`)
    const tag = headingTag(token)
    const text = this.#fillPlain(plainOf(inline), false)
    const id = this.#freeId(slugOf(text))
    this.#headings.push({ level: tag, id, text })
    this.#out.push(`<h${tag} id="${escapeHtml(id)}">`)
  }

  #freeId(slug: string): string {
    let id = slug === '' || slug === 'main' ? `section-${this.#headings.length + 1}` : slug
    while (this.#headings.some((heading) => heading.id === id)) id += '-2'
    return id
  }

  #fence(token: Token): void {
    const kind = token.info.trim()
    if (token.type === 'fence' && !(blockKinds as readonly string[]).includes(kind))
      this.#wrong(`a block is one of ${blockKinds.join(', ')}, not “${kind}”`)
    const content = this.#fillPlain(token.content.replace(/\n$/, ''))
    this.#text.push(content, ' ')
    const isLetter = kind === 'letter'
    this.#out.push(
      `<pre class="verbatim${isLetter ? ' letter' : ''}"${isLetter ? '' : ' translate="no"'}><code>${escapeHtml(content)}</code></pre>`,
    )
  }

  #openQuote(quote: MarkedQuote | undefined): string {
    if (quote === undefined) return '<blockquote>'
    if (quote.notice === undefined) return ''
    const tone = noticeTones[quote.notice]
    const picture = iconMarkup(tone)
    const name = escapeHtml(this.#around.words.notices[quote.notice])
    return `<div class="notice ${tone}" role="note">${picture}<div><b class="hidden">${name}</b>`
  }

  #isMet(needs: string): boolean {
    const name = needs.replace(/^!/, '')
    const feature = features.find((each) => each === name)
    if (feature === undefined) {
      this.#wrong(`there is no feature ${name}`)
      return false
    }
    return this.#around.pages.inUse.has(feature) !== needs.startsWith('!')
  }

  #openTable(): void {
    const label = this.#headings.at(-1)?.text ?? this.#page.title
    this.#table = { head: [], column: 0, isHead: false }
    this.#out.push(
      `<div class="table" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table class="stack">`,
    )
  }

  #tablePart({ type }: Token, inline: Token | undefined): void {
    const table = this.#table
    if (table === undefined) return
    const column = table.column
    switch (type) {
      case 'thead_open':
      case 'thead_close':
        table.isHead = type === 'thead_open'
        this.#out.push(type === 'thead_open' ? '<thead>' : '</thead>')
        return
      case 'tr_open':
        table.column = 0
        this.#out.push('<tr>')
        return
      case 'th_open':
        table.head.push(this.#fillPlain(plainOf(inline), false))
        this.#out.push('<th scope="col">')
        return
      case 'td_open': {
        const head = escapeHtml(table.head[column] ?? '')
        // One box in each cell: on a narrow screen its heading stands beside it.
        this.#out.push(
          column === 0 ? `<th scope="row" data-head="${head}"><div>` : `<td data-head="${head}"><div>`,
        )
        if (column > 0) this.#text.push('· ')
        return
      }
      default:
        this.#out.push(closeOf(type, column))
        if (type !== 'tr_close') table.column++
    }
  }

  /** The pieces of a line. `cut`: characters of a notice's mark at its beginning. */
  #inline(token: Token, cut: number): string {
    const out: string[] = []
    const open: string[] = []
    let left = cut
    for (const child of token.children ?? []) {
      switch (child.type) {
        case 'text': {
          const text = child.content.slice(left)
          left = 0
          out.push(this.#fill(text, open.includes('</a>')))
          break
        }
        case 'softbreak':
          // Between two Chinese lines no space is wanted.
          out.push(
            /[\p{Script=Han}，。；：！？、”）]$/u.test(out.at(-1) ?? '') && this.#page.language === 'zh-CN'
              ? ''
              : '\n',
          )
          this.#text.push(' ')
          break
        case 'hardbreak':
          out.push('<br>')
          break
        case 'code_inline': {
          const content = this.#fillPlain(child.content)
          this.#text.push(content)
          out.push(`<code translate="no">${escapeHtml(content)}</code>`)
          break
        }
        case 'link_open': {
          const [before, after] = this.#link(String(child.attrGet('href') ?? ''))
          out.push(before)
          open.push(after)
          break
        }
        case 'link_close':
          out.push(open.pop() ?? '')
          break
        case 'image':
          this.#wrong('pictures are not shown')
          break
        case 'html_inline':
          this.#wrong('HTML is shown as text')
          out.push(escapeHtml(child.content))
          break
        default:
          out.push(child.nesting < 0 ? `</${child.tag}>` : `<${child.tag}>`)
      }
    }
    this.#text.push(' ')
    return out.join('')
  }

  #link(written: string): readonly [before: string, after: string] {
    const href = this.#fillPlain(written)
    const target = targetOf(href, this.#around.pages)
    switch (target.kind) {
      case 'unknown':
        this.#wrong(target.problem)
        return ['', '']
      case 'absent':
        return ['', '']
      case 'link': {
        if (target.href.startsWith('#'))
          this.#anchors.push({ id: decodeSafely(target.href.slice(1)), line: this.#line })
        const address = escapeHtml((target.isOurs ? languageMark : '') + target.href)
        const rel = target.href.startsWith('https:') ? ' rel="external noreferrer"' : ''
        return [`<a href="${address}"${rel}>`, '</a>']
      }
    }
  }

  /** Text with its figures as markup. */
  #fill(text: string, isInLink: boolean): string {
    return splitFigures(text)
      .map(({ plain, name }) => {
        if (name === undefined) {
          this.#text.push(plain)
          return escapeHtml(plain)
        }
        const figure = this.#figure(name)
        if (figure === undefined) return ''
        this.#text.push(figureText(figure, this.#page.language, this.#around.words))
        return figureHtml(figure, this.#page.language, this.#around.words, isInLink)
      })
      .join('')
  }

  /** Text with its figures as text. */
  #fillPlain(text: string, isTold = true): string {
    return splitFigures(text)
      .map(({ plain, name }) => {
        if (name === undefined) return plain
        const figure = this.#figure(name, isTold)
        return figure === undefined ? '' : figureText(figure, this.#page.language, this.#around.words)
      })
      .join('')
  }

  #figure(name: string, isTold = true): Figure | undefined {
    const figure = this.#around.figures.get(name)
    if (figure === undefined && !optionalFigures.has(name) && isTold)
      this.#wrong(`there is no figure {{${name}}}`)
    return figure
  }

  #wrong(problem: string): void {
    this.#mistakes.push({ file: this.#page.file, line: this.#line, problem })
  }
}

/** The heading of the page is its title: those of the text begin below it. */
function headingTag({ tag }: Token): 2 | 3 {
  return Number(tag.slice(1)) <= 2 ? 2 : 3
}

/** The end of a cell or row; the first cell of a row of the body is its heading. */
function closeOf(type: string, column: number): string {
  if (type === 'td_close') return column === 0 ? '</div></th>' : '</div></td>'
  return `</${type.slice(0, 2)}>`
}

/** A quotation whose first line begins with a mark: `[!note]` is a notice, `[!needs feature]` a piece for some installations. */
interface MarkedQuote {
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
function markedQuotes(tokens: readonly Token[]): ReadonlyMap<number, MarkedQuote> {
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
function isMark(quotes: ReadonlyMap<number, MarkedQuote>, index: number): boolean {
  return quotes.get(index)?.isAlone === true
}

function plainOf(inline: Token | undefined): string {
  return (inline?.children ?? [])
    .map(({ type, content }) =>
      type === 'text' || type === 'code_inline' ? content : type === 'softbreak' ? ' ' : '',
    )
    .join('')
}

/** As GitHub does: small letters, spaces as hyphens, punctuation gone, every script kept. */
export function slugOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\s-]/gu, '')
    .replaceAll(/\s+/g, '-')
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
