import { setTimeout as sleep } from 'node:timers/promises'
import { policyClient } from '../../test/support/policy-client.ts'
import { smtpSink } from '../../test/support/smtp-sink.ts'
import { pressDelist, prepareDelist, senderAddress, type Road } from './delist-flow.ts'

/**
 * What is around a cluster in a bench, in a process of its own so that it takes no time from whoever measures:
 * the mail server that its letters go to, whole delist flows of other senders, and policy requests to every edge.
 */
export interface LoadOrder {
  readonly site: string
  readonly coreSocket: string
  readonly policyPorts: readonly number[]
  /** Flows begun in a second. */
  readonly delists: number
  /** Requests in a second to each edge. */
  readonly policy: number
}

export interface LoadDone {
  readonly seconds: number
  readonly delists: number
  readonly policyAnswers: number
  readonly failures: number
}

/** What the parent says. */
export type Asked =
  | { readonly ask: 'letter'; readonly mailbox: string }
  | { readonly ask: 'load'; readonly order: LoadOrder }
  | { readonly ask: 'done' }

/** What it hears: the port of the mail server first, then an answer to each question but `load`. */
export type Told =
  | { readonly told: 'smtp'; readonly port: number }
  | { readonly told: 'letter'; readonly links: readonly string[] }
  | { readonly told: 'done'; readonly done: LoadDone }

/** Flows under way at once: beyond this the machine is slower than the order, and the next waits. */
const mostAtOnce = 32

/** Failures that are said in full; the others are counted. */
const mostSaid = 3

/** How often a handful of policy requests goes out. */
const tickMs = 20

const sink = await smtpSink()
const count = { delists: 0, policyAnswers: 0, failures: 0 }
let begun = performance.now()

function start({ site, coreSocket, policyPorts, delists, policy }: LoadOrder): void {
  begun = performance.now()
  const road: Road = { site, coreSocket, takeLetter: async (mailbox) => (await sink.take(mailbox)).links }
  let [underWay, next] = [0, 10_000]
  const delist = async (): Promise<void> => {
    if (underWay >= mostAtOnce) return
    underWay++
    try {
      await pressDelist(road, await prepareDelist(road, senderAddress(next++)))
      count.delists++
    } catch (error) {
      if (count.failures++ < mostSaid) process.stderr.write(`# load: ${String(error)}\n`)
    } finally {
      underWay--
    }
  }
  if (delists > 0) setInterval(() => void delist(), 1000 / delists)
  if (policy > 0) for (const port of policyPorts) void askEdge(port, policy)
}

async function askEdge(port: number, perSecond: number): Promise<void> {
  const client = await policyClient(port)
  const asked = Math.max(1, Math.round((perSecond * tickMs) / 1000))
  for (let tick = 1; ; tick++) {
    await Promise.all(
      Array.from(
        { length: asked },
        async () => await client.ask(senderAddress(Math.floor(Math.random() * 500))),
      ),
    )
    count.policyAnswers += asked
    await sleep(Math.max(0, begun + tick * tickMs - performance.now()))
  }
}

function tell(told: Told): void {
  process.send?.(told)
}

process.on('message', (asked: Asked) => {
  switch (asked.ask) {
    case 'letter':
      return void sink.take(asked.mailbox).then(({ links }) => tell({ told: 'letter', links }))
    case 'load':
      return start(asked.order)
    case 'done':
      return tell({ told: 'done', done: { seconds: (performance.now() - begun) / 1000, ...count } })
  }
})
process.on('disconnect', () => process.exit(0))
tell({ told: 'smtp', port: sink.port })
