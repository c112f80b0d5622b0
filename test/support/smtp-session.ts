import { connect, type Socket } from 'node:net'

/** One SMTP session with a Postfix that lets the loopback speak for others (XCLIENT): as many messages as its client has, one after the other. */
export interface SmtpSession {
  /** The reply that ended a message: the one after its final dot, or the first that refused it. */
  send(from: string, to: string): Promise<string>
  quit(): Promise<void>
}

/** `name`: the client's name as its reverse zone and its address say it; null when it has none. */
export async function smtpSession(options: {
  readonly port: number
  readonly client: string
  readonly name: string | null
  readonly helo: string
}): Promise<SmtpSession> {
  const socket = connect(options.port, '127.0.0.1')
  socket.setNoDelay(true)
  const replies = repliesOf(socket)
  const say = async (line: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    return await nextOf(replies)
  }
  const name = options.name ?? '[UNAVAILABLE]'
  await nextOf(replies)
  await say(`EHLO ${options.helo}`)
  await say(`XCLIENT ADDR=${options.client} NAME=${name} REVERSE_NAME=${name}`)
  await say(`EHLO ${options.helo}`)
  return {
    send: async (from, to) => {
      for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) {
        const reply = await say(line)
        if (/^[23]/.test(reply)) continue
        if (line !== 'DATA') await say('RSET')
        return reply
      }
      return await say(
        `From: <${from}>\r\nTo: <${to}>\r\nSubject: journey\r\n\r\nA message of the journey.\r\n.`,
      )
    },
    quit: async () => {
      await say('QUIT')
      socket.destroy()
    },
  }
}

async function nextOf(replies: AsyncGenerator<string, void>): Promise<string> {
  const next: IteratorResult<string, void> = await replies.next()
  if (next.done === true) throw new Error('the server hung up')
  return next.value
}

/** Replies as they come, of several lines the last. */
async function* repliesOf(socket: Socket): AsyncGenerator<string, void> {
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 2)
      if (/^\d{3} /.test(line)) yield line
    }
  }
}
