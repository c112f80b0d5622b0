import { sections, type Finding, type Section, type Tone } from '../../core/probes/finding.ts'
import type { ProbeView } from '../../core/probes/actions.ts'
import type { ProbeFacts } from '../../core/probes/facts.ts'
import type { ProbeConnection } from '../../core/probes/probe.ts'
import { verdictOf, type Explanation } from '../../core/senders/explanation.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { count } from '../ui/moment.ts'
import { badge, definitions, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import { reasonParts } from '../site/reason-parts.ts'
import { askForm } from './probe-pages.ts'

/** Everything that was found about one test message, worst first in a sentence, then part by part. */
export function reportPage(view: View, probe: ProbeView): Page {
  const words = view.words.probe.report
  const { found, findings } = probe
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      <p>
        ${probe.receivedAt === null ? '' : words.arrived(time(view, probe.receivedAt, true))}
        ${words.kept(time(view, probe.keptUntil))}
      </p>
      ${found?.refused ? notice('bad', words.refusedTitle, html`<p>${words.refused[found.refused]}</p>`) : summary(view, findings)}
      ${found ? decision(view, found.decision) : ''}
      ${found ? envelope(view, found.connection, found.facts) : ''}
      ${sections.map((section) => part(view, section, findings))}
      ${found?.facts ? signatures(view, found.facts.dkim) : ''}
      ${
        probe.letter === null
          ? ''
          : html`<h2>${words.letterTitle}</h2>
              <p>${words.letter[probe.letter]}</p>`
      }
      ${askForm(view, view.words.probe.start.again)}`,
  }
}

function summary(view: View, findings: readonly Finding[]): Html {
  const words = view.words.probe.report
  const of = (tone: Tone): number => findings.filter((each) => each.tone === tone).length
  if (of('bad') > 0) return notice('bad', words.badTitle(of('bad')), html`<p>${words.bad}</p>`)
  if (of('warning') > 0)
    return notice('warning', words.warningTitle(of('warning')), html`<p>${words.warning}</p>`)
  return notice('good', words.goodTitle, html`<p>${words.good}</p>`)
}

const order: readonly Tone[] = ['bad', 'warning', 'info', 'good']

function part(view: View, section: Section, findings: readonly Finding[]): Html {
  const words = view.words.probe
  const own = findings
    .filter((each) => each.section === section)
    .toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
  if (own.length === 0) return html``
  return html`<h2>${words.report.sections[section]}</h2>
    <ul class="report-findings">
      ${own.map((each) => {
        const [what, next] = words.findings[each.name](shown(each.facts))
        return html`<li class="${each.tone}">
          ${badge(each.tone === 'info' ? 'quiet' : each.tone, words.report.tones[each.tone])}
          <div>
            <b>${what}</b>
            ${next === '' ? '' : html`<p>${next}</p>`}
          </div>
        </li>`
      })}
    </ul>`
}

/** What strangers wrote, with what cannot be seen written out. */
function shown(facts: Finding['facts']): Finding['facts'] {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value]),
  )
}

function decision(view: View, explanation: Explanation | undefined): Html {
  const words = view.words.probe.report
  if (explanation === undefined)
    return html`<h2>${words.decisionTitle}</h2>
      <p>${words.decisionUnknown}</p>`
  const { ip, action, reason } = explanation
  const would = verdictOf(explanation)
  const said =
    action === 'reject'
      ? words.decisionReject(ip)
      : action === 'defer'
        ? words.decisionDefer(ip)
        : would === 'pass'
          ? words.decisionPass(ip)
          : words.decisionObserved(ip)
  const tone = action === 'pass' ? (would === 'pass' ? 'good' : 'warning') : 'bad'
  return html`<h2>${words.decisionTitle}</h2>
    ${notice(tone, said, reason === null || would === 'pass' ? '' : html`<p>${reasonParts(view, reason).why}</p>`, 3)}
    <p><a href="${view.link(routes.address.href({ address: ip }))}">${words.decisionMore}</a></p>`
}

function envelope(view: View, connection: ProbeConnection, facts: ProbeFacts | undefined): Html {
  const { rows, ...words } = view.words.probe.report
  const { ip, helo, mailFrom, tls, cipher, confirmed } = connection
  const said = (text: string | null | undefined): Html | undefined =>
    text === null || text === undefined || text === '' ? undefined : literal(visible(text))
  return html`<h2>${words.envelopeTitle}</h2>
    ${definitions([
      [rows.from, said(facts?.header.from)],
      [rows.name, said(facts?.header.displayName)],
      [rows.replyTo, said(facts?.header.replyTo.join(', '))],
      [rows.sender, said(facts?.header.sender)],
      [rows.mailFrom, mailFrom === '' ? rows.nullSender : said(mailFrom)],
      [rows.ip, said(ip) ?? rows.unknown],
      [rows.helo, said(helo)],
      [rows.reverse, ip === null ? undefined : (said(confirmed[0]) ?? rows.none)],
      [
        rows.tls,
        tls === null
          ? rows.unknown
          : tls === 'none'
            ? rows.plain
            : said([tls, cipher].filter(Boolean).join(' ')),
      ],
      [rows.size, facts && words.size(count(view.language, facts.form.size))],
    ])}${checkLink(view, connection, facts)}`
}

/** What stands in DNS is told in full by the check. */
function checkLink(view: View, { ip }: ProbeConnection, facts: ProbeFacts | undefined): Html {
  const from = facts?.header.from ?? ''
  const domain = from.slice(from.lastIndexOf('@') + 1)
  if (domain === '') return html``
  const href = view.link(routes.check.href({ domain, ip: ip ?? undefined }))
  return html`<p><a href="${href}">${view.words.probe.report.check}</a></p>`
}

function signatures(view: View, dkim: ProbeFacts['dkim']): Html {
  const words = view.words.probe.report
  const real = dkim.filter(({ result }) => result !== 'none')
  if (real.length === 0) return html``
  const { caption, domain, selector, result, key, signed } = words.signatures
  return html`<h2>${words.signaturesTitle}</h2>
    ${table({
      caption,
      quiet: true,
      stack: true,
      head: [domain, selector, result, key, signed],
      rows: real.map((each) => [
        visible(each.domain),
        visible(each.selector),
        each.result,
        visible(each.bits === null ? each.algorithm : `${each.algorithm}, ${words.bits(each.bits)}`),
        visible(each.signed.join(', ')),
      ]),
    })}`
}
