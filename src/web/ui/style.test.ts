import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const style = readFileSync(new URL('../../../assets/style.css', import.meta.url), 'utf8')

/** Custom properties that are colours, of the light and of the dark scheme. */
function colours(block: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  )
}

const [, light = '', dark = ''] = style.split(':root {')
const schemes = { light: colours(light.split('}')[0] ?? ''), dark: colours(dark.split('}')[0] ?? '') }

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.slice(1).replaceAll(/./g, '$&$&') : colour.slice(1)
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [bright = 0, dim = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (bright + 0.05) / (dim + 0.05)
}

const text: readonly (readonly [ink: string, paper: string])[] = [
  ['ink', 'paper'],
  ['ink', 'panel'],
  ['ink', 'good-panel'],
  ['ink', 'warning-panel'],
  ['ink', 'bad-panel'],
  ['quiet', 'paper'],
  ['quiet', 'panel'],
  ['quiet', 'good-panel'],
  ['quiet', 'bad-panel'],
  ['accent', 'paper'],
  ['accent', 'panel'],
  ['accent', 'bad-panel'],
  ['accent', 'good-panel'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['good', 'good-panel'],
  ['warning', 'warning-panel'],
  ['bad', 'bad-panel'],
  ['bad', 'paper'],
  ['paper', 'bad'],
]

describe('the stylesheet', () => {
  for (const [scheme, of] of Object.entries(schemes)) {
    it(`has enough contrast in the ${scheme} scheme (WCAG 2.2: 4.5 for text, 3 for fields and marks)`, () => {
      assert.ok(Object.keys(of).length >= 15)
      const at = (name: string): string => of[name] ?? schemes.light[name] ?? assert.fail(name)
      for (const [ink, paper] of text) {
        const found = contrast(at(ink), at(paper))
        assert.ok(found >= 4.5, `${ink} on ${paper}: ${found.toFixed(2)}`)
      }
      for (const [mark, paper] of [
        ['field', 'paper'],
        ['field', 'panel'],
        ['good', 'paper'],
        ['warning', 'paper'],
        ['accent', 'paper'],
      ] as const) {
        const found = contrast(at(mark), at(paper))
        assert.ok(found >= 3, `${mark} on ${paper}: ${found.toFixed(2)}`)
      }
    })
  }

  it('loads nothing', () => {
    assert.doesNotMatch(style, /@import|@font-face|url\(/)
  })
})
