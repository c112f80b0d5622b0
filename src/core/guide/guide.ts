import type { Language } from '../../access/reasons.ts'
import type { Settings } from '../settings.ts'
import { isFormOpen } from '../cases/external.ts'
import { announcementSection, type Feature, type GuidePage } from './page.ts'

/** The sections of our own pages, in the order in which people look for them; an operator's further ones follow. */
export const guideSections = [
  'troubleshooting',
  'plain',
  'policies',
  'filtering',
  'authentication',
  'new',
  'bulk',
  'forwarding',
  'ipv6',
  'programmes',
  'abuse',
  'about',
] as const
export type GuideSection = (typeof guideSections)[number]

export interface Section {
  readonly name: string
  /** `index.md` of the section, where it has one: title, summary and words above the list. */
  readonly index: GuidePage | undefined
  readonly pages: readonly GuidePage[]
}

/** All pages that this installation shows. */
export interface Guide {
  /** The page in this language, else in another that has it; undefined when there is none or it was taken away. */
  page(id: string, language: Language): GuidePage | undefined
  /** What is in use: pieces of pages may need it. */
  readonly inUse: ReadonlySet<Feature>
  /** Whether any language has it. */
  has(id: string): boolean
  /** Whether a page of this name was written, shown here or not: a link to it is no mistake. */
  knows(id: string): boolean
  /** Sections with at least one page. */
  sections(language: Language): readonly Section[]
  section(name: string, language: Language): Section | undefined
  /** The pages before and after, in the order of the guide. */
  neighbours(page: GuidePage, language: Language): { readonly before?: GuidePage; readonly after?: GuidePage }
  /** Newest first. */
  announcements(language: Language): readonly GuidePage[]
  /** Every page once for this language: for the search and for sitemap.xml. */
  pages(language: Language): readonly GuidePage[]
}

/** What is in use here, by the configuration. */
export function featuresOf({
  provider,
  reputation,
  highVolume,
  messageDoor,
  policy,
  support,
}: Settings): ReadonlySet<Feature> {
  const all: readonly (readonly [Feature, boolean])[] = [
    ['judgement', reputation.mode !== 'observe' && policy.mode === 'enforce'],
    ['high-volume', highVolume.mode !== 'observe'],
    // Who turns on a rule that only the message door enforces has one.
    ['message-door', messageDoor === 'installed' || highVolume.mode !== 'observe'],
    ['community', provider.community !== undefined],
    ['networks', provider.networks.length > 0],
    ['message-size', provider.messageSize !== undefined],
    ['outsiders', support.external !== 'none'],
    ['form', isFormOpen(support)],
  ]
  return new Set(all.filter(([, isOn]) => isOn).map(([feature]) => feature))
}

/** Joins pages; of two with the same id and language the operator's own stands. */
export function joinPages(
  all: readonly GuidePage[],
  inUse: ReadonlySet<Feature>,
  languages: readonly Language[],
): Guide {
  const chosen = new Map<string, GuidePage>()
  for (const page of all.toSorted((a, b) => Number(a.isOwn) - Number(b.isOwn)))
    chosen.set(`${page.language}/${page.id}`, page)
  const known = new Set(all.map(({ id }) => id))
  const ids = new Set([...chosen.values()].map(({ id }) => id))

  const isShown = (page: GuidePage): boolean =>
    !page.hidden && (page.needs === undefined || inUse.has(page.needs)) && languages.includes(page.language)
  const page = (id: string, language: Language): GuidePage | undefined => {
    const own = chosen.get(`${language}/${id}`)
    // Taken away in the reader's language is taken away, though another language may have it.
    if (own !== undefined) return isShown(own) ? own : undefined
    for (const other of languages) {
      const found = chosen.get(`${other}/${id}`)
      if (found !== undefined && isShown(found)) return found
    }
    return undefined
  }
  const perLanguage = new Map(
    languages.map((language) => {
      const shown = [...ids].flatMap((id) => page(id, language) ?? [])
      return [language, { shown, sections: sectionsOf(shown) }] as const
    }),
  )
  const of = (language: Language): { shown: readonly GuidePage[]; sections: readonly Section[] } =>
    perLanguage.get(language) ?? { shown: [], sections: [] }
  return {
    page,
    inUse,
    has: (id) => languages.some((language) => page(id, language) !== undefined),
    knows: (id) => known.has(id),
    sections: (language) => of(language).sections,
    section: (name, language) => of(language).sections.find((section) => section.name === name),
    neighbours(around, language) {
      const inOrder = of(language).sections.flatMap(({ pages }) => pages)
      const at = inOrder.findIndex(({ id }) => id === around.id)
      const [before, after] = at < 0 ? [] : [inOrder[at - 1], inOrder[at + 1]]
      return { ...(before && { before }), ...(after && { after }) }
    },
    announcements: (language) =>
      of(language)
        .shown.filter(isAnnouncement)
        .toSorted((a, b) => compare(b.date ?? '', a.date ?? '') || compare(a.name, b.name)),
    pages: (language) => of(language).shown.filter(({ name }) => name !== 'index'),
  }
}

function isAnnouncement({ section, name }: GuidePage): boolean {
  return section === announcementSection && name !== 'index'
}

function sectionsOf(shown: readonly GuidePage[]): Section[] {
  const names = [...new Set(shown.map(({ section }) => section))].filter(
    (name) => name !== announcementSection,
  )
  const sections = names.map((name): Section => {
    const inside = shown.filter(({ section }) => section === name)
    return {
      name,
      index: inside.find((page) => page.name === 'index'),
      pages: inside
        .filter((page) => page.name !== 'index')
        .toSorted((a, b) => a.order - b.order || compare(a.title, b.title)),
    }
  })
  const place = (name: string): number => {
    const at = (guideSections as readonly string[]).indexOf(name)
    return at < 0 ? guideSections.length : at
  }
  return sections
    .filter(({ pages }) => pages.length > 0)
    .toSorted(
      (a, b) =>
        place(a.name) - place(b.name) ||
        (a.index?.order ?? 100) - (b.index?.order ?? 100) ||
        compare(a.name, b.name),
    )
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
