import { solveChallenge, type Challenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { callCore } from '../../src/control/client.ts'

/** Where a flow goes: the public site, core's own socket for the listing, and where its letter arrives. */
export interface Road {
  readonly site: string
  readonly coreSocket: string
  /** Links in the letter to this mailbox, which has come or will. */
  takeLetter(mailbox: string): Promise<readonly string[]>
}

/** A request whose letter has come: only the button is left. */
export interface Ready {
  readonly id: string
  readonly secret: string
  readonly link: string
}

/** The nth sender: 500 of the IPv4 documentation networks, then /64s of 2001:db8::/32. */
export function senderAddress(nth: number): string {
  if (nth < 250) return `192.0.2.${nth + 1}`
  if (nth < 500) return `198.51.100.${nth - 249}`
  return `2001:db8:${((nth >>> 16) + 1).toString(16)}:${(nth & 0xffff).toString(16)}::25`
}

/** Lists the sender and asks for its removal, up to the letter. */
export async function prepareDelist(road: Road, ip: string): Promise<Ready> {
  const quiet = { emit: () => {}, progress: () => {} }
  await callCore(road.coreSocket, 'listing.add', { ip, reason: 'spam' }, undefined, quiet)
  return await askToDelist(road, ip)
}

/** Asks for the removal of a sender that is listed, up to the letter. */
export async function askToDelist(
  { site, takeLetter }: Omit<Road, 'coreSocket'>,
  ip: string,
): Promise<Ready> {
  const mailbox = `postmaster@${ip.replaceAll(/[.:]+/g, '-')}.example`
  const challenge = (await (await fetch(`${site}/api/v1/challenge`)).json()) as Challenge
  const solution = await solveChallenge({ challenge, deriveKey })
  const pow = Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
  const answer = await post(`${site}/api/v1/delist-requests`, { ip, mailbox, statement: true, pow })
  const { id, secret } = answer as { id: string; secret: string }
  const link = (await takeLetter(mailbox)).find((each) => each.includes('/confirm/'))
  if (link === undefined) throw new Error(`the letter to ${mailbox} has no link`)
  return { id, secret, link: link.replace(/^.*\/confirm\//, '') }
}

/** The button, as a program presses it; throws unless the listing was ended. */
export async function pressDelist({ site }: Road, { id, secret, link }: Ready): Promise<void> {
  const answer = await post(`${site}/api/v1/delist-requests/${id}/confirm`, { link, secret })
  if ((answer as { outcome?: string }).outcome !== 'delisted')
    throw new Error(`not delisted: ${JSON.stringify(answer)}`)
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as unknown
}
