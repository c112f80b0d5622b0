import { day, hour, minute } from '../../src/base/clock.ts'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import { actorName, permit, type Actor } from '../../src/core/actor.ts'
import { newCase, type Case, type Legal } from '../../src/core/cases/case.ts'
import { masked } from '../../src/core/cases/legal.ts'
import type { SaidElsewhere } from '../../src/core/case-desk/near-actions.ts'
import type { Message } from '../../src/core/cases/message.ts'
import { daysOf } from '../../src/core/forecasts/forecast.ts'
import type { WarmUpAtDesk } from '../../src/core/warm-ups/actions.ts'
import type { FormView } from '../../src/core/deliverability/actions.ts'
import type { Participant } from '../../src/core/cases/participant.ts'
import type { DelistRequest } from '../../src/core/delisting/request.ts'
import type { Claim } from '../../src/core/owners/claim.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { mailboxKey, parseMailbox } from '../../src/standards/mail-address.ts'
import type { CaseActions } from '../../src/web/console/case-actions.ts'
import { testSettings, testStart } from './context.ts'

/** Cases in memory, for tests of the console's pages, and to look at them. */

export const caseId = 'c45e'.padEnd(26, '0')
const otherId = 'c45f'.padEnd(26, '0')
const closedId = 'c450'.padEnd(26, '0')
export const participantId = 'p45e'.padEnd(26, '0')
export const caseMessageId = 'm45e'.padEnd(26, '0')

interface Options {
  /** Stands in every text that somebody else wrote. */
  readonly text: string | undefined
  readonly empty: boolean
  readonly requests: readonly DelistRequest[]
  note(deed: string): void
}

export function testCases({ text, empty, requests, note }: Options): CaseActions {
  const cases = empty ? [] : theCases()
  const find = (id: string): Case => {
    const found = cases.find((each) => each.id === id)
    if (!found) throw new Refusal('case.not-found')
    return found
  }
  const put = (changed: Case): Case => {
    cases.splice(cases.indexOf(find(changed.id)), 1, changed)
    return changed
  }
  const done = (actor: Actor, permission: 'case.answer' | 'delisting.decide', deed: string): void => {
    permit(actor, permission)
    note(deed)
  }
  return {
    async listCases(actor, { states, severity, assigned, kind, offset, limit }) {
      permit(actor, 'case.read')
      return cases
        .filter((each) => states.includes(each.state) && (severity ?? each.severity) === each.severity)
        .filter((each) => (kind ?? each.kind) === each.kind)
        .filter((each) => assigned === undefined || (assigned === 'nobody') === (each.assignee === null))
        .slice(offset, offset + limit)
        .map(masked)
    },
    countCases: async () => ({
      open: cases.filter(({ state }) => state === 'open').length,
      overdue: cases.filter(({ dueAt }) => dueAt !== null && dueAt <= testStart).length,
    }),
    async showCase(actor, id) {
      permit(actor, 'case.read')
      const found = find(id)
      if (found.legal !== null)
        return {
          case: masked(found),
          participants: [],
          messages: [],
          others: [],
          history: [],
          requests: [],
          listings: [],
          forms: [],
          warmUps: [],
          elsewhere: [],
        }
      const [waits] = requests.filter(({ state }) => state === 'review')
      return {
        case: found,
        participants: [participant(text)],
        messages: id === caseId ? thread(text) : [],
        others: cases.filter((each) => each.id !== id),
        history: [],
        requests: waits && id !== closedId ? [{ ...waits, participantId }] : [],
        listings: [],
        forms: id === caseId ? [testForm(participantId)] : [],
        warmUps: id === caseId ? [testWarmUp(participantId)] : [],
        elsewhere: id === caseId ? saidElsewhere : [],
      }
    },
    async testsNow(_actor, { tests }) {
      return tests.map((test) => ({ test, said: 'fails' as const }))
    },
    async takeOriginal(actor, { message }) {
      permit(actor, 'case.read')
      if (message !== caseMessageId) throw new Refusal('case.original-gone')
      note('takeOriginal')
      return { hash: 'ab'.repeat(32), raw: Buffer.from(text ?? 'Subject: bounce\r\n\r\nrefused') }
    },
    decideWarmUp: async (actor, { deed }) => done(actor, 'delisting.decide', `decideWarmUp:${deed}`),
    decideAddresses: async (actor, { deed, prefixes }) =>
      done(actor, 'delisting.decide', `decideAddresses:${deed}:${prefixes.join()}`),
    answerCase: async (actor, { next }) => done(actor, 'case.answer', `answerCase:${next}`),
    noteCase: async (actor) => done(actor, 'case.answer', 'noteCase'),
    async assignCase(actor, { id, to }) {
      done(actor, 'case.answer', `assignCase:${to}`)
      return put({ ...find(id), assignee: to === 'me' ? actorName(actor) : null })
    },
    colleagues: async () => ['bob', 'eve'],
    async handCase(actor, { id, to }) {
      done(actor, 'case.answer', `handCase:${to}`)
      if (to !== 'bob' && to !== 'eve') throw new Refusal('operator.not-found', { name: to })
      return put({
        ...find(id),
        assignee: `operator:${to}`,
        assignedAt: testStart,
        assignedBy: actorName(actor),
      })
    },
    async ownersFor(actor) {
      permit(actor, 'case.legal')
      return empty ? [] : [{ claim: ownerClaim, owner: { id: 'o1', mailbox, language: 'en' } }]
    },
    async markLegal(actor, { id, claim, how }) {
      permit(actor, 'case.legal')
      if (claim !== ownerClaim.id) throw new Refusal('case.no-owner')
      note(`markLegal:${how}`)
      put({ ...find(id), legal: testLegal(actorName(actor)) })
    },
    async lookInto(actor, id) {
      permit(actor, 'case.legal')
      const found = find(id)
      note(`lookInto:${id}`)
      return {
        case: found,
        participants: [participant(text), { ...participant(text), id: closedId }],
        isOwnerStill: false,
        messages: thread(text),
        others: [],
        history: [],
        requests: [],
        listings: [],
        forms: [],
        warmUps: [],
        elsewhere: [],
      }
    },
    async endLegal(actor, id) {
      permit(actor, 'case.legal')
      note('endLegal')
      put({ ...find(id), legal: null })
    },
    snoozeCase: async (actor, { hours }) => done(actor, 'case.answer', `snoozeCase:${hours}`),
    weighCase: async (actor, { severity }) => done(actor, 'case.answer', `weighCase:${severity}`),
    mergeCases: async (actor, { into }) => {
      const { id } = find(into)
      done(actor, 'case.answer', `mergeCases:${into}`)
      return { id }
    },
    splitCase: async (actor, { id }) => {
      done(actor, 'case.answer', 'splitCase')
      return { id }
    },
    reopenCase: async (actor, id) => done(actor, 'case.answer', `reopenCase:${id}`),
    async decideCase(actor, { id, decision }) {
      done(actor, 'delisting.decide', `decideCase:${decision}:${id}`)
      const outcome = decision === 'refuse' ? 'refused' : 'granted'
      return put({ ...find(id), state: 'closed', outcome, closedAt: testStart, dueAt: null })
    },
  }
}

