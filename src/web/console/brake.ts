import { brakeRules, type BrakeRule } from '../../access/brake.ts'
import { Refusal } from '../../base/refusal.ts'
import { may } from '../../core/actor.ts'
import type { BrakeState } from '../../core/reputation/hand-brake-actions.ts'
import { hiddenField } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { badge } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import { actorWords } from './actor-words.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import { goTo, type ConsoleRoute, type OperatorVisit } from './route.ts'

const permission = 'reputation.brake'

/** The brake by hand: it is about every sender that a rule would list, so it needs a code of the authenticator app. */
export const brakeRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.brake.pattern,
    permission,
    safe: true,
    handle: async () => goTo(places.overview.href()),
  },
  { method: 'POST', path: places.brake.pattern, permission, safe: false, fresh: true, handle: turn },
]

async function turn({ form, actions, actor }: OperatorVisit): Promise<Response> {
  const rule = brakeRules.find((name) => name === form.get('rule'))
  const state = form.get('state')
  if (rule === undefined || (state !== 'on' && state !== 'off'))
    throw new Refusal('form.invalid', { field: rule === undefined ? 'rule' : 'state' })
  try {
    await actions.turnBrake(actor, { rule, isOn: state === 'on' })
  } catch (error) {
    // Somebody else was quicker, or the engine: the overview shows it.
    if (!(error instanceof Refusal) || error.code !== 'brake.already') throw error
  }
  return goTo(`${places.overview.href()}#brake`)
}

/** Each rule of the judgement, whether it is held, and the button for the other state. */
export function brakeSection(visit: OperatorVisit, state: BrakeState): Html {
  const { view, actor } = visit
  const { overview: words, causes } = view.words.console
  const mayTurn = may(actor, permission)
  return html`<section id="brake">
    <h2>${words.brake}</h2>
    <p>${words.brakeLead}</p>
    ${table({
      caption: words.brake,
      quiet: true,
      stack: 'short',
      head: [words.rule, words.brakeState, words.brakeSince, ...(mayTurn ? [''] : [])],
      rows: brakeRules.map((rule) => [
        causes[rule],
        stateOf(visit, state, rule),
        whyOf(visit, state, rule),
        ...(mayTurn ? [button(visit, state, rule)] : []),
      ]),
      empty: '',
    })}
  </section>`
}

function stateOf({ view }: OperatorVisit, { held }: BrakeState, rule: BrakeRule): Html {
  const { overview: words } = view.words.console
  return held.some((each) => each.rule === rule)
    ? badge('warning', words.brakeOn)
    : badge('quiet', words.brakeOff)
}

/** Why it is held and since when; or what has been asked for and not been done yet. */
function whyOf({ view }: OperatorVisit, { held, wished }: BrakeState, rule: BrakeRule): Html | string {
  const { overview: words } = view.words.console
  const wish = wished.find((each) => each.rule === rule)
  if (wish) return wish.isOn ? words.brakeAsked : words.brakeReleaseAsked
  const braked = held.find((each) => each.rule === rule)
  if (braked === undefined) return ''
  const by = braked.by === undefined ? '' : html` (${actorWords(view, braked.by)})`
  return html`${words.brakeWhys[braked.why]}${by} <span class="far">${time(view, braked.since)}</span>`
}

function button(visit: OperatorVisit, { held, wished }: BrakeState, rule: BrakeRule): Html {
  const { overview: words, causes } = visit.view.words.console
  const wish = wished.find((each) => each.rule === rule)
  const isOn = wish?.isOn ?? held.some((each) => each.rule === rule)
  const [label, name] = isOn
    ? [words.releaseBrake, words.releaseBrakeOf(causes[rule])]
    : [words.pullBrake, words.pullBrakeOf(causes[rule])]
  return postForm(
    visit,
    places.brake.href(),
    html`${hiddenField('rule', rule)}${hiddenField('state', isOn ? 'off' : 'on')}
      <button class="button ${isOn ? 'main' : 'quiet'}" type="submit" aria-label="${name}">${label}</button>`,
  )
}
