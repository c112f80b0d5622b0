import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { reasonNames, reasons } from '../../access/reasons.ts'
import type { Settings } from '../../core/settings.ts'
import { testSettings } from '../../../test/support/context.ts'
import { ruleReasons, testShelf, testSite } from '../../../test/support/site.ts'
import { codeReading } from './code-reading.ts'
import { reasonsOfPath } from './find.ts'

const origin = 'https://postmaster.provider.example'
const app = testSite()
const languages = ['en', 'zh-CN'] as const

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; page: string; location: string | null }> {
  const response = await app.request(origin + path, { headers })
  return { status: response.status, page: await response.text(), location: response.headers.get('Location') }
}

/** What somebody reads, tags taken away. */
async function words(path: string): Promise<string> {
  const main = /<main[^>]*>(.*)<\/main>/s.exec((await get(path)).page)?.[1] ?? ''
  return main
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll(/\s+/g, ' ')
}

const answered = [
  '/',
  '/guide',
  '/guide/troubleshooting',
  '/guide/troubleshooting/refused',
  '/announcements',
  '/tools',
  '/search',
  '/search?q=5.7.606-649',
  '/search?q=%E9%80%80%E4%BF%A1',
  '/search?q=%3Cb%3E%E2%80%AE',
  '/codes',
  ...reasonNames.map((name) => `/codes/${reasons[name].slug}`),
  '/codes/5.7.1',
  '/codes/5.7.606-649',
  '/codes/unwanted-mail?ip=192.0.2.45',
  '/codes/complaints?case=new_192-0-2-45',
  '/about',
  '/find',
  '/find?q=',
  '/find?q=mail.example.org',
  '/find?q=nothing%20here',
  '/find?q=192.0.2.45%20or%20192.0.2.46',
  '/find?q=550%205.7.1%20Client%20%5B192.0.2.45%5D%20blocked%2C%20see%20https%3A%2F%2Fother.example%2F',
  '/ip/192.0.2.45',
  '/ip/192.0.2.66',
  '/ip/198.51.100.7',
  '/ip/198.51.100.8',
  '/ip/198.51.100.9',
  '/ip/192.0.2.80',
  '/ip/192.0.2.1',
  '/ip/2001:db8:1:2::5',
  '/c/new_192-0-2-45',
  '/c/new_192-0-2-66',
  '/c/new_198-51-100-7',
  '/c/new_192-0-2-80',
  '/c/late_192-0-2-45',
  '/c/old_192-0-2-1',
  '/c/busy_192-0-2-45',
  '/c/evil_192-0-2-45',
]
const refused = [
  ['/nothing', 404],
  ['/help/nothing', 404],
  ['/codes/5.7.27', 404],
  ['/codes/5.7.700-799', 404],
  ['/codes/unwanted-mail?ip=10.1.2.3', 422],
  ['/codes/unwanted-mail?ip=x', 422],
  ['/codes/unwanted-mail?case=x', 404],
  ['/c/x', 404],
  ['/c/gone_x', 410],
  ['/ip/010.0.0.1', 422],
  ['/ip/192.0.2.0/24', 422],
  ['/ip/192.0.2.0%2F24', 422],
  ['/ip/10.1.2.3', 422],
  ['/ip/mail.example.org', 422],
  ['/ip/%FF%FE', 422],
  ['/ip/192.0.2.1%00', 422],
  [`/ip/${'1'.repeat(5000)}`, 422],
  ['/find?q=010.0.0.1', 422],
  ['/find?q=%C4%E3%BA%C3', 422],
  ['/find?q=a%00b', 422],
  [`/find?q=${'x'.repeat(60_000)}`, 422],
] as const

