import type { HeaderReading, Verdict } from '../../core/headers/reading.ts'
import type { MethodResult } from '../../standards/authentication-results.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { moment } from '../ui/moment.ts'
import { notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'

/** What servers found out about the sender, what signatures cover, and what forwarders sealed. */
export function authenticationParts(view: View, reading: HeaderReading): Html {
  return html`${results(view, reading)} ${signatures(view, reading)} ${arc(view, reading)}`
}

function results(view: View, { results: found }: HeaderReading): Html {
  const words = view.words.headers.results
  return html`<h2>${words.title}</h2>
    ${
      found.length === 0
        ? html`<p>${words.none}</p>`
        : html`<p>${words.lead}</p>
            ${found.map((verdict) => verdictPart(view, verdict))}`
    }`
}

function verdictPart(view: View, { authservId, trust, results: found }: Verdict): Html {
  const words = view.words.headers.results
  const name = authservId === undefined ? words.unnamed : visible(authservId)
  const tone = trust === 'ours' ? 'good' : trust === 'receiver' ? 'info' : 'warning'
  return html`${notice(tone, name, html`<p>${words.trust[trust]}</p>`, 3)}
  ${table({
    caption: words.caption(name),
    quiet: true,
    stack: true,
    head: [words.method, words.result, words.about],
    empty: words.empty,
    rows: found.map((each) => [
      own(words.methods, each.method) ?? visible(each.method),
      own(words.words, each.result) ?? visible(each.result),
      about(each),
    ]),
  })}`
}

/** The word for it; what a stranger wrote may be called `constructor`. */
function own(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined
}

/** `header.d=example.org`, and the comment that people read. */
function about({ properties, comment, reason }: MethodResult): string {
  const said = properties.map(({ type, name, value }) => `${type === '' ? name : `${type}.${name}`}=${value}`)
  return visible([...said.slice(0, 6), reason, comment && `(${comment})`].filter(Boolean).join(' '))
}

function signatures(view: View, { signatures: found }: HeaderReading): Html {
  const words = view.words.headers.signatures
  if (found.length === 0) return html``
  return html`<h2>${words.title}</h2>
    <p>${words.lead}</p>
    ${table({
      caption: words.caption,
      quiet: true,
      stack: true,
      head: [words.domain, words.selector, words.algorithm, words.fits, words.signed],
      rows: found.map((each) => [
        visible(each.domain),
        visible(each.selector),
        visible(each.algorithm),
        each.isAligned === undefined ? '' : each.isAligned ? words.yes : words.no,
        [
          visible(each.signed.join(', ')),
          ...(each.isPart ? [words.part] : []),
          ...(each.expiresAt === undefined ? [] : [words.expires(moment(view.language, each.expiresAt))]),
        ].join('; '),
      ]),
    })}`
}

function arc(view: View, { arc: instances, arcTrouble }: HeaderReading): Html {
  const words = view.words.headers.arc
  if (instances.length === 0) return html``
  return html`<h2>${words.title}</h2>
    <p>${words.lead}</p>
    ${arcTrouble === undefined ? '' : notice('warning', words.trouble[arcTrouble], '', 3)}
    ${table({
      caption: words.caption,
      quiet: true,
      stack: true,
      head: [words.instance, words.sealer, words.chain, words.found],
      rows: instances.map((each) => [
        String(each.instance),
        visible(each.domain ?? '?'),
        each.cv === undefined ? '?' : (own(words.cv, each.cv) ?? visible(each.cv)),
        visible((each.results?.results ?? []).map(({ method, result }) => `${method}=${result}`).join(', ')),
      ]),
    })}`
}
