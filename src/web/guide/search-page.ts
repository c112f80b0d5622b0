import type { Hit, SearchIndex } from '../../core/guide/search.ts'
import { reasonNames, reasons, type ReasonName } from '../../access/reasons.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { routes } from '../routes.ts'
import { codesTable } from '../site/codes-table.ts'
import { reasonsOfPath } from '../site/find.ts'
import { findBox } from '../site/find-page.ts'
import { submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import type { View } from '../ui/view.ts'
import { sectionTitle } from './guide-pages.ts'
import type { Shelf } from './shelf.ts'
import { languageless, pageHref } from './targets.ts'

const mostHits = 20
/** What is longer, or has lines, was copied from somewhere: a bounce. */
const longestQuestion = 200

/** The question and what was found: codes that it names first, then pages, codes and tools by weight. */
export function searchPage(view: View, shelf: Shelf, index: SearchIndex, question: string): Page {
  const words = view.words.guide.search
  const asked = question.trim()
  const isBounce = asked.length > longestQuestion || asked.includes('\n')
  const title = asked === '' || isBounce ? words.title : words.resultsTitle(visible(asked))
  return {
    title,
    noindex: asked !== '',
    body: html`<h1>${words.title}</h1>
      ${searchBox(view, isBounce ? '' : asked)}
      ${isBounce ? bounce(view) : asked === '' ? browse(view, shelf) : results(view, shelf, index, asked)}`,
  }
}

/** The box of the search. A GET, so that a result can be sent to a colleague. */
function searchBox(view: View, value: string): Html {
  const words = view.words.guide.search
  return html`<form class="search" action="${view.link(routes.search.href())}" method="get" role="search">
    ${textField(view, { name: 'q', label: words.label, value, type: 'search', maxlength: longestQuestion })}
    ${submit(words.button)}
  </form>`
}

function bounce(view: View): Html {
  return html`<p>${view.words.guide.search.bounce}</p>
    <div class="panel">${findBox(view)}</div>`
}

function browse(view: View, { guide }: Shelf): Html {
  return html`<p>${view.words.guide.search.browse}</p>
    <ul class="sections">
      ${guide.sections(view.language).map(
        (section) =>
          html`<li>
            <a href="${view.link(pageHref(section.name))}">${sectionTitle(view, section).title}</a>
          </li>`,
      )}
    </ul>`
}

function results(view: View, shelf: Shelf, index: SearchIndex, asked: string): Html {
  const words = view.words.guide.search
  const codes = codesIn(asked)
  const hits = index.find(asked, mostHits)
  return html`${direct(view, asked)}
  ${
    codes.length === 0
      ? ''
      : html`<h2>${words.codes}</h2>
          ${codesTable(view, codes)}`
  }
  ${
    hits.length === 0
      ? html`${codes.length > 0 ? '' : html`<p class="lead">${words.none}</p>`}
          <p>${words.noneHint}</p>
          ${browse(view, shelf)}`
      : html`<p role="status" class="hint">
            ${hits.length === mostHits ? words.most(mostHits) : words.count(hits.length)}
          </p>
          <ol class="hits">
            ${hits.map((hit) => found(view, hit))}
          </ol>`
  }`
}

/** An address is looked up, not searched for. */
function direct(view: View, asked: string): Html {
  const address = /^[0-9a-f.:[\]]+$/i.test(asked) && /[.:]/.test(asked) ? parseAddress(asked) : undefined
  if (address === undefined || address instanceof Refusal) return html``
  const ip = formatAddress(address)
  return html`<p>
    <a class="button" href="${view.link(routes.address.href({ address: ip }))}"
      >${view.words.guide.search.address(ip)}</a
    >
  </p>`
}

/** The reasons that a question names by code, range, reference or reply code. */
function codesIn(asked: string): readonly ReasonName[] {
  if (/^[45]\d\d$/.test(asked)) return reasonNames.filter((name) => String(reasons[name].code) === asked)
  return reasonsOfPath(asked)
}

function found(view: View, { document, excerpt }: Hit): Html {
  const href = languageless.has(document.href) ? document.href : view.link(document.href)
  return html`<li>
    <a href="${href}">${document.title}</a>
    <span class="badge quiet">${view.words.guide.search.kinds[document.kind]}</span>
    <p>${excerpt.map(({ text, isFound }) => (isFound ? html`<mark>${text}</mark>` : text))}</p>
  </li>`
}
