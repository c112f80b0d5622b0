import { Refusal } from '../../base/refusal.ts'
import {
  cursorAfter,
  requestStates,
  type DelistRequest,
  type RequestState,
} from '../../core/delisting/request.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { unitOf } from '../../standards/prefix.ts'
import { hiddenField, submit, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { when } from './listing-parts.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { requestBadge, requestLink } from './request-parts.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'
import { tabs } from '../ui/tabs.ts'

export const requestsRoute: ConsoleRoute = {
  method: 'GET',
  path: places.requests.pattern,
  permission: 'console.read',
  safe: true,
  handle: requestsPage,
}

const pageSize = 50

interface Wish {
  readonly state: RequestState | 'all'
  readonly text: string
  readonly address: Address | Refusal | undefined
  readonly after: string | undefined
}

function readWish({ query }: OperatorVisit): Wish {
  const text = (query.get('ip') ?? '').trim()
  return {
    state: [...requestStates, 'all' as const].find((state) => state === query.get('state')) ?? 'all',
    text,
    address: text === '' ? undefined : parseAddress(text),
    after: query.get('after') || undefined,
  }
}

async function requestsPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, actor, actions } = visit
  const words = view.words.console.requests
  const wish = readWish(visit)
  const errors = errorsOf(view, wish)
  const found =
    errors.length > 0
      ? []
      : await actions.listRequests(actor, {
          state: wish.state === 'all' ? undefined : wish.state,
          unit:
            wish.address === undefined || wish.address instanceof Refusal ? undefined : unitOf(wish.address),
          after: wish.after,
          limit: pageSize + 1,
        })
  const shown = found.slice(0, pageSize)
  return {
    title: words.title,
    ...(errors.length > 0 ? { status: 422 } : {}),
    body: html`<h1>${words.title}</h1>
      ${tabs(
        words.title,
        (['all', 'open', 'proven', 'review', 'done', 'burned'] as const).map((state) => ({
          href: places.requests.href({ state, ip: wish.text || undefined }),
          words: words.tabs[state],
          here: state === wish.state,
        })),
      )}
      <form class="filters" action="${places.requests.href()}">
        ${hiddenField('state', wish.state)}
        ${textField(view, { name: 'ip', type: 'search', label: words.byAddress, value: wish.text, error: errors[0]?.message, autofocus: errors.length > 0, maxlength: 64, size: 'medium', autocomplete: 'off' })}
        ${submit(words.show, 'quiet')}
      </form>
      ${requestTable(view, shown, errors.length > 0 ? '' : emptyWords(view, wish))}
      ${pager(view, wish, found)}`,
  }
}

function errorsOf(view: View, { address }: Wish): readonly FieldError[] {
  if (!(address instanceof Refusal)) return []
  return [{ field: 'ip', message: refusalSentence(view, address) }]
}

function requestTable(view: View, requests: readonly DelistRequest[], empty: Html | string): Html {
  const { requests: words, controls } = view.words.console
  return table({
    caption: words.caption,
    quiet: true,
    stack: true,
    head: [words.address, words.state, words.asked, words.control, words.mailbox],
    rows: requests.map((request) => [
      requestLink(request),
      requestBadge(view, request),
      when(view, request.createdAt),
      controls[request.control],
      html`<span translate="no">${visible(request.mailbox)}</span>`,
    ]),
    empty,
  })
}

function emptyWords(view: View, { state, address }: Wish): Html {
  const words = view.words.console.requests
  const all = html` <a href="${places.requests.href({ state: 'all' })}">${words.showAll}</a>`
  if (address !== undefined && !(address instanceof Refusal))
    return html`${words.noneFor(formatAddress(address))}${all}`
  return html`${words.none}${state === 'all' ? '' : all}`
}

/** Pages go back in time; those who wait for a person stand with the longest waiting first. */
function pager(view: View, wish: Wish, found: readonly DelistRequest[]): Html | string {
  const last = found[pageSize - 1]
  const { requests, listings } = view.words.console
  const isQueue = wish.state === 'review'
  const hasMore = found.length > pageSize && last !== undefined
  const query = { state: wish.state, ip: wish.text || undefined }
  return html`<nav class="pager">
    ${wish.after === undefined ? '' : html`<a href="${places.requests.href(query)}">${isQueue ? requests.oldest : listings.newest}</a>`}
    ${hasMore ? html`<a href="${places.requests.href({ ...query, after: cursorAfter(last) })}" rel="next">${isQueue ? requests.later : listings.older}</a>` : ''}
  </nav>`
}
