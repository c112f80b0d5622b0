import type { CheckReport } from '../../core/checks/actions.ts'
import {
  guidePages,
  topicOf,
  topics,
  toMend,
  worstOf,
  type Finding,
  type FindingResult,
  type Topic,
} from '../../core/checks/finding.ts'
import type { Guide } from '../../core/guide/guide.ts'
import type { Ladder } from '../../core/ladder/ladder.ts'
import type { SpfStep } from '../../standards/spf.ts'
import { pageHref } from '../guide/targets.ts'
import { routes } from '../routes.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { ladderPart } from '../ui/ladder.ts'
import { badge, notice, verbatim } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import { betweenSentences } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'
import { checkForm } from './check-page.ts'

/** What a check found: what to mend on top, then every topic with what was found and what to publish. */
export function reportOf(view: View, report: CheckReport, guide: Guide, ladder?: Ladder): Html {
  const words = view.words.check
  const { domain, ip, selector, helo, at, findings } = report
  const wish = { domain, ip: ip ?? undefined, selector: selector ?? undefined, helo: helo ?? undefined }
  return html`<div class="report">
    <p class="lead">${words.about(domain, wish.ip)}</p>
    ${summary(view, findings)} ${ladder === undefined ? '' : ladderPart(view, guide, ladder)}
    <h2>${words.details}</h2>
    <p class="hint">${words.publishNote}</p>
    ${topics.map((topic) => topicOfReport(view, topic, findings, guide))}
    <p class="local">${words.checkedAt} ${time(view, at)}</p>
    <h2>${words.again}</h2>
    ${checkForm(view, wish, words.again)}
  </div>`
}

/** A finding in one line, while the others are still looked for. */
export function progressLine(view: View, { name, facts, result }: Finding): Html {
  const { topics: names, findings } = view.words.check
  return html`<li>
    ${mark(view, result)} <b>${names[topicOf(name)].title}</b><br />${findings[name](facts).what}
  </li>`
}

function summary(view: View, findings: readonly Finding[]): Html {
  const words = view.words.check
  const mend = toMend(findings)
  const faults = mend.filter(({ result }) => result === 'fault').length
  const isOpen = findings.some(({ result }) => result === 'unknown')
  const open = isOpen ? html`<p>${words.unknownToo}</p>` : html``
  if (mend.length === 0)
    return notice(
      isOpen ? 'info' : 'good',
      isOpen ? words.notAll : words.allGood,
      html`<p>${isOpen ? words.notAllBody : words.allGoodBody}</p>
        ${open}`,
    )
  return notice(
    faults > 0 ? 'bad' : 'warning',
    faults > 0 ? words.faults(faults, mend.length - faults) : words.noFaults,
    html`<p>${words.mend}</p>
      <ol class="reading">
        ${mend.map((each) => mendLine(view, each))}
      </ol>
      ${open}`,
  )
}

function mendLine(view: View, { name, facts, result }: Finding): Html {
  const { topics: names, findings } = view.words.check
  const topic = topicOf(name)
  const { what } = findings[name](facts)
  return html`<li>
    ${mark(view, result)} <a href="#${topic}">${names[topic].title}</a><br />${linked(what, facts)}
  </li>`
}

/** One topic; closed where everything is in order. */
function topicOfReport(view: View, topic: Topic, all: readonly Finding[], guide: Guide): Html {
  const findings = all.filter(({ name }) => topicOf(name) === topic)
  if (findings.length === 0) return html``
  const { topics: names } = view.words.check
  const worst = worstOf(findings)
  const isOpen = worst !== 'pass' && worst !== 'info'
  return html`<details class="topic" id="${topic}" ${isOpen ? html`open` : ''}>
    <summary>
      <h3>${names[topic].title}</h3>
      ${mark(view, worst)}
    </summary>
    <p class="hint">${names[topic].why(view.provider.name)}</p>
    ${findings.map((each) => findingPart(view, each))} ${guideLink(view, topic, guide)}
  </details>`
}

/** Nothing where the page is not there, or taken away by the operator. */
function guideLink(view: View, topic: Topic, guide: Guide): Html {
  const id = guidePages[topic]?.slice('page:'.length)
  if (id === undefined || guide.page(id, view.language) === undefined) return html``
  const [section = '', name] = id.split('/')
  return html`<p class="more">
    <a href="${view.link(pageHref(section, name))}">${view.words.check.guide}</a>
  </p>`
}

function findingPart(view: View, { name, result, facts, found, publish, trace }: Finding): Html {
  const words = view.words.check
  const { what, next } = words.findings[name](facts)
  const records = found.map((record) => `${visible(record.name)} ${record.type} ${visible(record.text)}`)
  return html`<div class="finding">
    <p>
      ${mark(view, result)}
      ${linked(what, facts)}${next === undefined ? '' : html`${betweenSentences(view)}${linked(next, facts)}`}
    </p>
    ${
      records.length === 0
        ? ''
        : html`<h4>${words.found}</h4>
            ${verbatim(records.join('\n'), optionTerm)}`
    }
    ${
      publish.length === 0
        ? ''
        : html`<h4>${words.publish}</h4>
            ${verbatim(publish.map(visible).join('\n'), optionTerm)}`
    }
    ${topicOf(name) === 'standing' ? lookUp(view, facts) : ''}
    ${trace === undefined ? '' : traceTable(view, trace)}
  </div>`
}

/** A term such as `-all`, which says something else when the line ends behind its hyphen. */
const optionTerm = /((?<=\s)-[^\s"]{1,30})/

function lookUp(view: View, facts: Finding['facts']): Html {
  const href = view.link(routes.address.href({ address: String(facts['ip']) }))
  return html`<p><a href="${href}">${view.words.check.lookUp}</a></p>`
}

/** The address that a sentence ends with, as a link; only those of our own words and of the operator’s lists get here. */
function linked(sentence: string, facts: Finding['facts']): Html {
  const url = facts['url']
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !sentence.endsWith(url))
    return html`${sentence}`
  return html`${sentence.slice(0, -url.length)}<a href="${url}">${url}</a>`
}

/** Terms of one record; a longer trace is nobody’s reading. */
const mostSteps = 100

function traceTable(view: View, trace: readonly SpfStep[]): Html {
  const words = view.words.check
  if (trace.length === 0) return html``
  return html`<details>
    <summary>${words.trace}</summary>
    ${table({
      caption: words.trace,
      quiet: true,
      stack: true,
      head: words.traceHead,
      numbers: [3],
      rows: trace.slice(0, mostSteps).map((step) => stepCells(step, words.outcomes[step.outcome])),
    })}
  </details>`
}

function stepCells(
  { depth, domain, term, asked, lookups }: SpfStep,
  outcome: string,
): readonly (Html | string | number)[] {
  const own =
    depth === 0 ? '' : html`<span class="hint">${'› '.repeat(Math.min(depth, 10))}${visible(domain)}</span> `
  const target = asked === undefined || asked === domain ? '' : visible(asked)
  return [html`${own}<code translate="no">${visible(term)}</code>`, outcome, target, lookups]
}

const tones: Readonly<Record<FindingResult, 'good' | 'info' | 'warning' | 'bad' | 'quiet'>> = {
  pass: 'good',
  info: 'quiet',
  warning: 'warning',
  fault: 'bad',
  unknown: 'info',
}

function mark(view: View, result: FindingResult): Html {
  return badge(tones[result], view.words.check.results[result])
}
