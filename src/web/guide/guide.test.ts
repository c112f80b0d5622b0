import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { testShelf, testSite } from '../../../test/support/site.ts'
import type { Web } from '../env.ts'
import { atomFeed } from './feed.ts'

/** A guide of a few pages, and an operator's folder over it. */
const head = (title: string, more = ''): string =>
  `---\ntitle: ${title}\nsummary: About ${title}.\nupdated: 2026-11-01\n${more}---\n\n`
const ours: Readonly<Record<string, string>> = {
  'en/troubleshooting/refused.md': `${head('My mail was refused', 'order: 10\n')}First words.\n\n## One\n\nx\n\n## Two\n\ny\n\n## Three\n\n[On](page:troubleshooting/late)\n`,
  'en/troubleshooting/late.md': `${head('My mail is late', 'order: 20\n')}After {{coolDown}}.\n`,
  'en/about/legal.md': `${head('Legal')}Ours.\n`,
  'en/announcements/2026-11-01-open.md': `${head('This site is open', 'date: 2026-11-01\n')}See [late](page:troubleshooting/late) & <more>.\n`,
  'en/announcements/2026-11-20-codes.md': `${head('New codes', 'date: 2026-11-20\n')}Text.\n`,
  'zh-CN/troubleshooting/refused.md': `${head('邮件被拒收', 'order: 10\n')}退信里有一行。\n`,
  'zh-CN/troubleshooting/late.md': `${head('邮件迟迟未到', 'order: 20\n')}请等待。\n`,
  'zh-CN/about/legal.md': `${head('法律声明')}内容。\n`,
}
const own: Readonly<Record<string, string>> = {
  'en/about/legal.md': `${head('Legal, of the house')}Theirs: {{nothing}}.\n`,
  'en/troubleshooting/late.md': '---\nhidden: true\n---\n',
  'en/house/index.md': `${head('The house')}Above the list.\n`,
  'en/house/rules.md': `${head('Rules')}Of the house.\n`,
  'en/troubleshooting/refused.md': '---\ntitle: broken\ncolour: red\n---\n',
  'en/stray.md': 'no place',
}

const origin = 'https://postmaster.provider.example'
const settings = testSettings()

