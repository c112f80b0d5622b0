import type { HeaderReading, Step } from '../../core/headers/reading.ts'
import { routes } from '../routes.ts'
import { errorSummary, submit, textArea, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { span } from '../ui/moment.ts'
import { definitions, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { authenticationParts } from './authentication-parts.ts'
import { hopChart, signed } from './hop-chart.ts'

/** The form, empty or with what was pasted and is no header. */
export function headersStartPage(view: View, text = '', errors: readonly FieldError[] = []): Page {
  const words = view.words.headers.start
  return {
    title: words.title,
    description: words.description,
    body: html`<h1>${words.title}</h1>
      ${errorSummary(view, errors)}
      <p class="lead">${words.lead}</p>
      ${headerForm(view, text, errors[0]?.message)}`,
  }
}

function headerForm(view: View, text: string, error: string | undefined): Html {
  const words = view.words.headers.start
  return html`<form method="post" enctype="multipart/form-data" action="${view.link(routes.headers.href())}">
    ${textArea(view, {
      name: 'header',
      label: words.label,
      hint: words.hint,
      rows: 12,
      verbatim: true,
      value: text,
      error,
    })}
    <p>${words.kept}</p>
    <p>${submit(words.button)}</p>
  </form>`
}

/** Everything that a header says, in the order in which people ask; `lead`: what it was found in. */
export function headersPage(view: View, reading: HeaderReading, lead?: string): Page {
  const words = view.words.headers
  return {
    title: words.title,
    noindex: true,
    wide: true,
    body: html`<h1>${words.title}</h1>
      ${lead === undefined ? '' : html`<p class="lead">${lead}${view.words.common.fullStop}</p>`}
      ${handover(view, reading)} ${envelope(view, reading)} ${way(view, reading)}
      ${authenticationParts(view, reading)} ${ours(view, reading)} ${lists(view, reading)}
      <h2>${words.start.again}</h2>
      ${headerForm(view, '', undefined)}`,
  }
}

function handover(view: View, { hops, handover: found }: HeaderReading): Html {
  const words = view.words.headers.handover
  const hop = found && hops[found.index]
  if (found === undefined || hop?.ip === undefined) return notice('info', words.none)
  const name = literal(visible(hop.ptr ?? hop.helo ?? hop.from ?? hop.ip))
  const said = (found.isOurs ? words.ours : words.probable)(name, literal(hop.ip))
  const look = view.link(routes.address.href({ address: hop.ip }))
  return notice(found.isOurs ? 'good' : 'info', said, html`<p><a href="${look}">${words.look}</a></p>`)
}

function envelope(view: View, { envelope: said }: HeaderReading): Html {
  const words = view.words.headers.envelope
  const plain = (text: string | undefined): Html | undefined =>
    text === undefined ? undefined : html`${visible(text)}`
  return html`<h2>${words.title}</h2>
    ${definitions([
      [words.from, plain(said.from)],
      [words.returnPath, returnPath(view, said)],
      [words.replyTo, plain(said.replyTo)],
      [words.to, plain(said.to)],
      [words.subject, plain(said.subject)],
      [words.date, plain(said.date)],
      [words.messageId, plain(said.messageId)],
    ])}`
}

function returnPath(
  view: View,
  { returnPath: path, isReturnAligned }: HeaderReading['envelope'],
): Html | undefined {
  const words = view.words.headers.envelope
  if (path === undefined) return undefined
  if (/^<\s*>/.test(path)) return html`${words.nullSender}`
  const fit = isReturnAligned === undefined ? '' : isReturnAligned ? words.aligned : words.notAligned
  return html`${visible(path)}${fit}`
}

/** A delay from which on it is worth a sentence. */
const slowMs = 5 * 60_000

function way(view: View, { hops, handover: found }: HeaderReading): Html {
  const words = view.words.headers.way
  if (hops.length === 0)
    return html`<h2>${words.title}</h2>
      <p>${words.none}</p>`
  const times = hops.flatMap(({ at }) => (at === undefined ? [] : [at]))
  const [first, last] = [times[0], times.at(-1)]
  const nameOf = ({ by }: Step): string => visible(by ?? '?')
  const remarks = hops.flatMap((hop) => {
    if (hop.delay === undefined) return []
    if (hop.delay < -1000) return [words.skew(nameOf(hop), span(view.language, -hop.delay))]
    return hop.delay >= slowMs ? [words.slow(nameOf(hop), span(view.language, hop.delay))] : []
  })
  return html`<h2>${words.title}</h2>
    ${
      first !== undefined && last !== undefined && last - first >= 1000
        ? html`<p>${words.total(span(view.language, last - first))}</p>`
        : ''
    }
    ${remarks.map((remark) => html`<p><strong>${remark}</strong></p>`)} ${hopChart(view, hops, found?.index)}
    ${table({
      caption: words.caption,
      quiet: true,
      stack: true,
      head: [words.step, words.from, words.by, words.at, words.delay, words.tls],
      rows: hops.map((hop, index) => [
        String(index + 1),
        html`<span
          >${visible([hop.from ?? hop.helo, hop.ip && `[${hop.ip}]`].filter(Boolean).join(' '))}${
            found?.index === index ? html`<em>${words.here}</em>` : ''
          }</span
        >`,
        nameOf(hop),
        hop.at === undefined ? visible(hop.date ?? words.unknown) : time(view, hop.at, true),
        hop.delay === undefined ? '' : signed(view, hop.delay),
        tlsWords(view, hop.tls),
      ]),
    })}
    <p>${words.believe}</p>`
}

function tlsWords(view: View, tls: string | undefined): string {
  const words = view.words.headers.way
  if (tls === undefined) return words.unknown
  return tls === 'none' ? words.plain : tls === 'TLS' ? words.encrypted : tls
}

function ours(view: View, { ours: fields }: HeaderReading): Html {
  const words = view.words.headers.ours
  if (fields.length === 0) return html``
  return html`<h2>${words.title}</h2>
    ${fields.map(
      ({ name, value }) =>
        html`<p>
            ${name === 'x-postern-refuse' ? words.refuse : name === 'x-postern-junk' ? words.junk : ''}
          </p>
          <p>${literal(`${name}: ${visible(value)}`)}</p>`,
    )}
    <p>${words.forged}</p>`
}

function lists(view: View, { list }: HeaderReading): Html {
  const words = view.words.headers.list
  if (list.length === 0) return html``
  const has = (wanted: string): boolean => list.some(({ name }) => name === wanted)
  return html`<h2>${words.title}</h2>
    ${
      has('list-unsubscribe')
        ? html`<p>${has('list-unsubscribe-post') ? words.oneClick : words.noOneClick}</p>`
        : ''
    }
    ${table({
      caption: words.caption,
      quiet: true,
      stack: true,
      head: [words.field, words.value],
      rows: list.map(({ name, value }) => [name, visible(value)]),
    })}`
}
