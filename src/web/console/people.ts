import { may, roles } from '../../core/actor.ts'
import { Refusal } from '../../base/refusal.ts'
import { checkbox, submit } from '../ui/form.ts'
import { html, visible } from '../ui/html.ts'
import { definitions } from '../ui/notice.ts'
import { approvalWords } from './approval-words.ts'
import { postForm } from './frame.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { roleNames } from './role-words.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** Who has which roles, and what waits for a second person. */
export const peopleRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.operators.pattern,
    permission: 'operator.read',
    safe: true,
    handle: peoplePage,
  },
  {
    method: 'GET',
    path: places.operatorRoles.pattern,
    permission: 'operator.manage',
    safe: true,
    fresh: true,
    handle: rolesPage,
  },
  {
    method: 'POST',
    path: places.operatorRoles.pattern,
    permission: 'operator.manage',
    safe: false,
    fresh: true,
    handle: changeRoles,
  },
  {
    method: 'GET',
    path: places.approval.pattern,
    permission: 'approval.decide',
    safe: true,
    fresh: true,
    handle: approvalPage,
  },
  {
    method: 'POST',
    path: places.approval.pattern,
    permission: 'approval.decide',
    safe: false,
    fresh: true,
    handle: decide,
  },
]

async function peoplePage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actions, actor } = visit
  const { people: words } = view.words.console
  const [operators, waiting] = await Promise.all([actions.listOperators(actor), actions.listApprovals(actor)])
  const edit = may(actor, 'operator.manage')
  return {
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      ${
        waiting.length === 0
          ? ''
          : html`<h2>${words.waiting}</h2>
              <ul>
                ${waiting.map((each) => html`<li><a href="${places.approval.href({ id: each.id })}">${approvalWords(visit, each)}</a></li>`)}
              </ul>`
      }
      ${definitions(
        operators.map(({ name, roles: given }) => [
          html`<b translate="no">${visible(name)}</b>`,
          html`${roleNames(view, given)}
          ${edit ? html`<div><a href="${places.operatorRoles.href({ name })}">${words.change}</a></div>` : ''}`,
        ]),
      )}
      <p class="hint">${words.machine}</p>
      ${may(actor, 'person.export') ? html`<p><a href="${places.person.href()}">${view.words.console.person.title}</a></p>` : ''}
    </div>`,
  }
}

async function rolesPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actions, actor } = visit
  const { people: words, roles: names, roleMeans } = view.words.console
  const name = part(visit, 'name')
  const found = (await actions.listOperators(actor)).find((each) => each.name === name)
  if (found === undefined) throw new Refusal('operator.not-found', { name: name.slice(0, 40) })
  const choices = roles.map((role) =>
    checkbox(view, {
      name: `role.${role}`,
      label: html`${names[role]} <span class="far">${roleMeans[role]}</span>`,
      checked: found.roles.includes(role),
    }),
  )
  return {
    title: words.rolesOf(name),
    body: html`<div class="narrow">
      <h1>${words.rolesOf(visible(name))}</h1>
      <p class="lead">${words.two}</p>
      ${postForm(
        visit,
        places.operatorRoles.href({ name }),
        html`<fieldset>
            <legend>${words.roles}</legend>
            ${choices}
          </fieldset>
          <div class="actions">
            ${submit(words.save)} <a href="${places.operators.href()}">${words.back}</a>
          </div>`,
      )}
    </div>`,
  }
}

async function changeRoles(visit: OperatorVisit): Promise<Response> {
  const { form, actions, actor } = visit
  const chosen = roles.filter((role) => form.get(`role.${role}`) === 'yes')
  if (chosen.length === 0) throw new Refusal('form.invalid', { why: 'missing', field: 'role' })
  const waiting = await actions.changeRoles(actor, { name: part(visit, 'name'), roles: chosen })
  return goTo(waiting === undefined ? places.operators.href() : places.approval.href({ id: waiting.id }))
}

async function approvalPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actions, actor, session } = visit
  const { people: words } = view.words.console
  const approval = await actions.showApproval(actor, part(visit, 'id'))
  const erasure =
    approval.kind === 'person.erase' && approval.state === 'proposed'
      ? await actions.showErasure(actor, approval.facts['request'] ?? '')
      : undefined
  const isOwn = approval.proposedBy === `operator:${session.name}`
  const buttons = html`<div class="actions">
    ${isOwn ? '' : html`<button class="button main" name="deed" value="confirm" type="submit">${words.confirm}</button>`}
    <button class="button quiet" name="deed" value="decline" type="submit">
      ${isOwn ? words.takeBack : words.decline}
    </button>
  </div>`
  return {
    title: words.approval,
    body: html`<div class="narrow">
      <h1>${words.approval}</h1>
      <p class="lead">${approvalWords(visit, approval)}</p>
      ${definitions([
        [view.words.console.person.mailbox, erasure?.mailbox ? visible(erasure.mailbox) : undefined],
        [words.by, visible(approval.proposedBy.replace('operator:', ''))],
        [words.at, when(view, approval.proposedAt)],
        [words.until, when(view, approval.expiresAt)],
      ])}
      ${isOwn && approval.state === 'proposed' ? html`<p>${words.own}</p>` : ''}
      ${
        approval.state === 'proposed'
          ? postForm(visit, places.approval.href({ id: approval.id }), buttons)
          : html`<p>${words.states[approval.state]}</p>`
      }
    </div>`,
  }
}

async function decide(visit: OperatorVisit): Promise<Response> {
  const { form, actions, actor } = visit
  const id = part(visit, 'id')
  if (form.get('deed') === 'confirm') await actions.confirmApproval(actor, id)
  else if (form.get('deed') === 'decline') await actions.declineApproval(actor, id)
  else throw new Refusal('form.invalid', { why: 'missing', field: 'deed' })
  return goTo(places.approval.href({ id }))
}