const mailbox = orThrow(parseMailbox('hostmaster@example.org'))

const ownerClaim: Claim = {
  id: 'claim'.padEnd(26, '0'),
  ownerId: 'o1',
  prefix: orThrow(parseListable('192.0.2.0/24')),
  token: 't',
  value: 'v',
  state: 'granted',
  proof: 'txt',
  parentId: null,
  createdAt: testStart - 9 * day,
  sinceAt: testStart - 9 * day,
  checkedAt: testStart - day,
  failedAt: null,
  expiresAt: testStart + 90 * day,
  endedAt: null,
  endedWhy: null,
  contact: null,
  remindedAt: null,
  facts: { registered: null, holes: [] },
  version: 1,
}

function testLegal(by: string): Legal {
  return {
    at: testStart,
    by,
    participant: participantId,
    claim: ownerClaim.id,
    prefix: '192.0.2.0/24',
    proof: 'txt',
    checkedAt: testStart - day,
  }
}

function participant(text: string | undefined): Participant {
  return {
    id: participantId,
    caseId,
    role: 'sender',
    // A mailbox is read before it is kept, so nothing strange stands in one.
    mailbox: (text ?? mailbox) as Participant['mailbox'],
    mailboxKey: mailboxKey(mailbox),
    language: 'en',
    sinceAt: testStart - 50 * hour,
    withdrawnAt: null,
    helped: null,
  }
}

