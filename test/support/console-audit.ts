import { day, hour, minute } from '../../src/base/clock.ts'
import type { AuditFacts, AuditRecord } from '../../src/core/audit/audit.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import type { Story } from './console-story.ts'
import { testStart } from './context.ts'

/** What has happened so far. */
export function testAudit({ audit, deeds }: Story) {
  return {
    async listAudit(_actor, { subject, before, limit }) {
      return audit
        .filter(
          (each) =>
            (subject === undefined || each.subject === subject) &&
            (before === undefined || each.seq < before),
        )
        .slice(0, limit)
    },
    async verifyChain() {
      deeds.push('verifyChain')
      return { records: audit.length, head: audit.length === 0 ? '' : '5f'.repeat(32) }
    },
  } satisfies Partial<ConsoleActions>
}

export function theAudit(text: string | undefined): AuditRecord[] {
  const happened: readonly (readonly [
    ago: number,
    actor: string,
    action: string,
    subject: string,
    facts: AuditFacts,
  ])[] = [
    [
      20 * day,
      'operator:ada',
      'listing.added',
      'listing:0ver00000000',
      { prefix: '192.0.2.45/32', cause: 'spam' },
    ],
    [
      19 * day,
      'visitor:192.0.2.45/32',
      'listing.ended',
      'listing:0ver00000000',
      { prefix: '192.0.2.45/32', why: 'delist' },
    ],
    [3 * day, 'cli:root', 'operator.added', 'operator:ada', { roles: 'list-operator' }],
    [
      40 * hour,
      text ?? 'operator:ada',
      text ?? 'listing.added',
      'listing:se1f00000000',
      {
        prefix: text ?? '192.0.2.45/32',
        cause: 'spam',
        class: 'self-service',
        ends: '2026-05-06T10:00:00.000Z',
        recurrence: 1,
        note: text ?? 'Web form of the shop sends pills since Saturday.',
      },
    ],
    [
      22 * hour,
      'program:feedback-loop',
      'listing.added-again',
      'listing:se1f00000000',
      { prefix: '192.0.2.45/32', cause: 'spam', class: 'self-service' },
    ],
    [
      50 * hour,
      'visitor:198.51.100.33/32',
      'delist-request.started',
      `delist-request:${'wait'.padEnd(26, '0')}`,
      { ip: '192.0.2.66' },
    ],
    [
      50 * hour - minute,
      'visitor:198.51.100.33/32',
      'delist-request.review',
      `delist-request:${'wait'.padEnd(26, '0')}`,
      { ip: '192.0.2.66', control: 'case-link', listing: 'grave0000000', prefix: '192.0.2.66/32' },
    ],
    [
      5 * hour,
      'visitor:192.0.2.101/32',
      'delist-request.delisted',
      `delist-request:${'done'.padEnd(26, '0')}`,
      { ip: '192.0.2.101', control: 'case-link' },
    ],
    [2 * hour, 'operator:alan', 'operator.signed-in', 'operator:alan', {}],
    [
      5 * minute,
      'operator:alan',
      'listing.proposed',
      'listing:w1de00000000',
      { prefix: '2001:db8::/32', cause: 'spam', class: 'investigate' },
    ],
    [
      2 * minute,
      'system:letters',
      text ?? 'letter.bounced',
      `letter:${'back'.padEnd(26, '0')}`,
      { kind: 'confirm-delisting', until: testStart + 30 * day, [text ?? 'odd']: [text ?? 'x', 1] },
    ],
  ]
  return happened
    .toSorted(([a], [b]) => b - a)
    .map(([ago, actor, action, subject, facts], index) => ({
      seq: index + 1,
      at: testStart - ago,
      actor,
      action,
      subject,
      facts,
    }))
    .toReversed()
}
