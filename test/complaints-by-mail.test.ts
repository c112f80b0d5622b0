import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { intakeActions } from '../src/core-actions.ts'
import { day, hour } from '../src/base/clock.ts'
import { orThrow } from '../src/base/refusal.ts'
import { formatMailEvent } from '../src/access/mail-event.ts'
import { takeEvents } from '../src/core/events/actions.ts'
import { Engine } from '../src/core/reputation/engine-actions.ts'
import { openIntake, type Intake } from '../src/intake/intake.ts'
import { routesOf } from '../src/intake/route.ts'
import { BareClient, dkimRecord, loopback, signed, testDns } from '../src/intake/test-intake.ts'
import { parsePrefix } from '../src/standards/prefix.ts'
import { compoundFile } from './support/compound-file.ts'
import { testContext, testSettings, type TestContext } from './support/context.ts'
import { databases } from './support/database.ts'
import { message } from './support/mail-events.ts'

const ip = '192.0.2.45'
const border = `Received: from mail.example.org (mail.example.org [${ip}]) by mx.provider.example (Postfix) with ESMTPS id 4XyZ`
const inside =
  'Received: from mx.provider.example ([127.0.0.1]) by imap.provider.example with LMTP id jq for <ann@provider.example>'

const reported = (id: string): string =>
  [inside, border, 'From: joe@example.org', 'To: ann@provider.example', `Message-ID: ${id}`, '', 'buy'].join(
    '\r\n',
  )

function multipart(fields: readonly string[], ...parts: readonly string[]): Buffer {
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join('')
  return Buffer.from(
    [...fields, 'Content-Type: multipart/mixed; boundary=b', '', `${body}--b--`, ''].join('\r\n'),
  )
}

/** As Dovecot 2.3 writes it. */
function arf(id: string, type = 'abuse', more = ''): Buffer {
  const machine = `Content-Type: message/feedback-report\r\n\r\nVersion: 1\r\nFeedback-Type: ${type}\r\nUser-Agent: Dovecot/2.3.19.1\r\nDovecot-Reporting-User: <ann@provider.example>\r\n${more}`
  return multipart(
    ['From: Postmaster <postmaster@provider.example>', 'Auto-Submitted: auto-generated (report)'],
    'Content-Type: text/plain\r\n\r\nMoved to Junk',
    machine,
    `Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n${reported(id)}`,
  )
}

