import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { compoundFile } from '../../test/support/compound-file.ts'
import type { Examination } from '../core/abuse/examination.ts'
import { examine } from './examine-message.ts'
import { testDns } from './test-intake.ts'

const header = [
  'Return-Path: <ann@provider.example>',
  'Received: from mail.provider.example (mail.provider.example [203.0.113.25])',
  '\tby mx.example.org (Postfix) with ESMTPS id 5AbC for <joe@example.org>',
  'From: Ann <ann@provider.example>',
  'Subject: An offer',
  'Message-ID: <a1@provider.example>',
]
const original = [...header, '', 'Buy now'].join('\r\n')

interface Part {
  readonly type: string
  readonly name?: string
  readonly body: string | Buffer
}

/** A message by joe@example.org with these parts. */
function mail(parts: readonly Part[], subject = 'Fwd', type = 'multipart/mixed'): Buffer {
  const top = [
    'From: joe@example.org',
    'To: abuse@provider.example',
    `Subject: ${subject}`,
    'Message-ID: <r@example.org>',
  ]
  const pieces = parts.map(({ type: partType, name, body }) => {
    const fields = [
      `Content-Type: ${partType}${name === undefined ? '' : `; name="${name}"`}`,
      ...(name === undefined ? [] : [`Content-Disposition: attachment; filename="${name}"`]),
      ...(typeof body === 'string' ? [] : ['Content-Transfer-Encoding: base64']),
    ]
    const text =
      typeof body === 'string' ? body : (body.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')
    return `--b\r\n${fields.join('\r\n')}\r\n\r\n${text}\r\n`
  })
  return Buffer.from(
    `${[...top, 'MIME-Version: 1.0', `Content-Type: ${type}; boundary=b`].join('\r\n')}\r\n\r\n${pieces.join('')}--b--\r\n`,
  )
}

const text = (body: string): Buffer => mail([{ type: 'text/plain; charset=utf-8', body }])

async function found(raw: Buffer, shape: 'message' | 'reported' | 'xarf' = 'message'): Promise<Examination> {
  const request = {
    shape,
    client: null,
    helo: null,
    mailFrom: 'joe@example.org',
    recipient: 'abuse@provider.example',
    now: Date.UTC(2026, 4, 4),
  }
  const result = await examine(raw, request, testDns({}))
  if (typeof result === 'string') assert.fail(result)
  return result
}

const said = ({ reported }: Examination): (string | null)[] => reported.map(({ messageId }) => messageId)

const msg = (name: string, encoding: 'utf16le' | 'latin1'): Buffer =>
  compoundFile({
    '__substg1.0_0037001F': Buffer.from('An offer', 'utf16le'),
    [name]: Buffer.from(
      `Microsoft Mail Internet Headers Version 2.0\r\n${header.join('\r\n')}\r\n \r\n\r\n`,
      encoding,
    ),
    '__substg1.0_1000001F': Buffer.alloc(9000, 'x'),
  })

const evidence = {
  content_type: 'message/rfc822',
  payload: Buffer.from(original).toString('base64'),
  hash: `sha256:${createHash('sha256').update(original).digest('hex')}`,
}
const xarf4 = JSON.stringify({
  xarf_version: '4.2.0',
  report_id: '0b9f3f0e-57f6-4f0a-9f1c-0d6a1f0f2f11',
  timestamp: '2026-05-04T09:30:00Z',
  reporter: { org: 'Example', contact: 'abuse@example.org', domain: 'example.org' },
  source_identifier: '203.0.113.25',
  source_port: 25,
  category: 'messaging',
  type: 'spam',
  protocol: 'smtp',
  smtp_from: 'ann@provider.example',
  evidence: [evidence],
  _internal: { note: 'x' },
})
const xarf3 = JSON.stringify({
  Version: '3',
  Disclosure: true,
  ReporterInfo: {
    ReporterOrg: 'Example',
    ReporterOrgDomain: 'example.org',
    ReporterOrgEmail: 'abuse@example.org',
  },
  Report: {
    ReportClass: 'Activity',
    ReportType: 'Spam',
    Date: '2026-05-04T09:30:00Z',
    SourceIp: '203.0.113.25',
    Samples: [{ ContentType: 'message/rfc822', Base64Encoded: false, Payload: original }],
  },
})

const arf = (fields: readonly string[], last: Part): Buffer =>
  mail(
    [
      { type: 'text/plain', body: 'A report.' },
      { type: 'message/feedback-report', body: `${fields.join('\r\n')}\r\n` },
      last,
    ],
    'report',
    'multipart/report; report-type=feedback-report',
  )
const whole: Part = { type: 'message/rfc822', body: original }

describe('A message to the abuse desk', () => {
  const forms: Readonly<Record<string, Buffer>> = {
    'with the message attached': mail([{ type: 'text/plain', body: 'Look' }, whole]),
    'with a file whose type the program did not know': mail([
      { type: 'application/octet-stream', name: 'spam.eml', body: Buffer.from(original) },
    ]),
    'with a message saved by Outlook, in UTF-16': mail([
      { type: 'application/vnd.ms-outlook', name: 'spam.msg', body: msg('__substg1.0_007D001F', 'utf16le') },
    ]),
    'with a message saved by an older Outlook': mail([
      { type: 'application/octet-stream', name: 'spam.msg', body: msg('__substg1.0_007D001E', 'latin1') },
    ]),
    'with the header pasted': text(`Hello, this came from you:\r\n\r\n${header.join('\r\n')}\r\n`),
    'with the source pasted below a sentence': text(`Please stop this:\r\n${original}\r\n`),
    'with the source quoted': text(
      original
        .split('\r\n')
        .map((line) => `> ${line}`)
        .join('\r\n'),
    ),
    'with all headers in an inline forward of Thunderbird': text(
      `\r\n\r\n-------- Forwarded Message --------\r\n${original}\r\n`,
    ),
    'that is a feedback report (RFC 5965)': arf(
      ['Feedback-Type: abuse', 'User-Agent: Test/1', 'Version: 1'],
      whole,
    ),
    'that is a sparse feedback report, with the header only': arf(['Feedback-Type: abuse'], {
      type: 'text/rfc822-headers',
      body: `${header.join('\r\n')}\r\n`,
    }),
    'with an XARF 4 report attached': mail([{ type: 'application/json', name: 'xarf.json', body: xarf4 }]),
    'with an XARF 3 report attached': mail([{ type: 'text/plain', name: 'xarf.json', body: xarf3 }]),
    'that is an XARF report itself': text(xarf4),
  }
  for (const [what, raw] of Object.entries(forms))
    it(`${what} reports that message`, async () => {
      const examination = await found(raw)
      assert.deepEqual(said(examination), ['<a1@provider.example>'])
      assert.equal(examination.reported[0]?.hops[0]?.ip, '203.0.113.25')
      assert.equal(examination.writer?.mailbox, 'joe@example.org')
    })

  it('may report several messages, ten at most', async () => {
    const another = (n: number): Part => ({ ...whole, body: original.replace('a1@', `a${n}@`) })
    assert.equal(said(await found(mail([another(1), another(2), another(3)]))).length, 3)
    assert.equal(said(await found(mail(Array.from({ length: 12 }, (_, n) => another(n))))).length, 10)
  })

  const lost: Readonly<Record<string, string>> = {
    Gmail:
      '---------- Forwarded message ---------\r\nFrom: Ann <ann@provider.example>\r\nDate: Mon, May 4, 2026 at 9:00 AM\r\nSubject: An offer\r\nTo: <joe@example.org>\r\n\r\nBuy',
    Outlook:
      '________________________________\r\nFrom: Ann <ann@provider.example>\r\nSent: Monday, May 4, 2026 9:00 AM\r\nTo: joe\r\nSubject: An offer\r\n\r\nBuy',
    'Apple Mail':
      'Begin forwarded message:\r\n\r\n> From: Ann <ann@provider.example>\r\n> Subject: An offer\r\n> Date: 4 May 2026 at 09:00:00 UTC\r\n> To: joe@example.org\r\n>\r\n> Buy',
    'QQ 邮箱':
      '------------------ 原始邮件 ------------------\r\n发件人: "Ann" <ann@provider.example>;\r\n发送时间: 2026年5月4日(星期一) 上午9:00\r\n收件人: "joe"<joe@example.org>;\r\n主题: An offer\r\n\r\nBuy',
    网易邮箱:
      '-------- 转发邮件信息 --------\r\n发件人："Ann" <ann@provider.example>\r\n发送日期：2026-05-04 09:00:00\r\n收件人：joe@example.org\r\n主题：An offer\r\n\r\nBuy',
  }
  for (const [program, body] of Object.entries(lost))
    it(`forwarded inline by ${program} has lost its header, and reports nothing`, async () =>
      assert.deepEqual(said(await found(text(body))), []))

  it('with an archive reports nothing: it is not unpacked', async () => {
    const zip = mail([
      { type: 'application/zip', name: 'spam.zip', body: Buffer.from(`PK\x03\x04${original}`) },
    ])
    assert.deepEqual(said(await found(zip)), [])
  })

  it('is told from one that a program wrote, which is never answered (RFC 3834)', async () => {
    const automatic = Buffer.from(
      mail([whole]).toString().replace('MIME-Version', 'Auto-Submitted: auto-replied\r\nMIME-Version'),
    )
    assert.equal((await found(automatic)).writer?.isAutomatic, true)
  })
})

describe('What somebody uploads', () => {
  it('may be a message saved by Outlook', async () =>
    assert.deepEqual(said(await found(msg('__substg1.0_007D001F', 'utf16le'), 'reported')), [
      '<a1@provider.example>',
    ]))

  it('reports nothing when it is such a file without the header', async () =>
    assert.deepEqual(
      said(await found(compoundFile({ '__substg1.0_0037001F': Buffer.from('x') }), 'reported')),
      [],
    ))
})

describe('The evidence of an XARF report', () => {
  it('counts only when it is what its hash says', async () => {
    const other = xarf4.replace(/sha256:[0-9a-f]{8}/, 'sha256:00000000')
    const { reported, claims } = await found(Buffer.from(other), 'xarf')
    assert.deepEqual(reported, [])
    assert.match(claims?.errors.join() ?? '', /evidence\.0\.hash/)
  })
})