function theCases(): Case[] {
  const { calendar, firstMs, effectMs } = testSettings().support
  const targets = { calendar, firstMs, effectMs }
  const about = { severity: 'B', openedBy: 'system:intake' } as const
  const late = newCase(
    { ...about, id: caseId, kind: 'mail', about: '192.0.2.66/32' },
    testStart - 50 * hour,
    targets,
  )
  const waits = newCase(
    { ...about, id: otherId, kind: 'record', about: '2001:db8:1:2::/64' },
    testStart - 5 * hour,
    targets,
  )
  const closed = newCase({ ...about, id: closedId, kind: 'form', about: null }, testStart - 9 * day, targets)
  return [
    late,
    {
      ...waits,
      state: 'conditional',
      dueAt: null,
      askedUntilAt: testStart + 9 * day,
      assignee: 'operator:ada',
      conditions: [
        { test: 'reverse-name', said: 'passes' },
        { test: 'dmarc:example.org', said: 'fails' },
      ],
      conditionsEndAt: testStart + 9 * day,
    },
    {
      ...closed,
      state: 'closed',
      outcome: 'refused',
      dueAt: null,
      closedAt: testStart - 2 * day,
      why: 'It still sends.',
    },
  ]
}

function thread(text: string | undefined): Message[] {
  const base: Message = {
    id: caseMessageId,
    caseId,
    participant: participantId,
    direction: 'in',
    channel: 'mail',
    author: 'participant',
    isVerified: true,
    isSilent: false,
    at: testStart - 50 * hour,
    size: 4180,
    copies: 2,
    letter: null,
    content: {
      text:
        text ??
        'Hello,\n\nour mail to your users comes back. We found the infected workstation and took it off the network.\n\n> 550 5.7.511 Access denied, banned sender[192.0.2.66]',
      subject: text ?? 'Fwd: Undelivered Mail Returned to Sender',
      quoted: text ?? 'Diagnostic-Code: smtp; 550 5.7.511 Access denied, banned sender[192.0.2.66]',
      attachments: [
        { type: text ?? 'message/delivery-status', size: 410 },
        { type: 'message/rfc822', size: 2950 },
      ],
    },
    original: 'ab'.repeat(32),
  }
  const ours = {
    direction: 'out',
    channel: 'console',
    author: 'operator:ada',
    original: null,
    copies: 1,
  } as const
  return [
    base,
    {
      ...base,
      ...ours,
      id: 'm2'.padEnd(26, '0'),
      at: testStart - 49 * hour,
      letter: 'written',
      content: { says: 'answer', text: 'Which workstation was it, and since when is it off?' },
    },
    {
      ...base,
      id: 'm3'.padEnd(26, '0'),
      at: testStart - 48 * hour,
      copies: 1,
      original: null,
      isVerified: false,
      content: { text: text ?? 'Please just lift it.', from: text ?? 'mallory@example.net' },
    },
    {
      ...base,
      ...ours,
      id: 'm4'.padEnd(26, '0'),
      participant: null,
      direction: 'note',
      at: testStart - 3 * hour - minute,
      content: { text: 'Same hoster as last week.' },
    },
  ]
}

/** A forecast that nobody has decided. */
function testWarmUp(participant: string): WarmUpAtDesk {
  const startsAt = testStart - (testStart % day) + day
  const forecast = { startsAt, days: 14, first: 2400, growth: 50, most: 48_000 }
  return {
    warmUp: {
      participantId: participant,
      domain: 'example.org',
      mail: 'newsletter',
      forecast,
      asked: forecast,
      state: 'asked',
      why: null,
      changedAt: testStart - hour,
      units: [orThrow(parseListable('192.0.2.45'))],
    },
    days: daysOf(forecast).map(({ at, messages }) => ({ at, forecast: messages, seen: null })),
    isOwner: false,
  }
}

/** An address of `testForm` in a form of another case. */
const saidElsewhere: readonly SaidElsewhere[] = [
  {
    caseId: closedId,
    unit: '192.0.2.45/32',
    at: testStart - 2 * day,
    said: { of: 'form', state: 'not-qualified' },
  },
  { caseId: otherId, unit: '192.0.2.45/32', at: testStart - hour, said: { of: 'warm-up', state: 'agreed' } },
]

/** Two addresses of a deliverability form. */
function testForm(participant: string): FormView {
  const own = { participantId: participant, changedAt: testStart - hour, checkedAt: testStart - hour }
  return {
    form: {
      participantId: participant,
      symptom: 'refused',
      domain: 'provider.example',
      sending: 'example.org',
      volume: 1200,
    },
    addresses: [
      {
        ...own,
        nth: 0,
        prefix: orThrow(parseListable('192.0.2.45')),
        state: 'mitigated',
        why: 'freed',
        facts: {},
      },
      {
        ...own,
        nth: 1,
        prefix: orThrow(parseListable('2001:db8:1:2::/64')),
        state: 'conditionally-mitigated',
        why: 'tests',
        facts: {
          tests: [{ test: 'reverse-name', said: 'fails' }],
          until: new Date(testStart + 14 * day).toISOString(),
        },
      },
    ],
  }
}
