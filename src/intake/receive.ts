import type { SMTPServerDataStream } from 'smtp-server'
import type { IntakeConnection } from './connection.ts'
import type { MailHold } from './mail-hold.ts'
import { replies, type Reply } from './reply.ts'

export interface Received {
  readonly raw: Buffer
  /** Gives its memory back. */
  free(): void
}

/** The whole message, or undefined when it will not come: the client went away, or was told why not in the middle of it and closed. */
export function receive(
  stream: SMTPServerDataStream,
  connection: IntakeConnection,
  { mostBytes, hold }: { readonly mostBytes: number; readonly hold: MailHold },
): Promise<Received | undefined> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let isOver = false
    const giveUp = (answer?: Reply): void => {
      if (isOver) return
      isOver = true
      chunks = []
      place.close()
      if (answer) connection.refuse(answer)
      resolve(undefined)
    }
    const place = hold.open(() => giveUp(replies.noRoom))
    stream.on('data', (chunk: Buffer) => {
      if (isOver) return
      chunks.push(chunk)
      place.add(chunk.length)
      if (place.bytes > mostBytes) giveUp(replies.tooBig)
    })
    stream.on('error', () => giveUp())
    stream.on('close', () => giveUp())
    stream.on('end', () => {
      if (isOver) return
      if (connection.isRefused) return giveUp()
      isOver = true
      place.isComing = false
      resolve({ raw: Buffer.concat(chunks), free: () => place.close() })
      chunks = []
    })
  })
}
