import type { Concern } from '../../core/reputation/known-sender.ts'
import type { Way } from '../../core/senders/ways.ts'
import { html, type Html } from './html.ts'
import { moment } from './moment.ts'
import type { View } from './view.ts'

/** What a sender can do, nearest first. */
export function wayList(view: View, ways: readonly Way[]): Html {
  return html`<ol class="reading">
    ${ways.map((way) => html`<li>${wayWords(view, way)}</li>`)}
  </ol>`
}

function wayWords(view: View, { kind, at }: Way): string {
  const { ways, atLatest, ends } = view.words.judgement
  if (at === undefined) return ways[kind]
  const when = moment(view.language, Date.parse(at))
  const joint = view.language === 'zh-CN' ? '' : ' '
  return `${ways[kind]}${joint}${kind === 'wait' ? ends(when) : atLatest(when)}`
}

/** What weighs against a sender, by kind and where it is going: neither figures nor lines. */
export function concernList(view: View, concerns: readonly Concern[]): Html {
  const { weighs, concerns: words, directions, sentence, withDirection } = view.words.judgement
  if (concerns.length === 0) return html``
  return html`<h2>${weighs}</h2>
    <ul class="reading">
      ${concerns.map(({ kind, direction }) => html`<li>${direction === 'steady' ? sentence(words[kind]) : withDirection(words[kind], directions[direction])}</li>`)}
    </ul>`
}
