import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { testSettings } from '../../../test/support/context.ts'
import { figuresOf } from '../../core/guide/figures.ts'
import { featuresOf } from '../../core/guide/guide.ts'
import { thresholdNames, thresholds } from '../../core/reputation/tuning.ts'
import type { GuidePage } from '../../core/guide/page.ts'
import { messages } from '../messages/messages.ts'
import { languageMark } from './line-writer.ts'
import { renderPage, type RenderedPage } from './markdown.ts'

const settings = testSettings()
const pages = {
  has: (id: string) => id === 'authentication/spf',
  knows: (id: string) => ['authentication/spf', 'programmes/feedback'].includes(id),
  inUse: featuresOf(settings),
}

function render(body: string, language: 'en' | 'zh-CN' = 'en', title = 'Title'): RenderedPage {
  const page: GuidePage = {
    id: 'a/b',
    section: 'a',
    name: 'b',
    language,
    title,
    summary: '',
    order: 1,
    updated: '',
    words: [],
    needs: undefined,
    date: undefined,
    facts: [],
    hidden: false,
    isOwn: false,
    body,
    bodyLine: 5,
    file: 'b.md',
  }
  return renderPage(page, { pages, figures: figuresOf(settings), words: messages[language].guide })
}
const html = (body: string): string => {
  const { html: out, mistakes } = render(body)
  assert.deepEqual(mistakes, [])
  return out.replaceAll(languageMark, '')
}
const mistake = (body: string): string => {
  const [first, ...more] = render(body).mistakes
  assert.deepEqual(more, [])
  return `${first?.line} ${first?.problem}`
}

describe('Figures', () => {
  it('are filled in from the configuration, in the language of the page', () => {
    assert.equal(html('Ask again after {{coolDown}}.'), '<p>Ask again after 24 hours.</p>')
    assert.equal(render('{{coolDown}}之后', 'zh-CN').html, '<p>24 小时之后</p>')
    assert.equal(html('{{highVolume.messages}} a day'), '<p>5,000 a day</p>')
    assert.equal(html('{{engineTerm.first}}'), '<p>1 hour</p>')
    assert.equal(render('', 'en', 'From {{provider.name}}').title, 'From Example Mail')
  })

  it('are links and code where they can be copied, and plain text in blocks', () => {
    const mailbox = '<a href="mailto:abuse@provider.example" translate="no">abuse@provider.example</a>'
    assert.equal(html('{{addresses.abuse}}'), `<p>${mailbox}</p>`)
    assert.equal(
      html('[write]( mailto:{{addresses.abuse}} )'),
      '<p><a href="mailto:abuse@provider.example">write</a></p>',
    )
    assert.equal(html('{{code.spam}}'), '<p><code translate="no">5.7.606</code></p>')
    assert.match(
      html('```smtp\n{{line.spam}}\n```'),
      /<code>550 5\.7\.606 Access denied, banned sending IP \[192\.0\.2\.45\]\./,
    )
    assert.match(html('```smtp\n{{line.no-reverse-name}}\n```'), /2001:db8::45/)
  })

  it('that are lists stand below each other when they stand alone', () => {
    assert.equal(html('{{networks}}'), '<ul><li><code translate="no">203.0.113.0/24</code></li></ul>')
    assert.equal(html('From {{networks}}.'), '<p>From <code translate="no">203.0.113.0/24</code>.</p>')
  })

  it('that do not exist are a mistake with its line, and nothing on the page', () => {
    assert.equal(mistake('one\n\ntwo {{secretThreshold}}'), '7 there is no figure {{secretThreshold}}')
    assert.equal(render('{{secretThreshold}}').html, '<p></p>')
  })

  it('tell no threshold that senders may not know', () => {
    const secret = thresholdNames.filter((name) => !thresholds[name].isPublic)
    const tuning = Object.fromEntries(secret.map((name) => [name, 987_654]))
    const figures = figuresOf(testSettings({ reputation: { ...settings.reputation, tuning } }))
    assert.doesNotMatch(JSON.stringify([...figures]), /987654/)
  })
})

