import { MailParser, type AttachmentStream, type MessageText } from 'mailparser'
import { mostReports } from '../standards/arf.ts'
import { isCompoundFile } from '../standards/compound-file.ts'
import { headerOfMsg } from './outlook-message.ts'
import { mostParts } from './parsed-message.ts'

/** A message that came inside of another, byte for byte: a signature over it is to be verified. */
export interface Attached {
  readonly bytes: Buffer
  readonly isHeaderOnly: boolean
}

const reportedTypes = /^(?:message\/(?:rfc822|global)|(?:message|text)\/(?:rfc822|global)-headers)$/

/** What is attached to a message: other messages in every form that mail programs give them, and the first JSON. */
export async function attachedTo(
  raw: Buffer,
): Promise<{ readonly messages: readonly Attached[]; readonly json: Buffer | undefined }> {
  const parser = new MailParser({
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    checksumAlgo: false,
    maxChildNodes: mostParts,
  })
  const givenUp = new Promise<never>((_, reject) => parser.once('error', reject))
  givenUp.catch(() => undefined)
  parser.end(raw)
  const messages: Attached[] = []
  let json: Buffer | undefined
  for await (const part of parser as AsyncIterable<AttachmentStream | MessageText>) {
    if (part.type !== 'attachment') continue
    const bytes = await Promise.race([bytesOf(part), givenUp])
    const message = messages.length < mostReports ? messageIn(part, bytes) : undefined
    if (message) messages.push(message)
    else if (json === undefined && isJson(part)) json = bytes
  }
  return { messages, json }
}

/** Programs name the type wrongly (`application/octet-stream`) and the file rightly. */
function messageIn({ contentType, filename = '' }: AttachmentStream, bytes: Buffer): Attached | undefined {
  const type = contentType.toLowerCase()
  if (reportedTypes.test(type)) return { bytes, isHeaderOnly: type.endsWith('-headers') }
  if (/\.eml$/i.test(filename)) return { bytes, isHeaderOnly: false }
  if (!isCompoundFile(bytes)) return undefined
  const header = headerOfMsg(bytes)
  return header && { bytes: header, isHeaderOnly: true }
}

function isJson({ contentType, filename = '' }: AttachmentStream): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType) || /\.json$/i.test(filename)
}

async function bytesOf(part: AttachmentStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of part.content) chunks.push(chunk as Buffer)
  part.release?.()
  return Buffer.concat(chunks)
}
