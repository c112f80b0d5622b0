import MarkdownIt, { type Token } from 'markdown-it'
import { features, type ContentMistake, type GuidePage } from '../../core/guide/page.ts'
import { iconMarkup } from '../ui/icon.ts'
import { escapeHtml, figureList, figureText } from './figure-words.ts'
import { LineWriter, type Surroundings } from './line-writer.ts'
import { isMark, markedQuotes, noticeTones, type MarkedQuote } from './marked-quotes.ts'

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

/** Fenced blocks by the word behind the fence; each can be copied. */
const blockKinds = ['letter', 'dns', 'smtp', 'text', 'header'] as const

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
  readonly #headings: Heading[] = []
  /** What the tables so far are about. */
  readonly #labels: string[] = []
  readonly #lines: LineWriter
  #table: { readonly head: string[]; column: number; isHead: boolean } | undefined

  constructor(page: GuidePage, around: Surroundings) {
    this.#page = page
    this.#around = around
    this.#lines = new LineWriter(page, around)
  }

  done(): RenderedPage {
    const { title, summary, body, bodyLine } = this.#page
    const filled = {
      title: this.#lines.fillPlain(this.#lines.typeset(title)),
      summary: this.#lines.fillPlain(this.#lines.typeset(summary)),
    }
    const tokens = parser.parse(body, {})
    const quotes = markedQuotes(tokens)
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index]
      if (token === undefined) break
      if (token.map) this.#lines.line = bodyLine + token.map[0]
      const quote = quotes.get(index)
      if (token.type === 'blockquote_open' && quote?.needs !== undefined && !this.#isMet(quote.needs))
        index = quote.close
      else if (this.#isList(token, tokens[index + 1])) index += 2
      else this.#block(token, index, tokens, quotes)
    }
    for (const { id, line } of this.#lines.anchors) {
      this.#lines.line = line
      if (!this.#headings.some((heading) => heading.id === id))
        this.#lines.wrong(`there is no heading #${id} in this page`)
    }
    return {
      ...filled,
      html: this.#out.join(''),
      headings: this.#headings,
      text: this.#lines.text.join('').replaceAll(/\s+/g, ' ').trim(),
      mistakes: this.#lines.mistakes,
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
        this.#out.push(this.#lines.write(token, quotes.get(index)?.cut ?? 0))
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
        this.#lines.wrong('HTML is shown as text')
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
    this.#lines.text.push(figureText(figure, this.#page.language, this.#around.words), ' ')
    this.#out.push(list)
    return true
  }

  #openHeading(token: Token, inline: Token | undefined): void {
    const level = Number(token.tag.slice(1))
    if (level !== 2 && level !== 3) this.#lines.wrong(`a heading is ## or ###, not ${'#'.repeat(level)}`)
    const tag = headingTag(token)
    const text = this.#lines.typeset(this.#lines.fillPlain(plainOf(inline), false))
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
      this.#lines.wrong(`a block is one of ${blockKinds.join(', ')}, not “${kind}”`)
    const content = this.#lines.fillPlain(token.content.replace(/\n$/, ''))
    this.#lines.text.push(content, ' ')
    const isLetter = kind === 'letter'
    this.#out.push(
      `<pre class="verbatim${isLetter ? ' letter' : ''}"${isLetter ? '' : ' translate="no"'}><code>${kind === 'dns' ? unbroken(content) : escapeHtml(content)}</code></pre>`,
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
      this.#lines.wrong(`there is no feature ${name}`)
      return false
    }
    return this.#around.pages.inUse.has(feature) !== needs.startsWith('!')
  }

  #openTable(): void {
    const heading = this.#headings.at(-1)?.text ?? this.#page.title
    const before = this.#labels.filter((label) => label === heading).length
    this.#labels.push(heading)
    // Regions need names of their own (WCAG 2.2, 2.4.6).
    const label = before === 0 ? heading : `${heading} (${before + 1})`
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
        table.head.push(this.#lines.fillPlain(plainOf(inline), false))
        this.#out.push('<th scope="col">')
        return
      case 'td_open': {
        const head = escapeHtml(table.head[column] ?? '')
        // One box in each cell: on a narrow screen its heading stands beside it.
        this.#out.push(
          column === 0 ? `<th scope="row" data-head="${head}"><div>` : `<td data-head="${head}"><div>`,
        )
        if (column > 0) this.#lines.text.push('· ')
        return
      }
      default:
        this.#out.push(closeOf(type, column))
        if (type !== 'tr_close') table.column++
    }
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

/** Records with their terms whole: `-all` says something else when the line ends behind its hyphen. */
function unbroken(records: string): string {
  return escapeHtml(records).replaceAll(/(?<=\s)-\w+/g, '<span class="whole">$&</span>')
}
