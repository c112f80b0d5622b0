import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import { endOf } from '../../core/forecasts/forecast.ts'
import type { WarmUpAtDesk } from '../../core/warm-ups/actions.ts'
import { warmUpDeeds } from '../../core/warm-ups/desk-actions.ts'
import { warmUpDays, warmUpFacts } from '../forms/warm-up-part.ts'
import { hiddenField, select, submit, textArea, textField } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { definitions } from '../ui/notice.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'
import type { CaseFile } from './case-actions.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import { goTo, part, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** A forecast beside its thread: agreed to, shortened, refused or stopped. */
export const caseWarmUpRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.caseWarmUp.pattern,
    permission: 'case.read',
    safe: true,
    handle: async (visit) => goTo(places.case.href({ id: part(visit, 'id') })),
  },
  {
    method: 'POST',
    path: places.caseWarmUp.pattern,
    permission: 'delisting.decide',
    safe: false,
    handle: decide,
  },
]

/** The forecasts of a case, with a form for whoever may decide. */
export function caseWarmUps(visit: OperatorVisit, { case: it, warmUps }: CaseFile): Html {
  const { view, actor } = visit
  const mayDecide = may(actor, 'delisting.decide')
  return html`${warmUps.map((each) => html`${said(view, each)} ${mayDecide ? form(visit, it, each) : ''}`)}`
}

function said(view: View, { warmUp, days, isOwner }: WarmUpAtDesk): Html {
  const { part: words, desk } = view.words.warmUp
  const { asked, state, why, changedAt } = warmUp
  const of = (value: number): string => count(view.language, value)
  return html`<h2>${words.title}</h2>
    ${definitions([
      [desk.state, html`${words.states[state]} ${time(view, changedAt)}`],
      [desk.why, why === null ? undefined : words.whys[why]],
      [desk.owner, isOwner ? desk.isOwner : desk.isNoOwner],
      [
        desk.asked,
        state === 'asked'
          ? undefined
          : html`${words.figures(of(asked.first), of(asked.growth), of(asked.most))}
            ${time(view, asked.startsAt)} – ${time(view, endOf(asked))}`,
      ],
    ])}
    ${warmUpFacts(view, warmUp)} ${warmUpDays(view, days)}`
}

function form(visit: OperatorVisit, it: CaseFile['case'], { warmUp }: WarmUpAtDesk): Html {
  const { view } = visit
  const { desk: words } = view.words.warmUp
  const { state, asked, participantId } = warmUp
  const isAsked = state === 'asked' && it.state !== 'closed'
  if (!isAsked && state !== 'agreed') return html``
  const deeds = warmUpDeeds.filter((deed) => (deed === 'stop') !== isAsked)
  const figure = (name: 'starts' | 'days' | 'most', value: string): Html =>
    textField(view, { name, label: words[name], size: 'short', maxlength: 12, autocomplete: 'off', value })
  return postForm(
    visit,
    places.caseWarmUp.href({ id: it.id }),
    html`${hiddenField('participant', participantId)}
      ${select(view, { name: 'deed', label: words.decide, options: deeds.map((deed) => [deed, words.deeds[deed]] as const) })}
      ${
        isAsked
          ? html`<p class="hint">${words.shorten}</p>
              ${figure('starts', new Date(asked.startsAt).toISOString().slice(0, 10))}
              ${figure('days', String(asked.days))} ${figure('most', String(asked.most))}`
          : ''
      }
      ${textArea(view, { name: 'words', label: words.words, hint: words.wordsHint, rows: 3, maxlength: 4000 })}
      <div class="actions">${submit(words.do)}</div>`,
  )
}

async function decide(visit: OperatorVisit): Promise<Response> {
  const { actor, actions, form: fields } = visit
  const id = part(visit, 'id')
  const deed = warmUpDeeds.find((each) => each === fields.get('deed'))
  if (deed === undefined) throw new Refusal('form.invalid', { field: 'deed' })
  await actions.decideWarmUp(actor, {
    id,
    participant: fields.get('participant') ?? '',
    deed,
    starts: fields.get('starts'),
    days: fields.get('days'),
    most: fields.get('most'),
    words: fields.get('words'),
  })
  return goTo(places.case.href({ id }, { done: 'warm-up' }))
}
