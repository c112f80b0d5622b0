import { html, type Html } from './html.ts'
import { notice } from './notice.ts'
import type { View } from './view.ts'

/** Says that nothing is refused at present, whatever is listed; nothing where the list is acted on. */
export function observing(view: View, body: Html | string = ''): Html {
  if (view.mode !== 'observe') return html``
  const words = view.words.common.observing
  return notice(
    'info',
    words.title,
    html`<p>${words.lead}</p>
      ${body}`,
  )
}

/** The same about an address that enforce mode would refuse. `why`: paragraphs about its listing. */
export function wouldBeRefused(view: View, ip: string, why: Html | string = ''): Html {
  return observing(
    view,
    html`<p>${view.words.common.observing.would(ip)}</p>
      ${why}`,
  )
}
