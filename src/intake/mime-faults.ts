import type { ProbeForm } from '../core/probes/facts.ts'
import { valuesOf, type Header } from './message-budget.ts'

type MimeFault = ProbeForm['mime'][number]

/** What RFC 2045 and RFC 2046 do not allow in the outermost entity of a message, as far as one pass over the bytes shows. */
export function mimeFaultsOf(header: Header, body: Buffer): MimeFault[] {
  const [type = ''] = valuesOf(header, 'content-type')
  const [encoding = ''] = valuesOf(header, 'content-transfer-encoding').map(keyword)
  const usesMime = header.fields.some(({ name }) => name.startsWith('content-'))
  const named = keyword(type)
  return [
    ...(usesMime && valuesOf(header, 'mime-version').length === 0 ? (['version-missing'] as const) : []),
    ...(type !== '' && !/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(named)
      ? (['type-invalid'] as const)
      : []),
    ...(encoding !== '' && !encodings.has(encoding) ? (['encoding-unknown'] as const) : []),
    ...(named.startsWith('multipart/')
      ? ofMultipart(type, encoding, body)
      : ofText(named, type, encoding, body)),
  ]
}

/** RFC 2045 §6.1. */
const encodings = new Set(['7bit', '8bit', 'binary', 'quoted-printable', 'base64'])

/** RFC 2045 §6.4: a multipart is not encoded itself; RFC 2046 §5.1.1: each part begins with the boundary, the last ends with it. */
function ofMultipart(type: string, encoding: string, body: Buffer): MimeFault[] {
  const coded: MimeFault[] =
    encoding === 'base64' || encoding === 'quoted-printable' ? ['encoding-of-multipart'] : []
  const boundary = parameterOf(type, 'boundary')
  if (boundary === undefined || boundary === '') return [...coded, 'boundary-missing']
  const delimiter = `--${boundary}`
  const opens =
    body.includes(`\n${delimiter}`) || body.subarray(0, delimiter.length).equals(Buffer.from(delimiter))
  if (!opens) return [...coded, 'boundary-unused']
  return body.includes(`\n${delimiter}--`) ? coded : [...coded, 'not-closed']
}

function ofText(named: string, type: string, encoding: string, body: Buffer): MimeFault[] {
  const charset = parameterOf(type, 'charset')
  const isUndeclared = (encoding === '' || encoding === '7bit') && body.some((byte) => byte > 127)
  return [
    ...(isUndeclared ? (['bytes-undeclared'] as const) : []),
    ...(charset !== undefined && !isKnown(charset) ? (['charset-unknown'] as const) : []),
    ...(named === 'text/html' ? (['html-only'] as const) : []),
  ]
}

function isKnown(charset: string): boolean {
  if (/^us-ascii$/i.test(charset)) return true
  try {
    return new TextDecoder(charset).encoding !== ''
  } catch {
    return false
  }
}

/** The value of a parameter (RFC 2045 §5.1); quotes taken off. */
function parameterOf(type: string, name: string): string | undefined {
  const found = new RegExp(
    `;\\s{0,200}${name}\\s{0,20}=\\s{0,20}(?:"([^"]{0,200})"|([^\\s;"]{0,200}))`,
    'i',
  ).exec(type.slice(0, 2000))
  return found?.[1] ?? found?.[2]
}

function keyword(value: string): string {
  return (value.split(/[;\s(]/, 1)[0] ?? '').toLowerCase().slice(0, 100)
}
