import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { openDoors, type Doors } from '../../../test/support/visitor.ts'
import { startZone, type ZoneServer } from '../../../test/support/zone-server.ts'
import { testSettings, testWaysOut } from '../../../test/support/context.ts'
import { orThrow } from '../../base/refusal.ts'
import { hour } from '../../base/clock.ts'
import { addListing } from '../../core/listings/actions.ts'
import { dnsResolver } from '../../net/resolver.ts'
import { parseListable } from '../../standards/prefix.ts'
import { checkReport } from '../api/check-schemas.ts'

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</pre><svg onload=alert(1)>',
  ['javascript', 'alert(1)'].join(':'),
  '\u202emoc',
]

describe('The page of the check', () => {
  const { open, close } = databases('SQLite')
  let dns: ZoneServer
  let doors: Doors

  before(async () => {
    dns = await startZone({
      'example.org': { MX: ['10 mx.example.org'], TXT: ['v=spf1 mx -all', ...payloads] },
      'mx.example.org': { A: ['192.0.2.10'] },
      '45.2.0.192.in-addr.arpa': { PTR: ['mail.example.org'] },
      'mail.example.org': { A: ['192.0.2.45'] },
      'evil.example.org': {
        MX: ['10 <script>alert(1)</script>.example.org'],
        TXT: [`v=spf1 ${payloads[0]} -all`],
      },
      's1._domainkey.evil.example.org': { TXT: [`v=DKIM1; p=${payloads[1]}`] },
      '_dmarc.evil.example.org': { TXT: [`v=DMARC1; p=none; x<img/src=x>=1; rua=${payloads[3]}`] },
      '66.2.0.192.in-addr.arpa': { PTR: ['"><script>alert(1)</script>.example.org'] },
    })
    const { lookup } = dnsResolver({ servers: [dns.address], timeoutMs: 900 })
    doors = openDoors(await open(), {
      out: testWaysOut({ lookup }),
      settings: testSettings({ limits: { 'check.client.hour': { count: 3, windowMs: hour } } }),
    })
  })
  after(async () => {
    await dns.close()
    await close()
  })

  it('shows a form that links fill in, and asks nothing before the button', async () => {
    const asked = dns.asked.length
    const page = await (await doors.visitor().get('/check?domain=example.org&ip=192.0.2.45')).text()
    assert.match(page, /name="domain"[^>]*value="example\.org"/)
    assert.match(page, /name="ip"[^>]*value="192\.0\.2\.45"/)
    assert.equal(dns.asked.length, asked)
  })

  it('says in both languages what to mend first, what was found and what to publish', async () => {
    for (const [path, heading, mend] of [
      ['/check', 'Check of example.org', 'What to mend first'],
      ['/zh-CN/check', 'example.org 的检测结果', '请先处理'],
    ] as const) {
      const answer = await doors
        .visitor('198.51.100.20')
        .submit(path, { domain: 'example.org', ip: '192.0.2.45' })
      const page = await answer.text()
      assert.equal(answer.status, 200)
      assert.ok(page.includes(`<h1>${heading}</h1>`), page.slice(0, 3000))
      assert.ok(page.includes(mend))
      assert.ok(page.includes('v=spf1 mx ip4:192.0.2.45 <span class="whole">-all</span>'))
      assert.match(page, /<details class="topic" id="spf" open>/)
      assert.match(page, /<details class="topic" id="reverse-name" ?>/)
      assert.equal(page.match(/<h1/g)?.length, 1)
      assert.ok(page.trimEnd().endsWith('</html>'))
    }
  })

  it('tells of a listing, with a way to its page', async () => {
    await addListing(doors.ctx, { prefix: orThrow(parseListable('192.0.2.99')), cause: 'spam' })
    const page = await (
      await doors.visitor('198.51.100.21').submit('/check', { domain: 'example.org', ip: '192.0.2.99' })
    ).text()
    assert.match(page, /Mail from 192\.0\.2\.99 is refused here now \(550 5\.7\.606\)/)
    assert.match(page, /href="\/ip\/192\.0\.2\.99"/)
  })

  it('shows the form again with a sentence at the field that is wrong', async () => {
    for (const [fields, words] of [
      [{ domain: 'localhost' }, 'a single word and no domain'],
      [{ domain: '127.0.0.1' }, 'is an IP address, and a domain is asked for'],
      [{ domain: 'example.org', ip: '10.0.0.0/8' }, 'a whole network'],
      [{ domain: 'example.org', selector: '*' }, 'is not a DKIM selector'],
    ] as const) {
      const answer = await doors.visitor().submit('/check', fields)
      assert.equal(answer.status, 422)
      const page = await answer.text()
      assert.ok(page.includes(words), words)
      assert.match(page, /aria-invalid="true"/)
    }
  })

  it('puts no markup of a stranger into the page', async () => {
    const page = await (
      await doors.visitor('198.51.100.22').submit('/check', {
        domain: 'evil.example.org',
        ip: '192.0.2.66',
        selector: 's1',
        helo: payloads[0] ?? '',
      })
    ).text()
    assert.doesNotMatch(page, /<script>|<img|<svg onload|href="javascript/i)
    assert.match(page, /&lt;script&gt;/)
  })

  it('has a budget for a network; what was found a moment ago costs nothing (security CHK-8)', async () => {
    const visitor = doors.visitor('198.51.101.7')
    const statuses: number[] = []
    for (const domain of ['a.example', 'a.example', 'b.example', 'c.example', 'a.example', 'd.example'])
      statuses.push((await visitor.submit('/check', { domain })).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
    assert.equal(
      (await doors.visitor('198.51.101.200').submit('/check', { domain: 'e.example' })).status,
      429,
    )
    assert.equal((await doors.visitor('198.51.102.7').submit('/check', { domain: 'e.example' })).status, 200)
  })

  it('costs a look-up where it tells of an address that is not the visitor’s own', async () => {
    const visitor = doors.visitor('198.51.103.7')
    const ask = async (ip: string): Promise<string> =>
      await (await visitor.submit('/check', { domain: 'example.org', ip })).text()
    const limits = doors.ctx.settings.limits as Record<string, { count: number; windowMs: number }>
    limits['lookup.client.day'] = { count: 0, windowMs: 24 * hour }
    assert.match(await ask('192.0.2.45'), /too many addresses were looked up from your network today/)
    assert.doesNotMatch(await ask('198.51.103.7'), /too many addresses/)
    delete limits['lookup.client.day']
  })

  it('gives programs the same, with a budget in the headers', async () => {
    const answer = await doors
      .visitor('198.51.104.7')
      .call('/check', { domain: 'example.org', ip: '192.0.2.45' })
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('RateLimit-Policy') ?? '', /^"check\.client\.hour";q=3;w=3600$/)
    const report = checkReport.parse(await answer.json())
    assert.equal(report.result, 'fault')
    const fail = report.findings.find((each) => each.finding === 'spf.fail')
    assert.match(fail?.what ?? '', /^SPF fails: the record of example\.org/)
    const wrong = await doors.visitor('198.51.104.7').call('/check', { domain: 'localhost' })
    assert.deepEqual(
      [wrong.status, ((await wrong.json()) as { code: string }).code],
      [422, 'domain.single-label'],
    )
    assert.equal((await doors.visitor().call('/check', { domain: 'example.org', extra: 1 })).status, 422)
  })
})
