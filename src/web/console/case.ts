import { may } from '../../core/actor.ts'
import { owesAnswer, type Condition } from '../../core/cases/case.ts'
import { isSpokenTo } from '../../core/cases/legal.ts'
import { takesPart } from '../../core/cases/participant.ts'
import { showPrefix } from '../../standards/prefix.ts'
import { Refusal } from '../../base/refusal.ts'
import { formatAddress } from '../../standards/ip.ts'
import { errorSummary, hiddenField, select, submit, textArea, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { badge, definitions, literal, notice } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'
import type { CaseFile } from './case-actions.ts'
import {
  aboutWords,
  assigneeWords,
  caseBadge,
  handedWords,
  mailboxWords,
  namedIn,
  shortCaseTable,
  waitsFor,
} from './case-parts.ts'
import { awaitedTests, formAddresses, saidElsewhere } from './case-addresses.ts'
import { caseWarmUps } from './case-warm-up.ts'
import { thread } from './case-thread.ts'
import { deedsFor } from './case-deeds.ts'
import { restrictedCase } from './case-restricted.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { history } from './history.ts'
import { listingTable, said, when } from './listing-parts.ts'
import { messages } from '../messages/messages.ts'
import { places } from './places.ts'
import { requestLink } from './request-parts.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

export const caseRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.case.pattern, permission: 'case.read', safe: true, handle: casePage },
  { method: 'POST', path: places.case.pattern, permission: 'case.answer', safe: false, handle: orAgain },
  // A look is a deed: it is written down, so a link that a browser fetches ahead must not be one.
  {
    method: 'GET',
    path: places.caseOriginal.pattern,
    permission: 'case.read',
    safe: true,
    handle: async (visit) => goTo(places.case.href({ id: part(visit, 'id') })),
  },
  {
    method: 'POST',
    path: places.caseOriginal.pattern,
    permission: 'case.read',
    safe: false,
    handle: takeOriginal,
  },
]

/** Tests that every case about an address can be looked at with. */
const usualTests = ['reverse-name', 'helo-name']

async function casePage(visit: OperatorVisit): Promise<ConsolePage> {
  const file = await visit.actions.showCase(visit.actor, part(visit, 'id'))
  return file.case.legal === null ? await caseBody(visit, file) : restrictedCase(visit, file)
}

/** The whole page of a case. */
export async function caseBody(
  visit: OperatorVisit,
  file: CaseFile,
  errors: readonly FieldError[] = [],
): Promise<ConsolePage> {
  const { view, actor, actions, query } = visit
  const words = view.words.cases.one
  const { case: it } = file
  const { id } = it
  const title = words.title(aboutWords(view, { ...it, named: namedIn(file) }))
  const checks =
    query.get('checks') === undefined
      ? undefined
      : await actions.testsNow(actor, {
          id,
          tests: [...new Set([...usualTests, ...it.conditions.map(({ test }) => test)])],
        })
  return {
    title,
    body: html`${errorSummary(view, errors)}
      ${query.get('done') === undefined ? '' : notice('good', words.done)}
      <div class="head"><h1>${title} ${caseBadge(view, it)}</h1></div>
      ${it.legal === null ? '' : notice('warning', view.words.cases.legal.inside, html`<p>${view.words.cases.legal.proof(it.legal.prefix, view.words.owners.proofs[it.legal.proof as 'txt'] ?? it.legal.proof)} ${when(view, it.legal.checkedAt)}</p>`)}
      ${file.isOwnerStill === false ? notice('bad', view.words.cases.legal.gone, html`<p>${view.words.cases.legal.goneNext}</p>`) : ''}
      ${clock(view, file)} ${tools(visit, file)}
      <div class="columns">
        <section>
          <h2>${words.thread}</h2>
          ${thread(visit, file.messages, file.participants)} ${forms(visit, file)}
        </section>
        <section>
          ${formAddresses(visit, file)} ${caseWarmUps(visit, file)} ${facts(view, file)}
          ${conditions(view, file)} ${people(view, file)}
          ${
            it.about === null && file.listings.length === 0
              ? ''
              : html`<h2>${words.evidence}</h2>
                  ${listingTable(view, file.listings, { empty: words.noCovering })} ${lookUp(view, file)}`
          }
          <h2>${words.checks}</h2>
          ${checks === undefined ? html`<p><a href="${places.case.href({ id }, { checks: 'now' })}">${words.runChecks}</a></p>` : testTable(view, checks)}
          <h2>${view.words.cases.one.others}</h2>
          ${shortCaseTable(view, file.others, { caption: words.others, empty: words.noOthers, told: (other) => saidElsewhere(view, file, other) })}
        </section>
      </div>
      <h2>${words.history}</h2>
      ${history(view, file.history, true)}`,
  }
}

