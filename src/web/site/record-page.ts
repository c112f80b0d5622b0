import { formatReply } from '../../access/reply.ts'
import { reasons } from '../../access/reasons.ts'
import { minute, day } from '../../base/clock.ts'
import { refusedNow, type Ladder, type Refused } from '../../core/ladder/ladder.ts'
import type { Decision } from '../../core/decisions/actions.ts'
import type { Case } from '../../core/senders/actions.ts'
import { verdictOf } from '../../core/senders/explanation.ts'
import { formatAddress } from '../../standards/ip.ts'
import type { Shelf } from '../guide/shelf.ts'
import { routes } from '../routes.ts'
import { choice } from '../ui/choices.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { definitions, literal, notice, verbatim } from '../ui/notice.ts'
import { wouldBeRefused } from '../ui/observing.ts'
import { deadline, time } from '../ui/time.ts'
import { timeline, type Happening } from '../ui/timeline.ts'
import type { View } from '../ui/view.ts'
import { authenticationRecord } from './authentication-parts.ts'
import { readingList } from './code-reading.ts'
import { endsSentence, evidence, judged, listingsOf, sentence } from './listing-parts.ts'
import { notYours } from './not-yours.ts'
import { reasonParts, reasonSections } from './reason-parts.ts'
import { whatToDo } from './what-to-do.ts'

/** How long a link proves that an SMTP session came from the address (contracts 8). */
const provesMs = 7 * day

/** The record behind the link in a refusal: the state now and the way out first, then what the mail server saw. */
export function recordPage(
  view: View,
  shelf: Shelf,
  token: string,
  opened: Case,
  ladder: Ladder | undefined,
): Page {
  const words = view.words.site.record
  const { facts, explanation } = opened
  const ip = formatAddress(facts.address)
  const title = isDeferral(opened) ? words.deferredTitle(ip) : words.title(ip)
  return {
    title,
    noindex: true,
    body: html`<p class="up">${time(view, refusedAt(opened))}</p>
      <h1>${title}</h1>
      <p class="lead">${sentence(view, reasonParts(view, facts.reason).title)}</p>
      ${isDeferral(opened) ? putOff(view, opened) : refused(view, opened, ladder === undefined ? '' : notYours(view, shelf.guide))}
      ${opened.hasPassedByVouch && verdictOf(opened.explanation) !== 'pass' ? html`<p>${words.vouched}</p>` : ''}
      ${judged(view, explanation)}
      ${ladder === undefined ? '' : whatToDo(view, shelf.guide, ladder, { explanation, proof: proof(view, opened) })}
      ${course(view, opened)} ${saw(view, opened, token)} ${evidence(view, explanation)}
      ${explanation.listings.length > 1 ? listingsOf(view, explanation) : ''}
      ${onwards(view, opened, ladder !== undefined)} ${readingList(view, shelf, facts.reason)}`,
  }
}

/** What the record is about, as the ladder carries it along; undefined where the listing behind it is over, for then nothing is left to do. */
export function refusedOfRecord(
  { facts, decision, explanation }: Case,
  { token, messageId }: { readonly token: string; readonly messageId?: string | undefined },
): Refused | undefined {
  const now = refusedNow(explanation)
  if (facts.listing !== null && now === undefined) return undefined
  return {
    ...(now ?? { class: null, isWide: false }),
    // A rule about the session is what the reader came for, whatever else holds for the address.
    reason: facts.listing === null ? facts.reason : (now?.reason ?? facts.reason),
    ip: formatAddress(facts.address),
    at: decision?.at ?? facts.minute * minute,
    domain: decision?.mailFrom ?? undefined,
    messageId,
    token,
  }
}

/** The tools that show more about this sender: a check, filled in with what the mail server saw, where no step has it already; and a message to try. */
function onwards(view: View, { facts, decision }: Case, hasSteps: boolean): Html {
  const words = view.words.guide.tools
  const seen = { ip: formatAddress(facts.address), domain: decision?.mailFrom || undefined }
  return html`<h2>${words.title}</h2>
    <ul class="choices">
      ${hasSteps ? '' : choice(view.link(routes.check.href(seen)), words.check, words.checkHint)}
      ${choice(view.link(routes.probe.start.href()), words.probe, words.probeHint)}
    </ul>`
}

function isDeferral({ facts }: Case): boolean {
  return reasons[facts.reason].code !== 550
}

/** `sendOn`: for whoever does not run the server, right below the state. */
function refused(view: View, opened: Case, sendOn: Html | ''): Html {
  const words = view.words.site.record
  const { reason, listing } = opened.facts
  const { why } = reasonParts(view, reason)
  if (reason === 'authentication')
    return html`${sendOn}${authenticationRecord(view, opened.decision?.authentication, why)}`
  // A rule about the session is kept at the next one: no listing has to be lifted.
  if (listing === null) return html`${sendOn}${reasonSections(view, reason)}`
  return html`${stateNow(view, opened)} ${sendOn}
    <h2>${words.why}</h2>
    <p>${why}</p>`
}

