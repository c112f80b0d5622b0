/**
 * Ways to write where a request should go so that a careless reader ends up inside (security CHK-1): every form of every target, as
 * somebody would type it into a field for a domain.
 */
export interface HostileForm {
  /** What the form tries, for the message of a test. */
  readonly trick: string
  readonly text: string
}

/** Addresses that nobody outside may reach, one of each kind. */
export const insideIPv4 = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.0.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
] as const

export const insideIPv6 = [
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::7f00:1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%lo',
  'fec0::1',
  'ff02::1',
] as const

const names = [
  'localhost',
  'metadata.google.internal',
  'router.local',
  'a.onion',
  'intranet',
  '1.0.0.127.in-addr.arpa',
]

const schemes = [
  'http',
  'https',
  'ftp',
  'file',
  'gopher',
  'dict',
  'ldap',
  'tftp',
  'jar:http',
  'view-source:http',
  'unix',
  'data',
]

/** Encodings of one IPv4 address that some library or browser takes for it. */
function encodingsOf(text: string): readonly HostileForm[] {
  const octets = text.split('.').map(Number)
  const [a = 0, b = 0, c = 0, d = 0] = octets
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (octet: number): string => octet.toString(16).padStart(2, '0')
  const of = (trick: string, written: string): HostileForm => ({ trick, text: written })
  return [
    of('dotted', text),
    of('decimal', `${whole}`),
    of('decimal beyond 32 bits', `${whole + 2 ** 32}`),
    of('hexadecimal', `0x${octets.map(hex).join('')}`),
    of('hexadecimal, upper case', `0X${octets.map(hex).join('').toUpperCase()}`),
    of('dotted hexadecimal', octets.map((octet) => `0x${hex(octet)}`).join('.')),
    of('octal', `0${whole.toString(8)}`),
    of('dotted octal', octets.map((octet) => `0${octet.toString(8).padStart(3, '0')}`).join('.')),
    of('mixed', `0x${hex(a)}.${b}.0${c.toString(8)}.${d}`),
    of('three parts', `${a}.${b}.${c * 256 + d}`),
    of('two parts', `${a}.${(b * 256 + c) * 256 + d}`),
    of('zeros in front', octets.map((octet) => `${octet}`.padStart(5, '0')).join('.')),
    of('beyond an octet', `${a + 256}.${b}.${c}.${d}`),
    of('dot at the end', `${text}.`),
    of(
      'percent',
      text.replaceAll(/[^]/g, (character) => `%${hex(character.charCodeAt(0))}`),
    ),
    of('percent dots', text.replaceAll('.', '%2e')),
    of(
      'full width digits',
      text.replaceAll(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    ),
    of(
      'circled digits',
      text.replaceAll(/[1-9]/g, (digit) => String.fromCharCode(0x245f + Number(digit))),
    ),
    of('full width dots', text.replaceAll('.', '．')),
    of('ideographic full stops', text.replaceAll('.', '。')),
    of('bracketed', `[${text}]`),
    of('mapped', `[::ffff:${text}]`),
    of('mapped in groups', `[::ffff:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}]`),
    of('soft hyphen', text.replace('.', '\u00ad.')),
    of('zero width', text.replace('.', '.\u200b')),
    of('tab', text.replace('.', '.\t')),
  ]
}

/** Something around a host that should make a reader take another part of the text for the host. */
const wrappings: readonly (readonly [trick: string, wrap: (host: string) => string])[] = [
  ['port', (host) => `${host}:443`],
  ['user before', (host) => `example.org@${host}`],
  ['user and password', (host) => `user:pass@${host}`],
  ['two at signs', (host) => `user@example.org@${host}`],
  ['behind a path', (host) => `example.org/@${host}`],
  ['behind a fragment', (host) => `example.org#@${host}`],
  ['behind a query', (host) => `example.org?@${host}`],
  ['behind a backslash', (host) => `example.org\\@${host}`],
  ['path', (host) => `${host}/mta-sts.txt`],
  ['fragment that hides a suffix', (host) => `${host}#.example.org`],
  ['query that hides a suffix', (host) => `${host}?.example.org`],
  ['path that hides a suffix', (host) => `${host}/.example.org`],
  ['NUL before a suffix', (host) => `${host}\0.example.org`],
  ['line break', (host) => `${host}\r\nHost: example.org`],
  ['blank before a suffix', (host) => `${host} .example.org`],
  ['scheme relative', (host) => `//${host}/`],
]

/** At least 500 different texts. */
export function hostileForms(): readonly HostileForm[] {
  const hosts = [...insideIPv4, ...insideIPv6.map((text) => `[${text}]`), ...names]
  const forms = [
    ...insideIPv4.flatMap(encodingsOf),
    ...insideIPv6.flatMap((text) => [
      { trick: 'IPv6', text },
      { trick: 'IPv6 in brackets', text: `[${text}]` },
      { trick: 'IPv6 of mail', text: `[IPv6:${text}]` },
    ]),
    ...names.map((text) => ({ trick: 'name', text })),
    ...schemes.flatMap((scheme) =>
      hosts.map((host) => ({ trick: `scheme ${scheme}`, text: `${scheme}://${host}/` })),
    ),
    ...wrappings.flatMap(([trick, wrap]) => hosts.map((host) => ({ trick, text: wrap(host) }))),
  ]
  return [...new Map(forms.map((form) => [form.text, form])).values()]
}
