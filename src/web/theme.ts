import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContentMistake } from '../core/guide/page.ts'

/** How an operator makes the site look like the house: a few rules behind our stylesheet, and a logo in place of our mark. */
export interface Theme {
  readonly style: string | undefined
  /** The logo as a `data:` address: one request less, and an SVG that is a picture runs nothing. */
  readonly logo: string | undefined
  readonly mistakes: readonly ContentMistake[]
}

/** Every page carries them, and a page with its style is at most 40 kB. */
const largestStyle = 8 * 1024
const largestLogo = 6 * 1024

export const noTheme: Theme = { style: undefined, logo: undefined, mistakes: [] }

/** Reads `theme.css` and `logo.svg` of the folder. One that cannot be used is left out and told. */
export function readTheme(folder: string | undefined): Theme {
  if (folder === undefined) return noTheme
  const style = readOne(join(folder, 'theme.css'), largestStyle, styleProblem)
  const logo = readOne(join(folder, 'logo.svg'), largestLogo, logoProblem)
  return {
    style: style.text,
    logo:
      logo.text === undefined
        ? undefined
        : `data:image/svg+xml;base64,${Buffer.from(logo.text).toString('base64')}`,
    mistakes: [...style.mistakes, ...logo.mistakes],
  }
}

function readOne(
  file: string,
  largest: number,
  problemIn: (text: string) => { readonly line: number; readonly problem: string } | undefined,
): { readonly text?: string; readonly mistakes: readonly ContentMistake[] } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return { mistakes: [] }
    return { mistakes: [{ file, line: 1, problem: error instanceof Error ? error.message : String(error) }] }
  }
  const found =
    Buffer.byteLength(text) > largest
      ? { line: 1, problem: `is larger than ${largest / 1024} KiB, and stands in every page` }
      : problemIn(text)
  return found === undefined ? { text, mistakes: [] } : { mistakes: [{ file, ...found }] }
}

/** A stylesheet that loads nothing, and whose brackets close: an open one would swallow what comes behind it. */
function styleProblem(text: string): { readonly line: number; readonly problem: string } | undefined {
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
  // An escape could hide any of these words from this look.
  const loads = /@import|@font-face|url\s*\(|image-set\s*\(|src\s*\(|\\/i.exec(plain)
  if (loads !== null)
    return { line: lineAt(plain, loads.index), problem: `${loads[0]} is not for a theme: pages load nothing` }
  let depth = 0
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === '{') depth++
    if (plain[at] === '}' && --depth < 0)
      return { line: lineAt(plain, at), problem: 'a bracket } closes nothing' }
  }
  return depth === 0
    ? undefined
    : { line: lineAt(plain, plain.length - 1), problem: 'a bracket { is not closed' }
}

function logoProblem(text: string): { readonly line: number; readonly problem: string } | undefined {
  if (!/^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(text))
    return { line: 1, problem: 'is no SVG' }
  const active =
    /<script|<foreignObject|\bon[a-z]+\s*=|<!ENTITY|(?:href|src)\s*=\s*["']\s*(?!#|data:image\/)/i.exec(text)
  return active === null
    ? undefined
    : { line: lineAt(text, active.index), problem: `${active[0]} is not for a logo` }
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