/** Mail that was put off needs nothing done; the listing of its sender, if there is one, is another matter. */
function putOff(view: View, opened: Case): Html {
  const words = view.words.site.record
  const { why, until } = reasonParts(view, opened.facts.reason)
  return html`${notice('info', words.nowBusy, html`<p>${until}</p>`)}
    <h2>${words.why}</h2>
    <p>${why}</p>
    ${verdictOf(opened.explanation) === 'reject' ? stateNow(view, opened) : ''}`
}

function stateNow(view: View, { explanation }: Case): Html {
  const words = view.words.site.record
  const { ip, listing, mode, reason } = explanation
  if (verdictOf(explanation) === 'reject' && listing !== null) {
    const ends = endsSentence(view, listing)
    return mode === 'observe' ? wouldBeRefused(view, ip, ends) : notice('bad', words.nowRefused(ip), ends)
  }
  if (verdictOf(explanation) === 'defer' && reason !== null) {
    const { title } = reasonParts(view, reason)
    return notice('info', view.words.site.address.deferred(ip), html`<p>${sentence(view, title)}</p>`)
  }
  return notice('good', words.nowFree(ip), html`<p>${words.nowFreeBody}</p>`)
}

function proof(view: View, opened: Case): Html {
  const words = view.words.site.record
  if (!opened.proves) return html`<p class="hint">${words.provesNot}</p>`
  const until = opened.facts.minute * minute + provesMs
  return html`<p class="hint">${words.proves(deadline(view, until))}</p>`
}

/** The listing and the refusal on a line of time; nothing when the listing is gone, for then the state says it all. */
function course(view: View, opened: Case): Html {
  const words = view.words.site.record
  const listing = opened.explanation.listing
  if (listing === null || verdictOf(opened.explanation) === 'pass') return html``
  const happenings: Happening[] = [
    {
      at: Date.parse(listing.since),
      to: Date.parse(listing.ends),
      tone: 'bad',
      words: `${words.listed}${view.words.common.colon}${listing.scope}`,
    },
    { at: refusedAt(opened), tone: 'info', words: isDeferral(opened) ? words.deferredAt : words.refusedAt },
  ]
  return html`<h2>${words.history}</h2>
    ${timeline(view, happenings, { caption: words.history, when: words.when, what: words.what })}`
}

function saw(view: View, opened: Case, token: string): Html {
  const words = view.words.site.record
  const { decision, facts } = opened
  const line = replyOf(view, opened, token)
  const known = (text: string | null | undefined): Html | undefined =>
    text ? literal(visible(text)) : undefined
  const entries = definitions([
    [words.at, time(view, refusedAt(opened), decision !== undefined)],
    [words.from, literal(formatAddress(facts.address))],
    [words.helo, known(decision?.helo)],
    [words.ptr, known(decision?.ptr)],
    [words.mailFrom, decision?.mailFrom === '' ? words.nullSender : known(decision?.mailFrom)],
    [
      view.words.site.address.code,
      html`<a
        href="${view.link(routes.code.href({ code: reasons[facts.reason].slug }, { case: token }))}"
        translate="no"
        >${reasons[facts.reason].code} ${reasons[facts.reason].status[view.codes]}</a
      >`,
    ],
    [words.times, decision && decision.count > 1 ? String(decision.count) : undefined],
    [words.edge, literal(facts.edge)],
  ])
  return html`<h2>${words.recordTitle}</h2>
    <p>${decision === undefined ? words.recordLater : words.recordIntro}</p>
    ${decision?.mode === 'observe' ? html`<p>${isJunked(decision) ? words.junked : words.observed}</p>` : ''}
    ${entries}
    ${
      line === undefined
        ? ''
        : html`<h3>${words.line}</h3>
            ${verbatim(line)}`
    }`
}

/** The SMTP line as it was said; undefined when the listing or the record that shaped it is not there. */
function replyOf(view: View, { facts, refusedBy, decision }: Case, token: string): string | undefined {
  if (refusedBy === undefined) return undefined
  const url = view.provider.site + routes.record.href({ token })
  const domain = decision?.authentication?.[0]?.domain
  if (facts.reason === 'authentication' && domain === undefined) return undefined
  return formatReply({ reason: facts.reason, listing: refusedBy, domain }, facts.address, view.codes, url)
}

/** The message went to Junk: nothing was refused. */
function isJunked({ authentication }: Decision): boolean {
  return authentication?.some((each) => each.isJunked === true) === true
}

function refusedAt({ decision, facts }: Case): number {
  return decision?.at ?? facts.minute * minute
}
