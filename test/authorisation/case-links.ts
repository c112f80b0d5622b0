import assert from 'node:assert/strict'
import { orThrow } from '../../src/base/refusal.ts'
import { markLegal } from '../../src/core/case-desk/legal-actions.ts'
import { closeCase, joinCase, openCase } from '../../src/core/cases/actions.ts'
import { lockCase } from '../../src/core/cases/hold-actions.ts'
import { pageToken } from '../../src/core/cases/page-link.ts'
import { answerCase, noteCase } from '../../src/core/cases/desk-actions.ts'
import { mergeCases } from '../../src/core/cases/merge-actions.ts'
import { withdraw } from '../../src/core/cases/page-actions.ts'
import type { Participant, ParticipantRole } from '../../src/core/cases/participant.ts'
import { transact } from '../../src/core/context.ts'
import { listClaims } from '../../src/core/owners/manage-actions.ts'
import { erasePerson } from '../../src/core/person/erase-actions.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { holds } from '../support/owners.ts'
import type { House } from './house.ts'
import type { Link } from './links.ts'
import { wordsOf } from './outsiders.ts'

/** What nobody outside reads: who else takes part, what we say among ourselves, who of us works on it. */
export const deskWords = ['note-of-the-desk', 'operator:grace', 'how-we-know']

/** The page of each participant: two in one case, one in another, one whose case was merged, both sides of a restricted one, and those for whom it is over. */
export async function makeThreads(house: House): Promise<readonly Link[]> {
  const { ctx } = house
  const shared = await opened(house, 'sender', '192.0.2.81/32')
  const recipient = await joined(house, shared.caseId, 'recipient', 'recipient')
  const other = await opened(house, 'other', '192.0.2.82/32')
  const merged = await opened(house, 'merged', '192.0.2.81/32')
  await mergeCases(ctx, { id: merged.caseId, into: shared.caseId })
  await noteCase(ctx, { id: shared.caseId, text: deskWords[0] ?? '' })
  await answerCase(ctx, { id: shared.caseId, to: shared.id, text: 'answer-to-sender', next: 'open' })
  const hushed = await opened(house, 'hushed', '192.0.2.83/32')
  const owner = await restricted(house, hushed)
  const leaver = await opened(house, 'leaver', '192.0.2.84/32')
  await withdraw(ctx, pageToken(ctx, leaver.id))
  const answered = await opened(house, 'answered', '192.0.2.85/32')
  await closed(house, answered)
  const erased = await opened(house, 'erased', '192.0.2.86/32')
  await closed(house, erased)
  await erasePerson(ctx, erased.mailbox)
  const thread = (participant: Participant, name: string): Link => ({
    name: `thread of ${name}`,
    kind: 'case',
    state: 'good',
    token: pageToken(ctx, participant.id),
    // What is spoken of with the owner alone is shown to nobody else, not even what they said.
    words: name === 'hushed' ? 'nothing' : wordsOf(name),
  })
  return [
    thread(shared, 'sender'),
    thread(recipient, 'recipient'),
    thread(other, 'other'),
    thread(merged, 'merged'),
    thread(hushed, 'hushed'),
    thread(owner, 'owner'),
    thread(leaver, 'leaver'),
    thread(answered, 'answered'),
    { ...thread(erased, 'erased'), state: 'spent' },
  ]
}

const by = (name: string, role: ParticipantRole) =>
  ({
    role,
    mailbox: orThrow(parseMailbox(`${name}@thread.example`)),
    language: 'en',
    says: { channel: 'form', content: { text: wordsOf(name) }, isVerified: true, isSilent: false },
  }) as const

async function opened({ ctx }: House, name: string, about: string): Promise<Participant> {
  ctx.clock.advance(1)
  return await transact(
    ctx,
    async (tx) => (await openCase(tx, { kind: 'mail', about, by: by(name, 'sender') })).participant,
  )
}

async function joined({ ctx }: House, id: string, name: string, role: ParticipantRole): Promise<Participant> {
  return await transact(ctx, async (tx) => (await joinCase(tx, { id }, by(name, role))).participant)
}

async function restricted(house: House, { caseId }: Participant): Promise<Participant> {
  const { ctx } = house
  await holds(ctx, 'owner@thread.example', '192.0.2.83', 'txt')
  const { claims } = await listClaims(ctx, { state: 'granted', limit: 50 })
  const claim = claims.find(({ owner }) => owner.mailbox === 'owner@thread.example')
  const owner = await joined(house, caseId, 'owner', 'owner')
  await markLegal(ctx, { id: caseId, claim: claim?.claim.id ?? '', how: deskWords[2] ?? '' })
  return owner
}

async function closed({ ctx }: House, { caseId }: Participant): Promise<void> {
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, caseId)
    assert.ok(it)
    await closeCase(tx, it, { outcome: 'answered' })
  })
}
