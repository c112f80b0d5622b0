import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { startInstance, type Instance } from '../support/instance.ts'
import { policyClient, type PolicyClient } from '../support/policy-client.ts'
import { givesJson, registries, startRdapServer, type RdapServer } from '../support/rdap-server.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { startUnbound, type Unbound } from '../support/unbound.ts'
import { startZone, type RecordType, type ZoneServer } from '../support/zone-server.ts'
import { isGood, openWindow } from './window.ts'

type Records = Record<string, Partial<Record<RecordType, string[]>>>

/**
 * The whole road of an owner, through a real resolver and a browser on a narrow screen: a /24 is refused, its owner proves it in
 * the reverse zone, has it freed, gives a part to a customer who proves that too, and has a contact asked by mail.
 */
describe('The owner of a network', { timeout: 180_000 }, () => {
  const zone: Records = {
    'probe.example': { TXT: ['there'] },
    'example.org': { MX: ['10 mx.example.org'] },
    'mx.example.org': { A: ['192.0.2.10'] },
    'shop.example': { MX: ['10 mx.example.org'] },
    '77.2.0.192.in-addr.arpa': { PTR: ['mail.shop.example'] },
    'mail.shop.example': { A: ['192.0.2.77'] },
    [registries[0]]: { A: ['127.0.0.1'] },
  }
  const folder = mkdtempSync(join(tmpdir(), 'postern-owners-'))
  let dns: ZoneServer
  let resolver: Unbound
  let sink: SmtpSink
  let registry: RdapServer
  let postern: Instance
  let mta: PolicyClient
  let browser: Browser
  let ada: Page

  before(async () => {
    dns = await startZone(zone)
    resolver = await startUnbound(dns.port, 'probe.example')
    sink = await smtpSink()
    registry = await startRdapServer()
    registry.answer = givesJson({})
    const table = join(folder, 'ipv4.json')
    const base = `https://${registries[0]}:${registry.out.port}/`
    writeFileSync(table, JSON.stringify({ services: [[['192.0.2.0/24'], [base]]] }))
    postern = await startInstance({
      smarthost: sink.url,
      settings: `dns: { servers: ["${resolver.address}"] }\nowners: { rdapFiles: ["${table}"] }\n`,
    })
    mta = await policyClient(postern.ports.policy)
    browser = await openBrowser()
  })

  after(async () => {
    await browser?.close()
    mta?.close()
    await postern?.stop()
    await registry?.close()
    await sink?.close()
    await resolver?.close()
    await dns?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Somebody with a browser of their own, signed in by the letter. */
  async function signedIn(mailbox: string): Promise<Page> {
    const page = await openWindow(browser, 360)
    await page.goto(`${postern.site}/owners`)
    await page.fill('#f-mailbox', mailbox)
    await page.click('main form button')
    const code = await page.innerText('output')
    let link: string | undefined
    // A letter that something was given to the mailbox may have come before.
    while (link === undefined) {
      const letter = await sink.take(mailbox)
      assert.ok(!letter.text.includes(code))
      link = letter.links.find((each) => each.includes('/owners/link/'))
    }
    await page.goto(link)
    await page.click('main form button')
    assert.match(await page.innerText('main'), new RegExp(mailbox.replaceAll('.', '\\.')))
    return page
  }

  /** Claims a network on the page of all; the browser is on the page of the claim then. */
  async function claim(page: Page, range: string): Promise<string> {
    await page.goto(`${postern.site}/owners/networks`)
    await page.fill('#f-range', range)
    await page.getByRole('button', { name: 'Claim' }).click()
    const [, line = ''] = /TXT "(postern-owner=[\w-]{43})"/.exec(await page.innerText('main')) ?? []
    assert.notEqual(line, '')
    return line
  }

  /** A resolver keeps for some seconds that there was nothing. */
  async function lookUntilProven(page: Page): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt++) {
      await page.getByRole('button', { name: 'Look for the record' }).click()
      if (/Proven: the network is yours/.test(await page.innerText('main'))) return
      await sleep(2000)
    }
    assert.fail(await page.innerText('main'))
  }

  it('proves a /24 by TXT in its reverse zone and gets the range freed', async () => {
    const added = await postern.run('listing', 'add', '192.0.2.0/24', '--reason', 'spam', '--wait')
    assert.equal(added.status, 0, added.stderr)
    assert.match(await mta.ask('192.0.2.45'), /^550 /)
    // A mailbox has three letters a day, so that this browser stays signed in.
    ada = await signedIn('ada@example.org')
    const page = ada
    const line = await claim(page, '192.0.2.0/24')
    await page.getByRole('button', { name: 'Look for the record' }).click()
    assert.match(await page.innerText('main'), /proof is not there yet/)
    await isGood(page)
    zone['_postern.2.0.192.in-addr.arpa'] = { TXT: [line] }
    await lookUntilProven(page)
    assert.ok(dns.asked.includes('TXT _postern.2.0.192.in-addr.arpa'))
    await isGood(page)
    await page.goto(`${postern.site}/owners/networks`)
    await isGood(page)
    const since = performance.now()
    await page.getByRole('button', { name: 'Ask for 192.0.2.0/24' }).click()
    assert.match(await page.innerText('main'), /192\.0\.2\.0\/24 is let in again/)
    await mta.until('192.0.2.45', 'passes', since)
    await mta.until('192.0.2.200', 'passes', since)
    const letter = await sink.take('ada@example.org')
    assert.match(letter.text, /takes the reader of this mailbox for an owner\s+of this network/)
  })

  it('has the pages of mail, programs and cases', async () => {
    const page = ada
    await page.goto(`${postern.site}/owners/networks`)
    await page.getByRole('link', { name: 'Mail by day' }).first().click()
    assert.match(await page.innerText('main'), /Nothing has come from this network since then/)
    await isGood(page)
    await page.getByRole('link', { name: 'For programs', exact: true }).click()
    await page.fill('#f-name', 'dashboard')
    await page.getByRole('button', { name: 'Make it' }).click()
    const [token = ''] = /pto_[0-9a-z]{52}/.exec(await page.innerText('main')) ?? []
    await isGood(page)
    const answer = await fetch(`${postern.site}/api/v1/owner/networks`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { networks } = (await answer.json()) as {
      networks: { readonly network: string; readonly proof: string }[]
    }
    assert.deepEqual(
      networks.map(({ network, proof }) => [network, proof]),
      [['192.0.2.0/24', 'txt']],
    )
    await page.goto(`${postern.site}/owners/networks`)
    await page.click('summary:has-text("Write to our postmasters")')
    await page.fill('#f-about', '192.0.2.45')
    await page.fill('#f-text', 'The customer is gone.')
    await page.getByRole('button', { name: 'Send' }).click()
    assert.match(page.url(), /\/case\//)
    assert.match(await page.innerText('main'), /The customer is gone\./)
    await page.goto(`${postern.site}/zh-CN/owners/networks`)
    assert.match(await page.innerText('main'), /与您的网段有关的工单/)
    await isGood(page)
  })

  it('gives a part to a customer, who then proves it and holds it alone', async () => {
    await ada.goto(`${postern.site}/owners/networks`)
    await ada.getByRole('link', { name: '192.0.2.0/24' }).first().click()
    const claimPage = ada.url()
    await ada.fill('main form input[name=range]', '192.0.2.64/26')
    await ada.fill('main form input[name=mailbox]', 'cyd@shop.example')
    await ada.click('main form:has(input[value=give]) button')
    assert.match(await ada.innerText('main'), /cyd@shop\.example/)
    const cyd = await signedIn('cyd@shop.example')
    await cyd.getByRole('link', { name: '192.0.2.64/26' }).first().click()
    assert.match(await cyd.innerText('main'), /Given to you by the owner of the wider network/)
    const [, line = ''] = /TXT "(postern-owner=[\w-]{43})"/.exec(await cyd.innerText('main')) ?? []
    // Beside that of the wider network: each has its own.
    zone['2.0.192.in-addr.arpa'] = { TXT: [line] }
    await lookUntilProven(cyd)
    await ada.goto(claimPage)
    assert.doesNotMatch(await ada.innerText('main'), /cyd@shop\.example/)
  })

  it('has the postmaster of the name of an address asked; the registry is at an address inside and is not reached', async () => {
    const page = await signedIn('dan@example.org')
    await claim(page, '192.0.2.77')
    await page.getByRole('button', { name: 'Look who can be asked' }).click()
    assert.match(await page.innerText('main'), /registry does not answer now/)
    assert.deepEqual(registry.asked, [], 'no request goes to the loopback')
    await isGood(page)
    await page.check('input[value="postmaster@shop.example"]')
    await page.getByRole('button', { name: 'Have them asked' }).click()
    const code = await page.innerText('output')
    await isGood(page)
    const letter = await sink.take('postmaster@shop.example')
    assert.ok(!letter.text.includes(code) && !letter.text.includes('dan@example.org'))
    const [link = ''] = letter.links.filter((each) => each.includes('/owners/contact/'))
    const postmaster = await openWindow(browser, 360)
    await postmaster.goto(link)
    assert.match(await postmaster.innerText('main'), /dan@example\.org/)
    await isGood(postmaster)
    await postmaster.fill('#f-code', code)
    await postmaster.getByRole('button', { name: 'Confirm' }).click()
    assert.match(await postmaster.innerText('main'), /192\.0\.2\.77 is confirmed/)
    await page.goto(`${postern.site}/owners/networks`)
    assert.match(await page.innerText('main'), /postmaster of the name, by mail/)
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })
})
