import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compoundFile } from '../../test/support/compound-file.ts'
import type { ParsedMessage, ParseRequest } from './parsed-message.ts'
import { readMessage } from './read-message.ts'
import { dkimRecord, plainMessage, signed, testDns, type Dns } from './test-intake.ts'

const key = { 's1._domainkey.example.org': dkimRecord }
const spfZone = { 'example.org': 'v=spf1 ip4:192.0.2.45 -all' }
const recipient = 'delist+x.1@postern.provider.example'

async function read(
  raw: Buffer,
  dns: Dns = testDns({}),
  changes: Partial<ParseRequest> = {},
): Promise<ParsedMessage> {
  const request = {
    client: '192.0.2.45',
    helo: 'mail.example.org',
    mailFrom: 'ann@example.org',
    authenticate: true,
    probe: false,
    now: Date.parse('2026-05-04T10:00:00Z'),
    ...changes,
  }
  const message = await readMessage(raw, request, dns)
  assert.ok(typeof message !== 'string', JSON.stringify(message))
  return message
}

const vouched = async (raw: Buffer, dns?: Dns, changes?: Partial<ParseRequest>) => {
  const { authentication } = await read(raw, dns, changes)
  assert.ok(authentication)
  return authentication
}

describe('What vouches for From', () => {
  it('is SPF when its domain aligns, by the Public Suffix List where there is no DMARC record', async () => {
    const plain = plainMessage({})
    assert.deepEqual((await vouched(plain, testDns(spfZone))).aligned, ['spf'])
    const sibling = testDns({ 'bounce.example.org': 'v=spf1 ip4:192.0.2.45 -all' })
    const news = plainMessage({ From: 'ann@news.example.org' })
    assert.deepEqual((await vouched(news, sibling, { mailFrom: 'b@bounce.example.org' })).aligned, ['spf'])
    const other = testDns({ 'other.example': 'v=spf1 +all' })
    assert.deepEqual((await vouched(plain, other, { mailFrom: 'b@other.example' })).aligned, [])
    const neighbour = testDns({ 'evil.co.uk': 'v=spf1 +all' })
    assert.deepEqual(
      (await vouched(plainMessage({ From: 'ann@good.co.uk' }), neighbour, { mailFrom: 'b@evil.co.uk' }))
        .aligned,
      [],
    )
  })
  it('is not SPF of another address, nor of one that nobody knows', async () => {
    const failed = await vouched(plainMessage({}), testDns(spfZone), { client: '198.51.100.1' })
    assert.deepEqual([failed.spf, failed.spfDomain, failed.aligned], ['fail', null, []])
    const unknown = await vouched(plainMessage({}), testDns({ 'example.org': 'v=spf1 +all' }), {
      client: null,
    })
    assert.deepEqual([unknown.spf, unknown.aligned], ['none', []])
  })
  it('is DKIM when the signing domain aligns and the body is whole', async () => {
    const raw = await signed(plainMessage({ To: recipient }), 'example.org')
    const result = await vouched(raw, testDns(key))
    assert.deepEqual(
      [result.dkim, result.aligned, result.signedRecipients],
      [['example.org'], ['dkim'], [recipient]],
    )
    const changed = Buffer.from(raw.toString('latin1').replace('Hello', 'Hullo'), 'latin1')
    assert.deepEqual((await vouched(changed, testDns(key))).aligned, [])
  })
  it('is not DKIM of a stranger, of a key that is gone, or of a signature that covers a part of the body (l=)', async () => {
    const stranger = await signed(plainMessage({ From: 'ann@example.com' }), 'example.org')
    assert.deepEqual((await vouched(stranger, testDns(key))).aligned, [])
    const raw = await signed(plainMessage({ To: recipient }), 'example.org')
    assert.deepEqual((await vouched(raw, testDns({}))).aligned, [])
    const partial = await signed(plainMessage({ To: recipient }, 'Hello and more'), 'example.org', {
      length: 5,
    })
    const result = await vouched(partial, testDns(key))
    assert.deepEqual([result.dkim, result.aligned, result.signedRecipients], [[], [], []])
  })
  it('covers the recipients in signed To and Cc, and no others', async () => {
    const fields = 'From:Subject:Date'
    const unsigned = await vouched(
      await signed(plainMessage({ To: recipient }), 'example.org', { fields }),
      testDns(key),
    )
    assert.deepEqual([unsigned.aligned, unsigned.signedRecipients], [['dkim'], []])
    const both = plainMessage({ To: 'Bob <bob@example.net>', Cc: `Delist <${recipient}>` })
    assert.deepEqual((await vouched(await signed(both, 'example.org'), testDns(key))).signedRecipients, [
      'bob@example.net',
      recipient,
    ])
  })
  it('does not cover a recipient that somebody put before the signed field', async () => {
    const raw = await signed(plainMessage({ To: 'bob@example.net' }), 'example.org')
    const lifted = Buffer.concat([Buffer.from(`To: ${recipient}\r\n`), raw])
    const message = await read(lifted, testDns(key))
    assert.deepEqual(message.authentication?.signedRecipients, [])
    assert.deepEqual(message.ambiguous, ['repeated-field'])
  })
  it('obeys the DMARC record of the From domain: strict alignment takes no relatives', async () => {
    const sub = plainMessage({ From: 'ann@news.example.org', To: recipient })
    const raw = await signed(sub, 'example.org')
    const relaxed = { ...key, '_dmarc.example.org': 'v=DMARC1; p=reject' }
    assert.deepEqual(
      [(await vouched(raw, testDns(relaxed))).dmarc, (await vouched(raw, testDns(relaxed))).aligned],
      ['pass', ['dkim']],
    )
    const strict = { ...key, '_dmarc.example.org': 'v=DMARC1; p=reject; adkim=s; aspf=s' }
    assert.deepEqual(
      [(await vouched(raw, testDns(strict))).dmarc, (await vouched(raw, testDns(strict))).aligned],
      ['fail', []],
    )
  })
  it('is not known while DNS does not answer', async () => {
    const raw = await signed(plainMessage({}), 'example.org')
    assert.equal((await vouched(raw, testDns({ 's1._domainkey.example.org': 'temperror' }))).isUnsure, true)
    assert.equal((await vouched(plainMessage({}), testDns({ 'example.org': 'temperror' }))).isUnsure, true)
    assert.equal((await vouched(plainMessage({}), testDns({}))).isUnsure, false)
  })
  it('is nothing with two authors or two From fields', async () => {
    const dns = testDns(spfZone)
    const two = await read(plainMessage({ From: 'ann@example.org, bob@example.com' }), dns)
    assert.deepEqual([two.from, two.authentication?.aligned], [['ann@example.org', 'bob@example.com'], []])
    const twice = await read(
      Buffer.concat([Buffer.from('From: ann@example.org\r\n'), plainMessage({ From: 'eve@example.com' })]),
      dns,
    )
    assert.deepEqual(twice.ambiguous.includes('repeated-field'), true)
    assert.deepEqual(twice.authentication?.aligned, [])
  })
  it('is asked only when it is wanted', async () => {
    const asked: string[] = []
    const message = await read(plainMessage({}), testDns({}, asked), { authenticate: false })
    assert.equal(message.authentication, null)
    assert.deepEqual(asked, [])
  })
})

