import { beijingMoment } from '../../base/beijing.ts'
import { html, type Html } from './html.ts'
import { calendarDay, distance, moment } from './moment.ts'
import type { View } from './view.ts'

/**
 * A time for people and machines: UTC in words, RFC 3339 in `datetime`. Where there is script, `assets/postern.js` adds the
 * reader's own zone behind it. `precise` shows seconds.
 */
export function time(view: View, at: number, precise = false): Html {
  return html`<time datetime="${machineTime(at)}" ${precise ? html`data-precise` : ''}
    >${moment(view.language, at, precise)}</time
  >`
}

/** A time that counts for the reader: in Chinese as in our letters, Beijing’s with UTC behind it. */
export function deadline(view: View, at: number): Html {
  if (view.language !== 'zh-CN') return time(view, at)
  return html`<time datetime="${machineTime(at)}" data-beijing>${beijingMoment(at)}</time>`
}

/** A time with how far it is: `in 3 days, 7 May 2026, 10:15 UTC`. */
export function timeAndDistance(view: View, at: number): Html {
  const far = distance(view.language, at, view.now)
  return view.language === 'zh-CN' ? html`${far}，${deadline(view, at)}` : html`${far}, ${time(view, at)}`
}

/** The same behind a word that wants the time itself, such as `by`: `7 May 2026, 10:15 UTC (in 3 days)`. */
export function timeThenDistance(view: View, at: number): Html {
  const far = distance(view.language, at, view.now)
  return view.language === 'zh-CN' ? html`${deadline(view, at)}（${far}）` : html`${time(view, at)} (${far})`
}

/** Only how far, with the exact time in `datetime` and on hover: `3 minutes ago`. */
export function ago(view: View, at: number): Html {
  return html`<time datetime="${machineTime(at)}" title="${moment(view.language, at, true)}" data-far
    >${distance(view.language, at, view.now)}</time
  >`
}

/** A day of the calendar, `2026-11-29`, in words. */
export function dayTime(view: View, day: string): Html {
  return html`<time datetime="${day}" data-far>${calendarDay(view.language, day)}</time>`
}

function machineTime(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}
