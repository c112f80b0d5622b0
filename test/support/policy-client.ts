import { connect, type Socket } from 'node:net'

/** A client of the policy server with one connection, as Postfix has it. */
export interface PolicyClient {
  /** What the server says to a RCPT from this address: `DUNNO`, `550 5.7.606 …`. */
  ask(client: string, recipient?: string): Promise<string>
  /** Asks until the answer passes or refuses as wanted; gives the milliseconds since `since` (a `performance.now()`). */
  until(client: string, wanted: 'passes' | 'is refused', since: number, timeoutMs?: number): Promise<number>
  close(): void
}

export async function policyClient(port: number): Promise<PolicyClient> {
  const socket: Socket = connect(port, '127.0.0.1').setNoDelay(true)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const waiting: ((answer: string) => void)[] = []
  let buffer = ''
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1')
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      waiting.shift()?.(buffer.slice(0, end).replace(/^action=/, ''))
      buffer = buffer.slice(end + 2)
    }
  })
  const ask = async (client: string, recipient = 'user@provider.example'): Promise<string> =>
    await new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the policy server closed the connection'))
      waiting.push(resolve)
      socket.write(
        `request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=${client}\nclient_name=unknown\n` +
          `helo_name=mail.example.org\nsender=a@example.org\nrecipient=${recipient}\ninstance=${Math.random()}\n\n`,
      )
    })
  return {
    ask,
    until: async (client, wanted, since, timeoutMs = 10_000) => {
      for (;;) {
        const passes = (await ask(client)) === 'DUNNO'
        const elapsed = performance.now() - since
        if (passes === (wanted === 'passes')) return elapsed
        if (elapsed > timeoutMs)
          throw new Error(`after ${timeoutMs} ms ${client} is still not as wanted: ${wanted}`)
      }
    },
    close: () => socket.destroy(),
  }
}

/** A value that `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