describe('From', () => {
  const from = async (value: string): Promise<readonly string[]> =>
    (await read(plainMessage({ From: value }))).from
  it('is the mailbox, not what is written beside it', async () => {
    assert.deepEqual(await from('"eve@example.com" <ann@example.org>'), ['ann@example.org'])
    assert.deepEqual(await from('=?utf-8?q?eve=40example=2Ecom?= <Ann.B@Example.ORG>'), ['Ann.B@example.org'])
    assert.deepEqual(await from('Team: ann@example.org, bob@example.org;'), [
      'ann@example.org',
      'bob@example.org',
    ])
  })
  it('with a name that needs care is nobody or ambiguous, never somebody else', async () => {
    for (const value of [
      '"a b"@example.org',
      'ann@[192.0.2.1]',
      'nobody',
      '',
      '<>',
      'ann@example.org@example.com',
      '@relay:ann@example.org',
    ]) {
      const message = await read(plainMessage({ From: value }))
      assert.ok(
        message.from.length === 0 || message.ambiguous.length > 0 || message.from[0] === 'ann@example.org',
        JSON.stringify([value, message.from]),
      )
    }
  })
  it('in another script has its domain in ASCII', async () => {
    assert.deepEqual(await from('ann@xn--bcher-kva.example'), ['ann@xn--bcher-kva.example'])
  })
})

