import { Refusal } from '../../base/refusal.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { hiddenField, select, submit, textArea } from '../ui/form.ts'
import { html, visible } from '../ui/html.ts'
import { notice } from '../ui/notice.ts'
import { aboutWords } from './case-parts.ts'
import { caseBody } from './case.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import { goTo, part, type ConsolePage, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** Cases of which only the owner of the address space is spoken to: marking one, looking into it, ending that. */
export const caseLegalRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: places.caseLegal.pattern, permission: 'case.legal', safe: true, handle: legalPage },
  // A look is a deed: it is written down, so a link that a browser fetches ahead must not be one.
  { method: 'POST', path: places.caseLegal.pattern, permission: 'case.legal', safe: false, handle: act },
]

/** The page before a case is marked: with whom it is spoken from then on, and how it is known that it is they. */
async function legalPage(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { view, actor, actions } = visit
  const words = view.words.cases.legal
  const id = part(visit, 'id')
  const file = await actions.showCase(actor, id)
  if (file.case.legal !== null || file.case.state === 'closed') return goTo(places.case.href({ id }))
  const owners = await actions.ownersFor(actor, id)
  const title = `${words.mark}${view.words.common.colon}${aboutWords(view, file.case)}`
  return {
    title,
    body: html`<div class="narrow">
      <h1>${title}</h1>
      <p class="lead">${words.means}</p>
      ${
        owners.length === 0
          ? html`${notice('warning', words.noOwner, html`<p>${words.noOwnerNext}</p>`)}
              <p><a href="${places.case.href({ id })}">${view.words.cases.one.back}</a></p>`
          : postForm(
              visit,
              places.caseLegal.href({ id }),
              html`${hiddenField('deed', 'mark')}
                ${select(view, {
                  name: 'claim',
                  label: words.owner,
                  options: owners.map(({ claim, owner }) => [
                    claim.id,
                    `${visible(owner.mailbox)}, ${formatPrefix(claim.prefix)}, ${claim.proof === null ? '' : view.words.owners.proofs[claim.proof]}`,
                  ]),
                })}
                ${textArea(view, { name: 'how', label: words.how, hint: words.howHint, rows: 4, maxlength: 4000 })}
                <div class="actions">
                  ${submit(words.mark, 'danger')}
                  <a href="${places.case.href({ id })}">${view.words.cases.one.back}</a>
                </div>`,
            )
      }
    </div>`,
  }
}

async function act(visit: OperatorVisit): Promise<ConsolePage | Response> {
  const { actor, actions, form } = visit
  const id = part(visit, 'id')
  switch (form.get('deed')) {
    case 'mark':
      await actions.markLegal(actor, { id, claim: form.get('claim') ?? '', how: form.get('how') ?? '' })
      return goTo(places.case.href({ id }, { done: 'legal' }))
    case 'end':
      await actions.endLegal(actor, id)
      return goTo(places.case.href({ id }, { done: 'legal' }))
    case 'look':
      return await caseBody(visit, await actions.lookInto(actor, id))
    default:
      throw new Refusal('form.invalid', { field: 'deed' })
  }
}
