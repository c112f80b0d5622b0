import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A mail server of tests that takes everything and keeps it, until told otherwise. */
export interface SmtpSink {
  /** `smtp://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  readonly received: readonly ReceivedMail[]
  /** The first message, received or to come, that was not taken by an earlier call and is for this recipient (any, when not given). */
  take(recipient?: string, timeoutMs?: number): Promise<ReceivedMail>
  /** Answers the next `count` recipients (default: all from now on) with this code and text; 0 times ends it. */
  refuse(code: number, text: string, count?: number): void
  close(): Promise<void>
}

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: Buffer
  readonly parsed: ParsedMail
  /** The plain text, lines ended by LF. */
  readonly text: string
  /** Links in the text. */
  readonly links: readonly string[]
}

export async function smtpSink(): Promise<SmtpSink> {
  const received: ReceivedMail[] = []
  const taken = new Set<ReceivedMail>()
  let refusal = { code: 0, text: '', count: 0 }
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onRcptTo(_address, _session, callback) {
      if (refusal.count-- > 0)
        return callback(Object.assign(new Error(refusal.text), { responseCode: refusal.code }))
      callback()
    },
    onData(stream, session, callback) {
      void (async () => {
        const chunks: Buffer[] = []
        for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
        const raw = Buffer.concat(chunks)
        const parsed = await simpleParser(raw)
        const text = (parsed.text ?? '').replaceAll('\r\n', '\n')
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw,
          parsed,
          text,
          links: text.match(/https?:\/\/[!-~]+/g) ?? [],
        })
        callback()
      })().catch((error: unknown) => callback(error instanceof Error ? error : new Error(String(error))))
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo

  const take = async (recipient?: string, timeoutMs = 10_000): Promise<ReceivedMail> => {
    for (let waited = 0; waited <= timeoutMs; waited += 10) {
      const mail = received.find(
        (each) => !taken.has(each) && (recipient === undefined || each.to.includes(recipient)),
      )
      if (mail) {
        taken.add(mail)
        return mail
      }
      await sleep(10)
    }
    throw new Error(
      `no letter to ${recipient ?? 'anybody'} came within ${timeoutMs} ms (${received.length} came in all)`,
    )
  }

  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    received,
    take,
    refuse: (code, text, count = Infinity) => void (refusal = { code, text, count }),
    close: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
