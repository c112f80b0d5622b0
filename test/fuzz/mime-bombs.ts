/** Messages that are made to cost a parser time or memory (security M7, PAR-1), up to ten megabytes each. */
export interface Bomb {
  readonly name: string
  make(): Buffer
}

const megabyte = 1024 * 1024

export const mimeBombs: readonly Bomb[] = [
  {
    name: 'eight megabytes of broken base64',
    make: () => part('application/octet-stream', 'base64', fill('=a=b!\r\n', 8)),
  },
  {
    name: 'eight megabytes of base64 without a line end',
    make: () => part('application/pdf', 'base64', fill('QUFB', 8)),
  },
  {
    name: 'a text of ten megabytes in base64',
    make: () => part('text/plain; charset=gb18030', 'base64', fill('gTCBMIEwgTA=\r\n', 9)),
  },
  { name: 'six megabytes of delimiter lines', make: () => multipart('bb', fill('--bb\r\n', 6)) },
  {
    name: 'six megabytes of lines that are nearly delimiters',
    make: () => multipart('bb', fill('--b\r\n', 6)),
  },
  { name: 'a hundred thousand parts', make: () => multipart('p', fill('--p\r\n\r\nx\r\n', 1)) },
  { name: 'multiparts in multiparts', make: () => nested(500) },
  {
    name: 'messages in messages',
    make: () => text(fields(), '', ...Array.from({ length: 2000 }, () => 'Content-Type: message/rfc822\r\n')),
  },
  {
    name: 'a field of two megabytes',
    make: () => text(fields(), `X-Big: ${'a'.repeat(2 * megabyte)}`, '', 'x'),
  },
  {
    name: 'a folded field of two megabytes',
    make: () => text(fields(), `X-Big: ${'a\r\n '.repeat(megabyte / 2)}`, '', 'x'),
  },
  {
    name: 'a hundred thousand fields',
    make: () => text(fields(), ...Array.from({ length: 100_000 }, (_, i) => `X-${i}: y`), '', 'x'),
  },
  {
    name: 'a subject of encoded words',
    make: () => text(fields(), `Subject: ${'=?utf-8?q?=61?= '.repeat(4000)}`, '', 'x'),
  },
  {
    name: 'an encoded word that does not end',
    make: () => text(fields(), `Subject: =?utf-8?q?${'=61'.repeat(20_000)}`, '', 'x'),
  },
  {
    name: 'a file name in ten thousand pieces (RFC 2231)',
    make: () => text(fields(), pieces(10_000), '', 'x'),
  },
  {
    name: 'a hundred thousand recipients',
    make: () => text(fields(), `To: ${'a@example.org,'.repeat(100_000)}b@example.org`, '', 'x'),
  },
  {
    name: 'groups in groups',
    make: () => text(fields(), `To: ${'a:'.repeat(20_000)}x@example.org${';'.repeat(900)}`, '', 'x'),
  },
  {
    name: 'comments in comments',
    make: () => text(`From: ${'('.repeat(30_000)}x${')'.repeat(30_000)} a@example.org`, '', 'x'),
  },
  {
    name: 'quotes and backslashes',
    make: () => text(`From: "${'\\"'.repeat(30_000)}" <a@example.org>`, '', 'x'),
  },
  { name: 'one line of ten megabytes', make: () => text(fields(), '', 'a'.repeat(10 * megabyte - 100)) },
  { name: 'five million empty lines', make: () => text(fields(), '', '\r\n'.repeat(5_000_000)) },
  {
    name: 'eight megabytes of soft line breaks',
    make: () => part('text/plain', 'quoted-printable', fill('=\r\n', 8)),
  },
  {
    name: 'eight megabytes of quoted-printable nonsense',
    make: () => part('text/plain', 'quoted-printable', fill('==ZZ=\r\n', 8)),
  },
  { name: 'elements in elements', make: () => part('text/html', '8bit', Buffer.from('<b>'.repeat(60_000))) },
  { name: 'a table of many cells', make: () => part('text/html', '8bit', fill('<table><tr><td>x', 8)) },
  {
    name: 'an unknown charset',
    make: () => part('text/plain; charset=x-nobody-knows', '8bit', fill('\u00e9\u00ff\r\n', 8)),
  },
  {
    name: 'escapes of ISO-2022-JP',
    make: () => part('text/plain; charset=iso-2022-jp', '7bit', fill('\u001b$B\u001b(B\r\n', 8)),
  },
  { name: 'UTF-7', make: () => part('text/html; charset=utf-7', '7bit', fill('+ADw-script+AD4-\r\n', 4)) },
  {
    name: 'text that is flowed and quoted',
    make: () => part('text/plain; format=flowed; delsp=yes', '7bit', fill('>>> > a \r\n', 8)),
  },
  { name: 'ten megabytes that are all header', make: () => fill('X: y\r\n', 10) },
  { name: 'a header without a colon', make: () => fill('nothing to see\r\n', 4) },
  {
    name: 'a boundary of a hundred thousand characters',
    make: () => multipart('b'.repeat(60_000), Buffer.from('x')),
  },
  {
    name: 'boundaries that begin alike',
    make: () => text(fields(), 'Content-Type: multipart/mixed; boundary=a', '', alike(19)),
  },
  {
    name: 'a thousand signatures of different lengths',
    make: () => text(...Array.from({ length: 1000 }, (_, i) => signature(i)), fields(), '', 'x'),
  },
  {
    name: 'twenty signatures over ten megabytes',
    make: () =>
      Buffer.concat([
        text(...Array.from({ length: 20 }, (_, i) => signature(i)), fields(), '', ''),
        fill('x y \r\n', 9),
      ]),
  },
  {
    name: 'five hundred hops',
    make: () => text(...Array.from({ length: 500 }, () => 'Received: from a by b; x'), fields(), '', 'x'),
  },
  {
    name: 'a delivery report of eight megabytes',
    make: () =>
      part('message/delivery-status', '7bit', fill('Final-Recipient: rfc822; a@example.org\r\n\r\n', 8)),
  },
  { name: 'eight megabytes of NUL', make: () => part('text/plain', 'binary', Buffer.alloc(8 * megabyte)) },
  {
    name: 'links that take long to find',
    make: () => part('text/plain', '7bit', fill('xn--a.xn--a.xn--a.xn--a.xn--a.xn--a/', 2)),
  },
  {
    name: 'a hundred thousand references',
    make: () =>
      text(fields(), ...Array.from({ length: 900 }, () => `References: ${'<a@b> '.repeat(110)}`), '', 'x'),
  },
  // Just inside every budget that is checked before parsing, so that the parsers themselves have the work.
  {
    name: 'half a million short lines of broken base64',
    make: () => part('application/pdf', 'base64', repeat('=a=b!=QUF=B=a=b!A\r\n', 499_000)),
  },
  {
    name: 'half a million short lines of text',
    make: () =>
      part(
        'text/plain; charset=gb18030',
        '8bit',
        repeat('\u0081\u0030\u0081\u0030 a b c d e f\r\n', 499_000),
      ),
  },
  {
    name: 'ten megabytes in the longest lines',
    make: () => part('text/plain', '7bit', repeat(`${'a. '.repeat(21_000)}\r\n`, 150)),
  },
  {
    name: 'a hundred and ninety parts',
    make: () =>
      multipart(
        'p',
        repeat(`--p\r\nContent-Type: text/html\r\n\r\n${'<i>&amp;'.repeat(700)}\r\n`.repeat(10), 19),
      ),
  },
  { name: 'nineteen multiparts in each other', make: () => nested(19) },
  {
    name: 'a thousand fields of encoded words',
    make: () =>
      text(fields(), ...Array.from({ length: 900 }, () => `X-A: ${'=?utf-8?b?QUFB?= '.repeat(15)}`), '', 'x'),
  },
  {
    name: 'a thousand recipients with encoded names',
    make: () =>
      text(
        fields().replace(/To: .*\r\n/, ''),
        `To: ${'=?utf-8?q?=61?= <a@example.org>, '.repeat(490)}b@example.org`,
        '',
        'x',
      ),
  },
  {
    name: 'a quarter of a megabyte of HTML that nests to the limit',
    make: () => part('text/html', '8bit', repeat(`${'<div>'.repeat(900)}${'</div>'.repeat(900)}\r\n`, 25)),
  },
  {
    name: 'a text of eight megabytes in quoted-printable',
    make: () =>
      part('text/plain; charset=utf-8', 'quoted-printable', repeat(`${'=E4=BD=A0'.repeat(8)}=\r\n`, 105_000)),
  },
  { name: 'nothing', make: () => Buffer.from('\r\n') },
]

