import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { barriers, barriersInDark, watchForBarriers } from '../support/barriers.ts'
import { openBrowser } from '../support/chromium.ts'
import { startInstance, type Instance } from '../support/instance.ts'
import { startUnbound, type Unbound } from '../support/unbound.ts'
import { startZone, type ZoneServer } from '../support/zone-server.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64')

/** What a stranger may write into DNS, hoping that a page runs it; hundreds more are tried in `src/web/hostile-text.test.ts`, without a browser. */
const payloads = [
  '<script>document.title="run"</script>',
  '"><img src=x onerror=document.title="run">',
  '</code></pre><svg onload=document.title="run">',
  '</details><iframe srcdoc="<script>parent.document.title=1</script>">',
  `'"--><style>*{display:none}</style>`,
  '{{constructor.constructor("document.title=1")()}}',
  '</title><base href="https://evil.example/">',
  ['javascript', 'document.title="run"'].join(':'),
]

describe('A sender checks its domain', () => {
  let zone: ZoneServer
  let resolver: Unbound
  let instance: Instance
  let browser: Browser

  before(async () => {
    zone = await startZone(
      {
        'probe.example': { TXT: ['there'] },
        'example.org': { MX: ['10 mx.example.org'], TXT: ['v=spf1 include:spf.example.net -all'] },
        'mx.example.org': { A: ['192.0.2.10'] },
        'spf.example.net': { TXT: ['v=spf1 ip4:192.0.2.44 ?all'] },
        '45.2.0.192.in-addr.arpa': { PTR: ['alias.example.org'] },
        'alias.example.org': { CNAME: ['mail.example.org'] },
        'mail.example.org': { A: ['192.0.2.45'] },
        's1._domainkey.example.org': { CNAME: ['key.signer.example'] },
        'key.signer.example': { TXT: [`v=DKIM1; k=rsa; p=${key}`] },
        '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject; rua=mailto:d@example.org'] },
        '2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': {
          PTR: ['mail6.example.org'],
        },
        'mail6.example.org': { AAAA: ['2001:db8::2'] },
        'loop.example': 'servfail',
      },
      (name, type) => {
        if (!name.endsWith('evil.example')) return undefined
        if (type === 'TXT')
          return name.includes('_dmarc')
            ? [`v=DMARC1; p=none; rua=${payloads.join(',')}; ${payloads[0]}=1`]
            : [`v=spf1 ${payloads[1]}`, `v=spf1 ${payloads[2]}`]
        return type === 'MX'
          ? payloads.map((text, index) => `${index} ${text.slice(0, 60).replaceAll('.', '')}`)
          : undefined
      },
    )
    resolver = await startUnbound(zone.port, 'probe.example')
    instance = await startInstance({
      settings: `dns: { servers: ["${resolver.address}"] }\nlimits: { check.client.hour: { count: 100, per: 1h } }\n`,
    })
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await instance.stop()
    await resolver.close()
    await zone.close()
  })

  const open = async (width = 1100, script = true): Promise<{ page: Page; trouble: string[] }> => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled: script })
    const page = await context.newPage()
    const trouble: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') trouble.push(message.text())
    })
    page.on('pageerror', (error) => trouble.push(error.message))
    page.on('dialog', (dialog) => trouble.push(dialog.message()))
    return { page, trouble }
  }

  it('by keyboard alone, on a narrow screen, through a real resolver, and reads what to publish', async () => {
    const { page, trouble } = await open(360)
    await page.goto(`${instance.site}/check`)
    await page.focus('#f-domain')
    await page.keyboard.type('example.org')
    await page.keyboard.press('Tab')
    await page.keyboard.type('192.0.2.45')
    await page.keyboard.press('Tab')
    await page.keyboard.type('s1')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.report')
    const report = await page.innerText('.report')
    assert.match(report, /One fault/)
    assert.match(report, /example\.org\. IN TXT "v=spf1 include:spf\.example\.net ip4:192\.0\.2\.45 -all"/)
    assert.equal(await page.isVisible('.progress'), false)
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    await page.focus('#spf .finding summary')
    await page.keyboard.press('Enter')
    assert.match(await page.innerText('#spf'), /ip4:192\.0\.2\.44/)
    assert.deepEqual(trouble, [])
  })

  it('without script just as well', async () => {
    const { page } = await open(1100, false)
    await page.goto(`${instance.site}/check?domain=example.org&ip=2001:db8::2`)
    await page.click('form.panel button')
    assert.match(await page.innerText('.report'), /2001:db8::2/)
    assert.match(
      (await page.textContent('#reverse-name')) ?? '',
      /is called mail6\.example\.org, and the name leads back/,
    )
    assert.equal(await page.isVisible('.progress'), false)
  })

  it('at the command line with the same findings', async () => {
    const { status, stdout } = await instance.run(
      'check',
      'example.org',
      '--ip',
      '192.0.2.45',
      '--selector',
      's1',
      '--json',
    )
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { finding?: string }).finding)
    for (const name of [
      'spf.fail',
      'dkim.key',
      'dmarc.enforced',
      'reverse-name.confirmed',
      'mail-hosts.found',
      'standing.passes',
    ])
      assert.ok(names.includes(name), `${name}: ${stdout}`)
    assert.equal(status, 1)
  })

  it('and is told that nothing is known where its servers fail', async () => {
    const { stdout } = await instance.run('check', 'loop.example', '--json')
    assert.match(stdout, /"finding":"mail-hosts\.unknown"/)
    assert.doesNotMatch(stdout, /"result":"fault","facts":\{"domain":"loop\.example"/)
  })

  it('and meets no barrier that axe-core knows, light and dark, in both languages', async () => {
    const context = await browser.newContext({ bypassCSP: true })
    await watchForBarriers(context)
    const page = await context.newPage()
    for (const language of ['en', 'zh-CN']) {
      await page.goto(`${instance.site}/${language}/check?domain=example.org&ip=192.0.2.45`)
      await page.click('form.panel button')
      await page.waitForSelector('.report')
      assert.deepEqual([...(await barriers(page)), ...(await barriersInDark(page))], [])
      assert.equal(await page.locator('#spf .more a').count(), 1)
    }
    await context.close()
  })

  it('and no text from DNS runs in the page or changes it (security CHK-5)', async () => {
    const { page, trouble } = await open()
    for (const [index, payload] of payloads.slice(0, 3).entries()) {
      await page.goto(`${instance.site}/check?domain=evil.example&helo=${encodeURIComponent(payload)}`)
      await page.fill('#f-domain', `x${index}.evil.example`)
      await page.click('form.panel button')
      await page.waitForSelector('.report')
      assert.match(await page.title(), /^Check of x\d\.evil\.example/)
      assert.equal(await page.locator('main :is(script, img, svg[onload], iframe, style, base)').count(), 0)
      assert.ok(await page.isVisible('.report'))
    }
    assert.deepEqual(trouble, [])
  })
})