describe('every page', () => {
  const all = [...answered.map((path) => [path, 200] as const), ...refused]
  for (const language of languages) {
    it(`is whole, light and without inline script or style, in ${language}`, async () => {
      const style = readFileSync(new URL('../../../assets/style.css', import.meta.url)).length
      for (const [path, status] of all) {
        const where = `/${language}${path}`
        const { status: got, page } = await get(where)
        assert.equal(got, status, where)
        assert.deepEqual(unclosed(page), [], where)
        assert.equal(page.match(/<h1[ >]/g)?.length, 1, where)
        assert.match(page, new RegExp(`<html lang="${language}"`), where)
        assert.doesNotMatch(
          page,
          /<[^>]+ (?:style|on[a-z]+)=|<style|<script(?! src="\/assets\/)|javascript:/i,
          where,
        )
        assert.doesNotMatch(page, /undefined|NaN|\[object|Promise/, where)
        assert.ok(
          Buffer.byteLength(page) + style <= 40_000,
          `${where} has ${Buffer.byteLength(page) + style} bytes with its style`,
        )
        const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
        assert.equal(new Set(ids).size, ids.length, `${where} has an id twice`)
        for (const [, id = ''] of page.matchAll(/(?:for|aria-describedby|href)="#?(f-[^" ]+)/g))
          assert.ok(ids.includes(id), `${where}: ${id}`)
      }
    })
  }

  it('leads only to pages that are there', async () => {
    const seen = new Set<string>()
    const queue = [...answered.map((path) => `/en${path}`), ...answered.map((path) => `/zh-CN${path}`)]
    // The portal, the tools and the API are other parts.
    const elsewhere =
      /^(?:\/(?:en|zh-CN))?\/(?:delist|check|probe|headers|analyse|report|transparency|clock|my-data|owners|recipients|warm-up)|^\/api\/|\/recipient$/
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (seen.has(path) || elsewhere.test(path)) continue
      seen.add(path)
      const { status, page, location } = await get(path)
      assert.ok(status < 400, `${path}: ${status}`)
      if (location !== null) queue.push(location)
      for (const [, href = ''] of page.matchAll(/href="(\/[^"]*)"/g))
        queue.push(href.replaceAll('&amp;', '&'))
    }
    assert.ok(seen.size >= 2 * answered.length)
  })

  it('takes two requests without script', async () => {
    const { page } = await get('/c/new_192-0-2-45')
    const loaded = [
      ...page.matchAll(
        /<(?:link rel="(?:stylesheet|icon|preload)"|img|iframe|source|object)[^>]* (?:href|src)="([^"]+)"/g,
      ),
    ]
    assert.deepEqual(
      loaded.map(([, href = '']) => href.replace(/[0-9a-f]{12}/, '#').slice(0, 26)),
      ['data:image/svg+xml;base64,', '/assets/style.#.css'],
    )
  })
})

describe('the box for what came back', () => {
  const paste = async (q: string): Promise<Response> =>
    await app.request(`${origin}/zh-CN/find`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams({ q }).toString(),
    })

  it('takes a whole bounce and leads to its record', async () => {
    const token = 'new_192-0-2-45'
    const header =
      'Received: from mail.example.org ([198.51.100.77]) by mx.example.org; Mon, 4 May 2026\n'.repeat(200)
    const { status, headers } = await paste(
      `${header}\n550 5.7.606 Access denied. Visit ${origin}/c/${token} (PSN606)\n`,
    )
    assert.equal(status, 303)
    assert.equal(headers.get('Location'), `/zh-CN/c/${token}`)
  })

  it('keeps what was pasted, as text, when it leads nowhere', async () => {
    const response = await paste('<b>help</b> me')
    assert.equal(response.status, 200)
    assert.ok((await response.text()).includes('&lt;b&gt;help&lt;/b&gt; me</textarea>'))
  })
})

