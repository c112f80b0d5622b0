import { day, hour, minute } from '../../src/base/clock.ts'
import { Refusal } from '../../src/base/refusal.ts'
import type { DeskReport } from '../../src/core/abuse/desk-actions.ts'
import { figuresOf, loopsOf } from '../../src/core/abuse/statistics.ts'
import { permit } from '../../src/core/actor.ts'
import type { Act, Incident } from '../../src/core/incidents/actions.ts'
import type { DeskActions } from '../../src/web/console/desk-actions.ts'
import { testStart } from './context.ts'

/** An abuse desk in memory: three incidents and two reports without one. `text` stands in everything that others wrote. */

export const incidentId = 'inc1'.padEnd(26, '0')
export const suspendedId = 'inc2'.padEnd(26, '0')
export const restrictedId = 'inc3'.padEnd(26, '0')
export const reportId = 'rep1'.padEnd(26, '0')
export const looseReportId = 'rep2'.padEnd(26, '0')

function newIncident(id: string, account: string, more: Partial<Incident> = {}): Incident {
  return {
    id,
    account,
    class: 'spam',
    severity: 'medium',
    state: 'open',
    outcome: null,
    openedAt: testStart - 5 * hour,
    lastReportAt: testStart - hour,
    closedAt: null,
    closedBy: null,
    weight: { weight: 3.5, reports: 12, reporters: 5, organisations: 4, volume: 2140 },
    connector: null,
    pool: null,
    campaign: null,
    note: '',
    ...more,
  }
}

function newReport(id: string, more: Partial<DeskReport> = {}): DeskReport {
  return {
    id,
    channel: 'arf',
    lifecycle: 'live',
    class: 'spam',
    state: 'examining',
    outcome: null,
    receivedAt: testStart - 3 * hour,
    examinedAt: testStart - 3 * hour + minute,
    closedAt: null,
    size: 4812,
    reporter: 'reporter-hash',
    mayAnswer: true,
    grade: 'A',
    account: 'ann@provider.example',
    incident: incidentId,
    duplicateOf: null,
    decidedBy: null,
    facts: {},
    ...more,
  }
}

