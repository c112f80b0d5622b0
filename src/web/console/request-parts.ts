import type { DelistRequest } from '../../core/delisting/request.ts'
import { formatAddress } from '../../standards/ip.ts'
import { html, type Html } from '../ui/html.ts'
import { badge } from '../ui/notice.ts'
import type { View } from '../ui/view.ts'
import { places } from './places.ts'

/** Pieces that speak of delist requests, the same on every page. */

export function requestLink(request: DelistRequest): Html {
  return html`<a href="${places.request.href({ id: request.id })}" translate="no"
    >${formatAddress(request.ip)}</a
  >`
}

/** The state, and of a decided request its outcome. */
export function requestBadge(view: View, request: DelistRequest): Html {
  const { requests, outcomes } = view.words.console
  switch (request.state) {
    case 'review':
    case 'joined':
      return badge('warning', requests.states[request.state])
    case 'done':
      return badge(
        request.outcome === 'delisted' ? 'good' : 'quiet',
        outcomes[request.outcome ?? 'not-listed'],
      )
    case 'burned':
      return badge('quiet', requests.states.burned)
    case 'open':
    case 'proven':
      return request.expiresAt <= view.now
        ? badge('quiet', requests.lapsed)
        : badge('info', requests.states[request.state])
  }
}
