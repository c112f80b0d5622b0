import type { Token } from 'markdown-it'
import { optionalFigures, type Figure } from '../../core/guide/figures.ts'
import type { ContentMistake, GuidePage } from '../../core/guide/page.ts'
import type { Messages } from '../messages/en.ts'
import { escapeHtml, figureHtml, figureText, splitFigures } from './figure-words.ts'
import { targetOf, type Pages } from './targets.ts'

export interface Surroundings {
  readonly pages: Pages
  readonly figures: ReadonlyMap<string, Figure>
  /** Words of the page's language. */
  readonly words: Messages['guide']
}

/** Where the language in front of an address goes: a character of nobody's (Unicode private use). */
export const languageMark = '\uE000'

/** The lines of a page: text, links and figures as markup; beside it the plain text for the search, and what is wrong. */
export class LineWriter {
  /** Line of the file that is being written; whoever walks the page sets it. */
  line = 1
  readonly text: string[] = []
  /** Links to headings of the page itself. */
  readonly anchors: { readonly id: string; readonly line: number }[] = []
  readonly mistakes: ContentMistake[] = []
  readonly #page: GuidePage
  readonly #around: Surroundings

  constructor(page: GuidePage, around: Surroundings) {
    this.#page = page
    this.#around = around
  }

  /** The pieces of a line. `cut`: characters of a notice's mark at its beginning. */
  write(token: Token, cut: number): string {
    const out: string[] = []
    const open: string[] = []
    let left = cut
    for (const child of token.children ?? []) {
      switch (child.type) {
        case 'text': {
          const text = this.typeset(child.content.slice(left))
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
          this.text.push(' ')
          break
        case 'hardbreak':
          out.push('<br>')
          break
        case 'code_inline': {
          const content = this.fillPlain(child.content)
          this.text.push(content)
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
          this.wrong('pictures are not shown')
          break
        case 'html_inline':
          this.wrong('HTML is shown as text')
          out.push(escapeHtml(child.content))
          break
        default:
          out.push(child.nesting < 0 ? `</${child.tag}>` : `<${child.tag}>`)
      }
    }
    this.text.push(' ')
    return out.join('')
  }

  #link(written: string): readonly [before: string, after: string] {
    const href = this.fillPlain(written)
    const target = targetOf(href, this.#around.pages)
    switch (target.kind) {
      case 'unknown':
        this.wrong(target.problem)
        return ['', '']
      case 'absent':
        return ['', '']
      case 'link': {
        if (target.href.startsWith('#'))
          this.anchors.push({ id: decodeSafely(target.href.slice(1)), line: this.line })
        const address = escapeHtml((target.isOurs ? languageMark : '') + target.href)
        const rel = target.href.startsWith('https:') ? ' rel="external noreferrer"' : ''
        return [`<a href="${address}"${rel}>`, '</a>']
      }
    }
  }

  /** Quotation marks and apostrophes as they are printed; Chinese writers type their own. */
  typeset(text: string): string {
    if (this.#page.language !== 'en') return text
    return text.replaceAll(/(?<=[\p{L}\p{N}])'/gu, '’').replaceAll(/"([^"]*)"/g, '“$1”')
  }

  /** Text with its figures as markup. */
  #fill(text: string, isInLink: boolean): string {
    return splitFigures(text)
      .map(({ plain, name }) => {
        if (name === undefined) {
          this.text.push(plain)
          return escapeHtml(plain)
        }
        const figure = this.#figure(name)
        if (figure === undefined) return ''
        this.text.push(figureText(figure, this.#page.language, this.#around.words))
        return figureHtml(figure, this.#page.language, this.#around.words, isInLink)
      })
      .join('')
  }

  /** Text with its figures as text. */
  fillPlain(text: string, isTold = true): string {
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
      this.wrong(`there is no figure {{${name}}}`)
    return figure
  }

  wrong(problem: string): void {
    this.mistakes.push({ file: this.#page.file, line: this.line, problem })
  }
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
