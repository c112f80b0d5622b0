import { may } from '../../core/actor.ts'
import { hiddenField, submit } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { definitions, notice } from '../ui/notice.ts'
import type { CaseFile } from './case-actions.ts'
import { caseBadge, caseClock } from './case-parts.ts'
import { postForm } from './frame.ts'
import { actorWords } from './actor-words.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import type { ConsolePage, OperatorVisit } from './route.ts'

/** What stands instead of a restricted case: that it is there, whose turn it is, and the way in for whoever has it. */
export function restrictedCase(visit: OperatorVisit, { case: it }: CaseFile): ConsolePage {
  const { view, actor, query } = visit
  const words = view.words.cases.legal
  const { cases } = view.words
  const id = it.id
  return {
    title: words.title,
    body: html`${query.get('done') === undefined ? '' : notice('good', view.words.cases.one.done)}
      <div class="head"><h1>${words.title} ${caseBadge(view, it)}</h1></div>
      ${notice('info', words.what, html`<p>${may(actor, 'case.legal') ? words.written : words.ask}</p>`)}
      ${definitions([
        [cases.severity, cases.severities[it.severity]],
        [cases.opened, when(view, it.openedAt)],
        [cases.due, html`${caseClock(view, it)}`],
        [words.since, it.legal === null ? undefined : when(view, it.legal.at)],
        [words.by, it.legal === null ? undefined : actorWords(view, it.legal.by)],
      ])}
      ${may(actor, 'case.legal') ? html`<div class="actions">${deedForm(visit, id, 'look', words.look)}${deedForm(visit, id, 'end', words.end)}</div>` : ''}`,
  }
}

function deedForm(visit: OperatorVisit, id: string, deed: 'look' | 'end', name: string): Html {
  return postForm(
    visit,
    places.caseLegal.href({ id }),
    html`${hiddenField('deed', deed)}${submit(name, deed === 'look' ? 'main' : 'quiet')}`,
  )
}
