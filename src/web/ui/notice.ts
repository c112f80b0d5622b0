import { html, type Html } from './html.ts'
import { icon } from './icon.ts'

type Tone = 'info' | 'good' | 'warning' | 'bad'

/** A box that stands out: how things are, in one glance. The words carry the meaning, colour and picture repeat it. */
export function notice(tone: Tone, title: Html | string, body: Html | string = '', level: 2 | 3 = 2): Html {
  const heading = level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`
  return html`<section class="notice ${tone}">
    ${icon(tone)}
    <div>${heading}${body}</div>
  </section>`
}

/** A state in a word: `listed`, `ended`. */
export function badge(tone: Tone | 'quiet', text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`
}

/** Terms and their values. A value that is undefined leaves its term out. */
export function definitions(
  entries: readonly (readonly [term: Html | string, value: Html | string | undefined])[],
): Html {
  const given = entries.filter(([, value]) => value !== undefined)
  return html`<dl class="facts">
    ${given.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

interface Step {
  readonly title: Html | string
  readonly state: 'done' | 'now' | 'ahead'
  readonly body?: Html | string
}

/** Where the reader is on a road of a few steps; `stateWords` say the state to those who do not see the mark. */
export function steps(list: readonly Step[], stateWords: Readonly<Record<Step['state'], string>>): Html {
  return html`<ol class="steps">
    ${list.map(
      ({ title, state, body }) =>
        html`<li class="${state}" ${state === 'now' ? html`aria-current="step"` : ''}>
          <b>${title}</b> <span class="hidden">(${stateWords[state]})</span>${body ?? ''}
        </li>`,
    )}
  </ol>`
}

/**
 * Text that a program said, to be copied: an SMTP line, a DNS record, an address. Long lines break anywhere, but not within what `whole`
 * matches, one group of it.
 */
export function verbatim(text: string, whole?: RegExp): Html {
  const pieces = whole === undefined ? [text] : text.split(whole)
  return html`<pre class="verbatim" translate="no"><code>${pieces.map((piece, index) =>
    index % 2 === 0 ? piece : html`<span class="whole">${piece}</span>`,
  )}</code></pre>`
}

/** The same within a sentence. */
export function literal(text: string): Html {
  return html`<code translate="no">${text}</code>`
}

/** A link that looks like the button of a form; it leads somewhere and changes nothing. */
export function buttonLink(href: string, text: string): Html {
  return html`<a class="button" href="${href}">${text}</a>`
}

/** A link to write to somebody. */
export function mailLink(mailbox: string): Html {
  return html`<a href="mailto:${mailbox}" translate="no">${mailbox}</a>`
}
