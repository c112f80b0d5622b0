import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { startInstance, type Instance } from '../support/instance.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { askForLetter, listSender, until, type Asked, type FlowSurroundings } from './delist-flow.ts'
import { inParallel } from './in-parallel.ts'
import { liftedLimits } from './lifted-limits.ts'
import { portalClient } from './portal-client.ts'
import { openRows, text, type Rows } from './rows.ts'
import { browserScanners, plainScanners, type Scanner } from './scanners.ts'
import { differences, dumpState } from './state-dump.ts'
import { writtenAhead, type WrittenAhead } from './written-ahead.ts'

const isFull = process.env['POSTERN_TORTURE'] !== undefined
const letters = isFull ? 1000 : 40
const lettersForBrowsers = isFull ? 1000 : 5

/**
 * Mail is read by robots first. Whatever they do with the link of a letter, nothing changes; afterwards its reader gets through.
 */
describe('Scanners that open the link of a confirmation letter', { timeout: 30 * 60_000 }, () => {
  let [sink, postern, browser, rows]: [SmtpSink?, Instance?, Browser?, Rows?] = []
  let list: WrittenAhead
  let asked: readonly (Asked & { readonly ip: string })[] = []
  const folder = mkdtempSync(join(tmpdir(), 'postern-scanner-'))

  before(async () => {
    sink = await smtpSink()
    postern = await startInstance({
      smarthost: sink.url,
      settings: `${liftedLimits}delisting: { challengeCost: 1 }\ntrustedProxies: [127.0.0.0/8]\n`,
    })
    rows = await openRows(join(postern.folder, 'data', 'postern.sqlite'))
    browser = await openBrowser()
    list = writtenAhead(join(folder, 'written-ahead.jsonl'))
    const { token } = JSON.parse((await postern.run('token', 'add', 'api', 'driver', '--json')).stdout) as {
      token: string
    }
    const around: FlowSurroundings = {
      client: portalClient(postern.site),
      token,
      list,
      policyPort: postern.ports.policy,
      letters: sink.received,
      figures: { unknown: 0, faults: [], clickToPassMs: [] },
    }
    asked = await inParallel(4, letters, async (nth) => {
      const ip = `2001:db8:5ca:${(nth + 1).toString(16)}::25`
      await listSender(around, ip)
      return { ...(await askForLetter(around, ip, `admin@d${nth}.example`)), ip }
    })
    await until('the end of all sending', async () => {
      const [waiting] = (await rows?.all(`select count(*) as count from letters where state <> 'sent'`)) ?? []
      return waiting && text(waiting, 'count') === '0' ? true : undefined
    })
  })

  after(async () => {
    await browser?.close()
    await rows?.close()
    await postern?.stop()
    await sink?.close()
    list?.close()
    rmSync(folder, { recursive: true })
  })

  let turn = 0
  const another = (): string => `198.51.100.${(turn++ % 250) + 1}`

  const visitAll = async (
    scanner: Scanner,
    count: number,
    atOnce: number,
  ): Promise<{ visits: number; pages: number }> => {
    const links = asked.slice(0, count).flatMap(({ letterLinks }) => letterLinks)
    const pages = await inParallel(atOnce, links.length, async (nth) => await scanner.visit(links[nth] ?? ''))
    return { visits: links.length, pages: pages.reduce((sum, each) => sum + each, 0) }
  }

  it('change nothing, whatever their kind', async (t) => {
    assert.ok(rows && browser)
    const begun = await dumpState(rows)
    assert.ok((begun.get('delist_requests')?.length ?? 0) >= letters)
    const plain = plainScanners(another).map((scanner) => ({ scanner, count: letters, atOnce: 4 }))
    const browsing = (await browserScanners(browser, another)).map((scanner) => ({
      scanner,
      count: lettersForBrowsers,
      atOnce: 3,
    }))
    for (const { scanner, count, atOnce } of [...plain, ...browsing]) {
      const since = performance.now()
      const { visits, pages } = await visitAll(scanner, count, atOnce)
      const changes = differences(begun, await dumpState(rows))
      t.diagnostic(
        `${scanner.name}: ${count} letters, ${visits} links, ${pages} pages, ${changes.length} changes (${((performance.now() - since) / 1000).toFixed(1)} s)`,
      )
      assert.deepEqual(changes, [], scanner.name)
      assert.ok(pages >= visits, `${scanner.name} was shown ${pages} pages for ${visits} links`)
    }
    for (const { scanner } of browsing) await scanner.close()
  })

  it('leave the way open for the reader, in the browser that asked and on another device', async (t) => {
    assert.ok(postern && rows)
    const { site } = postern
    const answers = await inParallel(4, asked.length, async (nth) => {
      const half = asked[nth]
      assert.ok(half)
      const cookie = `pd_${half.id.slice(0, 12)}=${half.code}.${half.secret}`
      const isSameBrowser = nth % 2 === 0
      const answer = await fetch(half.link, {
        method: 'POST',
        headers: { origin: site, 'sec-fetch-site': 'same-origin', ...(isSameBrowser ? { cookie } : {}) },
        body: new URLSearchParams(isSameBrowser ? {} : { code: half.code.toLowerCase() }),
        redirect: 'manual',
      })
      return answer.status
    })
    assert.deepEqual(new Set(answers), new Set([303]))
    const [delisted] = await rows.all(
      `select count(*) as count from delist_requests where outcome = 'delisted'`,
    )
    const [listed] = await rows.all(`select count(*) as count from listings where state = 'active'`)
    assert.deepEqual([delisted?.['count'], listed?.['count']], [letters, 0])
    assert.equal((await postern.run('verify')).status, 0)
    t.diagnostic(
      `${letters} readers afterwards: ${letters} delisted, half in the browser that asked, half by the code`,
    )
  })
})
