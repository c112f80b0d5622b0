import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExternalRule, Settings } from '../../core/settings.ts'
import type { Web } from '../env.ts'
import { testSettings } from '../../../test/support/context.ts'
import { testSite } from '../../../test/support/site.ts'

const origin = 'https://postmaster.provider.example'
const app = testSite()

async function get(path: string): Promise<string> {
  return await (await app.request(origin + path)).text()
}

describe('the ladder', () => {
  const ladderOf = async (path: string, app_ = app): Promise<string> => {
    const page = await (await app_.request(origin + path)).text()
    return /<h2 id="ladder">.*?<\/ol>/s.exec(page)?.[0] ?? ''
  }
  const house = (external: ExternalRule, reasons_: Settings['support']['reasons'] = {}): Web => {
    const { support } = testSettings()
    return testSite({ settings: testSettings({ support: { ...support, external, reasons: reasons_ } }) })
  }

  it('stands on the record, on the page of a code and on that of an address', async () => {
    for (const path of [
      '/c/new_192-0-2-45',
      '/codes/unwanted-mail',
      '/codes/unwanted-mail?ip=192.0.2.45',
      '/ip/192.0.2.45',
      '/zh-CN/c/new_192-0-2-66',
    ])
      assert.equal((await ladderOf(path)).match(/<li class="/g)?.length, 5, path)
    assert.equal(await ladderOf('/ip/192.0.2.1'), '')
  })

  it('says what was tried to whoever has the link of a refusal, and to no stranger', async () => {
    assert.match(await ladderOf('/c/new_192-0-2-45'), /example\.org was last checked/)
    assert.match(await ladderOf('/c/new_192-0-2-45'), /removed lately/)
    assert.doesNotMatch(await ladderOf('/ip/192.0.2.45'), /checked on|removed lately/)
  })

  it('is the one place of a page that says what to do, whatever kind of listing it is', async () => {
    for (const path of [
      '/c/new_192-0-2-45',
      '/ip/192.0.2.45',
      '/ip/192.0.2.66',
      '/ip/198.51.100.21',
      '/codes/unwanted-mail',
    ])
      for (const language of ['en', 'zh-CN']) {
        const page = await get(`/${language}${path}`)
        const titles =
          language === 'en'
            ? /<h2[^>]*>(?:What to do|Ways out|What was tried)/g
            : /<h2[^>]*>(?:怎么办|如何处理|解决办法|已经做过)/g
        assert.equal(page.match(titles)?.length, 1, `${language}${path}`)
      }
    const record = await get('/en/c/new_192-0-2-45')
    const portal = record.split('<li class="').find((each) => each.includes('The delist portal')) ?? ''
    assert.match(portal, /Request removal.*this link counts as proof/s)
  })

  it('carries the record, the address and the domain to the next step', async () => {
    const page = await ladderOf('/c/new_192-0-2-45')
    assert.match(page, /href="\/check\?ip=192\.0\.2\.45&amp;domain=example\.org"/)
    assert.match(page, /href="\/delist\?case=new_192-0-2-45"/)
    const stranger = await ladderOf('/ip/192.0.2.45')
    assert.match(stranger, /href="\/delist\?ip=192\.0\.2\.45"/)
  })

  it('has the facts to hand on, with the Message-ID that came along and nothing that is none', async () => {
    const known = await get('/c/new_192-0-2-45?message=%3Ca1%40example.org%3E')
    assert.match(known, /Message-ID: &lt;a1@example\.org&gt;/)
    const forged = await get(`/c/new_192-0-2-45?message=${encodeURIComponent('<img src=x>')}`)
    assert.doesNotMatch(forged, /Message-ID:/)
  })

  it('has a case where the rule opens one, and says so kindly where it does not', async () => {
    const about = async (rule: ExternalRule, path: string, reasons_ = {}): Promise<string> =>
      (await ladderOf(path, house(rule, reasons_)))
        .split('<li class="')
        .find((each) => each.includes('A person at')) ?? ''
    assert.match(await about('by-path', '/ip/192.0.2.66'), /^open|^next/)
    assert.match(await about('none', '/ip/192.0.2.66'), /^closed.*none for outsiders about this/s)
    assert.match(await about('by-path', '/ip/192.0.2.45'), /^closed.*hands your request to a person/s)
    assert.match(await about('full', '/ip/192.0.2.45'), /^(open|next)/)
    assert.match(await about('none', '/ip/192.0.2.45', { spam: 'full' }), /^(open|next)/)
  })

  it('leads nobody to a door that is closed', async () => {
    const closed = house('none')
    for (const path of [
      '/ip/192.0.2.66',
      '/c/new_192-0-2-66',
      '/codes/investigation',
      '/zh-CN/ip/192.0.2.66',
    ]) {
      const page = await (await closed.request(origin + path)).text()
      const main = /<main[^>]*>(.*)<\/main>/s.exec(page)?.[1] ?? ''
      assert.doesNotMatch(main, /class="button" href="[^"]*\/delist/, path)
    }
    const open = await (await app.request(`${origin}/ip/192.0.2.66`)).text()
    assert.match(open, /class="button" href="\/delist\?ip=192\.0\.2\.66"/)
  })

  it('names the delist mailbox for an address that is not listed only where it takes such mail', async () => {
    const page = async (rule: ExternalRule): Promise<string> =>
      await (await house(rule).request(`${origin}/ip/192.0.2.1`)).text()
    assert.match(await page('full'), /forward the whole bounce to <a href="mailto:delist@/)
    for (const rule of ['none', 'by-path', 'form'] as const) {
      assert.doesNotMatch(await page(rule), /mailto:delist@/)
      assert.match(await page(rule), /<a href="\/analyse">If none of this fits/)
    }
  })
})