describe('The guide on the site', () => {
  let folder: string
  let app: Web
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postern-guide-'))
    write('ours', ours)
    write('own', own)
    app = testSite({ shelf: testShelf(settings, { ours: join(folder, 'ours') }) })
  })
  after(() => rmSync(folder, { recursive: true }))

  function write(below: string, files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, below, path)), { recursive: true })
      writeFileSync(join(folder, below, path), text)
    }
  }
  const get = async (path: string, site = app): Promise<string> =>
    await (await site.request(origin + path)).text()

  it('shows a page with its place, its contents, its day and its neighbours', async () => {
    const page = await get('/en/guide/troubleshooting/refused')
    assert.match(
      page,
      /<nav class="breadcrumbs".*href="\/en\/".*href="\/en\/guide".*href="\/en\/guide\/troubleshooting"/s,
    )
    assert.match(page, /<nav class="contents".*href="#one".*href="#three"/s)
    assert.match(page, /Last changed: <time datetime="2026-11-01" data-far\s*>1 November 2026<\/time>/)
    assert.match(page, /rel="next"\s*><span>Next<\/span>My mail is late/)
    assert.match(page, /aria-current="page"\s*>My mail was refused/)
    assert.match(
      await get('/zh-CN/guide/troubleshooting/late'),
      /最近更新：.*rel="prev"\s*><span>上一篇<\/span>邮件被拒收/s,
    )
  })

  it('keeps the language of an address in its links, and the reader’s own elsewhere', async () => {
    assert.match(
      await get('/en/guide/troubleshooting/refused'),
      /href="\/en\/guide\/troubleshooting\/late">On/,
    )
    assert.match(await get('/guide/troubleshooting/refused'), /href="\/guide\/troubleshooting\/late">On/)
  })

  it('leads from the start page to what happened, and from old addresses to the new ones', async () => {
    const start = await get('/en/')
    assert.match(start, /href="\/en\/guide\/troubleshooting\/refused"/)
    // No page, no question.
    assert.doesNotMatch(start, /I send bulk mail/)
    const moved = await app.request(`${origin}/en/help/refused`)
    assert.equal(moved.status, 301)
    assert.equal(moved.headers.get('Location'), '/en/guide/troubleshooting/refused')
    assert.equal((await app.request(`${origin}/en/help/bulk`)).headers.get('Location'), '/en/guide')
    for (const path of [
      '/help/nothing',
      '/help/constructor',
      '/guide/nothing',
      '/guide/troubleshooting/nothing',
      '/announcements/nothing',
      '/guide/announcements/2026-11-01-open',
    ])
      assert.equal((await app.request(origin + path)).status, 404, path)
  })

  it('shows a page of another language where there is no other', async () => {
    const page = await get('/zh-CN/announcements/2026-11-01-open')
    assert.match(page, /本页面目前只有其他语言的版本/)
    assert.match(page, /<article class="prose" lang="en"/)
  })

  describe('with an operator’s folder', () => {
    const withOwn = () => testShelf(settings, { ours: join(folder, 'ours'), own: join(folder, 'own') })

    it('adds, replaces and hides by path and language', async () => {
      const site = testSite({ shelf: withOwn() })
      assert.match(await get('/en/guide/about/legal', site), /Legal, of the house/)
      assert.match(await get('/zh-CN/guide/about/legal', site), /法律声明/)
      assert.equal((await site.request(`${origin}/en/guide/troubleshooting/late`)).status, 404)
      assert.equal((await site.request(`${origin}/zh-CN/guide/troubleshooting/late`)).status, 200)
      assert.match(await get('/en/guide/house', site), /<h1>The house<\/h1>.*Above the list.*Rules/s)
    })

    it('leaves out what is broken, says so with file and line, and shows ours in its place', async () => {
      const shelf = withOwn()
      assert.deepEqual(
        shelf.mistakes
          .map(({ file, line, problem }) => `${file.replace(folder, '')}:${line} ${problem}`)
          .toSorted(),
        [
          '/own/en/about/legal.md:7 there is no figure {{nothing}}',
          '/own/en/stray.md:1 a page is en/<section>/<name>.md, names of small letters, digits and hyphens',
          '/own/en/troubleshooting/refused.md:3 there is no key `colour`',
        ],
      )
      assert.match(await get('/en/guide/troubleshooting/refused', testSite({ shelf })), /First words/)
    })

    it('is no reason to fail when it is not there, or holds anything', () => {
      assert.match(
        testShelf(settings, { ours: join(folder, 'ours'), own: join(folder, 'none') }).mistakes[0]?.problem ??
          '',
        /no such folder/,
      )
      const strange = join(folder, 'strange')
      cpSync(join(folder, 'own'), strange, { recursive: true })
      writeFileSync(join(strange, 'en/house/rules.md'), Buffer.from([0xff, 0xfe, 0x00]))
      writeFileSync(join(strange, 'en/house/large.md'), head('Large') + 'x'.repeat(70_000))
      mkdirSync(join(strange, 'en/house/folder.md'))
      const problems = testShelf(settings, { ours: join(folder, 'ours'), own: strange }).mistakes.map(
        ({ problem }) => problem,
      )
      for (const expected of [/not UTF-8/, /larger than 64 KiB/, /EISDIR|directory/])
        assert.ok(
          problems.some((problem) => expected.test(problem)),
          `${expected}: ${problems.join('; ')}`,
        )
    })
  })

  describe('as a feed (RFC 4287)', () => {
    const feed = (): string => atomFeed(settings, testShelf(settings, { ours: join(folder, 'ours') }), 'en')

    it('is well-formed and has what a feed must have (§4.1.1)', () => {
      const text = feed()
      assert.deepEqual(unclosed(text), [])
      assert.match(
        text,
        /^<\?xml version="1\.0" encoding="utf-8"\?>\n<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom" xml:lang="en">/,
      )
      const [top = ''] = text.split('<entry')
      for (const element of ['id', 'title', 'updated', 'author'])
        assert.equal(top.split(`<${element}>`).length, 2, element)
      assert.match(
        top,
        /<link rel="self" type="application\/atom\+xml" href="https:\/\/postmaster\.provider\.example\/en\/announcements\.atom"\/>/,
      )
      assert.match(top, /<updated>2026-11-01T00:00:00Z<\/updated>/)
    })

    it('has entries with id, title, updated and text, each id once (§4.1.2)', () => {
      const [, ...entries] = feed().split('<entry')
      assert.equal(entries.length, 2)
      for (const entry of entries)
        for (const element of ['id', 'title', 'updated', 'content type="html"'])
          assert.equal(entry.split(`<${element}>`).length, 2, element)
      const ids = [...feed().matchAll(/<id>([^<]+)<\/id>/g)].map(([, id]) => id)
      assert.equal(new Set(ids).size, 3)
      assert.match(entries[0] ?? '', /2026-11-20-codes.*<published>2026-11-20T00:00:00Z/s)
    })

    it('has whole addresses in its text, escaped once (§4.1.3.3)', () => {
      assert.ok(
        feed().includes(
          '&lt;a href=&quot;https://postmaster.provider.example/en/guide/troubleshooting/late&quot;&gt;late&lt;/a&gt; &amp;amp; &amp;lt;more&amp;gt;',
        ),
      )
    })

    it('is served in the language of its address and named in the head and at the foot of pages', async () => {
      const response = await app.request(`${origin}/zh-CN/announcements.atom`)
      assert.equal(response.headers.get('Content-Type'), 'application/atom+xml; charset=utf-8')
      assert.match(await response.text(), /xml:lang="zh-CN"/)
      const page = await get('/zh-CN/')
      assert.match(
        page,
        /<link\s+rel="alternate"\s+type="application\/atom\+xml"\s+title="公告"\s+href="\/zh-CN\/announcements\.atom"/,
      )
      assert.match(page, /<footer.*href="\/zh-CN\/announcements\.atom"/s)
    })
  })

  describe('in the search', () => {
    const results = async (query: string, language = 'en'): Promise<string> =>
      await get(`/${language}/search?q=${encodeURIComponent(query)}`)

    it('finds pages, codes and tools, and marks what was asked for', async () => {
      assert.match(
        await results('refused'),
        /<ol class="hits">\s*<li>\s*<a href="\/en\/guide\/troubleshooting\/refused">/,
      )
      assert.match(await results('delist'), /href="\/en\/delist"/)
      assert.match(await results('拒收', 'zh-CN'), /href="\/zh-CN\/guide\/troubleshooting\/refused"/)
      assert.match(await results('First words'), /<mark>First<\/mark>/)
    })

    it('lists the codes that are named by code, range, reference or reply', async () => {
      for (const query of [
        '5.7.606',
        'PSN606',
        '550 5.7.606',
        '550 5.7.606-649',
        '5.7.606-649',
        '5.7.606–5.7.649',
        '550',
        '(psn606)',
      ])
        assert.match(await results(query), /<h2>Codes<\/h2>.*href="\/en\/codes\/unwanted-mail"/s, query)
      assert.match(await results('5.7.607-610'), /href="\/en\/codes\/complaints"/)
      assert.doesNotMatch(
        (await results('5.7.607-610')).split('<ol class="hits">')[0] ?? '',
        /codes\/unwanted-mail/,
      )
    })

    it('leads an address to the look-up, and a bounce to the box for it', async () => {
      assert.match(await results('192.0.2.45'), /href="\/en\/ip\/192\.0\.2\.45"/)
      assert.match(await results('2001:db8::1'), /href="\/en\/ip\/2001:db8::1"/)
      assert.match(await results(`550 5.7.606\n${'x'.repeat(400)}`), /action="\/en\/find"/)
    })

    it('takes any question as text', async () => {
      const page = await results('"><script>alert(1)</script>\u202e')
      assert.doesNotMatch(page, /<script>alert/)
      assert.match(page, /Nothing was found/)
      assert.equal((await app.request(`${origin}/search?q=%FF`)).status, 422)
    })
  })
})

/** Tags of XML that are not closed in order. */
function unclosed(xml: string): string[] {
  const open: string[] = []
  for (const [, close = '', name = '', rest = ''] of xml.matchAll(/<(\/?)([\w:]+)((?:\s[^<>]*)?)>/g)) {
    if (close === '/') {
      if (open.pop() !== name) return [`</${name}>`]
    } else if (!rest.endsWith('/')) open.push(name)
  }
  return open
}