describe('the box and a bounce from elsewhere', () => {
  const said = 'host mx.other.example[198.51.100.25] said: 550 5.7.1'
  it('tells what happened, who must act and what to do, and looks nobody up here', async () => {
    const q = encodeURIComponent(`${said} client [192.0.2.45] blocked, see https://other.example/why`)
    const { page } = await get(`/en/find?q=${q}`)
    assert.match(page, /What this bounce says/)
    assert.match(page, /Who must act/)
    assert.doesNotMatch(page, /href="(?:\/en)?\/ip\//)
  })

  it('asks for the sender when a text names several addresses and no refusal', async () => {
    const several = await get('/find?q=192.0.2.45%20or%20192.0.2.46')
    assert.equal(several.status, 200)
    assert.match(several.page, /We cannot tell from this text/)
    assert.match(several.page, /href="\/ip\/192\.0\.2\.45".*href="\/ip\/192\.0\.2\.46"/s)
  })
})

describe('the page of a code', () => {
  it('is found by code, reference and slug, with what was asked kept', async () => {
    for (const text of ['5.7.606', 'PSN606', 'psn606', '550_5.7.606', '550%205.7.606'])
      assert.equal(
        (await get(`/en/codes/${text}?ip=192.0.2.45`)).location,
        '/en/codes/unwanted-mail?ip=192.0.2.45',
        text,
      )
  })

  it('lists the codes of a range', async () => {
    for (const text of ['5.7.606-649', '550%205.7.606-649', '5.7.606%E2%80%935.7.649']) {
      const { page } = await get(`/en/codes/${text}`)
      assert.match(page, /href="\/en\/codes\/unwanted-mail"/, text)
      assert.doesNotMatch(page, /href="\/en\/codes\/investigation"/, text)
    }
  })

  it('says why, who acts, what to do, by when, and where to read on', async () => {
    const text = await words('/en/codes/unwanted-mail')
    for (const part of [
      'Who acts',
      'Why',
      'What to do',
      'By when',
      'Read on',
      'How delisting works',
      'What the sender sees',
    ])
      assert.ok(text.includes(part), part)
  })

  it('says how it stands for an address that is asked about', async () => {
    const text = await words('/en/codes/unwanted-mail?ip=192.0.2.45')
    assert.match(text, /192\.0\.2\.45 is refused here.*All that we say about 192\.0\.2\.45.*Request removal/)
    assert.doesNotMatch(text, /another one/)
    assert.match(
      await words('/en/codes/complaints?ip=192.0.2.45'),
      /The reason at present is another one: This address sent mail/,
    )
    assert.match(await words('/en/codes/unwanted-mail?ip=192.0.2.1'), /192\.0\.2\.1 is not listed here/)
    assert.match(
      (await get('/en/codes/unwanted-mail?ip=192.0.2.45')).page,
      /<meta name="robots" content="noindex"/,
    )
  })

  it('comes from a record and leads back to it', async () => {
    assert.match(
      (await get('/en/c/new_192-0-2-45')).page,
      /href="\/en\/codes\/unwanted-mail\?case=new_192-0-2-45"/,
    )
    assert.match(
      (await get('/en/codes/unwanted-mail?case=new_192-0-2-45')).page,
      /href="\/en\/c\/new_192-0-2-45"\s*>Back to the record/,
    )
  })

  it('has reading for every reason, all of it there', () => {
    const { guide } = testShelf(testSettings())
    for (const [name, ids] of Object.entries(codeReading)) {
      assert.ok(ids.length > 0, name)
      for (const id of ids) assert.ok(guide.knows(id), `${name}: ${id}`)
    }
  })
})

describe('the look-up', () => {
  it('says that an address is listed, why, until when, and what to do', async () => {
    const text = await words('/ip/192.0.2.45')
    for (const part of [
      '192.0.2.45 is refused here',
      '5.7.606',
      'ends by itself in 2 days, on 6 May 2026, 10:00 UTC',
      'Remove it yourself',
    ]) {
      assert.ok(text.includes(part), part)
    }
    assert.match((await get('/ip/192.0.2.45')).page, /href="\/delist\?ip=192\.0\.2\.45"/)
  })

  it('says while this receiver only observes that nothing is refused, and what would be', async () => {
    const observing = testSite({ settings: testSettings({ policy: { mode: 'observe' } }) })
    const read = async (path: string): Promise<string> =>
      await (await observing.request(origin + path)).text()
    const listed = await read('/en/ip/192.0.2.45')
    assert.match(listed, /Nothing is refused at present/)
    assert.match(listed, /This receiver only observes/)
    assert.match(listed, /In enforce mode, mail from 192\.0\.2\.45 would be refused\./)
    assert.match(listed, /href="\/en\/delist\?ip=192\.0\.2\.45"/)
    assert.doesNotMatch(listed, /is refused here/)
    const chinese = await read('/zh-CN/ip/192.0.2.45')
    assert.match(chinese, /目前不拒收任何邮件/)
    assert.match(chinese, /启用拦截（enforce 模式）后，来自 192\.0\.2\.45 的邮件将被拒收。/)
    assert.doesNotMatch(chinese, /正被我们拒收/)
    const record = await read('/en/c/new_192-0-2-45')
    assert.match(record, /Nothing is refused at present/)
    assert.doesNotMatch(record, /is still refused/)
    assert.match(await read('/en/ip/198.51.100.9'), /is let through/)
    assert.doesNotMatch(await read('/en/ip/192.0.2.1'), /would be refused/)
    assert.doesNotMatch((await get('/en/ip/192.0.2.45')).page, /only observes/)
  })

  it('tells strangers nothing about the evidence, and the address itself its rounded counts without traps', async () => {
    assert.ok(!(await words('/ip/192.0.2.45')).includes('Judged spam'))
    const self = await app.request(
      `${origin}/ip/192.0.2.45`,
      {},
      { incoming: { socket: { remoteAddress: '192.0.2.45' } } },
    )
    const page = (await self.text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
    assert.match(page, /Judged spam 300/)
    assert.ok(!page.includes('318') && !page.includes('nobody uses'))
    assert.ok(!page.includes('a note for operators') && !page.includes('ada'))
  })

  it('names every listing that covers an address', async () => {
    const text = await words('/ip/198.51.100.7')
    for (const part of [
      '198.51.100.7',
      '198.51.100.0/24',
      '5.7.607',
      'Somebody else decides',
      'when all of them have ended',
    ]) {
      assert.ok(text.includes(part), part)
    }
    assert.ok(!text.includes('Request removal'))
  })

  it('says that a carve-out lets an address through', async () => {
    const text = await words('/ip/198.51.100.9')
    assert.match(text, /198\.51\.100\.9 is let through/)
    assert.match(text, /198\.51\.100\.0\/24/)
  })

  it('sends the members of a listed network to its owner too', async () => {
    assert.match(await words('/ip/198.51.100.8'), /about a whole network/)
    assert.doesNotMatch(await words('/ip/2001:db8:1:2::5'), /about a whole network/)
  })

  it('says what else it may be when an address is not listed, the wrong address first', async () => {
    const text = await words('/ip/192.0.2.1')
    assert.match(text, /192\.0\.2\.1 is not listed here/)
    assert.match(
      text,
      /If your mail still comes back You may have looked up the wrong address\. Use the one in square brackets in the bounce/,
    )
  })

  it('keeps one address to one page', async () => {
    for (const [path, canonical] of [
      ['/ip/::ffff:192.0.2.45', '/ip/192.0.2.45'],
      ['/ip/2001:DB8:1:2:0:0:0:5', '/ip/2001:db8:1:2::5'],
    ] as const) {
      const { status, location } = await get(path)
      assert.equal(status, 301)
      assert.equal(location, canonical)
    }
  })

  it('answers what is no single public address with what to give instead', async () => {
    for (const [path, expected] of [
      ['/ip/010.0.0.1', /octal.*Leave the zeros at the front out/],
      ['/ip/192.0.2.0/24', /whole network.*single address/],
      ['/ip/10.1.2.3', /10\.0\.0\.0\/8 \(Private-Use\).*Use the public address/],
      ['/ip/::1', /Use the public address/],
      ['/ip/mail.example.org', /not an IP address.*square brackets/],
      ['/ip/192.0.2.1%00', /“192\.0\.2\.1\?” is not an IP address/],
    ] as const) {
      assert.match(await words(path), expected, path)
    }
  })
})

describe('the record behind the link of a refusal', () => {
  it('shows the state now, the way out, and what the mail server saw and said', async () => {
    const text = await words('/c/new_192-0-2-45')
    for (const part of [
      'Mail from 192.0.2.45 was refused',
      '192.0.2.45 is still refused',
      'Request removal',
      '4 May 2026, 09:20:12 UTC',
      'mail.example.org',
      '550 5.7.606 Access denied, banned sending IP [192.0.2.45]. To see why and to request removal from this list please visit https://postmaster.provider.example/c/new_192-0-2-45 (PSN606)',
      'Until 11 May 2026, 09:20 UTC this link counts as proof',
    ]) {
      assert.ok(text.includes(part), part)
    }
    assert.match((await get('/c/new_192-0-2-45')).page, /class="button" href="\/delist\?case=new_192-0-2-45"/)
  })

  it('names the tests that a message failed, for each domain, and how to pass them', async () => {
    const { page } = await get('/en/c/forged_192-0-2-46')
    const text = page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
    assert.match(
      text,
      /The three tests: example\.org .*SPF passed or not known .* DKIM failed .* DMARC failed/,
    )
    assert.match(text, /The three tests: example\.com .*SPF failed .* DKIM passed or not known/)
    assert.ok(text.includes('sending domain [example.org] does not meet the required authentication level.'))
    assert.match(text, /The next message that passes all three tests is accepted/)
    assert.doesNotMatch(text, /Delist IP/)
  })

  it('opens before the record has arrived', async () => {
    const text = await words('/c/late_192-0-2-45')
    assert.match(text, /details of the connection are still on their way/)
    assert.match(text, /4 May 2026, 09:20 UTC/)
  })

  it('says that nothing is left to do when the listing has ended', async () => {
    const text = await words('/c/old_192-0-2-1')
    assert.match(text, /192\.0\.2\.1 is no longer refused/)
    assert.ok(!text.includes('Request removal') && !text.includes('What to do'))
  })

  it('keeps the line that was said for as long as the listing is kept, ended or not', async () => {
    const line = /550 5\.7\.606 Access denied, banned sending IP \[192\.0\.2\.1\]/
    assert.match(await words('/c/new_192-0-2-1'), line)
    assert.doesNotMatch(await words('/c/old_192-0-2-1'), line)
  })

  it('leads to whoever decides', async () => {
    const { page } = await get('/c/new_198-51-100-7')
    assert.match(page, /href="https:\/\/lists\.example\.org\/lookup"/)
    assert.match(await words('/c/new_198-51-100-7'), /lists\.example\.org/)
    assert.match(await words('/c/new_192-0-2-80'), /ptr-matches/)
    assert.match(await words('/c/new_192-0-2-66'), /Send a request/)
  })

  it('says of mail that was put off that the server tries again by itself', async () => {
    const text = await words('/c/busy_192-0-2-45')
    assert.match(text, /Mail from 192\.0\.2\.45 was put off/)
    assert.match(text, /451 4\.7\.500 Too many messages/)
  })

  it('says on the record that a forecast raises the budget and until when, without figures', async () => {
    const en = await words('/en/c/new_192-0-2-88')
    assert.match(en, /A forecast was agreed for this address\. Its budget is raised until/)
    assert.doesNotMatch(en, /24,000|1,000 an hour/)
    assert.match(await words('/zh-CN/c/new_192-0-2-88'), /该地址的发信预告已获同意，额度提高，截止/)
    assert.doesNotMatch(await words('/en/c/new_192-0-2-77'), /A forecast was agreed/)
  })

  it('leads whoever does not run the server to the letter right below the state, and to plain words', async () => {
    for (const path of ['/c/new_192-0-2-66', '/ip/192.0.2.66', '/codes/investigation']) {
      const { page } = await get(path)
      const letter = page.indexOf('href="/guide/plain/letter"')
      assert.ok(letter > 0 && letter < page.indexOf('id="ladder"'), path)
      assert.ok(letter < page.indexOf('<h2>Why</h2>') || path.startsWith('/ip'), path)
      assert.match(page, /<h2>Read on<\/h2>[\s\S]*href="\/guide\/plain\/not-an-administrator"/, path)
    }
    assert.match(await words('/zh-CN/c/new_192-0-2-66'), /服务器不归您管？/)
    assert.doesNotMatch(await words('/c/busy_192-0-2-45'), /Not your server/)
    assert.doesNotMatch(await words('/c/old_192-0-2-1'), /Not your server/)
  })

  it('tells who broke a rule why, what to do and by when, and offers no removal', async () => {
    for (const reason of ruleReasons) {
      for (const language of ['en', 'zh-CN'] as const) {
        const { why, next, until } = reasons[reason].words[language]
        const { page } = await get(`/${language}/c/${reason}_192-0-2-99`)
        for (const sentence of [why, next, until])
          assert.ok(page.includes(sentence), `${reason}: ${sentence}`)
        assert.ok(!/delist[^"]*case=/.test(page), reason)
      }
      const line = `${reasons[reason].code} ${reasons[reason].status['microsoft-like']} ${reasons[reason].text}`
      assert.ok((await words(`/c/${reason}_192-0-2-99`)).includes(line), line)
    }
  })

  it('shows what strangers said as text, with what cannot be seen written out', async () => {
    const { page } = await get('/c/evil_192-0-2-45')
    assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;\\u202emoc.elpmaxe'))
    assert.ok(!page.includes('<script>alert') && !page.includes('<img') && !page.includes('\u202e'))
    assert.match(page, /empty \(a bounce or an automatic reply\)/)
  })

  it('helps on when the link is broken or too old', async () => {
    assert.match(await words('/c/x'), /This link is not one of ours.*Paste the bounce/)
    assert.match(await words('/c/gone_x'), /older than 30 days.*Paste the bounce/)
  })
})

describe('the pages of codes', () => {
  it('are there for every reason, in both languages, under every name that a bounce has for it', async () => {
    for (const name of reasonNames) {
      const { slug, reference, status, code, words: sentences } = reasons[name]
      for (const language of languages) {
        const { page } = await get(`/${language}/codes/${slug}`)
        const review = language === 'en' ? '2 days' : '2 天'
        const escape = (text: string): string => text.replaceAll("'", '&#39;').replace('{{review}}', review)
        for (const part of Object.values(sentences[language]))
          assert.ok(page.includes(escape(part)), `${slug} ${language}`)
      }
      for (const text of [
        reference,
        reference.toLowerCase(),
        status['microsoft-like'],
        `${code}-${status['microsoft-like']}`,
      ]) {
        if (reasonsOfPath(text).length > 1) continue
        assert.deepEqual([(await get(`/codes/${text}`)).location, text], [`/codes/${slug}`, text])
      }
    }
  })

  it('say by when a person answers as this installation has set it, and that it is working time', async () => {
    const pageIn = async (settings: Settings, language: string): Promise<string> =>
      await (await testSite({ settings }).request(`/${language}/codes/investigation`)).text()
    const plain = testSettings()
    const days = { ...plain, delisting: { ...plain.delisting, reviewMs: 72 * 3_600_000 } }
    assert.match(await pageIn(days, 'en'), /We answer within 3 days\./)
    const calendar = { ...days.support.calendar, days: [1, 2, 3, 4, 5], from: 540, until: 1020 }
    const working = { ...days, support: { ...days.support, calendar } }
    assert.match(await pageIn(working, 'en'), /We answer within 72 working hours\./)
    assert.match(await pageIn(working, 'zh-CN'), /我们会在 72 个工作小时内答复。/)
  })

  it('are not the only way on: forecasts stand among the tools, and who has a mailbox here is led to its mail', async () => {
    assert.match((await get('/tools')).page, /href="\/warm-up"/)
    assert.match(
      (await get('/')).page,
      /<h2>Do you have a mailbox here\?<\/h2>\s*<p>[^<]*<a href="\/recipients">/,
    )
  })

  it('say that we decide where a person here does', async () => {
    for (const path of ['/codes', '/codes/investigation'])
      assert.match(await words(path), /The sender’s administrator mends, we decide/, path)
    assert.match(await words('/zh-CN/codes/investigation'), /发件方的管理员修复，由我们决定/)
    assert.doesNotMatch(await words('/codes/unwanted-mail'), /we decide/)
  })

  it('speak the codes of this installation', async () => {
    const strict = testSite({ settings: testSettings({ codes: 'iana-strict' }) })
    const page = await (await strict.request(`${origin}/codes/unwanted-mail`)).text()
    assert.ok(page.includes('550 5.7.1') && !page.includes('5.7.606'))
  })
})

/** Tags that are not closed in order. */
function unclosed(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  const alone = new Set(['meta', 'link', 'input', 'br', 'hr', 'img'])
  for (const [tag, slash, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (tag.endsWith('/>') || alone.has(name)) continue
    if (slash === '') open.push(name)
    else if (open.pop() !== name) wrong.push(tag)
  }
  return [...wrong, ...open]
}
