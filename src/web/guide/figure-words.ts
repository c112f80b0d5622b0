import type { Language } from '../../access/reasons.ts'
import type { HighVolumeSettings } from '../../access/high-volume.ts'
import type { Figure } from '../../core/guide/figures.ts'
import type { Messages } from '../messages/en.ts'
import { calendarDay, count, length } from '../ui/moment.ts'

/** Figures of the guide in words and markup. */

/** `Within {{review}} we` as pieces: plain text, and names of figures. */
export function splitFigures(text: string): readonly { readonly plain: string; readonly name?: string }[] {
  return text.split(/(\{\{[^{}]*\}\})/).map((plain) => {
    const name = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(plain)?.[1]
    return name === undefined ? { plain } : { plain, name }
  })
}

/** A figure in words of the language. */
export function figureText(figure: Figure, language: Language, words: Messages['guide']): string {
  switch (figure.kind) {
    case 'list':
      return figure.items.length === 0 ? words.none : listed(language, figure.items)
    case 'count':
      return count(language, figure.value)
    case 'duration':
      return length(language, figure.ms)
    case 'high-volume':
      return highVolumeNow(language, figure.settings, words)
    case 'text':
    case 'literal':
    case 'mailbox':
    case 'link':
      return figure.text
  }
}

/** The same as markup: what can be copied as code, mailboxes as links. */
export function figureHtml(
  figure: Figure,
  language: Language,
  words: Messages['guide'],
  isInLink: boolean,
): string {
  const text = escapeHtml(figureText(figure, language, words))
  switch (figure.kind) {
    case 'list':
      return figure.items.length === 0
        ? text
        : listed(
            language,
            figure.items.map((item) => `<code translate="no">${escapeHtml(item)}</code>`),
          )
    case 'literal':
      return `<code translate="no">${text}</code>`
    case 'mailbox':
      return isInLink ? text : `<a href="mailto:${text}" translate="no">${text}</a>`
    case 'link':
      return isInLink ? text : `<a href="${text}" translate="no">${text}</a>`
    case 'text':
    case 'count':
    case 'duration':
    case 'high-volume':
      return text
  }
}

/** `a, b and c`; `a、b 和 c`. */
function listed(language: Language, items: readonly string[]): string {
  const text = new Intl.ListFormat(language, { type: 'conjunction' }).format(items)
  return language === 'zh-CN' ? text.replaceAll(/(?<=[\w>])和(?=[\w<])/g, ' 和 ') : text
}

/** The sentence is true on every day: it names those from which something changes. */
function highVolumeNow(
  language: Language,
  { mode, junkSince, rejectSince }: HighVolumeSettings,
  { highVolume: words }: Messages['guide'],
): string {
  const dayOf = (at: number): string => calendarDay(language, new Date(at).toISOString().slice(0, 10))
  switch (mode) {
    case 'observe':
      return words.observe
    case 'junk':
      return junkSince === undefined ? words.junk : words.junkFrom(dayOf(junkSince))
    case 'reject':
      if (rejectSince === undefined) return words.reject
      return junkSince === undefined
        ? words.rejectFrom(dayOf(rejectSince))
        : words.junkThenReject(dayOf(junkSince), dayOf(rejectSince))
  }
}

/** A list that stands alone in its paragraph: one below the other. */
export function figureList(figure: Figure): string | undefined {
  if (figure.kind !== 'list' || figure.items.length === 0) return undefined
  const items = figure.items.map((item) => `<li><code translate="no">${escapeHtml(item)}</code></li>`)
  return `<ul>${items.join('')}</ul>`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character)
}
