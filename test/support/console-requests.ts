import { day, hour, minute } from '../../src/base/clock.ts'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import { cursorAfter, type DelistRequest } from '../../src/core/delisting/request.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import type { MailAddress } from '../../src/standards/mail-address.ts'
import { formatPrefix, unitOf } from '../../src/standards/prefix.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { caseId } from './cases.ts'
import { covering, historyOf, type Story } from './console-story.ts'
import { testStart } from './context.ts'

/** Delist requests, some of which wait for a person. */
export function testRequests(story: Story) {
  const { requests } = story
  return {
    async listRequests(_actor, { state, unit, after, limit }) {
      const sorted = requests
        .filter(
          (each) =>
            (state === undefined || each.state === state) &&
            (unit === undefined || formatPrefix(each.unit) === formatPrefix(unit)),
        )
        .toSorted((a, b) => (state === 'review' ? a.createdAt - b.createdAt : b.createdAt - a.createdAt))
      const from = after === undefined ? 0 : sorted.findIndex((each) => cursorAfter(each) === after) + 1
      return sorted.slice(from, from + limit)
    },
    async inspectRequest(_actor, id) {
      const request = requests.find((each) => each.id === id)
      if (!request) throw new Refusal('delisting.not-found')
      return {
        request,
        listings: covering(story, request.ip),
        history: historyOf(story, `delist-request:${id}`),
        waiting: [],
        case: caseId,
      }
    },
  } satisfies Partial<ConsoleActions>
}

export function theRequests(text: string | undefined): DelistRequest[] {
  return [
    newRequest('wait', '192.0.2.66', {
      state: 'review',
      outcome: 'review',
      decidedAt: testStart - 50 * hour,
      createdAt: testStart - 50 * hour,
      mailbox: mailbox(text ?? 'admin@example.net'),
      note:
        text ??
        'One mailbox had a stolen password. It was locked on Sunday at 18:00 UTC, the queue was emptied (2,140 messages), and all passwords were changed. We now limit each user to 200 messages an hour.',
    }),
    newRequest('wait2', '198.51.100.20', {
      state: 'review',
      outcome: 'review',
      decidedAt: testStart - 3 * hour,
      createdAt: testStart - 3 * hour,
      control: 'none',
      language: 'zh-CN',
      mailbox: mailbox('it@example.com'),
    }),
    newRequest('done', '192.0.2.101', {
      letThroughAt: testStart - 4 * hour,
      letThroughEdge: text ?? 'mx1',
      queueId: text ?? '4XyZ1k2',
      acceptedAt: testStart - 4 * hour + 2000,
    }),
    newRequest('dec1', '192.0.2.102', { outcome: 'declined', decidedBy: text ?? 'operator:ada' }),
    newRequest('open', '192.0.2.45', {
      state: 'open',
      outcome: null,
      decidedAt: null,
      createdAt: testStart - 10 * minute,
      expiresAt: testStart + 50 * minute,
    }),
    newRequest('gone', '192.0.2.45', {
      state: 'open',
      outcome: null,
      decidedAt: null,
      createdAt: testStart - 3 * day,
      expiresAt: testStart - 3 * day + hour,
    }),
    newRequest('burn', '192.0.2.46', { state: 'burned', outcome: null, decidedAt: null, tries: 5 }),
  ]
}

function newRequest(name: string, ip: string, more: Partial<DelistRequest>): DelistRequest {
  const address = orThrow(parseAddress(ip))
  return {
    id: name.padEnd(26, '0'),
    ip: address,
    unit: unitOf(address),
    mailbox: mailbox('postmaster@example.org'),
    mailboxKey: 'postmaster@example.org',
    language: 'en',
    note: '',
    road: 'mail',
    control: 'case-link',
    state: 'done',
    linkHash: '',
    browserHash: '',
    codeHash: '',
    proofToken: '',
    tries: 0,
    createdAt: testStart - 5 * hour,
    expiresAt: testStart - 4 * hour,
    decidedAt: testStart - 5 * hour,
    outcome: 'delisted',
    outcomeFacts: {},
    listingId: null,
    feedSeq: null,
    wantsLetter: false,
    letThroughAt: null,
    letThroughEdge: null,
    queueId: null,
    acceptedAt: null,
    refusedAgainAt: null,
    decidedBy: null,
    participantId: null,
    version: 1,
    ...more,
  }
}

/** Rows may hold what the parser of today would refuse: pages must bear it. */
function mailbox(text: string): MailAddress {
  return text as MailAddress
}
