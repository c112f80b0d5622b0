import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Refusal } from '../base/refusal.ts'
import type { Intake } from './intake.ts'
import {
  BareClient,
  caseToken,
  dkimRecord,
  knownToken,
  notedActions,
  plainMessage,
  routes,
  signed,
  site,
  testDns,
  testIntake,
  type Done,
} from './test-intake.ts'

const delistTag = 'delist+gooddelist.1@postern.provider.example'
const bounceTag = 'b+goodbounce.1@postern.provider.example'
const zone = {
  's1._domainkey.example.org': dkimRecord,
  '_dmarc.example.org': 'v=DMARC1; p=reject',
  'example.net': 'v=spf1 ip4:192.0.2.45 -all',
  'slow.example': 'temperror',
}

describe('Mail that comes in', () => {
  let intake: Intake
  let port = 0
  let done: Done[] = []
  before(async () => {
    ;({ intake, port, done } = await testIntake({ dns: testDns(zone) }))
  })
  after(() => intake.close())
  beforeEach(() => void done.splice(0))

  /** Sends as a relay that speaks for 192.0.2.45. */
  const send = async (from: string, to: string, message: Buffer): Promise<string> => {
    const client = new BareClient({ port })
    await client.greet()
    await client.command('XFORWARD ADDR=192.0.2.45 HELO=mail.example.net')
    const answer = await client.mail(from, to, message)
    await client.command('QUIT')
    return answer
  }

  it('proves a mailbox by DKIM', async () => {
    const message = await signed(plainMessage({ To: delistTag }), 'example.org')
    assert.match(await send('bounces@elsewhere.example', delistTag, message), /^250 2\.0\.0 /)
    assert.deepEqual(done, [['proveMailbox', { tag: 'gooddelist.1', mailbox: 'ann@example.org' }]])
  })
  it('proves a mailbox by SPF', async () => {
    assert.match(
      await send(
        'bob@example.net',
        delistTag,
        plainMessage({ From: 'bob@example.net', To: 'x@example.net' }),
      ),
      /^250 2\.0\.0 /,
    )
    assert.deepEqual(done, [['proveMailbox', { tag: 'gooddelist.1', mailbox: 'bob@example.net' }]])
  })
  it('proves the mailbox of a form, by whoever is known to have written, and by no program', async () => {
    const formTag = 'f+goodform.1@postern.provider.example'
    const message = await signed(plainMessage({ To: formTag }), 'example.org')
    assert.match(await send('bounces@elsewhere.example', formTag, message), /^250 2\.0\.0 /)
    assert.deepEqual(done, [['proveForm', { tag: 'goodform.1', mailbox: 'ann@example.org' }]])
    const away = await signed(plainMessage({ To: formTag, 'Auto-Submitted': 'auto-replied' }), 'example.org')
    assert.match(
      await send('ann@example.org', formTag, away),
      /^250 2\.0\.0 Automatic message, noted without an answer$/,
    )
    assert.match(await send('eve@example.com', formTag, plainMessage({ To: formTag })), /^550 5\.7\.26 /)
    assert.equal(done.length, 1)
    const stranger = 'f+other.1@postern.provider.example'
    assert.match(await send('ann@example.org', stranger, message), /^550 5\.1\.1 /)
  })
  it('proves nothing with a message that was signed for somebody else and is sent again to us', async () => {
    const lifted = await signed(plainMessage({ To: 'bob@example.net' }), 'example.org')
    assert.match(await send('eve@example.com', delistTag, lifted), /^550 5\.7\.7 /)
    const dressed = Buffer.concat([Buffer.from(`To: ${delistTag}\r\n`), lifted])
    assert.match(await send('eve@example.com', delistTag, dressed), /^550 5\.6\.0 /)
    assert.deepEqual(done, [])
  })
  it('proves nothing with a forged From, a broken signature or an automatic reply', async () => {
    assert.match(await send('eve@example.com', delistTag, plainMessage({ To: delistTag })), /^550 5\.7\.26 /)
    const message = await signed(plainMessage({ To: delistTag }), 'example.org')
    const changed = Buffer.from(message.toString('latin1').replace('Hello', 'Hullo'), 'latin1')
    assert.match(await send('eve@example.com', delistTag, changed), /^550 5\.7\.26 /)
    const vacation = await signed(
      plainMessage({ To: delistTag, 'Auto-Submitted': 'auto-replied' }),
      'example.org',
    )
    assert.match(await send('ann@example.org', delistTag, vacation), /^250 2\.0\.0 Automatic message, noted/)
    assert.match(await send('', delistTag, message), /^250 2\.0\.0 Automatic message, noted/)
    assert.deepEqual(done, [])
  })
  it('is asked for again when DNS does not answer', async () => {
    assert.match(
      await send('x@slow.example', delistTag, plainMessage({ From: 'x@slow.example' })),
      /^451 4\.7\.24 /,
    )
  })
  it('proves control of an address by a token from it', async () => {
    const token = plainMessage(
      { From: 'root@mail.example.net', 'Auto-Submitted': 'auto-generated' },
      `postern-verification=${knownToken}`,
    )
    assert.match(await send('root@mail.example.net', routes.delist, token), /^250 2\.0\.0 /)
    assert.deepEqual(done, [['proveByMail', { address: '192.0.2.45', token: knownToken }]])
  })
  it('tells of letters that did not arrive, and of readers who want no more', async () => {
    const report = plainMessage(
      {
        From: 'MAILER-DAEMON@example.org',
        'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
      },
      '--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n\n--b--',
    )
    assert.match(await send('', bounceTag, report), /^250 2\.0\.0 /)
    const stop = await signed(plainMessage({ To: bounceTag, Subject: 'Re: STOP' }), 'example.org')
    assert.match(await send('ann@example.org', bounceTag, stop), /^250 2\.0\.0 /)
    assert.deepEqual(done, [
      ['markBounced', 'goodbounce.1'],
      ['stopLetters', 'goodbounce.1'],
    ])
  })
  it('stops letters to a reader whose domain has no SPF and no DKIM, or no DNS just now', async () => {
    for (const from of ['ann@bare.example', 'ann@slow.example'])
      assert.match(
        await send(from, bounceTag, plainMessage({ From: from, To: bounceTag }, 'STOP')),
        /^250 2\.0\.0 /,
      )
    assert.deepEqual(done, [
      ['stopLetters', 'goodbounce.1'],
      ['stopLetters', 'goodbounce.1'],
    ])
  })
  it('stops nothing by a forged tag, an automatic reply or a quotation', async () => {
    const stop = plainMessage({ Subject: 'STOP' }, 'STOP')
    assert.match(await send('ann@example.org', 'b+forged.1@postern.provider.example', stop), /^550 5\.1\.1 /)
    const automatic = plainMessage({ Subject: 'STOP', 'Auto-Submitted': 'auto-replied' }, 'STOP')
    assert.match(await send('ann@example.org', bounceTag, automatic), /^250 2\.0\.0 /)
    const away = 'I am away until Monday.\n\n> reply with the single word\n> STOP'
    const quoting = plainMessage({ Subject: 'Away: please confirm', 'Auto-Submitted': 'auto-replied' }, away)
    assert.match(await send('ann@example.org', bounceTag, quoting), /^250 2\.0\.0 /)
    const unmarked = plainMessage({ Subject: 'Away: please confirm' }, away)
    assert.match(await send('ann@example.org', bounceTag, unmarked), /^550 5\.7\.1 Nobody reads/)
    assert.deepEqual(done, [])
  })
  it('puts a forwarded bounce before a person', async () => {
    const body = `--b\nContent-Type: text/plain\n\nPlease look.\n--b\nContent-Type: message/rfc822\n\nSubject: Undelivered\n\n550 5.7.511 Access denied, banned sender [192.0.2.66]. A person has to look at this. Please visit ${site}/c/${caseToken} (PSN511)\n--b--`
    const forwarded = await signed(
      plainMessage({ 'Content-Type': 'multipart/mixed; boundary=b' }, body),
      'example.org',
    )
    assert.match(await send('ann@example.org', routes.delist, forwarded), /^250 2\.0\.0 /)
    const [[action, input] = []] = done
    assert.equal(action, 'openReviewsByMail')
    assert.deepEqual(input, {
      mailbox: 'ann@example.org',
      language: 'en',
      addresses: ['192.0.2.66'],
      ofCase: '192.0.2.66',
      caseToken,
      note: 'Please look.',
    })
  })
  it('is answered even when there is nothing in it', async () => {
    const client = new BareClient({ port })
    await client.greet()
    for (const line of ['MAIL FROM:<ann@example.org>', `RCPT TO:<${delistTag}>`, 'DATA'])
      await client.command(line)
    client.send('.\r\n')
    assert.match(await client.reply(), /^550 5\.6\.0 From must name one mailbox/)
    client.close()
  })
  it('reaches the postmaster', async () => {
    assert.match(
      await send('eve@example.com', 'Postmaster@postern.provider.example', plainMessage({}, 'Help')),
      /^250 2\.0\.0 /,
    )
    const [[action, input] = []] = done
    assert.equal(action, 'forward')
    assert.match(JSON.stringify(input), /Help/)
  })
  it('for abuse is kept unread, with who brought it: whoever reports need not be authenticated', async () => {
    assert.match(
      await send('eve@example.com', 'Abuse@provider.example', plainMessage({ 'List-Id': 'x' }, 'Spam!')),
      /^250 2\.0\.0 /,
    )
    const [[action, input] = []] = done
    assert.equal(action, 'receiveAbuseReport')
    assert.match(
      JSON.stringify(input),
      /"mailFrom":"eve@example\.com".*"recipient":"abuse@provider\.example".*Spam!/,
    )
  })
  it('is read by swaks’s rules too', async () => {
    const swaks = (...extra: string[]): Promise<string> =>
      new Promise((resolve) => {
        const options = [
          '--server',
          `127.0.0.1:${port}`,
          '--helo',
          'mail.example.net',
          '--from',
          'bob@example.net',
          ...extra,
        ]
        execFile('swaks', options, (_error, stdout) => resolve(stdout))
      })
    const asSender = ['--xclient-addr', '192.0.2.45', '--xclient-name', 'mail.example.net']
    assert.match(await swaks('--to', delistTag, ...asSender), /^<- {2}250 2\.0\.0 Thank you/m)
    assert.match(
      await swaks('--to', 'delist+forged.1@postern.provider.example', ...asSender),
      /^<\*\* 550 5\.1\.1 /m,
    )
    assert.match(await swaks('--to', delistTag), /^<\*\* 550 5\.7\.26 /m)
    assert.match(
      await swaks('--to', delistTag, '--body', `x${'y'.repeat(70_000)}`, ...asSender),
      /^<\*\* 554 5\.6\.0 .*line-length/m,
    )
    assert.deepEqual(done, [['proveMailbox', { tag: 'gooddelist.1', mailbox: 'bob@example.net' }]])
  })
  it('in a burst of 200 messages is answered, each', async () => {
    const message = await signed(plainMessage({ To: delistTag }), 'example.org')
    const sender = async (): Promise<string[]> => {
      const client = new BareClient({ port })
      await client.greet()
      const answers: string[] = []
      for (let i = 0; i < 20; i++)
        answers.push((await client.mail('ann@example.org', delistTag, message)).slice(0, 3))
      client.close()
      return answers
    }
    const answers = (await Promise.all(Array.from({ length: 10 }, sender))).flat()
    assert.deepEqual(
      answers.filter((code) => code !== '250'),
      [],
    )
    assert.equal(done.length, 200)
  })
})

