import { setTimeout as sleep } from 'node:timers/promises'
import type { ReceivedMail } from '../support/smtp-sink.ts'
import { newKey, type Answer, type PortalClient } from './portal-client.ts'
import { askOnce } from './restless-client.ts'
import type { WrittenAhead } from './written-ahead.ts'

/** What a flow works with. */
export interface FlowSurroundings {
  readonly client: PortalClient
  /** API token that may list. */
  readonly token: string
  readonly list: WrittenAhead
  readonly policyPort: number
  /** Letters received so far. */
  readonly letters: readonly ReceivedMail[]
  readonly figures: FlowFigures
}

export interface FlowFigures {
  /** Calls without an answer: the killed core had them. */
  unknown: number
  /** Faults (5xx), word for word. */
  readonly faults: string[]
  readonly clickToPassMs: number[]
}

/** A flow that is not through after so long has lost something: a letter that was being taken when the database went waits two minutes. */
const patienceMs = 180_000

/** Lists a sender by API; a call without an answer is sent again with the same key. */
export async function listSender(around: FlowSurroundings, ip: string, ends?: string): Promise<string> {
  const { list, client, token } = around
  list.add({ kind: 'ask-listing', ip, ...(ends === undefined ? {} : { ends }) })
  const key = newKey()
  const body = { ip, reason: 'spam', ...(ends === undefined ? {} : { ends }) }
  const listed = await untilAnswered(
    around,
    `listing of ${ip}`,
    async () => await client.call('POST', '/listings', { body, bearer: token, key }),
  )
  if (listed.status !== 201) throw new Error(`listing of ${ip}: ${JSON.stringify(listed)}`)
  const id = String(listed.body['id'])
  list.add({ kind: 'listed', ip, id })
  return id
}

/** One sender from listed to let in again, through the doors that people use; what is acknowledged is written down first. */
export async function runFlow(
  around: FlowSurroundings,
  ip: string,
  mailbox: string,
  often: boolean,
): Promise<void> {
  await listSender(around, ip)
  await untilPolicy(around, ip, (answer) => answer.startsWith('550 '))
  const { id, secret, link } = await askForLetter(around, ip, mailbox)
  const since = performance.now()
  const outcome = await confirm(around, id, ip, { link, secret })
  around.list.add({
    kind: 'confirmed',
    id,
    ip,
    outcome: String(outcome['outcome']),
    listing: String(outcome['listing']),
  })
  // Pressed again, the button gives the same answer and does nothing.
  if (often) {
    const again = await confirm(around, id, ip, { link, secret })
    if (JSON.stringify(again) !== JSON.stringify(outcome))
      throw new Error(`${id}: ${JSON.stringify([outcome, again])}`)
  }
  await untilPolicy(around, ip, (answer) => answer === 'DUNNO')
  around.figures.clickToPassMs.push(performance.now() - since)
  await untilAcknowledged(around, id, secret)
}

/** Begins a request and forgets it: nobody presses the button. */
export async function askInVain(around: FlowSurroundings, ip: string, mailbox: string): Promise<void> {
  const pow = await around.client.solve()
  if (pow === undefined) return
  around.list.add({ kind: 'ask-request', ip, mailbox })
  const body = { ip, mailbox, statement: true, pow }
  const answer = await around.client.call('POST', '/delist-requests', { body })
  if (answer.kind === 'answer' && answer.status === 202) {
    around.list.add({ kind: 'requested', ip, mailbox, id: String(answer.body['id']) })
  }
}

/** A request whose letter has come. */
export interface Asked {
  readonly id: string
  readonly secret: string
  readonly code: string
  /** The confirmation link; and every link of the letter. */
  readonly link: string
  readonly letterLinks: readonly string[]
}

/** A request whose answer was lost cannot be gone on with: it is asked again, with another letter. */
export async function askForLetter(around: FlowSurroundings, ip: string, mailbox: string): Promise<Asked> {
  const { list, client, letters } = around
  const started = await untilAnswered(around, `request for ${ip}`, async () => {
    const pow = await client.solve()
    if (pow === undefined) return { kind: 'unknown', why: 'no challenge' }
    list.add({ kind: 'ask-request', ip, mailbox })
    return await client.call('POST', '/delist-requests', { body: { ip, mailbox, statement: true, pow } })
  })
  if (started.status !== 202) throw new Error(`request for ${ip}: ${JSON.stringify(started)}`)
  const [id, secret, code] = ['id', 'secret', 'code'].map((name) => String(started.body[name])) as [
    string,
    string,
    string,
  ]
  list.add({ kind: 'requested', ip, mailbox, id })
  const isOurs = (link: string): boolean => link.includes(`/confirm/${id}.`)
  const { links } = await until(`the letter of acknowledged request ${id}`, () =>
    letters.findLast((mail) => mail.links.some(isOurs)),
  )
  return { id, secret, code, link: links.find(isOurs) ?? '', letterLinks: links }
}

export async function confirm(
  around: FlowSurroundings,
  id: string,
  ip: string,
  body: { readonly link: string; readonly secret: string },
): Promise<Readonly<Record<string, unknown>>> {
  around.list.add({ kind: 'ask-confirm', id, ip })
  const path = `/delist-requests/${id}/confirm`
  const answer = await untilAnswered(
    around,
    `confirmation of ${id}`,
    async () => await around.client.call('POST', path, { body }),
  )
  if (answer.status !== 200) throw new Error(`confirmation of ${id}: ${JSON.stringify(answer)}`)
  return answer.body
}

/** The request's page says that the edge has it. */
async function untilAcknowledged({ client }: FlowSurroundings, id: string, secret: string): Promise<void> {
  await until(`the edge's acknowledgement of ${id}`, async () => {
    const answer = await client.call('GET', `/delist-requests/${id}`, { bearer: secret })
    const edges =
      answer.kind === 'answer' ? (answer.body['edges'] as readonly { readonly at: string | null }[]) : []
    return edges.length > 0 && edges.every(({ at }) => at !== null) ? true : undefined
  })
}

async function untilPolicy(
  { policyPort }: FlowSurroundings,
  ip: string,
  isWanted: (answer: string) => boolean,
): Promise<void> {
  await until(`the policy server's answer about ${ip}`, async () => {
    const answer = await askOnce(policyPort, ip)
    return answer !== undefined && isWanted(answer) ? true : undefined
  })
}

type Answered = Extract<Answer, { kind: 'answer' }>

async function untilAnswered(
  { figures }: FlowSurroundings,
  what: string,
  call: () => Promise<Answer>,
): Promise<Answered> {
  return await until(what, async () => {
    const answer = await call()
    if (answer.kind === 'answer') return answer
    figures.unknown++
    if (answer.why.startsWith('5')) figures.faults.push(answer.why)
    return undefined
  })
}

/** Tries until there is something; throws with its name when it takes too long. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  mostMs = patienceMs,
): Promise<T> {
  const end = performance.now() + mostMs
  for (let pause = 5; ; pause = Math.min(200, pause * 1.5)) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`did not come within ${mostMs / 1000} s: ${what}`)
    await sleep(pause)
  }
}
