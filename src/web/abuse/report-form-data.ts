import { Refusal } from '../../base/refusal.ts'
import { mostReportBytes } from '../../core/abuse/actions.ts'
import { abuseClasses, type AbuseClass } from '../../core/abuse/report.ts'
import type { WebContext } from '../env.ts'
import { readBytes } from '../read-bytes.ts'

/** What the form for reports sends (RFC 7578): a file or a pasted source, and a few words about it. */
export interface ReportForm {
  /** Undefined when no file was chosen. */
  readonly file: Buffer | undefined
  /** Line ends are CR LF, as browsers send them. */
  readonly source: string
  readonly class: AbuseClass
  /** Trimmed; empty when none was given. */
  readonly mailbox: string
  /** Answer to the challenge; undefined where no script ran. */
  readonly pow: string | undefined
}

/** Room for the fields beside the message. */
const mostBody = mostReportBytes + 64 * 1024

/** Reads it. Throws `abuse.report-too-large`, `form.invalid`. The name of the file is not looked at (security ABU-5). */
export async function readReportForm(c: WebContext): Promise<ReportForm> {
  const type = c.req.header('content-type') ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) throw new Refusal('form.invalid', { why: 'type' })
  const body = await readBytes(c, mostBody)
  if (body === undefined) throw new Refusal('abuse.report-too-large', { most: mostReportBytes })
  const form = await new Response(body, { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => undefined)
  if (form === undefined) throw new Refusal('form.invalid', { why: 'type' })
  const text = (name: string): string => {
    const values = form.getAll(name)
    if (values.length > 1) throw new Refusal('form.invalid', { why: 'twice', field: name })
    const [value = ''] = values
    return typeof value === 'string' ? value : ''
  }
  const file = form.get('file')
  const hasFile = file !== null && typeof file !== 'string' && file.size > 0
  const chosen = text('class')
  return {
    file: hasFile ? Buffer.from(await file.arrayBuffer()) : undefined,
    source: text('source').trim() === '' ? '' : text('source'),
    class: abuseClasses.find((each) => each === chosen) ?? 'spam',
    mailbox: text('mailbox').trim().slice(0, 400),
    pow: text('pow') || undefined,
  }
}
