import type { Settings } from '../settings.ts'
import { featuresOf, joinPages, type Guide } from './guide.ts'
import { readPage, type ContentMistake, type GuidePage } from './page.ts'
import { readContent } from './store.ts'

/** The guide of this installation, and what is wrong with its files. */
export interface ReadGuide {
  readonly guide: Guide
  readonly mistakes: readonly ContentMistake[]
}

/**
 * Reads the pages that come with Postern and those of the operator, once, at start. A file that cannot be used is left out and told; a page
 * of ours stands again where the operator's version of it is broken.
 */
export function readGuide(
  folders: { readonly ours: string; readonly own?: string | undefined },
  settings: Settings,
): ReadGuide {
  const sources = [readContent(folders.ours, false)]
  if (folders.own !== undefined) sources.push(readContent(folders.own, true))
  const mistakes = sources.flatMap((source) => source.mistakes)
  const pages: GuidePage[] = []
  for (const file of sources.flatMap((source) => source.files)) {
    const page = readPage(file)
    if ('id' in page) pages.push(page)
    else mistakes.push(...page)
  }
  return { guide: joinPages(pages, featuresOf(settings), settings.provider.languages), mistakes }
}