describe('Links', () => {
  it('lead to pages, codes and tools by name', () => {
    assert.equal(
      render('[x](page:authentication/spf)').html,
      `<p><a href="${languageMark}/guide/authentication/spf">x</a></p>`,
    )
    assert.match(html('[x](code:spam)'), /href="\/codes\/unwanted-mail"/)
    assert.match(html('[x](code:5.7.606)'), /href="\/codes\/unwanted-mail"/)
    assert.match(html('[x](tool:delist)'), /href="\/delist"/)
    assert.match(render('[x](tool:policy-json)').html, /href="\/\.well-known\/postmaster-policy\.json"/)
    assert.match(html('[x](https://www.rfc-editor.org/)'), /rel="external noreferrer"/)
  })

  it('to what is not in use here leave their words', () => {
    assert.equal(html('See [the loop](page:programmes/feedback).'), '<p>See the loop.</p>')
  })

  it('to what does not exist are a mistake', () => {
    assert.equal(mistake('[x](page:no/where)'), '5 there is no page no/where')
    assert.match(mistake('[x](code:nothing)'), /no reason nothing/)
    assert.match(mistake('[x](tool:hammer)'), /no tool hammer/)
    assert.match(mistake('[x](#nowhere)'), /no heading #nowhere/)
    const script = 'javascript'
    for (const href of [
      `${script}:alert(1)`,
      `${script.toUpperCase()}:alert(1)`,
      'data:text/html,x',
      'http://a.example/',
      '//a.example',
      '/x',
      'vbscript:x',
    ])
      assert.match(mistake(`[x](${href})`), /a link is page:/, href)
  })

  it('within a page go to its headings, Chinese ones too', () => {
    assert.match(html('## The first\n\n[x](#the-first)'), /<h2 id="the-first">.*href="#the-first"/s)
    assert.match(render('## 先看这里\n\n[x](#先看这里)', 'zh-CN').html, /<h2 id="先看这里">/)
  })
})

describe('A page', () => {
  it('has no raw HTML and no pictures', () => {
    const { html: out, mistakes } = render(
      '<script>alert(1)</script>\n\na <b onclick=x>b</b> ![p](https://a.example/x.png)',
    )
    assert.doesNotMatch(out, /<script|<b|<img/)
    assert.ok(mistakes.length > 0)
  })

  it('has headings of the second and third level, each with an address of its own', () => {
    const { headings } = render('## A\n\n### B\n\n## A\n')
    assert.deepEqual(
      headings.map(({ id, level }) => [id, level]),
      [
        ['a', 2],
        ['b', 3],
        ['a-2', 2],
      ],
    )
    assert.match(mistake('# One'), /a heading is ## or ###/)
  })

  it('has blocks of a few kinds to copy', () => {
    assert.match(html('```dns\nx. TXT "v=spf1 mx -all"\n```'), /mx <span class="whole">-all<\/span>&quot;/)
    assert.match(html('```letter\nDear\n```'), /<pre class="verbatim letter"><code>Dear<\/code><\/pre>/)
    assert.match(
      html('```dns\nexample.org. TXT "v=spf1"\n```'),
      /<pre class="verbatim" translate="no">.*&quot;v=spf1&quot;/,
    )
    assert.match(mistake('```js\nx\n```'), /a block is one of/)
  })

  it('has notices with their word for those who hear the page', () => {
    assert.match(
      html('> [!warning] Take **care**.'),
      /<div class="notice warning" role="note">.*<b class="hidden">Warning: <\/b><p> ?Take <strong>care<\/strong>\.<\/p><\/div><\/div>/,
    )
    assert.match(
      html('> [!note]\n>\n> One.\n>\n> Two.\n\nafter'),
      /<b class="hidden">Note: <\/b><p>One\.<\/p><p>Two\.<\/p><\/div><\/div><p>after<\/p>/,
    )
    assert.equal(html('> said'), '<blockquote><p>said</p></blockquote>')
  })

  it('shows pieces that need something only where it is in use, without a box', () => {
    const body =
      '> [!needs networks]\n> Here:\n>\n> {{networks}}\n\n> [!needs !networks]\n> [gone](page:no/where)\n\nend'
    assert.equal(
      html(body),
      '<p>\nHere:</p><ul><li><code translate="no">203.0.113.0/24</code></li></ul><p>end</p>',
    )
    assert.match(mistake('> [!needs luck]\n> x'), /no feature luck/)
  })

  it('has tables that can be scrolled by keyboard and stacked, with their first column as headings', () => {
    const out = html('## Limits\n\n| what | how much |\n|---|---|\n| letters | {{letters.perDay}} |\n')
    assert.match(
      out,
      /<div class="table" role="region" aria-label="Limits" tabindex="0"><table class="stack"><thead><tr><th scope="col">what<\/th>/,
    )
    assert.match(
      out,
      /<th scope="row" data-head="what"><div>letters<\/div><\/th><td data-head="how much"><div>3<\/div><\/td>/,
    )
  })

  it('has a name of its own for each table', () => {
    const table = '| a | b |\n|---|---|\n| c | d |\n\n'
    const labels = [...html(`## Limits\n\n${table}${table}`).matchAll(/aria-label="([^"]+)"/g)].map(
      ([, label]) => label,
    )
    assert.deepEqual(labels, ['Limits', 'Limits (2)'])
  })

  it('sets English quotation marks and apostrophes as they are printed, outside of what is copied', () => {
    assert.equal(
      html(`It's "not listed" \`it's\``),
      `<p>It’s “not listed” <code translate="no">it&#39;s</code></p>`,
    )
  })

  it('joins Chinese lines without a space', () => {
    assert.equal(render('退信里\n有一行', 'zh-CN').html, '<p>退信里有一行</p>')
  })

  it('is well-formed and harmless whatever stands in it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '## ',
        '> [!note]\n',
        '> [!needs judgement]\n> ',
        '```letter\n',
        '```',
        '| a | b |\n|---|---|\n| c | d |\n',
        '{{coolDown}}',
        '{{',
        '}}',
        '[x](page:authentication/spf)',
        `[x](${'javascript'}:y)`,
        '<img onerror=x>',
        '\n\n',
        '* ',
        '1. ',
        '&lt;',
        '"\'',
        '`',
      ),
      fc.string({ maxLength: 12 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { html: out } = render(pieces.join(''))
        const open: string[] = []
        for (const [, close, tag = '', rest = ''] of out.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
          assert.doesNotMatch(rest, / on[a-z]+=|javascript:/i)
          assert.ok(!['script', 'img', 'iframe', 'style'].includes(tag))
          if (close === '/') assert.equal(open.pop(), tag, out)
          else if (!['br', 'hr', 'path', 'circle'].includes(tag)) open.push(tag)
        }
        assert.deepEqual(open, [], out)
      }),
      { numRuns: 500 },
    )
  })
})