export function testDesk(
  text: string | undefined,
  isEmpty: boolean,
  note: (deed: string) => void,
): DeskActions {
  const incidents: Incident[] = isEmpty
    ? []
    : [
        newIncident(incidentId, text ?? 'ann@provider.example', {
          note: text ?? 'Password was in a leak.',
          campaign: text ?? null,
          connector: text ?? 'submission',
          pool: text ?? '203.0.113.25',
        }),
        newIncident(suspendedId, text ?? 'shop@provider.example', {
          state: 'suspended',
          class: 'phish',
          severity: 'critical',
        }),
        newIncident('inc5'.padEnd(26, '0'), 'lea@provider.example', {
          state: 'escalated',
          class: 'malware',
          severity: 'high',
        }),
        newIncident('inc4'.padEnd(26, '0'), 'news@provider.example', {
          state: 'closed',
          outcome: 'no-violation',
          class: 'bulk',
          severity: 'low',
          closedAt: testStart - 2 * hour,
          closedBy: text ?? 'operator:ada',
        }),
      ]
  const sample = {
    from: text ?? 'ann@provider.example',
    subject: text ?? 'Cheap watches',
    date: text ?? 'Mon, 4 May 2026 05:00:00 +0000',
    messageId: text ?? '<m1@provider.example>',
    recipient: text ?? '7Hq2@redacted.invalid',
    takenFrom: text ?? '198.51.100.23',
    takenAt: testStart - 6 * hour,
  }
  const reports: DeskReport[] = isEmpty
    ? []
    : [
        newReport(reportId, {
          facts: {
            reasons: ['trace-valid', 'signature-valid', 'log-recipient'],
            isReplay: false,
            attribution: {
              account: 'ann@provider.example',
              accountFrom: 'trace',
              connector: null,
              pool: null,
              campaign: null,
            },
            reported: 1,
            claims: { kind: text ?? 'abuse', errors: [] },
            sample,
            elsewhere: null,
          },
        }),
        newReport(looseReportId, {
          grade: 'C',
          incident: null,
          account: null,
          class: 'restricted',
          decidedBy: text ?? null,
          facts: { reasons: ['signature-valid', 'log-unknown'], isReplay: true, sample },
        }),
      ]
  const acts: Act[] = [
    { id: 'a1', kind: 'escalate', at: testStart - 4 * hour, actor: 'rules', why: text ?? 'mode' },
    { id: 'a2', kind: 'would-suspend', at: testStart - 4 * hour, actor: text ?? 'rules', why: null },
  ]
  const incident = (id: string): Incident => {
    const found = incidents.find((each) => each.id === id)
    if (!found) throw new Refusal('abuse.incident-not-found')
    return found
  }
  const report = (id: string): DeskReport => {
    const found = reports.find((each) => each.id === id)
    if (!found) throw new Refusal('abuse.report-not-found')
    return found
  }
  return {
    async listIncidents(_actor, { states, class: wanted, severity, account, since = 0, until = Infinity }) {
      const accounts = typeof account === 'string' ? [account] : account
      return {
        incidents: incidents.filter(
          (each) =>
            states.includes(each.state) &&
            (wanted === undefined || each.class === wanted) &&
            (severity === undefined || each.severity === severity) &&
            (accounts === undefined || accounts.includes(each.account)) &&
            each.openedAt >= since &&
            each.openedAt < until,
        ),
      }
    },
    countIncidents: async () =>
      new Map([...Map.groupBy(incidents, ({ state }) => state)].map(([state, all]) => [state, all.length])),
    async findAtDesk(_actor, wanted) {
      if (incidents.some(({ id }) => id === wanted)) return { kind: 'incident', id: wanted }
      if (reports.some(({ id }) => id === wanted)) return { kind: 'report', id: wanted }
      if (wanted.includes('m1@provider.example'))
        return { kind: 'accounts', accounts: ['ann@provider.example'] }
      return { kind: 'accounts', accounts: [wanted] }
    },
    suspensionsLeft: async () => ({ tenMinutes: 4, today: { left: 0, most: 1 } }),
    async showIncident(_actor, id, { offset, limit }) {
      const found = incident(id)
      const own = reports.filter((each) => each.incident === id)
      return {
        incident: found,
        acts,
        reports: own.slice(offset, offset + limit),
        total: own.length,
        accountFrom: own[0]?.facts.attribution?.accountFrom ?? null,
        isSuspended: found.state === 'suspended',
        history: [
          {
            seq: 7,
            at: testStart - 5 * hour,
            actor: text ?? 'system:reports',
            action: 'incident.opened',
            subject: `incident:${id}`,
            facts: { account: found.account, class: 'spam' },
          },
        ],
      }
    },
    async closeIncident(actor, { incident: id, outcome, note: words }) {
      permit(actor, 'abuse.decide')
      if (incident(id).state === 'closed') throw new Refusal('abuse.already-closed')
      note(`closeIncident:${id.slice(0, 4)}:${outcome}:${words ?? ''}`)
    },
    async tellOwner(actor, id) {
      permit(actor, 'abuse.decide')
      note(`tellOwner:${incident(id).id.slice(0, 4)}`)
    },
    async suspendAccount(actor, id) {
      permit(actor, 'abuse.decide')
      note(`suspendAccount:${incident(id).id.slice(0, 4)}`)
    },
    async releaseAccount(actor, id) {
      permit(actor, 'abuse.decide')
      note(`releaseAccount:${incident(id).id.slice(0, 4)}`)
    },
    async escalateIncident(actor, id) {
      permit(actor, 'abuse.decide')
      note(`escalateIncident:${incident(id).id.slice(0, 4)}`)
    },
    async noteIncident(actor, { incident: id, note: words }) {
      permit(actor, 'abuse.decide')
      note(`noteIncident:${incident(id).id.slice(0, 4)}:${words}`)
    },
    xarfOf: async (_actor, id) => ({ xarf_version: '4.2.0', description: incident(id).account }),
    async *exportIncidents() {
      yield 'id,account'
      for (const each of incidents) yield `${each.id},${each.account}`
    },
    listReports: async () => ({ reports: reports.filter((each) => each.incident === null) }),
    showReport: async (_actor, id) => report(id),
    async viewEvidence(actor, id) {
      permit(actor, 'abuse.evidence')
      note(`viewEvidence:${report(id).id.slice(0, 4)}`)
      const part = { depth: 1, name: null, size: 10, sha256: '5f'.repeat(32), fields: [], isCut: false }
      return {
        size: 100,
        view: {
          isCut: true,
          parts: [
            {
              ...part,
              depth: 0,
              type: 'multipart/mixed',
              fields: [
                { name: 'from', value: text ?? 'ann@provider.example' },
                { name: text ?? 'x-odd', value: text ?? 'https://example.org/' },
              ],
              text: null,
            },
            { ...part, type: 'text/html', text: text ?? '<a href="https://example.org/">Buy now</a>' },
            { ...part, type: text ?? 'image/png', name: text ?? 'x.png', text: null },
          ],
        },
      }
    },
    async showReporter(actor) {
      permit(actor, 'abuse.reporter')
      note('showReporter')
      return text ?? 'joe@example.org'
    },
    async decideReport(actor, { report: id, outcome }) {
      permit(actor, 'abuse.decide')
      note(`decideReport:${report(id).id.slice(0, 4)}:${outcome}`)
    },
    restrictedAccounts: async () =>
      isEmpty
        ? { accounts: [], count: 0 }
        : {
            accounts: [
              {
                account: text ?? 'shop@provider.example',
                since: testStart - day,
                incident: { id: suspendedId, class: 'phish', state: 'suspended' },
                by: 'rules',
              },
              {
                account: 'old@provider.example',
                since: testStart - 9 * day,
                incident: null,
                by: text ?? null,
              },
            ],
            count: 612,
          },
    ownStanding: async () => ({
      lists: isEmpty
        ? []
        : [
            {
              zone: 'bl.lists.example',
              name: 'Lists Example',
              url: 'https://lists.example/removal',
              last: { at: testStart - minute, result: 'answers', code: '' },
              answeredAt: testStart - minute,
            },
            {
              zone: 'other.example',
              name: text ?? 'Other',
              url: 'https://other.example/',
              last: { at: testStart - minute, result: 'refused', code: '127.255.255.254' },
              answeredAt: testStart - 2 * day,
            },
          ],
      addresses: 256,
      left: isEmpty ? [] : ['2001:db8::/32'],
      now: isEmpty
        ? []
        : [
            {
              id: 'own1'.padEnd(26, '0'),
              zone: 'bl.lists.example',
              address: '203.0.113.25',
              code: '127.0.0.2',
              said: text ?? 'Spam source, see https://lists.example/?q=203.0.113.25',
              since: testStart - 3 * hour,
              seenAt: testStart - minute,
              endedAt: null,
            },
          ],
      ended: isEmpty
        ? []
        : [
            {
              id: 'own2'.padEnd(26, '0'),
              zone: 'gone.example',
              address: '203.0.113.26',
              code: '127.0.0.4',
              said: '',
              since: testStart - 9 * day,
              seenAt: testStart - 8 * day,
              endedAt: testStart - 8 * day,
            },
          ],
    }),
    loopFigures: async (_actor, { days }) =>
      loopsOf(
        isEmpty
          ? []
          : [
              { day: testStart - (testStart % day), source: text ?? 'fbl.example.org', count: 31 },
              { day: testStart - (testStart % day) - day, source: text ?? 'fbl.example.org', count: 12 },
            ],
        testStart - (testStart % day) - (days - 1) * day,
        days,
      ),
    deskFigures: async (_actor, { days }) => {
      const until = testStart - (testStart % day) + day
      return figuresOf(
        { since: until - days * day, until },
        isEmpty
          ? []
          : [
              { day: until - day, class: 'spam', channel: 'fbl', outcome: null, count: 31 },
              { day: until - 2 * day, class: text ?? 'phish', channel: 'mail', outcome: 'acted', count: 7 },
            ],
        isEmpty
          ? []
          : [
              { outcome: null, openedAt: until - 20 * hour, closedAt: null, firstActAt: until - 18 * hour },
              { outcome: null, openedAt: until - 19 * hour, closedAt: null, firstActAt: null },
            ],
        new Map(),
      )
    },
  }
}