describe('A report by mail', () => {
  const { open, close } = databases('SQLite')
  let ctx: TestContext
  let engine: Engine
  let intake: Intake

  before(async () => {
    ctx = testContext({
      db: await open(),
      actor: { kind: 'system', name: 'engine' },
      settings: testSettings({ limits: { 'complaints.mailbox.hour': { count: 3, windowMs: hour } } }),
    })
    intake = await openIntake({
      smtp: { host: '127.0.0.1', port: 0 },
      name: 'postern.provider.example',
      site: ctx.settings.provider.site,
      routes: routesOf(ctx.settings),
      trust: [loopback],
      networks: [orThrow(parsePrefix('203.0.113.0/24'))],
      desk: { domains: ['provider.example'], abuse: 'abuse@provider.example' },
      actions: intakeActions(ctx, 'mailto:postmaster@provider.example', '/nonexistent'),
      lookup: testDns({ 's1._domainkey.provider.example': dkimRecord }),
      mx: async () => [],
      clock: ctx.clock,
      log: ctx.log,
    })
  })
  after(async () => {
    await intake.close()
    await close()
  })
  beforeEach(async () => {
    ctx.clock.advance(day)
    engine = await Engine.open(ctx)
  })

  /** Sends as our own mail server, which speaks for `client`. */
  async function send(to: string, report: Buffer, client = '127.0.0.1', from = ''): Promise<string> {
    const smtp = new BareClient({ port: intake.smtp && 'port' in intake.smtp ? intake.smtp.port : 0 })
    await smtp.greet('mx.provider.example')
    await smtp.command(`XFORWARD ADDR=${client}`)
    const answer = await smtp.mail(from, to, report)
    smtp.send('QUIT\r\n')
    return answer
  }

  async function counted(): Promise<{ complaints: number; notJunk: number }> {
    while (await engine.step(ctx));
    const rows = await ctx.db.queries
      .selectFrom('evidence_hours')
      .select(['complaints', 'not_junk'])
      .execute()
    return {
      complaints: rows.reduce((sum, row) => sum + row.complaints, 0),
      notJunk: rows.reduce((sum, row) => sum + row.not_junk, 0),
    }
  }

  it('finds the message that a log told of, however its id is written', async () => {
    const ids = [
      ['<a@example.org>', '<a@example.org>'],
      ['b@example.org', '<b@example.org>'],
      ['<c@example.org>', ' <c@example.org> (added by mx)'],
    ] as const
    for (const [nth, [logged, written]] of ids.entries()) {
      ctx.clock.advance(day)
      const told = formatMailEvent(message(ip, ctx.clock.now() - hour, { messageId: logged }))
      await takeEvents(ctx, 'mx1', [{ line: 1, text: told }])
      const before = (await counted()).complaints
      assert.match(await send('report-spam@provider.example', arf(written)), /^250 2\.0\.0 Thank you/)
      const { complaints } = await counted()
      assert.ok(complaints > before, `${nth}: ${logged} and ${written}`)
    }
  })
  it('counts once, as what it says, and seven days at most', async () => {
    const before = await counted()
    await takeEvents(ctx, 'mx1', [message(ip, ctx.clock.now(), { messageId: '<d@example.org>' })])
    for (let time = 0; time < 3; time++)
      assert.match(await send('junk@provider.example', arf('<d@example.org>', 'not-spam')), /^250 /)
    assert.deepEqual(await counted(), { ...before, notJunk: before.notJunk + 1 })
    ctx.clock.advance(7 * day + hour)
    assert.match(await send('report-spam@provider.example', arf('<d@example.org>')), /^250 /)
    assert.deepEqual(await counted(), { ...before, notJunk: before.notJunk + 1 })
  })
  it('of an unknown message is a statistic only, and so is one that claims another client', async () => {
    const before = await counted()
    assert.match(await send('report-spam@provider.example', arf('<nobody@example.org>')), /^250 /)
    await takeEvents(ctx, 'mx1', [message('198.51.100.9', ctx.clock.now(), { messageId: '<e@example.org>' })])
    const claim = 'Source-IP: 198.51.100.9\r\n'
    assert.match(await send('report-spam@provider.example', arf('<e@example.org>', 'abuse', claim)), /^250 /)
    assert.deepEqual(await counted(), before)
    const stored = await ctx.db.queries
      .selectFrom('mail_events')
      .select('source')
      .where('type', '=', 'complaint')
      .execute()
    assert.ok(stored.length >= 2 && stored.every(({ source }) => source === 'reports'))
  })
  it('of a person counts when From is theirs, and of a stranger never', async () => {
    await takeEvents(ctx, 'mx1', [message(ip, ctx.clock.now(), { messageId: '<f@example.org>' })])
    const before = (await counted()).complaints
    const forward = (from: string): Buffer =>
      multipart(
        [`From: ${from}`, 'To: phish@provider.example', 'Subject: Fwd: buy'],
        'Content-Type: text/plain\r\n\r\nLook at this',
        `Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n${reported('<f@example.org>')}`,
      )
    const home = '198.51.100.7'
    const say = async (from: string, report: Buffer) =>
      await send('phish@provider.example', report, home, from)
    assert.match(
      await say('eve@example.org', forward('eve@example.org')),
      /^550 5\.7\.1 .*abuse@provider\.example/,
    )
    assert.match(await say('eve@example.org', forward('ann@provider.example')), /^550 5\.7\.26 /)
    assert.match(await send('report-spam@provider.example', arf('<f@example.org>'), home), /^550 5\.7\.1 /)
    assert.equal((await counted()).complaints, before)
    const own = await signed(forward('ann@provider.example'), 'provider.example')
    assert.match(await say('ann@provider.example', own), /^250 2\.0\.0 Thank you/)
    assert.ok((await counted()).complaints > before)
  })
  it('of one of our own users counts when Outlook saved the message (.msg), of which the header came', async () => {
    await takeEvents(ctx, 'mx1', [message(ip, ctx.clock.now(), { messageId: '<o@example.org>' })])
    const before = await counted()
    const header = reported('<o@example.org>').split('\r\n\r\n')[0] ?? ''
    const file = compoundFile({ '__substg1.0_007D001F': Buffer.from(`${header}\r\n\r\n`, 'utf16le') })
    const letter = multipart(
      ['From: ann@provider.example', 'To: not-junk@provider.example', 'Subject: Fwd: buy'],
      `Content-Type: application/vnd.ms-outlook; name="buy.msg"\r\nContent-Transfer-Encoding: base64\r\n\r\n${file.toString('base64').replaceAll(/.{76}/g, '$&\r\n')}`,
    )
    const own = await signed(letter, 'provider.example')
    assert.match(
      await send('not-junk@provider.example', own, '198.51.100.7', 'ann@provider.example'),
      /^250 2\.0\.0 Thank you/,
    )
    assert.ok((await counted()).notJunk > before.notJunk)
  })
  it('says what is missing, and a teller has a budget', async () => {
    const plain = Buffer.from(
      'From: ann@provider.example\r\nTo: junk@provider.example\r\n\r\nThis was spam\r\n',
    )
    const own = await signed(plain, 'provider.example')
    const answers: string[] = []
    for (let time = 0; time < 4; time++)
      answers.push(await send('junk@provider.example', own, '198.51.100.7', 'ann@provider.example'))
    assert.match(answers[0] ?? '', /^550 5\.6\.0 No message is attached/)
    assert.match(answers.at(-1) ?? '', /^451 4\.7\.1 Too many requests/)
    const broken = Buffer.from('From: ann@provider.example\r\n\r\n')
    assert.match(await send('report-spam@provider.example', broken), /^550 5\.6\.0 No message is attached/)
  })
})
