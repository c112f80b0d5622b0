import { inspect } from 'node:util'
import { decide } from '../../src/access/decide.ts'
import type { Cause, ListingClass, ReasonName } from '../../src/access/reasons.ts'
import { Refusal, orThrow } from '../../src/base/refusal.ts'
import { day, fixedClock, minute } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Settings } from '../../src/core/settings.ts'
import { entryOf, type Listing } from '../../src/core/listings/listing.ts'
import { explanationOf, type Explanation } from '../../src/core/senders/explanation.ts'
import { climb, type Tried } from '../../src/core/ladder/ladder.ts'
import type { Case } from '../../src/core/senders/actions.ts'
import { formatAddress, parseAddress, type Address } from '../../src/standards/ip.ts'
import { covers, parseListable } from '../../src/standards/prefix.ts'
import { loadAssets } from '../../src/web/assets.ts'
import type { PublicDeps } from '../../src/web/deps.ts'
import type { Web } from '../../src/web/env.ts'
import { answerOf } from '../../src/core/analysis/answer.ts'
import { readInput } from '../../src/core/analysis/read.ts'
import { readGuide } from '../../src/core/guide/actions.ts'
import { openShelf, type Shelf } from '../../src/web/guide/shelf.ts'
import { publicApp } from '../../src/web/server.ts'
import { testSettings, testStart } from './context.ts'
import { knownSender, raisedSender } from './known-sender.ts'

/** The public site over a handful of listings and no database: for tests of pages, and to look at them. */
export function testSite(overrides: Partial<PublicDeps> = {}, isBraked = false): Web {
  const settings = overrides.settings ?? testSettings()
  return publicApp({
    settings,
    clock: fixedClock(testStart),
    log: silentLog,
    shelf: testShelf(settings),
    assets: loadAssets(new URL('../../assets/', import.meta.url).pathname),
    trustedProxies: [],
    parts: [],
    site: {
      explain: async (_c, address, level) => explainTest(address, level, settings),
      recheck: async () => 'fails',
      ladder: async (_c, refused, address) =>
        climb(refused, address === undefined ? {} : testTried, settings.support),
      isBraked: async () => isBraked,
      openCase: async (_c, token) => openTestCase(token, settings),
      analyse: async (_c, raw) => ({
        answer: answerOf(readInput(raw), { site: settings.provider.site, keyFor: undefined }),
        header: undefined,
      }),
      notReady: async () => undefined,
    },
    ...overrides,
  })
}

/** The pages that come with Postern; `own`: an operator's folder over them, or a few pages in place of all of them. */
export function testShelf(
  settings: Settings,
  folders: { readonly ours?: string; readonly own?: string } = {},
): Shelf {
  const ours = folders.ours ?? new URL('../../content/', import.meta.url).pathname
  const open = (): Shelf => openShelf(readGuide({ ours, own: folders.own }, settings), settings)
  // The pages of an operator's folder change under a test; ours do not.
  if (folders.ours !== undefined || folders.own !== undefined) return open()
  const key = inspect(settings, { depth: Infinity })
  const shelf = shelves.get(key) ?? open()
  shelves.set(key, shelf)
  return shelf
}

/** By the settings that fill the figures: rendering every page anew for each test is most of what a test of a page costs. */
const shelves = new Map<string, Shelf>()

/** What was tried about every address, for those who may know. */
const testTried: Tried = {
  check: { at: testStart - 20 * minute, domain: 'example.org', faults: 0, warnings: 1 },
  request: { at: testStart - 15 * minute, state: 'done', outcome: 'cool-down' },
  isOwned: false,
}

/** What every reader of a page may be: both languages. */
export const testListings: readonly Listing[] = [
  listing('self', '192.0.2.45', 'spam', 'self-service'),
  listing('grave', '192.0.2.66', 'phish', 'investigate'),
  listing('range', '198.51.100.0/24', 'complaints', 'self-service'),
  listing('third', '198.51.100.7', 'manual', 'third-party', { url: 'https://lists.example.org/lookup' }),
  listing('test', '192.0.2.80', 'manual', 'policy', { test: 'ptr-matches' }),
  listing('carved', '198.51.100.9', 'manual', 'self-service', { effect: 'pass' }),
  listing('six', '2001:db8:1:2::/64', 'traps', 'self-service'),
]

