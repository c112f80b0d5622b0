import { execFile } from 'node:child_process'

/** What a server said to one message. */
export interface Sent {
  readonly accepted: boolean
  /** The server's reply lines, without swaks' arrows. */
  readonly replies: readonly string[]
  /** The line of the refusal, if there is one. */
  readonly refusal: string | undefined
}

/** Sends one message with swaks (Debian package), as if from the client `from` (Postfix XCLIENT). */
export async function swaks(options: {
  readonly port: number
  readonly client: string
  readonly to: string
  readonly from?: string
  readonly helo?: string
  /** The whole message, header and body, with CR LF; else a short one. */
  readonly message?: string
}): Promise<Sent> {
  const words = [
    '--server',
    `127.0.0.1:${options.port}`,
    '--to',
    options.to,
    '--from',
    options.from ?? 'sender@example.org',
    '--helo',
    options.helo ?? 'mail.example.org',
    '--xclient',
    `ADDR=${options.client} NAME=[UNAVAILABLE]`,
    '--timeout',
    '20',
    ...(options.message === undefined
      ? ['--body', 'A message of the journey.', '--header', 'Subject: journey']
      : ['--data', options.message.replaceAll('\r\n', '\n')]),
  ]
  const output = await new Promise<string>((resolve) => {
    execFile('swaks', words, { encoding: 'utf8' }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
  const replies = output
    .split('\n')
    .filter((line) => /^<(-|\*\*)/.test(line))
    .map((line) => line.replace(/^<(-|\*\*)\s+/, ''))
  const refusal = replies.find((line) => /^[45]\d\d /.test(line))
  return { accepted: replies.some((line) => /^250 .*queued as/.test(line)), replies, refusal }
}
