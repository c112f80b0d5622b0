import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { buildIndex, type SearchDocument } from './search.ts'
import { termsOf } from './terms.ts'

const document = (href: string, more: Partial<SearchDocument>): SearchDocument => ({
  kind: 'page',
  href,
  title: href,
  words: '',
  summary: '',
  headings: '',
  text: '',
  ...more,
})
const english = buildIndex([
  document('/spf', {
    title: 'SPF',
    words: 'sender policy framework',
    text: 'A record names the servers that may send for a domain. At most ten look-ups.',
  }),
  document('/dkim', {
    title: 'DKIM',
    text: 'A signature over the message. Servers sign; see SPF for the other half.',
  }),
  document('/delisting', {
    title: 'How delisting works',
    text: 'Press the button. Listings end by themselves as well.',
  }),
  document('/code', {
    kind: 'code',
    title: '5.7.606 Unwanted mail',
    words: 'PSN606 5.7.606',
    text: 'The address sent unwanted mail.',
  }),
  document('/mta-sts', { title: 'MTA-STS', text: 'Policies for TLS between mail servers.' }),
])
const chinese = buildIndex([
  document('/spf', {
    title: 'SPF',
    words: '发件人策略框架',
    text: '一条记录，列出可以代表某个域名发信的服务器。',
  }),
  document('/delisting', { title: '如何解除封锁', text: '点击按钮即可。封锁也会自动结束。' }),
  document('/junk', { title: '邮件进了垃圾箱', text: '邮件已经被接收，没有拒收可以解除。' }),
])
const found = (index: typeof english, query: string): string[] =>
  index.find(query, 10).map((hit) => hit.document.href)

describe('Terms', () => {
  it('are folded words, whole codes, parts of what has hyphens', () => {
    assert.deepEqual(termsOf('Über MTA-STS: 5.7.606 (Listings, DNS)'), [
      'uber',
      'mta-sts',
      'mta',
      'sts',
      '5.7.606',
      'listing',
      'dns',
    ])
  })

  it('are pairs of characters in Chinese, beside words of other scripts', () => {
    assert.deepEqual(termsOf('解除封锁 IP 信'), ['解除', '除封', '封锁', 'ip', '信'])
  })
})

describe('The search', () => {
  it('puts titles and search words before text', () => {
    assert.deepEqual(found(english, 'spf'), ['/spf', '/dkim'])
    assert.equal(found(english, 'Sender Policy')[0], '/spf')
  })

  it('puts what a question is about before what has its words in the text', () => {
    const index = buildIndex([
      document('/a', { title: 'Reports', words: 'spam', text: 'mail mail junk junk junk mail' }),
      document('/junk', { title: 'My mail arrives in junk', text: 'Not refused.' }),
    ])
    assert.equal(found(index, 'why is my mail in junk?')[0], '/junk')
  })

  it('finds codes and references', () => {
    assert.deepEqual(found(english, '5.7.606'), ['/code'])
    assert.deepEqual(found(english, 'psn606'), ['/code'])
  })

  it('finds words that begin so, and plurals', () => {
    assert.equal(found(english, 'delist')[0], '/delisting')
    assert.equal(found(english, 'listing')[0], '/delisting')
    assert.equal(found(english, 'mta sts')[0], '/mta-sts')
  })

  it('finds Chinese words of any length', () => {
    assert.equal(found(chinese, '解除封锁')[0], '/delisting')
    assert.equal(found(chinese, '策略')[0], '/spf')
    assert.equal(found(chinese, '箱')[0], '/junk')
    assert.equal(found(chinese, '我的邮件进了垃圾箱怎么办')[0], '/junk')
  })

  it('shows where it was found, marked', () => {
    const [hit] = english.find('signature', 5)
    assert.deepEqual(
      hit?.excerpt.filter(({ isFound }) => isFound).map(({ text }) => text),
      ['signature'],
    )
    const [first] = chinese.find('解除', 5)
    assert.ok(first)
  })

  it('cuts an excerpt out of a long text where the words are close together', () => {
    const text = `${'filler '.repeat(300)} spf here. ${'filler '.repeat(300)} spf and dkim together. ${'filler '.repeat(300)}`
    const [hit] = buildIndex([document('/x', { text })]).find('spf dkim', 1)
    const excerpt = (hit?.excerpt ?? []).map((piece) => piece.text).join('')
    assert.match(excerpt, /^… .*spf and dkim together.* …$/)
    assert.ok(excerpt.length < 230)
  })

  it('says nothing about nothing', () => {
    for (const query of ['', ' ', '???', '\u202e', '"', '….']) assert.deepEqual(found(english, query), [])
  })

  it('answers any question at once, and its pieces are the text', () => {
    const text = 'The ISTANBUL İstanbul 解除封锁 5.7.606 <b> \u202e '.repeat(500)
    const index = buildIndex([document('/x', { text, title: 'x' })])
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (query) => {
        const [hit] = index.find(query, 5)
        const excerpt = (hit?.excerpt ?? [])
          .map((piece) => piece.text)
          .join('')
          .replace(/^… | …$/g, '')
        assert.ok(text.includes(excerpt))
      }),
      { numRuns: 200 },
    )
    const begin = performance.now()
    for (const query of [
      'a'.repeat(100_000),
      '解'.repeat(100_000),
      '('.repeat(100_000),
      'a-'.repeat(50_000),
      'x. '.repeat(50_000),
    ])
      index.find(query, 20)
    assert.ok(performance.now() - begin < 1000)
  })
})