function listing(
  name: string,
  prefix: string,
  cause: Cause,
  listingClass: ListingClass,
  more: Partial<Listing> = {},
): Listing {
  return {
    id: name.padEnd(12, '0'),
    prefix: orThrow(parseListable(prefix)),
    cause,
    class: listingClass,
    effect: 'refuse',
    state: 'active',
    sinceAt: testStart - 40 * 60 * minute,
    endsAt: testStart + 2 * day,
    recurrence: 1,
    note: 'a note for operators',
    url: null,
    test: null,
    evidence: [
      { kind: 'messages', count: 412 },
      { kind: 'spam', count: 318 },
      { kind: 'traps', count: 4 },
    ],
    actor: 'operator:ada',
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
    ...more,
  }
}

function explainTest(address: Address, level: 'anyone' | 'link', site: Settings): Explanation {
  const covering = testListings
    .filter(({ prefix }) => covers(prefix, address))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)
  const [first] = covering
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
  const more = formatAddress(address) === raisedSender.address ? { raise: raisedSender.raise } : {}
  const known = level === 'anyone' ? undefined : { sender: knownSender(more), now: testStart }
  return explanationOf(address, verdict, covering, site, level, known)
}

/** Reasons of rules that no listing is behind. */
export const ruleReasons = [
  'new-sender',
  'suspicious',
  'retry-storm',
  'no-reverse-name',
  'bad-helo',
] as const satisfies readonly ReasonName[]

/** Tokens of these tests are a reason of `ruleReasons` or `<kind>_<address with hyphens>`: `new`, `late` (no record yet), `old` (proves nothing), `busy`, `evil`, `forged` (failed the tests of the message stage). */
function openTestCase(token: string, site: Settings): Case {
  const [kind = '', ip = ''] = token.split('_')
  const address = parseAddress(ip.replaceAll('-', '.'))
  if (address instanceof Refusal)
    throw new Refusal(kind === 'gone' ? 'case-link.expired' : 'case-link.invalid')
  const explanation = explainTest(address, 'link', site)
  const at = testStart - (kind === 'old' ? 9 * day : 40 * minute)
  const reason =
    kind === 'busy'
      ? 'mailbox-budget'
      : kind === 'forged'
        ? 'authentication'
        : (ruleReasons.find((name) => name === kind) ?? explanation.reason ?? 'spam')
  const isOfListing = kind !== 'busy' && kind !== 'forged' && reason !== kind
  const listingId = !isOfListing ? null : (explanation.listing?.id ?? 'ended0000000')
  return {
    facts: { keyId: 1, edge: 'mx1', minute: Math.floor(at / minute), reason, listing: listingId, address },
    proves: kind !== 'old',
    decision:
      kind === 'late'
        ? undefined
        : {
            edge: 'mx1',
            at: at + 12_000,
            stage: 'rcpt',
            ip: explanation.ip,
            helo: kind === 'evil' ? '<script>alert(1)</script>\u202emoc.elpmaxe' : 'mail.example.org',
            ptr: kind === 'evil' ? '"><img src=x onerror=alert(1)>' : null,
            mailFrom: kind === 'evil' ? '' : 'example.org',
            code: 550,
            status: '5.7.606',
            reason,
            listing: listingId,
            ...(kind === 'forged' && {
              authentication: [
                { domain: 'example.org', failed: ['dkim', 'dmarc'] as const },
                { domain: 'example.com', failed: ['spf'] as const },
              ],
            }),
            count: 3,
            mode: 'enforce',
            table: 7,
          },
    explanation,
    refusedBy: refusedByTest(kind, listingId),
    hasPassedByVouch: kind === 'vouched',
  }
}

/** `old` opens a listing that is kept no longer; of `ended` ones the row is still there. */
function refusedByTest(kind: string, id: string | null): Case['refusedBy'] {
  if (id === null) return null
  const [first] = testListings
  const listing = testListings.find((each) => each.id === id) ?? (kind === 'old' ? undefined : first)
  return listing && entryOf(listing, 'enforce')
}