function clock(view: View, file: CaseFile): Html | string {
  const words = view.words.cases.one
  const { case: it } = file
  if (it.dueAt !== null) {
    const late = it.dueAt <= view.now
    return notice(late ? 'bad' : 'warning', html`${late ? words.late : words.soon} ${when(view, it.dueAt)}`)
  }
  if (it.askedUntilAt === null) return ''
  const title = html`${waitsFor(view, it)} ${when(view, it.askedUntilAt)}`
  return it.state === 'conditional'
    ? notice(
        'info',
        title,
        html`<p>${words.nobodysTurn}</p>
          ${awaitedTests(view, file)}`,
      )
    : notice('info', title, html`<p>${words.clockStands}</p>`)
}

function tools({ view, actor }: OperatorVisit, file: CaseFile): Html | string {
  const words = view.words.cases.one
  const { decide, manage } = deedsFor(actor, file)
  const link = (
    place: typeof places.caseDeed | typeof places.decideCase,
    deed: keyof typeof words.deeds,
  ): Html =>
    html`<a class="button quiet" href="${place.href({ id: file.case.id }, { deed })}"
      >${words.deeds[deed]}</a
    > `
  const legal =
    may(actor, 'case.legal') && file.case.legal === null && file.case.state !== 'closed'
      ? html`<nav class="actions">
          <a class="button quiet" href="${places.caseLegal.href({ id: file.case.id })}"
            >${view.words.cases.legal.mark}</a
          >
        </nav>`
      : ''
  return html`${decide.length === 0 ? '' : html`<nav class="actions" aria-label="${words.decide}">${decide.map((deed) => link(places.decideCase, deed))}</nav>`}
  ${manage.length === 0 ? '' : html`<nav class="actions" aria-label="${words.manage}">${manage.map((deed) => link(places.caseDeed, deed))}</nav>`}
  ${legal}`
}

function facts(view: View, { case: it }: CaseFile): Html {
  const { cases } = view.words
  const words = cases.one
  const at = (moment: number | null): Html | undefined => (moment === null ? undefined : when(view, moment))
  return definitions([
    [cases.severity, cases.severities[it.severity]],
    [cases.kind, cases.kinds[it.kind]],
    [cases.assignee, html`${assigneeWords(view, it)} ${handedWords(view, it)}`],
    [cases.page.reference, literal(it.id)],
    [cases.opened, when(view, it.openedAt)],
    [words.firstDue, owesAnswer(it) && it.closedAt === null ? when(view, it.firstDueAt) : undefined],
    [words.ruled, at(it.ruledAt)],
    [words.answered, at(it.answeredAt)],
    [words.effectDue, it.state === 'open' ? when(view, it.effectDueAt) : undefined],
    [words.asked, it.state === 'conditional' ? undefined : at(it.askedUntilAt)],
    [
      cases.sleeps,
      it.snoozedUntilAt !== null && it.snoozedUntilAt > view.now ? when(view, it.snoozedUntilAt) : undefined,
    ],
    [
      words.closedAt,
      it.closedAt === null
        ? undefined
        : html`${when(view, it.closedAt)} ${it.closedBy === null ? '' : actorWords(view, it.closedBy)}`,
    ],
    [words.outcome, it.outcome === null ? undefined : cases.outcomes[it.outcome]],
    [words.why, it.why === '' ? undefined : said(it.why)],
  ])
}

function conditions(view: View, { case: it }: CaseFile): Html | string {
  const words = view.words.cases.one
  if (it.conditions.length === 0) return ''
  const until =
    it.conditionsEndAt === null ? '' : html`<p>${words.testsUntil} ${when(view, it.conditionsEndAt)}</p>`
  return html`<h2>${words.tests}</h2>
    ${until} ${testTable(view, it.conditions)}`
}

function testTable(view: View, tests: readonly Condition[]): Html {
  const words = view.words.cases.one
  const tones = { passes: 'good', fails: 'bad', unknown: 'quiet' } as const
  return table({
    caption: words.tests,
    quiet: true,
    head: [words.test, words.said],
    rows: tests.map(({ test, said: result }) => [
      literal(visible(test)),
      badge(tones[result], words.results[result]),
    ]),
    empty: '',
  })
}

function people(view: View, { participants, requests }: CaseFile): Html {
  const { cases, console } = view.words
  const words = cases.one
  return html`<h2>${words.participants}</h2>
    ${table({
      caption: words.participants,
      quiet: true,
      stack: true,
      head: [words.mailbox, words.role, words.language, words.request, words.control],
      rows: participants.map((each) => {
        const request = requests.find(({ participantId }) => participantId === each.id)
        return [
          html`${mailboxWords(each.mailbox)} ${takesPart(each) ? '' : badge('quiet', words.withdrew)}
          ${each.helped === null ? '' : html`<span class="far">${words.helped[each.helped]}</span>`}`,
          cases.roles[each.role],
          words.languages[each.language],
          request ? requestLink(request) : '',
          request ? console.controls[request.control] : '',
        ]
      }),
      empty: cases.nobody,
    })}`
}

