import { decide } from '../../src/access/decide.ts'
import { day, hour, minute } from '../../src/base/clock.ts'
import { entryOf } from '../../src/core/listings/listing.ts'
import { explanationOf } from '../../src/core/senders/explanation.ts'
import { formatAddress } from '../../src/standards/ip.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { covering, type Story } from './console-story.ts'
import { testSettings, testStart } from './context.ts'
import { knownSender, raisedSender } from './known-sender.ts'

/** What the edges say of the mail that came. */
export function testTraffic(story: Story) {
  const { listings, text } = story
  return {
    async listEdges() {
      if (listings.length === 0) return []
      return [
        {
          name: text ?? 'mx1',
          version: text ?? '0.1.0',
          seq: 4121,
          seenAt: testStart - 2000,
          connected: true,
        },
        { name: 'mx2', version: '0.1.0', seq: 4121, seenAt: testStart - 1000, connected: true },
        { name: 'mx-backup', version: '0.1.0', seq: 4087, seenAt: testStart - 3 * hour, connected: false },
      ]
    },
    feedSeq: async () => 4121,
    countRefusals: async () => (listings.length === 0 ? 0 : 12_874),
    async explain(_actor, address) {
      const around = covering(story, address)
      const [first] = around
      const settings = {
        protected: [],
        protectedNames: [],
        exempt: { mailboxes: new Set<string>(), domains: new Set<string>() },
        exemptPerHour: 0,
        ourNames: new Set<string>(),
      }
      const verdict = decide(
        { listing: first && entryOf(first, 'enforce'), spent: 0 },
        { address },
        settings,
        testStart,
      )
      const { family } = address
      const isKnown = listings.length > 0 && family === 4
      const known = isKnown
        ? ({ name: { kind: 'own', text: text ?? 'mail.example.org' }, home: text ?? 'example.org' } as const)
        : unknownSender
      return explanationOf(address, verdict, around, testSettings(), 'operator', {
        sender: knownSender(
          formatAddress(address) === raisedSender.address ? { raise: raisedSender.raise } : known,
        ),
        now: testStart,
      })
    },
    async highVolumeState() {
      const domains = [
        { domain: 'example.org', messages: 4120, failed: ['dkim', 'dmarc'] },
        { domain: 'news.example.net', messages: 64, failed: ['spf'] },
      ] as const
      return {
        mode: 'observe',
        coming: { stage: 'junk', from: testStart + 20 * day },
        domains: domains.map((each, nth) => ({
          ...each,
          firstAt: testStart - 3 * day,
          lastAt: testStart - 3_600_000,
          toldAt: nth === 0 ? testStart - day : null,
        })),
      }
    },
    async observedOn() {
      if (listings.length === 0) return { days: [], senders: [] }
      const today = testStart - (testStart % day)
      const sender = (unit: string, reason: string, code: number, count: number) => ({
        unit,
        reason,
        code,
        ptr: text ?? (code === 550 ? null : 'mail.example.org'),
        count,
        lastAt: testStart - 20 * minute,
      })
      return {
        days: [
          { day: today, count: 1874, senders: 3 },
          { day: today - day, count: 211, senders: 9 },
        ],
        senders: [
          sender('192.0.2.45/32', 'spam', 550, 1800),
          sender('2001:db8:1:2::/64', 'no-reverse-name', 451, 62),
          sender('198.51.100.9/32', 'new-sender', 451, 12),
        ],
      }
    },
    async recentDecisions(_actor, address) {
      if (covering(story, address).length === 0) return []
      const said = {
        stage: 'rcpt',
        ip: formatAddress(address),
        code: 550,
        status: '5.7.606',
        reason: 'spam',
        listing: null,
        table: 4121,
      }
      return [
        {
          ...said,
          edge: text ?? 'mx1',
          at: testStart - 4 * minute,
          helo: text ?? 'mail.example.org',
          ptr: text ?? 'mail.example.org',
          mailFrom: text ?? 'example.org',
          count: 3,
          mode: 'enforce',
        },
        {
          ...said,
          edge: 'mx2',
          at: testStart - hour,
          helo: 'mail.example.org',
          ptr: null,
          mailFrom: '',
          count: 1,
          mode: 'observe',
        },
      ]
    },
  } satisfies Partial<ConsoleActions>
}

/** A sender that nobody has heard of. */
const unknownSender = {
  since: null,
  seenAt: null,
  name: { kind: 'unknown', text: undefined },
  home: null,
  grade: 'new',
  standing: { kind: 'free' },
  standingKey: null,
  hours: [],
} as const
