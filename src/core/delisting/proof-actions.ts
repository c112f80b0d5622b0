import { askerOf } from '../actor.ts'
import { Refusal } from '../../base/refusal.ts'
import { openTag } from '../../base/signed-token.ts'
import type { Address } from '../../standards/ip.ts'
import { mailboxKey, type MailAddress } from '../../standards/mail-address.ts'
import { formatPrefix, unitOf } from '../../standards/prefix.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { spend, spendAll } from '../limits/actions.ts'
import { checkSecondHalf, isOwnDomain, proofUrl } from './actions.ts'
import { mailboxBudget } from './budgets.ts'
import { saveRequest } from './decide-actions.ts'
import type { SecondHalf } from '../halves.ts'
import { isAnswered, type Control, type DelistRequest } from './request.ts'
import * as store from './store.ts'

/**
 * A message to `delist+<tag>@` from an authenticated mailbox proves that mailbox: the letter's half on the road `write-in`.
 * The mailbox that wrote is the one that counts, whatever the form said. Throws `delisting.not-found` for a tag that is not ours.
 */
export async function proveMailbox(
  ctx: Context,
  input: { readonly tag: string; readonly mailbox: MailAddress },
): Promise<void> {
  const id = openTag(ctx.keys.tags, 'delist', input.tag)
  const found = id === undefined ? undefined : await store.byId(ctx.db.queries, id)
  if (!found) throw new Refusal('delisting.not-found')
  const isOwn = await isOwnDomain(ctx, found.ip, input.mailbox)
  await transact(ctx, async (tx) => {
    const request = await openRequest(tx, found.id)
    if (!request) return
    const { name, key } = mailboxBudget(input.mailbox, 'mailbox')
    if (request.state === 'open') await spend(tx, name, key)
    // What the mailbox of the form would have shown, another that writes instead does not.
    const isShownOtherwise = request.control !== 'none' && request.control !== 'domain'
    const control = isShownOtherwise ? request.control : isOwn ? 'domain' : 'none'
    const mailbox = { mailbox: input.mailbox, mailboxKey: mailboxKey(input.mailbox) }
    await prove(tx, { ...request, ...mailbox, control }, 'mailbox')
  })
}

/** Where a TXT or HTTP proof was looked for, and whether it was there. */
export interface Proof {
  readonly proven: boolean
  /** PTR names that were asked for TXT, or the URL that was fetched. */
  readonly lookedAt: readonly string[]
  readonly trouble?: 'temperror' | 'no-ptr'
}

/** TXT value, or first line of the file: `postern-verification=<token>`; the bare token will do. */
function shows(text: string, token: string): boolean {
  const trimmed = text.trim()
  return trimmed === token || trimmed === `postern-verification=${token}`
}

/** Looks for the proof token where only whoever controls the address can put it. */
export async function proveControl(
  ctx: Context,
  input: SecondHalf & { readonly id: string; readonly method: 'txt' | 'http' },
): Promise<Proof> {
  const request = await checkSecondHalf(ctx, input.id, input)
  if (isAnswered(request)) throw new Refusal('delisting.already-decided')
  await transact(ctx, async (tx) => {
    await spendAll(tx, [
      { name: 'proof.client', key: askerOf(tx.actor) },
      { name: 'proof.request', key: request.id },
    ])
  })
  const proof = input.method === 'txt' ? await lookAtTxt(ctx, request) : await lookAtHttp(ctx, request)
  if (proof.proven) await setControl(ctx, request.id, input.method)
  return proof
}

async function lookAtTxt(ctx: Context, request: DelistRequest): Promise<Proof> {
  const names = await ctx.out.ptr(request.ip)
  if (names === 'temperror') return { proven: false, lookedAt: [], trouble: 'temperror' }
  if (names.length === 0) return { proven: false, lookedAt: [], trouble: 'no-ptr' }
  const lookedAt = names.slice(0, 3)
  for (const name of lookedAt) {
    const texts = await ctx.out.txt(name)
    if (texts === 'temperror') return { proven: false, lookedAt, trouble: 'temperror' }
    if (texts.some((text) => shows(text, request.proofToken))) return { proven: true, lookedAt }
  }
  return { proven: false, lookedAt }
}

async function lookAtHttp(ctx: Context, request: DelistRequest): Promise<Proof> {
  const url = proofUrl(request)
  const body = await ctx.out.fetchFrom(request.ip, new URL(url).pathname)
  return { proven: body !== undefined && shows(body, request.proofToken), lookedAt: [url] }
}

/** A message from the address itself that carries the token, to an exempt mailbox. False when no open request of that address has it. */
export async function proveByMail(
  ctx: Context,
  input: { readonly address: Address; readonly token: string },
): Promise<boolean> {
  const request = await store.byProofToken(ctx.db.queries, input.token, unitOf(input.address))
  if (!request) return false
  await setControl(ctx, request.id, 'mail')
  return true
}

async function setControl(ctx: Context, id: string, control: Control): Promise<void> {
  await transact(ctx, async (tx) => {
    const request = await openRequest(tx, id)
    if (request) await prove(tx, { ...request, control }, control)
  })
}

/** The request, unless it is decided, burned or over: a late proof changes nothing. */
async function openRequest(tx: Tx, id: string): Promise<DelistRequest | undefined> {
  const request = await store.byId(tx.queries, id)
  const isOpen =
    request && (request.state === 'open' || request.state === 'proven') && request.expiresAt > tx.clock.now()
  return isOpen ? request : undefined
}

async function prove(tx: Tx, request: DelistRequest, by: Control | 'mailbox'): Promise<void> {
  await saveRequest(tx, { ...request, state: 'proven' })
  await record(tx, {
    action: 'delist-request.proven',
    subject: `delist-request:${request.id}`,
    facts: { by, control: request.control, unit: formatPrefix(request.unit) },
  })
  tx.afterCommit('delisting')
}
