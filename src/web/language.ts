import type { Language } from '../access/reasons.ts'

/** Which language a page is in: the one in its address, else the one chosen before, else the best of Accept-Language. */

/** Splits `/zh-CN/codes` into language and `/codes`. Paths for programs have no language in front. */
export function splitLanguage(
  path: string,
  languages: readonly Language[],
): { readonly language?: Language; readonly path: string } {
  const [, first = '', rest = ''] = /^\/([^/]+)(\/.*)?$/s.exec(path) ?? []
  const language = languages.find((known) => known.toLowerCase() === first.toLowerCase())
  if (language === undefined || /^\/(api|assets|\.well-known)(\/|$)/.test(rest)) return { path }
  return { language, path: rest === '' ? '/' : rest }
}

/**
 * The best language for an Accept-Language header (RFC 9110 §12.5.4), or the first that we have.
 * A wish for a language without its region is met by any region of it: Postern has one Chinese.
 */
export function negotiate(header: string | undefined, languages: readonly Language[]): Language {
  const wishes = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/)
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 }
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
  for (const { tag } of wishes) {
    const found = languages.find((language) => base(language) === base(tag))
    if (found !== undefined) return found
  }
  return languages[0] ?? 'en'
}

function base(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? ''
}

/** The language of a `lang` cookie, if it is one of ours. */
export function readLanguage(text: string | undefined, languages: readonly Language[]): Language | undefined {
  return languages.find((language) => language === text)
}
