import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Language } from '../../access/reasons.ts'
import { testSettings } from '../../../test/support/context.ts'
import { featuresOf, joinPages } from './guide.ts'
import type { GuidePage } from './page.ts'

const page = (id: string, language: Language = 'en', more: Partial<GuidePage> = {}): GuidePage => {
  const [section = '', name = ''] = id.split('/')
  return {
    id,
    section,
    name,
    language,
    title: name,
    summary: '',
    order: 100,
    updated: '',
    words: [],
    needs: undefined,
    date: undefined,
    facts: [],
    hidden: false,
    isOwn: false,
    body: '',
    bodyLine: 1,
    file: `${language}/${id}.md`,
    ...more,
  }
}
const join = (pages: readonly GuidePage[], inUse: Parameters<typeof joinPages>[1] = new Set()) =>
  joinPages(pages, inUse, ['en', 'zh-CN'])

describe('The guide', () => {
  it('puts our sections in their order, an operator’s behind them, pages by order and title', () => {
    const guide = join([
      page('zoo/a'),
      page('about/x'),
      page('troubleshooting/b', 'en', { order: 20 }),
      page('troubleshooting/a', 'en', { order: 20 }),
      page('troubleshooting/c', 'en', { order: 10 }),
    ])
    assert.deepEqual(
      guide.sections('en').map(({ name, pages }) => [name, pages.map((each) => each.name)]),
      [
        ['troubleshooting', ['c', 'a', 'b']],
        ['about', ['x']],
        ['zoo', ['a']],
      ],
    )
    const a = guide.page('troubleshooting/a', 'en')
    assert.ok(a)
    const { before, after } = guide.neighbours(a, 'en')
    assert.deepEqual([before?.name, after?.name], ['c', 'b'])
    const last = guide.page('zoo/a', 'en')
    assert.ok(last)
    assert.deepEqual(Object.keys(guide.neighbours(last, 'en')), ['before'])
  })

  it('lets the operator’s page stand in place of ours, by language', () => {
    const guide = join([
      page('about/legal', 'en', { isOwn: true, title: 'ours by law' }),
      page('about/legal'),
      page('about/legal', 'zh-CN'),
    ])
    assert.equal(guide.page('about/legal', 'en')?.title, 'ours by law')
    assert.equal(guide.page('about/legal', 'zh-CN')?.title, 'legal')
  })

  it('takes a hidden page away in its language only, and lets links to it be', () => {
    const guide = join([
      page('about/legal'),
      page('about/legal', 'zh-CN'),
      page('about/legal', 'en', { hidden: true, isOwn: true }),
    ])
    assert.equal(guide.page('about/legal', 'en'), undefined)
    assert.equal(guide.section('about', 'en'), undefined)
    assert.equal(guide.page('about/legal', 'zh-CN')?.language, 'zh-CN')
    assert.ok(guide.knows('about/legal'))
  })

  it('shows a page that is in one language only to readers of the other', () => {
    const guide = join([page('about/house', 'zh-CN', { isOwn: true })])
    assert.equal(guide.page('about/house', 'en')?.language, 'zh-CN')
  })

  it('shows what needs something only where it is in use', () => {
    const pages = [page('programmes/feedback', 'en', { needs: 'feedback' })]
    assert.equal(join(pages).has('programmes/feedback'), false)
    assert.equal(join(pages, new Set(['feedback'])).has('programmes/feedback'), true)
  })

  it('has announcements by day, newest first, and outside of the sections', () => {
    const guide = join([
      page('announcements/2026-01-01-a', 'en', { date: '2026-01-01' }),
      page('announcements/2026-03-01-b', 'en', { date: '2026-03-01' }),
      page('announcements/2026-03-01-a', 'en', { date: '2026-03-01' }),
    ])
    assert.deepEqual(
      guide.announcements('en').map(({ name }) => name),
      ['2026-03-01-a', '2026-03-01-b', '2026-01-01-a'],
    )
    assert.deepEqual(guide.sections('en'), [])
  })
})

describe('What is in use', () => {
  it('follows the configuration', () => {
    const { highVolume, ...rest } = testSettings()
    const all = testSettings({ ...rest, highVolume: { ...highVolume, mode: 'reject' } })
    assert.deepEqual([...featuresOf(all)].toSorted(), [
      'high-volume',
      'judgement',
      'message-door',
      'networks',
      'outsiders',
    ])
    const little = testSettings({
      highVolume: { ...all.highVolume, mode: 'observe' },
      policy: { mode: 'observe' },
      provider: { ...all.provider, networks: [], community: 'https://forum.provider.example/' },
    })
    assert.deepEqual([...featuresOf(little)], ['community', 'outsiders'])
  })
})