describe('The content of a message', () => {
  it('is decoded text, from HTML when there is no other', async () => {
    const qp = plainMessage(
      { 'Content-Type': 'text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding': 'quoted-printable' },
      'caf=E9 a=\nb',
    )
    assert.equal((await read(qp)).text, 'caf\u00e9 ab\n')
    const html = plainMessage(
      { 'Content-Type': 'text/html' },
      '<p>see <b>192.0.2.45</b></p><script>1</script>',
    )
    assert.match((await read(html)).text, /^see 192\.0\.2\.45\s*$/)
  })
  it('is cut at 64 KiB', async () => {
    assert.equal((await read(plainMessage({}, 'line\n'.repeat(40_000)))).text.length, 64 * 1024)
  })
  it('names attachments by type and size and not more', async () => {
    const body =
      '--b\nContent-Type: text/plain\n\nhello\n--b\nContent-Type: image/png; name="../../x"\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--'
    const message = await read(plainMessage({ 'Content-Type': 'multipart/mixed; boundary=b' }, body))
    assert.deepEqual([message.text, message.attachments], ['hello', [{ type: 'image/png', size: 3 }]])
  })
  it('of a delivery report says what happened to whom, and what the report quotes', async () => {
    const body = [
      '--b',
      'Content-Type: text/plain',
      '',
      'Sorry.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.example.org',
      '',
      'Final-Recipient: rfc822; x@example.net',
      'Action: failed',
      'Status: 5.7.511',
      'Diagnostic-Code: smtp; 550 5.7.511 Access denied',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Subject: original',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'https://postmaster.provider.example/c/AAAA=',
      'BBBB',
      '--b--',
    ].join('\n')
    const message = await read(
      plainMessage({ 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b' }, body),
      testDns({}),
      { mailFrom: '' },
    )
    assert.deepEqual(message.report, [
      {
        recipient: 'x@example.net',
        action: 'failed',
        status: '5.7.511',
        diagnostic: '550 5.7.511 Access denied',
      },
    ])
    assert.match(message.quoted, /\/c\/AAAABBBB/)
    assert.deepEqual(message.automatic, ['null-return-path'])
  })
  it('of a feedback report says what is reported, and of other mail which messages are attached', async () => {
    const inside = [
      'Received: from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example with ESMTPS id 1',
      'From: joe@example.org',
      'Message-ID: <a@example.org>',
      '',
      'buy',
    ]
    const machine = [
      '--b',
      'Content-Type: message/feedback-report',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('Version: 1\r\nFeedback-Type: abuse\r\nDovecot-Reporting-User: ann\r\n').toString('base64'),
    ]
    const original = ['--b', 'Content-Type: message/rfc822', 'Content-Disposition: attachment', '', ...inside]
    const fields = { 'Content-Type': 'multipart/report; report-type=feedback-report; boundary=b' }
    const body = ['--b', '', 'A report.', ...machine, ...original, '--b--'].join('\n')
    const { feedback } = await read(plainMessage(fields, body))
    assert.deepEqual(
      feedback.map(({ isReport, reportingUser, feedback: said }) => [
        isReport,
        reportingUser,
        said.feedbackType,
        said.sourceIp,
        said.messageId,
      ]),
      [[true, 'ann', 'abuse', '192.0.2.45', 'a@example.org']],
    )
    const forwarded = await read(
      plainMessage(
        { 'Content-Type': 'multipart/mixed; boundary=b' },
        [...original, ...original, '--b--'].join('\n'),
      ),
    )
    assert.deepEqual(
      forwarded.feedback.map(({ isReport, feedback: said }) => [isReport, said.messageId]),
      Array.from({ length: 2 }, () => [false, 'a@example.org']),
    )
    assert.deepEqual((await read(plainMessage({}))).feedback, [])
  })
  it('finds messages that mail programs saved as files, whatever type they give them', async () => {
    const saved = [
      'Received: from mail.example.org (mail.example.org [192.0.2.45]) by mx.provider.example with ESMTPS id 1',
      'From: joe@example.org',
      'Message-ID: <a@example.org>',
      '',
    ].join('\r\n')
    // The header stands behind the body.
    const msg = compoundFile({
      '__substg1.0_1000001F': Buffer.alloc(40_000, 'x'),
      '__substg1.0_007D001F': Buffer.from(`${saved}\r\n`, 'utf16le'),
    })
    const file = (name: string, bytes: Buffer): string[] => [
      '--b',
      `Content-Type: application/octet-stream; name="${name}"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
      '',
      bytes.toString('base64').replaceAll(/.{76}/g, '$&\n'),
    ]
    const body = [
      ...file('buy.msg', msg),
      ...file('buy.eml', Buffer.from(`${saved}\r\nbuy`)),
      ...file('other.msg', compoundFile({ x: Buffer.from('no header') })),
      ...file('buy.txt', Buffer.from(saved)),
      '--b--',
    ]
    const { feedback } = await read(
      plainMessage({ 'Content-Type': 'multipart/mixed; boundary=b' }, body.join('\n')),
    )
    assert.deepEqual(
      feedback.map(({ isReport, feedback: said }) => [isReport, said.sourceIp, said.messageId]),
      Array.from({ length: 2 }, () => [false, '192.0.2.45', 'a@example.org']),
    )
  })
  it('has a subject of one line without control characters', async () => {
    const message = await read(plainMessage({ Subject: '=?utf-8?b?YQ0KQmNjOiB2QGV4YW1wbGUub3Jn?=' }))
    assert.equal(message.subject, 'a Bcc: v@example.org')
  })
  it('that breaks a budget is named by it', async () => {
    const request = { client: null, helo: null, mailFrom: '', authenticate: false, probe: false, now: 0 }
    const parts = plainMessage({ 'Content-Type': 'multipart/mixed; boundary=b' }, '--b\n\nx\n'.repeat(250))
    assert.equal(await readMessage(parts, request, testDns({})), 'parts')
    const inside = plainMessage({ 'Content-Type': 'other; boundary=b' }, '--b\n'.repeat(1000))
    assert.equal(await readMessage(inside, request, testDns({})), 'parts')
    assert.equal(
      await readMessage(plainMessage({ 'X-Big': 'a'.repeat(70_000) }), request, testDns({})),
      'field-size',
    )
    assert.equal(await readMessage(plainMessage({}, 'a'.repeat(70_000)), request, testDns({})), 'line-length')
  })
})
