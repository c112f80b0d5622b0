import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What an address may be told, at the moment of asking. */
export type Wanted = 'passes' | 'is refused'

/** What came of the hammering. */
export interface PolicyFigures {
  asked: number
  passed: number
  refused: number
  /** Answers about listed senders, and how many of them were let through: it may be shed when the machine stands still. */
  listed: number
  open: number
  /** The connection ended before an answer: Postfix takes its default action, DUNNO. */
  lost: number
  reconnects: number
  /** Refusals of senders that must pass, and what is neither DUNNO nor a refusal, word for word. */
  readonly wrong: string[]
}

export interface RestlessClient {
  readonly figures: PolicyFigures
  stop(): Promise<void>
}

/** Fast enough to be there at every moment of a restart, too slow to be shed when the machine stands still for a moment. */
const pauseMs = 5

/** Answers that are kept to be shown. */
const mostShown = 20

/**
 * Asks the policy door as Postfix does, without a pause: one request at a time on each of `connections`; a connection that ends is
 * opened again. `next` gives an address and what it must be told, as known when the request goes out.
 */
export function hammerPolicy(
  port: number,
  connections: number,
  next: () => { readonly client: string; readonly wanted: Wanted },
): RestlessClient {
  const figures: PolicyFigures = {
    asked: 0,
    passed: 0,
    refused: 0,
    listed: 0,
    open: 0,
    lost: 0,
    reconnects: 0,
    wrong: [],
  }
  let isOver = false
  const work = async (): Promise<void> => {
    let line: PolicyLine | undefined
    while (!isOver) {
      line ??= await openLine(port)
      if (!line) {
        await sleep(20)
        continue
      }
      const { client, wanted } = next()
      figures.asked++
      const answer = await line.ask(client)
      if (answer === undefined) {
        figures.lost++
        figures.reconnects++
        line = undefined
      } else judge(figures, client, wanted, answer)
      await sleep(pauseMs)
    }
    line?.close()
  }
  const works = Array.from({ length: connections }, work)
  return {
    figures,
    stop: async () => {
      isOver = true
      await Promise.all(works)
    },
  }
}

function judge(figures: PolicyFigures, client: string, wanted: Wanted, answer: string): void {
  const passes = answer === 'DUNNO'
  const isRefusal = /^550 5\.7\.\d{3} /.test(answer)
  if (passes) figures.passed++
  if (isRefusal) figures.refused++
  if (wanted === 'is refused') figures.listed++
  if (wanted === 'is refused' && passes) figures.open++
  const isWrong = !(passes || isRefusal) || (wanted === 'passes' && !passes)
  if (isWrong && figures.wrong.length < mostShown)
    figures.wrong.push(`${new Date().toISOString()} ${client} ${wanted}: ${answer}`)
}

interface PolicyLine {
  /** The action; undefined when the connection ended first. */
  ask(client: string, more?: Readonly<Record<string, string>>): Promise<string | undefined>
  close(): void
}

/**
 * One answer, asked for on a connection of its own; undefined when there was none. `more` are attributes that differ.
 * One after the other without a pause they would be the crowd that a door sheds after a pause of the machine.
 */
export async function askOnce(
  port: number,
  client: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  await sleep(pauseMs)
  const line = await openLine(port)
  const answer = await line?.ask(client, more)
  line?.close()
  return answer
}

async function openLine(port: number): Promise<PolicyLine | undefined> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('close', () => resolve(false))
  })
  if (!isOpen) return undefined
  let buffer = ''
  let answered: ((answer: string | undefined) => void) | undefined
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1')
    const end = buffer.indexOf('\n\n')
    if (end < 0) return
    const answer = buffer.slice(0, end).replace(/^action=/, '')
    buffer = buffer.slice(end + 2)
    answered?.(answer)
  })
  socket.on('close', () => answered?.(undefined))
  return {
    ask: async (client, more = {}) => {
      if (socket.destroyed) return undefined
      const answer = new Promise<string | undefined>((resolve) => (answered = resolve))
      socket.write(requestFrom(client, more))
      return await answer
    },
    close: () => void socket.destroy(),
  }
}

let instances = 0

function requestFrom(client: string, more: Readonly<Record<string, string>>): string {
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    client_address: client,
    client_name: 'unknown',
    helo_name: 'mail.example.org',
    sender: 'a@example.org',
    recipient: 'user@provider.example',
    instance: `${process.pid}.${++instances}`,
    ...more,
  }
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`)
  return `${lines.join('')}\n`
}