describe('Intake', () => {
  it('keeps a message with its sender while core is in trouble', async () => {
    const done: Done[] = []
    let trouble: Error | undefined = new Refusal('disk.full')
    const actions = notedActions(done, {
      proveMailbox: async (input) => {
        if (trouble) throw trouble
        done.push(['proveMailbox', input])
      },
    })
    const { intake, port } = await testIntake({ dns: testDns(zone), actions })
    const message = await signed(plainMessage({ To: delistTag }), 'example.org')
    const client = new BareClient({ port })
    await client.greet()
    assert.match(await client.mail('ann@example.org', delistTag, message), /^452 4\.3\.1 /)
    trouble = new Refusal('database.busy')
    assert.match(await client.mail('ann@example.org', delistTag, message), /^451 4\.3\.0 /)
    trouble = undefined
    assert.match(await client.mail('ann@example.org', delistTag, message), /^250 2\.0\.0 /)
    assert.equal(done.length, 1)
    client.close()
    await intake.close()
  })
  it('ends a message in progress before it closes', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const done: Done[] = []
    const actions = notedActions(done, {
      proveMailbox: async (input) => (await held, done.push(['proveMailbox', input])),
    })
    const { intake, port } = await testIntake({ dns: testDns(zone), actions })
    const client = new BareClient({ port })
    await client.greet()
    const answer = client.mail(
      'ann@example.org',
      delistTag,
      await signed(plainMessage({ To: delistTag }), 'example.org'),
    )
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const closed = intake.close()
    setTimeout(release, 200)
    assert.match(await answer, /^250 2\.0\.0 /)
    client.close()
    await closed
  })
  it('does not wait for clients that have nothing to say', async () => {
    const { intake, port } = await testIntake()
    const client = new BareClient({ port })
    await client.greet()
    const began = performance.now()
    const closed = intake.close()
    assert.match(await client.reply(), /^421 4\.3\.2 /)
    client.socket.end()
    await closed
    assert.ok(performance.now() - began < 2000)
  })
  it('speaks LMTP at a unix socket that its MTA’s group may use, also where a dead one left its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-intake-'))
    const path = join(folder, 'lmtp')
    await new Promise<void>((resolve) => {
      const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
      execFile(process.execPath, ['-e', script], () => resolve())
    })
    assert.ok(statSync(path).isSocket())
    const { intake } = await testIntake({ smtp: undefined, lmtp: { path } })
    assert.equal(statSync(path).mode & 0o777, 0o660)
    const client = new BareClient({ path })
    await client.reply()
    assert.match(await client.command('LHLO mx1.provider.example'), /XFORWARD/)
    assert.match(
      await client.mail('ann@example.org', 'postmaster@postern.provider.example', plainMessage({})),
      /^250 2\.0\.0 /,
    )
    client.close()
    await intake.close()
    rmSync(folder, { recursive: true })
  })
  it('says so when its port is taken, and leaves nothing running', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const bound = taken.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0
    await assert.rejects(testIntake({ smtp: { host: '127.0.0.1', port } }), { code: 'EADDRINUSE' })
    taken.close()
  })
})
