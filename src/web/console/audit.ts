import { submit, textField } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { buttonLink, notice, verbatim } from '../ui/notice.ts'
import { actionsRow, postForm } from './frame.ts'
import { history } from './history.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

export const auditRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.audit.pattern, permission: 'audit.read', safe: true, handle: auditPage },
  {
    method: 'GET',
    path: places.verifyAudit.pattern,
    permission: 'audit.read',
    safe: true,
    handle: verifyPage,
  },
  // Changes nothing, but reads the whole chain: a link that a browser fetches ahead must not start it.
  { method: 'POST', path: places.verifyAudit.pattern, permission: 'audit.read', safe: false, handle: verify },
]

const pageSize = 50

async function auditPage({ view, query, actor, actions }: OperatorVisit): Promise<ConsolePage> {
  const words = view.words.console.audit
  const subject = (query.get('subject') ?? '').trim()
  const before = query.get('before') ?? ''
  const isLater = /^\d{1,15}$/.test(before)
  const found = await actions.listAudit(actor, {
    subject: subject || undefined,
    before: isLater ? Number(before) : undefined,
    limit: pageSize + 1,
  })
  const records = found.slice(0, pageSize)
  const last = found.length > pageSize ? records.at(-1) : undefined
  const wanted = subject || undefined
  return {
    title: words.title,
    body: html`<div class="head">
        <h1>${words.title}</h1>
        ${actionsRow([buttonLink(places.verifyAudit.href(), words.verify)])}
      </div>
      <p class="lead">${words.lead}</p>
      <form class="filters" action="${places.audit.href()}">
        ${textField(view, { name: 'subject', label: words.subject, hint: words.subjectHint, value: subject, size: 'medium', maxlength: 80, autocomplete: 'off' })}
        ${submit(words.show, 'quiet')}
      </form>
      ${records.length === 0 ? html`<p class="empty">${empty(words, subject)}</p>` : history(view, records)}
      <nav class="pager">
        ${isLater ? html`<a href="${places.audit.href({ subject: wanted })}">${words.newest}</a>` : ''}
        ${last === undefined ? '' : html`<a href="${places.audit.href({ subject: wanted, before: last.seq })}" rel="next">${words.older}</a>`}
      </nav>`,
  }
}

function empty(words: OperatorVisit['view']['words']['console']['audit'], subject: string): Html {
  return subject === ''
    ? html`${words.empty}`
    : html`${words.none} <a href="${places.audit.href()}">${words.showAll}</a>`
}

async function verifyPage(visit: OperatorVisit): Promise<ConsolePage> {
  const words = visit.view.words.console.audit
  return verifyFrame(visit, html`<p class="lead">${words.verifyLead}</p>`)
}

async function verify(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.console.audit
  const answer = await actions.verifyChain(actor)
  if (answer.broken) {
    const what = words.broken(count(view.language, answer.broken.seq))
    return verifyFrame(
      visit,
      notice(
        'bad',
        what,
        html`<p>${visible(answer.broken.why)}</p>
          <p>${words.brokenNext}</p>`,
      ),
    )
  }
  const head =
    answer.head === ''
      ? ''
      : html`<p>${words.head}</p>
          ${verbatim(answer.head)}
          <p>${words.keepHash}</p>`
  return verifyFrame(visit, notice('good', words.whole(count(view.language, answer.records)), head))
}

function verifyFrame(visit: OperatorVisit, body: Html): ConsolePage {
  const words = visit.view.words.console.audit
  return {
    title: words.verifyTitle,
    body: html`<div class="narrow">
      <h1>${words.verifyTitle}</h1>
      ${body}
      ${postForm(
        visit,
        places.verifyAudit.href(),
        html`<div class="actions">
          ${submit(words.verifyButton, 'quiet')} <a href="${places.audit.href()}">${words.back}</a>
        </div>`,
      )}
    </div>`,
  }
}
