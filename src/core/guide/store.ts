import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Language } from '../../access/reasons.ts'
import type { ContentFile, ContentMistake } from './page.ts'

/** The pages as files: `<folder>/<language>/<section>/<name>.md`. Whatever is wrong with one is said and passed over. */

const languages: readonly Language[] = ['en', 'zh-CN']

/** Far above any page that a person reads; a larger file is an accident. */
const largestFile = 64 * 1024
const mostFiles = 2000

export function readContent(
  folder: string,
  isOwn: boolean,
): { readonly files: readonly ContentFile[]; readonly mistakes: readonly ContentMistake[] } {
  const files: ContentFile[] = []
  const mistakes: ContentMistake[] = []
  const say = (file: string, problem: string): void => void mistakes.push({ file, line: 1, problem })
  if (isOwn && !existsSync(folder)) say(folder, 'there is no such folder')
  for (const language of languages) {
    for (const path of pathsBelow(join(folder, language), say)) {
      const file = join(folder, language, path)
      const [, section, name] =
        /^([a-z0-9]+(?:-[a-z0-9]+)*)\/([a-z0-9]+(?:-[a-z0-9]+)*)\.md$/.exec(path) ?? []
      if (section === undefined || name === undefined) {
        say(file, `a page is ${language}/<section>/<name>.md, names of small letters, digits and hyphens`)
        continue
      }
      const text = readText(file, say)
      if (text !== undefined) files.push({ language, section, name, text, file, isOwn })
    }
  }
  return { files, mistakes }
}

/** Files that look like pages below a folder, in order; none when it is not there. */
function pathsBelow(folder: string, say: (file: string, problem: string) => void): string[] {
  try {
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.md') && !path.split('/').some((part) => part.startsWith('.')))
      .toSorted()
    if (found.length > mostFiles)
      say(folder, `there are more than ${mostFiles} pages; the rest is passed over`)
    return found.slice(0, mostFiles)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') say(folder, sentenceOf(error))
    return []
  }
}

function readText(file: string, say: (file: string, problem: string) => void): string | undefined {
  try {
    if (statSync(file).size > largestFile) {
      say(file, `is larger than ${largestFile / 1024} KiB`)
      return undefined
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch (error) {
    say(file, error instanceof TypeError ? 'is not UTF-8' : sentenceOf(error))
    return undefined
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
