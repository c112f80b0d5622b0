import { rootStreams } from '../standards/compound-file.ts'

/**
 * A message as Outlook saves it, `.msg` ([MS-OXMSG]): not the message itself but properties of it. Among them is the header as it came
 * (`PidTagTransportMessageHeaders`), unless the message never left Exchange; the body is not what a signature was made over.
 */

/** The property, as UTF-16 and as octets of the system's code page. */
const headerStreams = ['__substg1.0_007D001F', '__substg1.0_007D001E'] as const
const mostHeader = 512 * 1024

/** The header, with CR LF; undefined when the file has none or cannot be read. */
export function headerOfMsg(file: Buffer): Buffer | undefined {
  const streams = rootStreams(file, (name) => headerStreams.some((each) => each === name), mostHeader)
  const [wide, narrow] = headerStreams.map((name) => streams?.get(name))
  const text = wide ? wide.toString('utf16le') : narrow?.toString('latin1')
  if (text === undefined) return undefined
  // Exchange puts a line of its own on top of the header, and a blank one or two below it.
  const header = text
    .replaceAll('\0', '')
    .replace(/^Microsoft Mail Internet Headers[^\n]*\n/, '')
    .replaceAll(/\r?\n/g, '\r\n')
    .trim()
  return header === '' ? undefined : Buffer.from(`${header}\r\n\r\n`)
}
