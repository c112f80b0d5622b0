import { day, fixedClock, hour } from '../../src/base/clock.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import { defaultHighVolume } from '../../src/access/high-volume.ts'
import type { Context, Keys, Wake, Wakes } from '../../src/core/context.ts'
import type { AbuseSettings, Settings } from '../../src/core/settings.ts'
import { Tally } from '../../src/core/tally.ts'
import type { WaysOut } from '../../src/core/ways-out.ts'
import type { Database } from '../../src/db/open.ts'
import { parseListable } from '../../src/standards/prefix.ts'

/** The moment at which tests begin: 2026-05-04T10:00:00Z, a Monday. */
export const testStart = Date.UTC(2026, 4, 4, 10)

/** A context with a clock set by hand, and a list of what was woken. */
export interface TestContext extends Context {
  readonly clock: ReturnType<typeof fixedClock>
  readonly woken: readonly Wake[]
}

/** A context for tests; anything can be replaced. Without `db` the database may not be touched. */
export function testContext(
  overrides: Partial<Omit<Context, 'clock' | 'wakes'>> & { readonly clock?: TestContext['clock'] } = {},
): TestContext {
  const { wakes, woken } = testWakes()
  return {
    db: noDatabase,
    log: silentLog,
    actor: { kind: 'cli', name: 'test' },
    settings: testSettings(),
    keys: testKeys(),
    out: testWaysOut(),
    tally: new Tally(),
    core: 'core-1',
    ...overrides,
    clock: overrides.clock ?? fixedClock(testStart),
    wakes,
    woken,
  }
}

/** Settings of `provider.example`; `overrides` replace whole sections. */
export function testSettings(overrides: Partial<Settings> = {}): Settings {
  return {
    provider: {
      name: 'Example Mail',
      domains: ['provider.example'],
      site: 'https://postmaster.provider.example',
      languages: ['en', 'zh-CN'],
      networks: [orThrow(parseListable('203.0.113.0/24'))],
    },
    codes: 'microsoft-like',
    console: { origin: 'https://console.provider.example' },
    policy: { mode: 'enforce' },
    messageDoor: 'absent',
    highVolume: { ...defaultHighVolume, notices: 'never' },
    reputation: {
      mode: 'enforce',
      termsMs: [hour, 6 * hour, 24 * hour, 72 * hour, 7 * day],
      digest: 'daily',
      recipientsPerMessage: 20,
      mostSenders: 200_000,
      tuning: {},
    },
    exemptPerHour: 20,
    protected: { networks: [], names: [] },
    mail: {
      from: 'postmaster@provider.example',
      replyDomain: 'postern.provider.example',
      smarthost: 'smtp://127.0.0.1:25',
    },
    addresses: {
      abuse: 'abuse@provider.example',
      delist: 'delist@provider.example',
      reports: 'report-spam@provider.example',
      junk: 'junk@provider.example',
      notJunk: 'not-junk@provider.example',
      phish: 'phish@provider.example',
    },
    limits: {},
    delisting: { linkMs: hour, reviewMs: 48 * hour, mostReviews: 1000, watchMs: 7 * day, challengeCost: 1 },
    recipients: { linkMs: hour, sessionMs: 12 * hour, admins: [] },
    owners: {
      linkMs: hour,
      sessionMs: 12 * hour,
      openMs: 30 * day,
      termMs: 300 * day,
      contactTermMs: 300 * day,
      contactReminderMs: 30 * day,
      contactRecheckMs: 7 * day,
      contactGraceMs: 14 * day,
      asksRegistries: true,
    },
    vouches: { mode: 'on', usualMs: 30 * day, longestMs: 90 * day, most: 20 },
    support: {
      external: 'by-path',
      reasons: {},
      formAddresses: 20,
      warmUp: { addresses: 8, days: 42, perDay: 100_000 },
      calendar: { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, until: 1440, holidays: [] },
      firstMs: { A: hour, B: 24 * hour, C: 48 * hour },
      effectMs: 48 * hour,
      askedMs: 7 * day,
      codeMs: 30 * day,
      conditionsMs: 14 * day,
      survey: 'off',
    },
    probe: { validMs: hour },
    listing: {
      termsMs: [day, 3 * day, 7 * day, 30 * day],
      longestMs: 365 * day,
      recurrenceMs: 30 * day,
      impact: { share: 0.001, senders: 1000 },
    },
    retention: {
      decisionsMs: 30 * day,
      endedListingsMs: 90 * day,
      feedChangesMs: 7 * day,
      requestsMs: 90 * day,
      eventsMs: 7 * day,
      evidenceMs: 60 * day,
      sendersMs: 60 * day,
      probesMs: day,
      abuseEvidenceMs: 180 * day,
      abuseReportsMs: 730 * day,
      casesMs: 730 * day,
      sentMs: 14 * day,
    },
    abuse: testAbuse(),
    notify: { kind: 'mail', mailbox: 'operator@provider.example' },
    webhooks: [],
    check: { lists: [] },
    standing: { lists: [], networks: [orThrow(parseListable('203.0.113.25'))], everyMs: hour },
    ...overrides,
  }
}

