import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import type { Language } from '../../access/reasons.ts'

/**
 * One page of the guide: a file of Markdown (CommonMark) with YAML before it, between two lines `---`.
 * What a writer may say there is checked here; the Markdown itself where it is rendered.
 */
export interface GuidePage {
  /** `authentication/spf`: section and name, the same in every language. */
  readonly id: string
  readonly section: string
  readonly name: string
  readonly language: Language
  readonly title: string
  /** One sentence for lists, results and previews; empty where none is needed. */
  readonly summary: string
  /** Place within its section, from the smallest. */
  readonly order: number
  /** Day of the last change of meaning: `2026-11-29`; empty for pages that say no date. */
  readonly updated: string
  /** Further words that people search for. */
  readonly words: readonly string[]
  /** Shown only where this is in use. */
  readonly needs: Feature | undefined
  /** Day of an announcement. */
  readonly date: string | undefined
  /** Figures of the world that the text may say itself: what is ours comes from the configuration. */
  readonly facts: readonly string[]
  /** Taken away by the operator: nothing else of it counts. */
  readonly hidden: boolean
  /** From the operator's own folder. */
  readonly isOwn: boolean
  readonly body: string
  /** Line of the file in which the body begins, from 1. */
  readonly bodyLine: number
  /** Path for people: in mistakes. */
  readonly file: string
}

/** Parts of Postern that not every installation uses. */
export const features = [
  'message-door',
  'judgement',
  'high-volume',
  'feedback',
  'community',
  'networks',
  'message-size',
  'outsiders',
  'form',
] as const
export type Feature = (typeof features)[number]

/** Something wrong with a file of the guide. The page stays away, or the piece of it; the site goes on. */
export interface ContentMistake {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly problem: string
}

/** A file as it was read: where it stands in the tree, and its text. */
export interface ContentFile {
  readonly language: Language
  readonly section: string
  readonly name: string
  readonly text: string
  readonly file: string
  readonly isOwn: boolean
}

/** Section of the announcements; their names begin with their day. */
export const announcementSection = 'announcements'

const longestSummary = 160
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2026-11-29')
  .refine(isDay, 'there is no such day')
const lineOf = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(longest, `is longer than ${longest} characters`)
    .regex(/^\P{Cc}*$/u, 'has control characters')
// A bare number in a list of YAML is a number; here everything is a word.
const word = z.union([z.string(), z.number()]).transform(String).pipe(lineOf(80))

const frontMatter = z.strictObject({
  title: lineOf(120),
  summary: lineOf(longestSummary).optional(),
  order: z.int().min(0).max(10_000).default(100),
  updated: day.optional(),
  words: z.array(word).max(40).default([]),
  needs: z.enum(features, `expected one of ${features.join(', ')}`).optional(),
  date: day.optional(),
  facts: z.array(word).max(60).default([]),
  hidden: z.boolean().default(false),
})

/** All that a page needs that only takes another away. */
const hiddenMatter = z.strictObject({ hidden: z.literal(true) })

/** Reads one file; never throws. */
export function readPage(file: ContentFile): GuidePage | readonly ContentMistake[] {
  const { matter, body, bodyLine } = split(file.text)
  const wrong = (line: number, problem: string): ContentMistake => ({ file: file.file, line, problem })
  if (matter === undefined)
    return [wrong(1, 'the file begins with a line --- and ends its head with another')]
  const lines = new LineCounter()
  const document = parseDocument(matter, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0)
    return document.errors.map(({ message, linePos }) =>
      wrong((linePos?.[0].line ?? 1) + 1, yamlProblem(message)),
    )
  if (/^[^#]*[:\s[,][&*][\w-]/m.test(matter))
    return [wrong(2, 'anchors and aliases of YAML are not for the head of a page')]
  const written: unknown = document.toJS({ maxAliasCount: 0 })
  if (hiddenMatter.safeParse(written).success) return pageOf(file, { title: file.name, hidden: true }, '', 1)
  const result = frontMatter.safeParse(written)
  if (!result.success)
    return result.error.issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '')]
      return keys.map((key) => wrong(lineOfKey(document.contents, key, lines), problemOf(issue, key)))
    })
  const isAnnouncement = file.section === announcementSection && file.name !== 'index'
  if (isAnnouncement && result.data.date === undefined) return [wrong(2, 'an announcement needs a `date`')]
  if (!isAnnouncement && result.data.date !== undefined)
    return [
      wrong(lineOfKey(document.contents, 'date', lines), '`date` is for announcements only; say `updated`'),
    ]
  return pageOf(file, result.data, body, bodyLine)
}

function pageOf(
  { language, section, name, file, isOwn }: ContentFile,
  matter: Partial<z.output<typeof frontMatter>> & { readonly title: string },
  body: string,
  bodyLine: number,
): GuidePage {
  return {
    id: `${section}/${name}`,
    section,
    name,
    language,
    title: matter.title,
    summary: matter.summary ?? '',
    order: matter.order ?? 0,
    updated: matter.updated ?? matter.date ?? '',
    words: matter.words ?? [],
    needs: matter.needs,
    date: matter.date,
    facts: matter.facts ?? [],
    hidden: matter.hidden ?? false,
    isOwn,
    body,
    bodyLine,
    file,
  }
}

function split(text: string): { readonly matter?: string; readonly body: string; readonly bodyLine: number } {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const [whole, matter] = /^---[ \t]*\n(.*?)^---[ \t]*(?:\n|$)/ms.exec(plain) ?? []
  if (whole === undefined || matter === undefined || !plain.startsWith('---'))
    return { body: plain, bodyLine: 1 }
  return { matter, body: plain.slice(whole.length), bodyLine: whole.split('\n').length }
}

function yamlProblem(message: string): string {
  const [first = message] = message.split('\n')
  return first.startsWith('Nested mappings are not allowed')
    ? 'a sentence with a colon in it stands in quotes'
    : first.replace(/ at line \d+, column \d+:?$/, '')
}

function problemOf(issue: z.core.$ZodIssue, key: string): string {
  if (issue.code === 'unrecognized_keys') return `there is no key \`${key}\``
  if (issue.code === 'invalid_type' && issue.input === undefined && key !== '')
    return `\`${key}\`: ${issue.message}`
  return key === '' ? issue.message : `\`${key}\`: ${issue.message}`
}

function lineOfKey(contents: unknown, key: string, lines: LineCounter): number {
  if (!isMap(contents)) return 2
  const pair = contents.items.find(({ key: name }) => isScalar(name) && name.value === key)
  const range = isScalar(pair?.key) ? pair.key.range : undefined
  return range ? lines.linePos(range[0]).line + 1 : 2
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}
