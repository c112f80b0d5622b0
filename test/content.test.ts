import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Language } from '../src/access/reasons.ts'
import type { Settings } from '../src/core/settings.ts'
import type { GuidePage } from '../src/core/guide/page.ts'
import { htmlFor, type Shelf } from '../src/web/guide/shelf.ts'
import { pageHref } from '../src/web/guide/targets.ts'
import { testSettings } from './support/context.ts'
import { literalFigures } from './support/literal-figures.ts'
import { garbledChinese } from './support/garbled-chinese.ts'
import { testShelf, testSite } from './support/site.ts'

/** The pages that come with Postern (`content/`), held against what the guide promises. */
const languages: readonly Language[] = ['en', 'zh-CN']

/** Everything in use, and everything switched off. */
const settings: Readonly<Record<string, Settings>> = {
  'with everything': testSettings({
    highVolume: { ...testSettings().highVolume, mode: 'reject' },
    provider: { ...testSettings().provider, community: 'https://forum.provider.example/' },
  }),
  'with little': testSettings({
    highVolume: { ...testSettings().highVolume, mode: 'observe' },
    policy: { mode: 'observe' },
    reputation: { ...testSettings().reputation, mode: 'observe' },
    provider: { ...testSettings().provider, networks: [] },
  }),
}
const full = shelfOf('with everything')

function shelfOf(which: string): Shelf {
  const found = settings[which]
  assert.ok(found)
  return testShelf(found)
}

const pagesOf = (language: Language): readonly GuidePage[] => full.guide.pages(language)

describe('The pages of the guide', () => {
  for (const which of Object.keys(settings)) {
    it(`have no mistake: head, figures, links, blocks (${which})`, () => {
      const said = shelfOf(which).mistakes.map(({ file, line, problem }) => `${file}:${line} ${problem}`)
      assert.deepEqual(said, [])
    })
  }

  it('are there in both languages', () => {
    const written = languages.map((language) =>
      pagesOf(language)
        .filter((page) => page.language === language)
        .map(({ id }) => id)
        .toSorted(),
    )
    assert.deepEqual(written[0], written[1])
    assert.ok((written[0]?.length ?? 0) > 4)
  })

  it('say in both languages the same about themselves: order, day, what they need', () => {
    const facts = (language: Language): object =>
      Object.fromEntries(
        pagesOf(language).map(({ id, order, date, needs }) => [id, { order, date, needs }] as const),
      )
    assert.deepEqual(facts('zh-CN'), facts('en'))
  })

  it('have headings, blocks and tables in both languages alike', () => {
    const shape = (language: Language): object =>
      Object.fromEntries(
        pagesOf(language).map((page) => {
          const { html, headings } = full.rendered(page)
          const count = (tag: string): number => html.split(tag).length - 1
          return [
            page.id,
            { headings: headings.map(({ level }) => level), blocks: count('<pre'), tables: count('<table') },
          ]
        }),
      )
    assert.deepEqual(shape('zh-CN'), shape('en'))
  })

  it('leave to the configuration what it decides', () => {
    const said = languages.flatMap((language) =>
      pagesOf(language).flatMap((page) => literalFigures(page).map((what) => `${page.file}: ${what}`)),
    )
    assert.deepEqual(said, [])
  })

  it('say in one sentence each what they are about, and when they were changed', () => {
    for (const language of languages)
      for (const page of pagesOf(language)) {
        assert.ok(page.summary.length > 0, `${page.file} has no summary`)
        assert.match(page.updated, /^\d{4}-\d{2}-\d{2}$/, page.file)
      }
  })

  it('read in Chinese as a person writes', () => {
    for (const page of pagesOf('zh-CN')) {
      const text = `${page.title}\n${page.summary}\n${page.body}`
      assert.doesNotMatch(text, garbledChinese, page.file)
      const prose = text
        .replaceAll(/^(```|~~~).*?^\1/gms, ' ')
        .replaceAll(/`[^`\n]*`|\]\([^)]*\)|\{\{[^}]*\}\}/g, '')
      assert.doesNotMatch(prose, /\p{Script=Han}[,;!?]/u, `${page.file}: half-width punctuation`)
      assert.doesNotMatch(
        prose,
        /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u,
        `${page.file}: a space between scripts`,
      )
    }
  })

  it('take with their style at most 40 kB and two requests each', async () => {
    const app = testSite({ settings: settings['with everything'] ?? testSettings(), shelf: full })
    const origin = 'https://postmaster.provider.example'
    for (const language of languages) {
      for (const page of pagesOf(language)) {
        const path = `/${language}${pageHref(page.section, page.name)}`
        const response = await app.request(origin + path)
        assert.equal(response.status, 200, path)
        const html = await response.text()
        const loaded = [
          ...html.matchAll(
            /<(?:link rel="(?:stylesheet|icon|preload)"|img|iframe|source|object)[^>]* (?:href|src)="([^"]+)"/g,
          ),
        ]
          .map(([, href = '']) => href)
          .filter((href) => !href.startsWith('data:'))
        assert.equal(loaded.length, 1, path)
        const style = await (await app.request(origin + (loaded[0] ?? ''))).arrayBuffer()
        const bytes = Buffer.byteLength(html) + style.byteLength
        assert.ok(bytes <= 40_000, `${path} has ${bytes} bytes with its style`)
      }
    }
  })

  it('keep every address of the site in the reader’s language', () => {
    for (const language of languages)
      for (const page of pagesOf(language)) {
        const html = htmlFor(full.rendered(page), `/${language}`)
        for (const [, href = ''] of html.matchAll(/href="(\/[^"]*)"/g))
          assert.ok(
            href.startsWith(`/${language}/`) || href.startsWith('/.well-known/'),
            `${page.file}: ${href}`,
          )
      }
  })
})
