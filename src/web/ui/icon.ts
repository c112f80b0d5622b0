import { raw, type Html } from './html.ts'

/**
 * The mark: a small gate in a wall, its leaf ajar. Drawn with `currentColor`, so that it works in light, dark and print.
 * The same drawing is `assets/mark.svg`.
 */
const mark = raw(
  '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">' +
    '<path fill="currentColor" d="M3 4h6v4h4V4h6v4h4V4h6v25h-6.5V19a6.5 6.5 0 0 0-13 0v10H3z"/>' +
    '<path fill="currentColor" d="M12 29V19a4 4 0 0 1 4-4v14z" opacity=".55"/></svg>',
)

const paths = {
  good: '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
  bad: '<path d="M6 6l12 12M18 6L6 18"/>',
  warning: '<path d="M12 4v10M12 18.5v.5"/>',
  info: '<path d="M12 10v9M12 5.5V6"/>',
  waiting: '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
  arrow: '<path d="M5 12h13M13 6.5l5.5 5.5-5.5 5.5"/>',
  outside: '<path d="M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9"/>',
} as const

type IconName = keyof typeof paths

export function markIcon(): Html {
  return mark
}

/** A picture beside words that say the same; hidden from those who hear the page. */
export function icon(name: IconName): Html {
  return raw(iconMarkup(name))
}

export function iconMarkup(name: IconName): string {
  return (
    '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2.5"' +
    ` stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths[name]}</svg>`
  )
}