/** The page that has everything about the address: what the gate says, what it said lately, and why. */
function lookUp(view: View, { requests, case: it }: CaseFile): Html | string {
  const [request] = requests
  const text = request ? formatAddress(request.ip) : it.about
  if (text === null) return ''
  const name = request ? showPrefix(request.unit) : text
  return html`<p>
    <a href="${places.listings.href({ text })}">${view.words.cases.one.all}</a>
    <span class="far" translate="no">${name}</span>
  </p>`
}

function forms(visit: OperatorVisit, file: CaseFile): Html {
  const { view, actor, query, form: typed } = visit
  const words = view.words.cases.one
  const { case: it } = file
  const participants = file.participants.filter((each) => takesPart(each) && isSpokenTo(file.case, each))
  if (!may(actor, 'case.answer')) return html``
  const note = postForm(
    visit,
    places.case.href({ id: it.id }),
    html`${hiddenField('deed', 'note')}
      <h3>${words.noteTitle}</h3>
      ${textArea(view, { name: 'note', label: words.noteText, rows: 3, maxlength: 4000, value: typed.get('note') })}
      <div class="actions">${submit(words.addNote, 'quiet')}</div>`,
  )
  if (it.state === 'closed' || participants.length === 0) return note
  return html`<h3>${words.answerTitle}</h3>
    ${cannedForm(visit, file)}
    ${postForm(
      visit,
      places.case.href({ id: it.id }),
      html`${hiddenField('deed', 'answer')}
        ${textArea(view, { name: 'text', label: words.answer, hint: words.answerHint, rows: 8, maxlength: 4000, value: typed.get('text') ?? canned(visit, file, query.get('canned')) })}
        ${participants.length < 2 ? '' : select(view, { name: 'to', label: words.to, options: [['', words.toAll], ...participants.map(({ id, mailbox }) => [id, visible(mailbox)] as const)] })}
        ${select(view, { name: 'next', label: words.next, value: 'asks', options: (['asks', 'open', 'closes'] as const).map((each) => [each, words.nexts[each]] as const) })}
        <div class="actions">${submit(words.send)}</div>`,
    )}
    ${note}`
}

/** Beginnings of answers in the language of whoever reads them, not of whoever writes. */
function cannedIn(
  { deps }: OperatorVisit,
  { participants }: CaseFile,
): readonly (readonly [string, string])[] {
  const language = participants[0]?.language ?? deps.settings.provider.languages[0] ?? 'en'
  return messages[language].cases.canned
}

function canned(visit: OperatorVisit, file: CaseFile, chosen: string | undefined): string {
  return cannedIn(visit, file)[Number(chosen ?? '') - 1]?.[1] ?? ''
}

function cannedForm(visit: OperatorVisit, file: CaseFile): Html {
  const { view, query } = visit
  const words = view.words.cases.one
  const options = cannedIn(visit, file).map(([name], index) => [String(index + 1), name] as const)
  return html`<form class="filters" action="${places.case.href({ id: file.case.id })}#f-text">
    ${select(view, { name: 'canned', label: words.canned, value: query.get('canned') ?? '', options: [['', words.cannedNone], ...options] })}
    ${submit(words.cannedUse, 'quiet')}
  </form>`
}

/** Writes; what is refused stands above the case, with all that was typed in its field. */
async function orAgain(visit: OperatorVisit): Promise<ConsolePage | Response> {
  try {
    return await writeIn(visit)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'permission.denied') throw error
    const file = await visit.actions.showCase(visit.actor, part(visit, 'id'))
    if (file.case.legal !== null) throw error
    const page = await caseBody(visit, file, [{ message: refusalSentence(visit.view, error) }])
    return { ...page, status: error.status }
  }
}

/** An answer or a note. */
async function writeIn(visit: OperatorVisit): Promise<Response> {
  const { actor, actions, form } = visit
  const id = part(visit, 'id')
  if (form.get('deed') === 'note') {
    await actions.noteCase(actor, { id, text: form.get('note') ?? '' })
    return goTo(places.case.href({ id }, { done: 'note' }))
  }
  const next = (['asks', 'open', 'closes'] as const).find((each) => each === form.get('next'))
  if (form.get('deed') !== 'answer' || next === undefined)
    throw new Refusal('form.invalid', { field: 'deed' })
  await actions.answerCase(actor, { id, text: form.get('text') ?? '', to: form.get('to') || undefined, next })
  return goTo(places.case.href({ id }, { done: 'answer' }))
}

/** As a file, whatever is in it: nothing here opens it, and no browser shows it (security CASE-2, CASE-7). */
async function takeOriginal(visit: OperatorVisit): Promise<Response> {
  const { actor, actions, form } = visit
  const { hash, raw } = await actions.takeOriginal(actor, {
    id: part(visit, 'id'),
    message: form.get('message') ?? '',
  })
  return new Response(new Uint8Array(raw), {
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${hash.slice(0, 16)}.eml"`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  })
}
