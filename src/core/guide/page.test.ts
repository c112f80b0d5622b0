import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPage, type ContentFile, type ContentMistake, type GuidePage } from './page.ts'

const file = (text: string, more: Partial<ContentFile> = {}): ContentFile => ({
  language: 'en',
  section: 'authentication',
  name: 'spf',
  text,
  file: 'spf.md',
  isOwn: false,
  ...more,
})
const page = (text: string, more: Partial<ContentFile> = {}): GuidePage => {
  const read = readPage(file(text, more))
  return 'id' in read ? read : assert.fail(JSON.stringify(read))
}
const mistakes = (text: string, more: Partial<ContentFile> = {}): readonly ContentMistake[] => {
  const read = readPage(file(text, more))
  return 'id' in read ? assert.fail('it was read') : read
}

const whole =
  '---\ntitle: SPF\nsummary: Who may send.\norder: 20\nupdated: 2026-11-29\nwords: [sender policy, 7208]\nfacts: ["10"]\n---\n\n## Text\n'

describe('The head of a page', () => {
  it('is read with its body and the line in which the body begins', () => {
    const { id, title, summary, order, updated, words, facts, body, bodyLine } = page(whole)
    assert.deepEqual(
      { id, title, summary, order, updated, words, facts, bodyLine },
      {
        id: 'authentication/spf',
        title: 'SPF',
        summary: 'Who may send.',
        order: 20,
        updated: '2026-11-29',
        words: ['sender policy', '7208'],
        facts: ['10'],
        bodyLine: 9,
      },
    )
    assert.equal(body.trim(), '## Text')
  })

  it('may have line ends of Windows and a byte order mark', () => {
    assert.equal(page(`\uFEFF${whole.replaceAll('\n', '\r\n')}`).title, 'SPF')
  })

  it('may contain a line of three hyphens below it', () => {
    assert.match(page(`${whole}\n---\n\nafter`).body, /---\n\nafter$/)
  })

  const wrong: Readonly<Record<string, readonly [string, number, RegExp]>> = {
    'no head': ['# SPF\n', 1, /begins with a line ---/],
    'a head without end': ['---\ntitle: SPF\n', 1, /begins with a line ---/],
    'an unknown key': ['---\ntitle: SPF\nauthor: me\n---\n', 3, /no key `author`/],
    'no title': ['---\nsummary: x\n---\n', 2, /`title`/],
    'a summary that is too long': [`---\ntitle: x\nsummary: ${'x'.repeat(161)}\n---\n`, 3, /longer than 160/],
    'a day that does not exist': ['---\ntitle: x\nupdated: 2026-02-30\n---\n', 3, /no such day/],
    'an unknown need': ['---\ntitle: x\nneeds: luck\n---\n', 3, /`needs`: expected one of/],
    'a date on a page': ['---\ntitle: x\ndate: 2026-11-29\n---\n', 3, /announcements only/],
    'a colon without quotes': ['---\ntitle: x\nsummary: a: b\n---\n', 3, /stands in quotes/],
    'a key twice': ['---\ntitle: x\ntitle: y\n---\n', 3, /unique/i],
    'an alias': ['---\ntitle: &a x\nsummary: *a\n---\n', 2, /aliases/],
  }
  for (const [name, [text, line, problem]] of Object.entries(wrong)) {
    it(`with ${name} is refused, with its line`, () => {
      const [mistake] = mistakes(text)
      assert.match(mistake?.problem ?? '', problem)
      assert.equal(mistake?.line, line)
      assert.equal(mistake?.file, 'spf.md')
    })
  }

  it('of an announcement has a date', () => {
    const more = { section: 'announcements', name: '2026-11-29-open' }
    assert.equal(page('---\ntitle: x\ndate: 2026-11-29\n---\n', more).updated, '2026-11-29')
    assert.match(mistakes('---\ntitle: x\n---\n', more)[0]?.problem ?? '', /needs a `date`/)
  })

  it('needs nothing but `hidden` to take a page away', () => {
    assert.equal(page('---\nhidden: true\n---\n').hidden, true)
  })
})