export function fields(): string {
  return 'From: Ann <ann@example.org>\r\nTo: delist@provider.example\r\nSubject: hello\r\nDate: Mon, 4 May 2026 10:00:00 +0000\r\nMIME-Version: 1.0'
}

export function text(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

function fill(what: string, megabytes: number): Buffer {
  return Buffer.alloc(megabytes * megabyte, what, 'latin1')
}

function repeat(what: string, count: number): Buffer {
  return Buffer.from(what.repeat(count), 'latin1')
}

function part(type: string, encoding: string, body: Buffer): Buffer {
  return Buffer.concat([
    text(fields(), `Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`, '', ''),
    body,
  ])
}

function multipart(boundary: string, body: Buffer): Buffer {
  return Buffer.concat([
    text(fields(), `Content-Type: multipart/mixed; boundary="${boundary}"`, '', ''),
    body,
  ])
}

function nested(depth: number): Buffer {
  const levels = Array.from(
    { length: depth },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}`,
  )
  return text(fields(), ...levels, '', 'x')
}

function alike(depth: number): string {
  const names = Array.from({ length: depth }, (_, i) => 'a'.repeat(i + 1))
  return names.map((name) => `--${name}\r\nContent-Type: multipart/mixed; boundary=${name}a\r\n`).join('\r\n')
}

function pieces(count: number): string {
  return `Content-Type: text/plain;${Array.from({ length: count }, (_, i) => ` n*${i}*=a;`).join('')}`.slice(
    0,
    60_000,
  )
}

function signature(length: number): string {
  return `DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from; l=${length}; bh=AAAA; b=AAAA`
}
