import type { ListedCase, NamedByForm } from '../../core/case-desk/named-actions.ts'
import type { Case } from '../../core/cases/case.ts'
import { isOverdue } from '../../core/cases/case.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { badge } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { actorWords } from './actor-words.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { formatPrefix, showPrefixText } from '../../standards/prefix.ts'
import type { CaseFile } from './case-actions.ts'

/** Pieces that speak of cases, the same on every page. */

/** The address that it is about, as people write it, or those of its form; else that there is none, or that it is not said here. */
export function aboutWords(
  view: View,
  { about, legal, kind, named }: Pick<ListedCase, 'about' | 'legal' | 'kind' | 'named'>,
): string {
  const { cases: words } = view.words
  if (legal !== null && about === null) return words.legal.title
  if (about !== null) return showPrefixText(about)
  const [first, ...others] = named?.prefixes ?? []
  if (named !== undefined && first !== undefined)
    return words.named[named.kind](showPrefixText(first), others.length)
  return kind === 'form' ? words.ofForm : words.noAddress
}

/** What the form or the forecast of a case names, as its file has it. */
export function namedIn({
  forms: [form],
  warmUps: [warmUp],
}: Pick<CaseFile, 'forms' | 'warmUps'>): NamedByForm | undefined {
  if (form)
    return { kind: 'deliverability', prefixes: form.addresses.map(({ prefix }) => formatPrefix(prefix)) }
  return warmUp && { kind: 'warm-up', prefixes: warmUp.warmUp.units.map(formatPrefix) }
}

export function caseLink(view: View, it: ListedCase): Html {
  return html`<a href="${places.case.href({ id: it.id })}" translate="no">${aboutWords(view, it)}</a>`
}

export function caseBadge(view: View, { state, outcome }: Case): Html {
  const { states, outcomes } = view.words.cases
  switch (state) {
    case 'open':
      return badge('warning', states.open)
    case 'waiting':
    case 'conditional':
      return badge('info', states[state])
    case 'closed':
      return badge(outcome === 'granted' ? 'good' : 'quiet', outcomes[outcome ?? 'answered'])
  }
}

/** When its time is up; where no clock runs, what is waited for. */
export function caseClock(view: View, it: Case): Html | string {
  const words = view.words.cases
  if (it.closedAt !== null) return when(view, it.closedAt)
  const asleep =
    it.snoozedUntilAt !== null && it.snoozedUntilAt > view.now
      ? html` <span class="far">${words.sleeps} ${when(view, it.snoozedUntilAt)}</span>`
      : ''
  if (it.dueAt !== null)
    return html`${when(view, it.dueAt)}${isOverdue(it, view.now) ? html` ${badge('bad', words.overdue)}` : ''}${asleep}`
  return it.askedUntilAt === null ? '' : html`${waitsFor(view, it)} ${when(view, it.askedUntilAt)}${asleep}`
}

/** What a case whose clock stands waits for, until the moment that follows: an answer, or tests, which are nobody's turn. */
export function waitsFor(view: View, { state }: Pick<Case, 'state'>): string {
  const { testsRun, theirTurn } = view.words.cases.one
  return state === 'conditional' ? testsRun : theirTurn
}

export function assigneeWords(view: View, { assignee }: Case): string {
  return assignee === null ? view.words.cases.nobody : actorWords(view, assignee)
}

/** Who gave it to whom, and when; nothing of it where somebody took it themselves. */
export function handedWords(view: View, { assignee, assignedAt, assignedBy }: Case): Html | string {
  if (assignedAt === null || assignedBy === null || assignedBy === assignee) return ''
  return html`<span class="far"
    >${view.words.cases.handedBy(actorWords(view, assignedBy))} ${when(view, assignedAt)}</span
  >`
}

/** Cases in few columns, beside something else. `told`: what more is said of one of them. */
export function shortCaseTable(
  view: View,
  list: readonly ListedCase[],
  {
    caption,
    empty,
    told,
  }: { readonly caption: string; readonly empty: string; readonly told?: (it: Case) => Html },
): Html {
  const words = view.words.cases
  return table({
    caption,
    quiet: true,
    stack: true,
    head: [words.about, words.state, words.opened, words.due],
    rows: list.map((it) => [
      html`${caseLink(view, it)} ${told?.(it) ?? ''}`,
      caseBadge(view, it),
      when(view, it.openedAt),
      caseClock(view, it),
    ]),
    empty,
  })
}

export function mailboxWords(mailbox: string): Html {
  return html`<span translate="no">${visible(mailbox)}</span>`
}
