import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { fixedClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { evidenceViewSchema } from '../core/abuse/evidence-view.ts'
import { openParsePool } from './parse-pool.ts'
import { viewMessage } from './view-message.ts'

const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff])

const reported = [
  'From: =?utf-8?q?J=C3=B6rg?= <joerg@provider.example>',
  'Subject: =?utf-8?B?5L2g5aW9?=',
  'Content-Type: text/html; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '<img src=3D"https://example.org/x.gif">Gr=C3=BC=C3=9Fe',
].join('\r\n')

const report = [
  'From: joe@example.org',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'See below.',
  '--b',
  'Content-Type: message/rfc822',
  '',
  reported,
  '--b',
  'Content-Type: image/png; name="x.png"',
  `Content-Disposition: attachment; filename*=UTF-8''%e2%82%ac.png`,
  'Content-Transfer-Encoding: base64',
  '',
  image.toString('base64'),
  '--b--',
  '',
].join('\r\n')

describe('The view of evidence', () => {
  it('shows fields and texts decoded, HTML as its source, and of other parts name, size and hash', () => {
    const { parts, isCut } = viewMessage(Buffer.from(report))
    assert.deepEqual(
      parts.map(({ depth, type, name, text }) => [depth, type, name, text?.trim()]),
      [
        [0, 'multipart/mixed', null, undefined],
        [2, 'text/plain', null, 'See below.'],
        [2, 'text/html', null, undefined],
        [3, 'text/html', null, '<img src="https://example.org/x.gif">Grüße'],
        [2, 'image/png', '€.png', undefined],
      ],
    )
    assert.deepEqual(parts[2]?.fields.slice(0, 2), [
      { name: 'from', value: 'Jörg <joerg@provider.example>' },
      { name: 'subject', value: '你好' },
    ])
    const picture = parts.at(-1)
    assert.deepEqual(
      [picture?.size, picture?.sha256],
      [image.length, createHash('sha256').update(image).digest('hex')],
    )
    assert.equal(isCut, false)
  })

  it('keeps within its limits whatever comes', () => {
    const nested = (deep: number): string =>
      deep === 0
        ? 'Subject: x\n\ny'
        : `Content-Type: message/rfc822\nX-${'a'.repeat(90)}: ${'\ud800'.repeat(9000)}\n\n${nested(deep - 1)}`
    const wide = `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(500)}`
    for (const hostile of [
      nested(50),
      wide,
      '',
      '\0'.repeat(9),
      '{"x":1',
      `A: ${'=?utf-8?B?/////w==?='.repeat(500)}`,
    ])
      assert.ok(evidenceViewSchema.safeParse(viewMessage(Buffer.from(hostile))).success, hostile.slice(0, 40))
    assert.equal(viewMessage(Buffer.from(wide)).isCut, true)
    assert.equal(viewMessage(Buffer.from(nested(50))).isCut, true)
  })

  it('shows a report in JSON as it is', () => {
    const [part] = viewMessage(Buffer.from('{"xarf_version":"4.2.0"}')).parts
    assert.deepEqual([part?.type, part?.text], ['application/json', '{"xarf_version":"4.2.0"}'])
  })

  it('is made by a process of the parse pool', async () => {
    const pool = openParsePool({ lookup: async () => [], log: silentLog, clock: fixedClock(0), size: 1 })
    try {
      assert.deepEqual(await pool.view(Buffer.from(report)), viewMessage(Buffer.from(report)))
    } finally {
      pool.close()
    }
  })
})
