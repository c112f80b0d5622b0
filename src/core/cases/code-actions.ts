import { openCaseLink } from '../../access/case-link.ts'
import { reasonNames, type ReasonName } from '../../access/reasons.ts'
import { minute } from '../../base/clock.ts'
import { formatCrockford, readCrockford } from '../../base/id.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { mac } from '../../base/secret.ts'
import { formatAddress, parseAddress, type Address } from '../../standards/ip.ts'
import { visitorNetwork } from '../actor.ts'
import { record } from '../audit/actions.ts'
import { transact, type Context, type Tx } from '../context.ts'
import { spend } from '../limits/actions.ts'
import { participantOfToken } from './page-actions.ts'
import * as codeStore from './code-store.ts'

/**
 * A code that a sender gives to a recipient by another way, so that the recipient can open a case on their behalf, or join theirs. It names nobody and
 * cannot be guessed (80 bits); here only a keyed hash of it is kept. The same refusal or thread has the same code.
 */

/** What a code stands for. */
export interface CodeFacts {
  /** Keyed hash. */
  readonly hash: string
  /** The refusal that it was made for; null where it was made in a case. */
  readonly refusal: {
    readonly ip: Address
    readonly reason: ReasonName
    readonly edge: string
    /** Milliseconds since 1970. */
    readonly at: number
  } | null
  /** The thread in which it was made. */
  readonly participantId: string | null
  /** The thread of the recipient who opened a case with it. */
  readonly openedParticipantId: string | null
}

/** A code as people copy it: `k7m2-…`, four groups of four. */
export interface CaseCode {
  readonly code: string
  readonly expiresAt: number
}

/** Makes the code for the refusal behind a case link. Throws `case-link.invalid`, `case-link.expired`, `limit.exceeded`. */
export async function makeRecordCode(ctx: Context, token: string): Promise<CaseCode> {
  const { facts } = orThrow(openCaseLink((edge) => ctx.keys.caseLink(edge), token, ctx.clock.now()))
  const { address, reason, edge, minute: minuteOf } = facts
  return await make(ctx, `record\0${token}`, {
    refusal: { ip: address, reason, edge, at: minuteOf * minute },
    participantId: null,
  })
}

/** Makes the code of a sender's own case, for whoever has the link of its page. Throws `case.not-found`, `limit.exceeded`. */
export async function makeThreadCode(ctx: Context, token: string): Promise<CaseCode> {
  const { id } = await participantOfToken(ctx, token)
  return await make(ctx, `thread\0${id}`, { refusal: null, participantId: id })
}

async function make(
  ctx: Context,
  about: string,
  facts: Pick<CodeFacts, 'refusal' | 'participantId'>,
): Promise<CaseCode> {
  const code = formatCrockford(mac(ctx.keys.tags, `case-code\0${about}`, 10))
  const now = ctx.clock.now()
  const expiresAt = now + ctx.settings.support.codeMs
  const hash = hashOf(ctx, code)
  await transact(ctx, async (tx) => {
    await spendCode(tx, 'cases.codes.client.day')
    await codeStore.putCode(tx.queries, {
      hash,
      ip: facts.refusal === null ? null : formatAddress(facts.refusal.ip),
      reason: facts.refusal?.reason ?? null,
      edge: facts.refusal?.edge ?? null,
      refused_at: facts.refusal?.at ?? null,
      participant_id: facts.participantId,
      opened_participant_id: null,
      created_at: now,
      expires_at: expiresAt,
    })
    await record(tx, { action: 'case-code.made', subject: `case-code:${hash.slice(0, 12)}`, facts: {} })
  })
  return { code: (code.match(/.{4}/g) ?? []).join('-'), expiresAt }
}

/**
 * What a code stands for. Every try counts for whoever asks, right or wrong. Throws `case.code-unknown` for one that was never made and for one
 * whose time is over, alike.
 */
export async function useCode(ctx: Context, text: string, asker: string): Promise<CodeFacts> {
  await transact(ctx, async (tx) => {
    await spend(tx, 'cases.codes.recipient.hour', asker)
    await spendCode(tx, 'cases.codes.tries.client.hour')
  })
  const code = readCrockford(text.trim())
  const row =
    code?.length === 16
      ? await codeStore.codeByHash(ctx.db.queries, hashOf(ctx, code), ctx.clock.now())
      : undefined
  if (row === undefined) throw new Refusal('case.code-unknown')
  return {
    hash: row.hash,
    refusal: refusalOf(row),
    participantId: row.participant_id,
    openedParticipantId: row.opened_participant_id,
  }
}

function refusalOf({ ip, reason: name, edge, refused_at: at }: codeStore.CodeRow): CodeFacts['refusal'] {
  const reason = reasonNames.find((each) => each === name)
  if (ip === null || reason === undefined || edge === null || at === null) return null
  return { ip: orThrow(parseAddress(ip)), reason, edge, at }
}

/** The code again, for this transaction alone until it ends; undefined when it is gone. */
export async function lockCode(tx: Tx, hash: string): Promise<string | null | undefined> {
  return await codeStore.lockCode(tx.queries, hash)
}

/** Notes the thread of the recipient who opened a case with it, so that the next one joins that. */
export async function noteOpened(tx: Tx, hash: string, participantId: string): Promise<void> {
  await codeStore.setOpened(tx.queries, hash, participantId)
}

function hashOf({ keys }: Pick<Context, 'keys'>, code: string): string {
  return mac(keys.hashes, `case-code\0${code}`).toString('hex')
}

async function spendCode(
  tx: Tx,
  name: 'cases.codes.client.day' | 'cases.codes.tries.client.hour',
): Promise<void> {
  const { actor } = tx
  if (actor.kind === 'visitor') await spend(tx, name, visitorNetwork(actor.client))
}