/** The abuse desk as it is without configuration, but that it acts. */
export function testAbuse(overrides: Partial<AbuseSettings> = {}): AbuseSettings {
  return {
    mode: 'suspend',
    notifyWeight: 2,
    suspendWeight: 10,
    organisations: 4,
    share: 0.003,
    windowMs: 7 * day,
    newReporterMs: 14 * day,
    suspendedShare: 0.001,
    ownReleases: 1,
    ownerLetters: true,
    protected: [],
    trusted: [],
    signers: ['provider.example'],
    accountFrom: ['log', 'trace', 'login'],
    connectors: [],
    pools: [],
    accessMaps: [],
    ...overrides,
  }
}

/** Keys that are the same in every run. */
export function testKeys(): Keys {
  const master = new Secret(Buffer.alloc(32, 7))
  return {
    halves: master.derive('halves'),
    tags: master.derive('tags'),
    hashes: master.derive('hashes'),
    challenges: master.derive('challenges'),
    vault: master.derive('vault'),
    vouches: master.derive('vouches'),
    trace: master.derive('trace'),
    caseLink: (edge) => master.derive('case-link', edge),
    recipients: (edge) => master.derive('recipients-of', edge),
    edgeFeed: (edge, createdAt) => master.derive('edge-feed', `${edge}/${createdAt}`),
  }
}

/** A world in which every name is unknown and every domain takes mail. */
export function testWaysOut(overrides: Partial<WaysOut> = {}): WaysOut {
  return {
    txt: async () => [],
    ptr: async () => [],
    confirmedNames: async () => [],
    acceptsMail: async () => true,
    fetchFrom: async () => undefined,
    lookup: async () => await Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    fetchText: async () => ({ kind: 'no-address' }),
    registered: async () => ({ kind: 'none' }),
    elsewhere: [],
    ...overrides,
  }
}

function testWakes(): { readonly wakes: Wakes; readonly woken: readonly Wake[] } {
  const woken: Wake[] = []
  const listeners = new Map<Wake, Set<() => void>>()
  const wakes: Wakes = {
    wake(what) {
      woken.push(what)
      for (const listener of listeners.get(what) ?? []) listener()
    },
    on(what, listener) {
      const all = listeners.get(what) ?? new Set()
      listeners.set(what, all.add(listener))
      return () => void all.delete(listener)
    },
  }
  return { wakes, woken }
}

const noDatabase: Database = {
  dialect: 'sqlite',
  get queries(): Database['queries'] {
    throw new Error('this test has no database: testContext({ db })')
  },
  transaction: async () => {
    throw new Error('this test has no database: testContext({ db })')
  },
  together: async () => {
    throw new Error('this test has no database: testContext({ db })')
  },
  appendEvents: async () => {
    throw new Error('this test has no database: testContext({ db })')
  },
  close: async () => {},
}
