import { strict as assert } from 'node:assert'
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { until } from '../faults/delist-flow.ts'
import { openBrowser } from '../support/chromium.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { swaks, type Sent } from '../support/swaks.ts'
import { startZone, type ZoneServer } from '../support/zone-server.ts'
import { isGood, openWindow, signInWith } from './window.ts'

const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')
const mailbox = 'ops@example.org'
/** The address of the forecast, and one beside it that nobody has announced. */
const [client, neighbour] = ['192.0.2.45', '192.0.2.99']
/** Messages an hour: of a sender that nothing is known of, as it is asked for, and as a person agrees to it. */
const [usual, asked, agreed] = [4, 20, 12]

/**
 * A forecast, with strangers' programs: Postfix puts a new sender off; they announce their mail in Chromium, with a letter through the smarthost;
 * a person agrees to less; so many messages of an hour pass and no more; complaints of its recipients end it for good.
 */
describe('A warm-up', { timeout: 300_000 }, () => {
  let dns: ZoneServer
  let world: SmtpSink
  let postern: Instance
  let postfix: Postfix
  let reader: ChildProcess
  let browser: Browser
  let sent = 0

  before(async () => {
    ;[dns, world] = await Promise.all([startZone({}), smtpSink()])
    postern = await startInstance({
      smarthost: world.url,
      settings: `dns: { servers: ["${dns.address}"] }
reputation: { mode: enforce, tuning: { newBudget: ${usual} } }
support: { external: form }
`,
    })
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
    })
    const words = ['ingest', postfix.logFile, '--follow', '--format', 'postfix', '--source', 'mx1']
    reader = spawn(process.execPath, [entry, ...words, '--config', postern.config], { stdio: 'ignore' })
    browser = await openBrowser()
  })

  after(async () => {
    await browser?.close()
    reader?.kill()
    await postfix?.stop()
    await postern?.stop()
    await world?.close()
    await dns?.close()
  })

  /** The nth message, to the nth recipient. */
  async function send(from: string, nth: number): Promise<Sent> {
    const to = `u${nth}@provider.example`
    const message = `From: <news@example.org>\r\nTo: <${to}>\r\nSubject: journey\r\nDate: ${new Date().toUTCString()}\r\nMessage-ID: <n${nth}@example.org>\r\n\r\nHello.\r\n`
    return await swaks({ port: postfix.port, client: from, to, from: 'news@example.org', message })
  }

  /** Sends until it is put off; how many messages passed, and what was said then. */
  async function sendAll(from: string): Promise<readonly [passed: number, said: string]> {
    for (let passed = 0; passed < asked + 5; passed++) {
      const { accepted, refusal = '' } = await send(from, sent)
      if (!accepted) return [passed, refusal]
      sent++
    }
    return assert.fail('it is never put off')
  }

  async function explained(): Promise<{
    readonly standing?: { readonly grade?: string; readonly budget?: { readonly limit?: number } }
    readonly forecast?: { readonly perHour?: number; readonly perDay?: number }
  }> {
    const { stdout } = await postern.run('explain', client, '--json')
    return JSON.parse(stdout) as Awaited<ReturnType<typeof explained>>
  }

  it('lets in what was agreed to of an hour and no more, nobody else, and ends for good when its recipients complain', async () => {
    const [first, said] = await sendAll(client)
    assert.equal(first, usual)
    assert.match(said, /^451 4\.7\.\d+ .*\[192\.0\.2\.45\]/)

    const page = await announced()
    assert.deepEqual(await sendAll(client).then(([passed]) => passed), 0, 'asking raises nothing')
    await agreeAtTheDesk()
    const letter = await world.take(mailbox)
    assert.match(letter.text, /forecast/i)
    await until('the raised budget', async () =>
      (await explained()).forecast?.perHour === agreed ? true : undefined,
    )
    const passed = await until('mail passes', async () => {
      const [more] = await sendAll(client)
      return more > 0 ? more : undefined
    })
    assert.equal(first + passed, agreed, 'of this hour, what passed before counts')
    const [again, put] = await sendAll(client)
    assert.equal(again, 0)
    assert.match(put, /^451 4\.7\.\d+ /)
    assert.equal((await sendAll(neighbour))[0], usual, 'an address beside it')
    await page.reload()
    assert.match(await page.innerText('main'), /Agreed/)
    await isGood(page)

    await complain()
    const stopped = await world.take(mailbox, 100_000)
    assert.match(stopped.text, /stopped|no longer/i)
    assert.equal((await explained()).forecast, undefined)
    // Listed, or, while it is being judged, let through one by one.
    const after = await Promise.all([0, 1, 2, 3, 4, 5].map(async (nth) => await send(client, sent + nth)))
    const held = after.flatMap(({ refusal }) => refusal ?? [])
    assert.ok(held.length >= after.length / 2, held.join('\n'))
    for (const line of held) assert.match(line, /^(?:451 4\.7|550 5\.7)\.\d+ /)
    await page.reload()
    assert.match(await page.innerText('main'), /Stopped/)
    await isGood(page)
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  })

  /** Fills in the form on a narrow screen; the page of the case is open then. */
  async function announced(): Promise<Page> {
    const page = await openWindow(browser, 360)
    await page.goto(`${postern.site}/warm-up?ip=${client}`)
    await page.fill('#f-domain', 'example.org')
    await page.selectOption('#f-mail', 'newsletter')
    const today = new Date().toISOString().slice(0, 10)
    for (const [name, value] of [
      ['starts', today],
      ['days', '3'],
      ['first', String(24 * asked)],
      ['growth', '0'],
      ['most', String(24 * asked)],
      ['mailbox', mailbox],
    ] as const)
      await page.fill(`#f-${name}`, value)
    await isGood(page)
    await page.click('main form button[type=submit]')
    await page.waitForURL(/\/forms\/asked\//)
    await isGood(page)
    const [link = ''] = (await world.take(mailbox)).links.filter((each) => each.includes('/forms/link/'))
    await page.goto(link)
    await isGood(page)
    await page.click('main form button')
    assert.match(page.url(), /\/case\//)
    assert.match(await page.innerText('main'), /Nobody has decided yet/)
    await isGood(page)
    return page
  }

  async function agreeAtTheDesk(): Promise<void> {
    const desk = await openWindow(browser, 1280)
    const origin = await signInWith(desk, postern, 'ada', 'case-agent')
    await desk.goto(`${origin}/cases`)
    await desk.getByRole('link', { name: client }).click()
    await isGood(desk)
    assert.match(await desk.innerText('main'), /no proof that the addresses are theirs/)
    await desk.selectOption('#f-deed', 'agree')
    await desk.fill('#f-most', String(24 * agreed))
    await desk.getByRole('button', { name: 'Do it' }).click()
    assert.match(desk.url(), /done=warm-up/)
    await isGood(desk)
  }

  /** Recipients of messages that have come report them as junk. */
  async function complain(): Promise<void> {
    const { stdout } = await postern.run('token', 'add', 'events', 'desk', '--roles', 'reports', '--json')
    const { token } = JSON.parse(stdout) as { token: string }
    const events = Array.from({ length: agreed }, (_, nth) => ({
      v: 1,
      id: `c${nth}`,
      type: 'complaint',
      at: new Date().toISOString(),
      ip: client,
      kind: 'junk',
      messageId: `<n${nth}@example.org>`,
      reporter: `u${nth}@provider.example`,
    }))
    const answer = await fetch(`${postern.site}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: events.map((event) => JSON.stringify(event)).join('\n'),
    })
    const taken = (await answer.json()) as { readonly accepted: number }
    assert.deepEqual([answer.status, taken.accepted], [202, agreed])
  }
})
