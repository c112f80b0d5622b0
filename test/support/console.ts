import type { Vouch } from '../../src/core/vouches/vouch.ts'
import { decide } from '../../src/access/decide.ts'
import type { Cause, ListingClass } from '../../src/access/reasons.ts'
import { day, fixedClock, hour, minute } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { orThrow, Refusal, type RefusalCode } from '../../src/base/refusal.ts'
import { actorName, permit, roles, type Actor, type Role } from '../../src/core/actor.ts'
import type { Approval } from '../../src/core/approvals/actions.ts'
import type { AuditFacts, AuditRecord } from '../../src/core/audit/audit.ts'
import { cursorAfter, type DelistRequest } from '../../src/core/delisting/request.ts'
import { readImportLine, csvHeading, writeExportLine } from '../../src/core/listings/import-line.ts'
import { entryOf, peopleNeeded, type Listing } from '../../src/core/listings/listing.ts'
import type { Erasure } from '../../src/core/person/person.ts'
import type { ShownLetter } from '../../src/core/outbox/reading-actions.ts'
import type { DryRunState } from '../../src/core/reputation/dry-run-actions.ts'
import { thresholdNames, thresholds } from '../../src/core/reputation/tuning.ts'
import { explanationOf } from '../../src/core/senders/explanation.ts'
import { formatAddress, parseAddress } from '../../src/standards/ip.ts'
import type { MailAddress } from '../../src/standards/mail-address.ts'
import { covers, formatPrefix, parseListable, showPrefix, unitOf } from '../../src/standards/prefix.ts'
import { loadAssets } from '../../src/web/assets.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { consoleApp } from '../../src/web/console/app.ts'
import type { ConsoleDeps, ConsoleRoute } from '../../src/web/console/route.ts'
import type { Web } from '../../src/web/env.ts'
import { caseId, testCases } from './cases.ts'
import { testDesk } from './desk.ts'
import { testSettings, testStart } from './context.ts'
import { knownSender, raisedSender } from './known-sender.ts'

/** A day's worth of a small mail system in memory, and the console over it: for tests of pages, and to look at them. */
export interface TestConsole {
  readonly app: Web
  /** What was done, as `name:argument`, in order; reading is not noted. */
  readonly deeds: readonly string[]
  readonly listings: readonly Listing[]
  readonly requests: readonly DelistRequest[]
  readonly letters: readonly ShownLetter[]
  /** Asks as one of the people of these tests, over https; without one as nobody. Forms carry their token. */
  ask(
    person: Person | undefined,
    path: string,
    form?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
}

/** Somebody with one role, or with those that the readers and agents of before have now. */
export type Person = Role | 'reader' | 'agent'

const people: readonly Person[] = ['reader', 'agent', ...roles]

function rolesOfPerson(person: Person): readonly Role[] {
  if (person === 'reader') return ['viewer', 'auditor']
  if (person === 'agent') return ['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor']
  return [person]
}

/** The token in every form of every session of these tests. */
export const testToken = 'c5rf-token-of-the-tests'

function testErasure(mailbox: MailAddress): Erasure {
  return {
    id: 'e'.repeat(26),
    pseudonym: '0123456789abcdef0123',
    mailbox,
    state: 'waiting',
    askedBy: 'operator:ada',
    askedAt: testStart - hour,
    blockers: [{ kind: 'case', id: caseId }],
    counts: {},
    doneAt: null,
  }
}

/** The password and code that open the door, for each of the people by the name. */
export const testPassword = 'correct horse battery'
export const testCode = '123456'

/** What a browser answers with when it has the passkey of these tests, its id, and the link that lets in. */
export const testAnswer = '{"id":"bGFwdG9w"}'
export const testPasskey = 'bGFwdG9w'
export const testLink = 'l1nk'.padEnd(32, '0')

export const testApproval: Approval = {
  id: 'appr0val00000000',
  kind: 'operator.roles',
  subject: 'operator:ada',
  facts: { name: 'ada', roles: 'admin' },
  permission: 'operator.manage',
  proposedBy: 'operator:grace',
  proposedAt: testStart - hour,
  expiresAt: testStart + 3 * day,
  state: 'proposed',
  decidedBy: null,
  decidedAt: null,
}

export const consoleOrigin = 'https://console.provider.example'

const assets = loadAssets(new URL('../../assets/', import.meta.url).pathname)

interface TestConsoleOptions {
  /** Stands in every text that somebody else wrote. */
  readonly text?: string
  /** Nothing has happened yet. */
  readonly empty?: boolean
  readonly deps?: Partial<ConsoleDeps>
  /** Stand in for those of the story. */
  readonly actions?: Partial<ConsoleActions>
  readonly routes?: readonly ConsoleRoute[]
}

export function testConsole(options: TestConsoleOptions = {}): TestConsole {
  const story = tell(options)
  const { actions, deeds } = actionsOver(story)
  const deps: ConsoleDeps = {
    actions: { ...actions, ...options.actions },
    settings: testSettings(),
    assets,
    clock: fixedClock(testStart),
    log: silentLog,
    version: '0.1.0',
    trustedProxies: [],
    metrics: async () => '# TYPE postern_listings gauge\npostern_listings 7\n',
    ...options.deps,
  }
  const app = options.routes === undefined ? consoleApp(deps) : consoleApp(deps, options.routes)
  return {
    ...story,
    app,
    deeds,
    async ask(person, path, form, headers = {}) {
      const body =
        form === undefined ? undefined : new URLSearchParams({ csrf: testToken, ...form }).toString()
      return await app.request(`${consoleOrigin}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(person === undefined ? {} : { cookie: `__Host-postern-console=${sessionOf(person)}` }),
          ...(body === undefined
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'sec-fetch-site': 'same-origin',
                origin: consoleOrigin,
              }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      })
    },
  }
}

/** The secret of the session of this person. */
export function sessionOf(person: Person): string {
  return `${person}-session-secret-of-the-tests`
}

interface Story {
  readonly listings: Listing[]
  readonly requests: DelistRequest[]
  readonly letters: ShownLetter[]
  readonly audit: AuditRecord[]
  readonly text: string | undefined
}

function actionsOver(story: Story): { readonly actions: ConsoleActions; readonly deeds: readonly string[] } {
  const deeds: string[] = []
  let dryRun: DryRunState | undefined
  const { listings, requests, letters, audit, text } = story
  const readLetter = (id: string, link: string) => {
    const letter = letters.find((each) => each.id === id)
    if (!letter) throw new Refusal('letter.not-found', { id: id.slice(0, 40) })
    return letter.state === 'kept'
      ? {
          letter,
          text: {
            subject: text ?? 'Delist 192.0.2.45',
            text: text ?? `Open this link to go on:\n\n${link}\n\nIt works until 4 May 2026, 11:00 UTC.\n`,
          },
        }
      : { letter }
  }
  const note = (actor: Actor, action: string, subject: string, facts: AuditFacts): void => {
    audit.unshift({ seq: audit.length + 1, at: testStart, actor: actorName(actor), action, subject, facts })
  }
  const covering = (address: Parameters<typeof covers>[1]): Listing[] =>
    listings
      .filter(({ state, prefix }) => state === 'active' && covers(prefix, address))
      .toSorted((a, b) => b.prefix.length - a.prefix.length)
  const listing = (id: string): Listing => {
    const found = listings.find((each) => each.id === id)
    if (!found) throw new Refusal('listing.not-found', { id: id.slice(0, 40) })
    return found
  }
  const replace = <T extends { readonly id: string }>(list: T[], changed: T): T => {
    list.splice(
      list.findIndex(({ id }) => id === changed.id),
      1,
      changed,
    )
    return changed
  }
  const about = (subject: string): AuditRecord[] => audit.filter((record) => record.subject === subject)
  const actions: ConsoleActions = {
    ...testDesk(text, listings.length === 0, (deed) => deeds.push(deed)),
    ...testCases({ text, empty: listings.length === 0, requests, note: (deed) => deeds.push(deed) }),
    async signIn(_visitor, { name, password, code }) {
      if (name === 'flood')
        throw new Refusal('limit.exceeded', {
          limit: 'sign-in',
          again: new Date(testStart + 10 * minute).toISOString(),
        })
      if (password !== testPassword || code !== testCode) throw new Refusal('sign-in.failed')
      deeds.push(`signIn:${name}`)
      return { session: sessionOf(name as Person), csrf: testToken }
    },
    async findSession(session) {
      const person = people.find((each) => sessionOf(each) === session)
      const times = {
        createdAt: testStart - 2 * hour,
        confirmedAt: testStart - minute,
        expiresAt: testStart + 10 * hour,
      }
      return (
        person && {
          name: text ?? { reader: 'rosa', agent: 'ada', admin: 'alan' }[person as string] ?? person,
          roles: rolesOfPerson(person),
          csrf: testToken,
          ...times,
        }
      )
    },
    async confirmSession(_actor, { code }) {
      if (code !== testCode) throw new Refusal('sign-in.failed')
      deeds.push('confirmSession')
      return { session: sessionOf('admin') }
    },
    passkeyOptions: async (_actor, { purpose }) => ({ challenge: purpose, rpId: 'console.provider.example' }),
    async signInByPasskey(_visitor, { answer }) {
      if (answer !== testAnswer) throw new Refusal('sign-in.failed')
      deeds.push('signInByPasskey')
      return { session: sessionOf('agent') }
    },
    async confirmByPasskey(_actor, { answer }) {
      if (answer !== testAnswer) throw new Refusal('sign-in.failed')
      deeds.push('confirmByPasskey')
      return { session: sessionOf('admin') }
    },
    permitNewKey: async () => {},
    async addPasskey(_actor, { name }) {
      deeds.push(`addPasskey:${name}`)
    },
    async revokePasskey(_actor, id) {
      if (id !== testPasskey) throw new Refusal('passkey.not-found')
      deeds.push('revokePasskey')
    },
    waysIn: async () => ({
      hasPassword: true,
      passkeys: [
        {
          id: testPasskey,
          name: text ?? 'laptop',
          createdAt: testStart - 30 * day,
          usedAt: testStart - hour,
          isBackedUp: false,
        },
        {
          id: 'c3BhcmU',
          name: 'key ring',
          createdAt: testStart - 29 * day,
          usedAt: null,
          isBackedUp: true,
        },
      ],
      issuers: [],
    }),
    async useEnrolment(_visitor, { secret }) {
      if (secret !== testLink) throw new Refusal('operator.link-invalid')
      deeds.push('useEnrolment')
      return { session: sessionOf('agent') }
    },
    beginOidc: async () => ({ url: 'https://id.provider.example/authorize?state=x', errand: 'errand' }),
    purposeOf: () => 'sign-in',
    async signInByOidc(_visitor, { query }) {
      if (!query.startsWith('code=good')) throw new Refusal('sign-in.failed')
      deeds.push('signInByOidc')
      return { session: sessionOf('agent'), next: '/' }
    },
    connectOidc: async () => ({ next: '/account' }),
    listOperators: async () => [
      { name: text ?? 'ada', roles: ['case-agent', 'list-operator'], createdAt: testStart - 30 * day },
      { name: 'alan', roles: ['admin'], createdAt: testStart - 90 * day },
    ],
    async changeRoles(_actor, { name, roles: given }) {
      deeds.push(`changeRoles:${name}`)
      return given.includes('admin') ? testApproval : undefined
    },
    async exportPerson(actor, mailbox) {
      permit(actor, 'person.export')
      deeds.push('exportPerson')
      return { mailbox, at: new Date(testStart).toISOString(), places: [], threads: [], audit: [] }
    },
    async askErasure(actor, mailbox) {
      permit(actor, 'person.erase')
      deeds.push(`askErasure:${mailbox}`)
      return { erasure: testErasure(mailbox), approval: testApproval }
    },
    async listErasures(actor) {
      permit(actor, 'person.erase')
      return [testErasure('ada@example.org' as MailAddress)]
    },
    async showErasure(actor) {
      permit(actor, 'person.erase')
      return testErasure('ada@example.org' as MailAddress)
    },
    listAnswered: async () => [],
    listApprovals: async () => [testApproval],
    showApproval: async () => testApproval,
    async confirmApproval(actor, id) {
      permit(actor, 'approval.decide')
      deeds.push(`confirmApproval:${id}`)
    },
    async declineApproval(actor, id) {
      permit(actor, 'approval.decide')
      deeds.push(`declineApproval:${id}`)
    },
    async signOut() {
      deeds.push('signOut')
    },
    async signOutEverywhere() {
      deeds.push('signOutEverywhere')
    },
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
    async listClaims(actor) {
      permit(actor, 'owner.read')
      return { claims: listings.length === 0 ? [] : [heldClaim(text)] }
    },
    async showClaim(actor) {
      permit(actor, 'owner.read')
      return heldClaim(text)
    },
    async revokeClaim(actor, id) {
      permit(actor, 'owner.manage')
      deeds.push(`revokeClaim:${id}`)
    },
    async listVouches(actor, { isActive }) {
      permit(actor, 'vouch.read')
      return { vouches: listings.length === 0 || !isActive ? [] : [sampleVouch(text)] }
    },
    async showVouch(actor) {
      permit(actor, 'vouch.read')
      return sampleVouch(text)
    },
    async revokeVouch(actor, id) {
      permit(actor, 'vouch.revoke')
      deeds.push(`revokeVouch:${id}`)
    },
    brakeState: async () => ({ held: [], wished: [] }),
    async turnBrake(actor, { rule, isOn }) {
      permit(actor, 'reputation.brake')
      deeds.push(`turnBrake:${rule}:${isOn ? 'on' : 'off'}`)
    },
    async countListings() {
      const active = listings.filter(({ state }) => state === 'active')
      return ['self-service', 'investigate', 'third-party', 'policy'].map((name) => ({
        class: name,
        count: active.filter((each) => each.class === name).length,
      }))
    },
    countRefusals: async () => (listings.length === 0 ? 0 : 12_874),
    async searchListings(_actor, { text: wanted, state, cause, class: wantedClass, limit }) {
      const prefix =
        wanted === undefined || wanted === '' || /^[0-9a-z]{12}$/.test(wanted)
          ? undefined
          : orThrow(parseListable(wanted))
      const found = listings.filter(
        (each) =>
          (prefix === undefined || covers(each.prefix, prefix) || covers(prefix, each.prefix)) &&
          (state === undefined || each.state === state) &&
          (cause === undefined || each.cause === cause) &&
          (wantedClass === undefined || each.class === wantedClass),
      )
      return found.length > limit ? { listings: found.slice(0, limit), next: '1.next' } : { listings: found }
    },
    previewImpact: async (_actor, { length }) =>
      length === 22
        ? { senders: 41, messages: 5120, wanted: 4700, wantedOfAll: 120_000, large: 3 }
        : { senders: 0, messages: 0, wanted: 0, wantedOfAll: 120_000, large: 0 },
    showListing: async (_actor, id) => ({ listing: listing(id), history: about(`listing:${id}`) }),
    coveringListings: async (_actor, address) => covering(address),
    async addListing(actor, fields) {
      permit(actor, 'listing.add')
      const wide = peopleNeeded(fields.prefix) === 2
      const proposed = listings.find(
        ({ state, prefix }) => state === 'proposed' && formatPrefix(prefix) === formatPrefix(fields.prefix),
      )
      deeds.push(`addListing:${formatPrefix(fields.prefix)}`)
      if (proposed) return replace<Listing>(listings, { ...proposed, state: 'active' })
      const added = newListing(
        'add',
        showPrefix(fields.prefix),
        fields.cause,
        fields.class ?? 'investigate',
        {
          state: wide ? 'proposed' : 'active',
          note: fields.note ?? '',
          sinceAt: testStart,
          evidence: [],
          recurrence: 0,
          actor: actorName(actor),
          endsAt: fields.ends === undefined ? testStart + day : Date.parse(fields.ends),
        },
      )
      listings.unshift(added)
      note(actor, 'listing.added', `listing:${added.id}`, {
        prefix: formatPrefix(added.prefix),
        cause: added.cause,
      })
      return added
    },
    async endListing(actor, { id, note: why }) {
      permit(actor, 'listing.end')
      const ended = {
        ...listing(id),
        state: 'ended' as const,
        endedAt: testStart,
        endedBy: actorName(actor),
        endedWhy: 'operator' as const,
      }
      deeds.push(`endListing:${id}`)
      note(actor, 'listing.ended', `listing:${id}`, {
        prefix: formatPrefix(ended.prefix),
        why: 'operator',
        ...(why ? { note: why } : {}),
      })
      return replace(listings, ended)
    },
    async importListings(actor, { lines, format, defaults }) {
      permit(actor, 'listing.import')
      let [added, read] = [0, 0]
      const refused: { line: number; code: RefusalCode; facts: Record<string, string | number> }[] = []
      for await (const line of lines) {
        read++
        const fields = readImportLine(line, format, defaults)
        if (fields instanceof Refusal)
          refused.push({ line: read, code: fields.code, facts: { ...fields.facts } })
        else if (fields) added++
      }
      deeds.push(`importListings:${added}`)
      return { added, lines: read, refused, refusedCount: refused.length, sha256: 'ab'.repeat(32) }
    },
    async *exportListings(_actor, format) {
      deeds.push(`exportListings:${format}`)
      if (format === 'csv') yield csvHeading
      for (const each of listings.filter(({ state }) => state === 'active'))
        yield writeExportLine(each, format)
    },
    async explain(_actor, address) {
      const around = covering(address)
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
    thresholdsInForce: async () => testThresholds,
    showDryRun: async () => dryRun,
    async startDryRun(actor, wish) {
      permit(actor, 'reputation.dry-run')
      deeds.push(`startDryRun:${wish.days}`)
      dryRun = { ...testDryRun, wish, by: text ? `operator:${text}` : actorName(actor) }
      return dryRun
    },
    async cancelDryRun(actor) {
      permit(actor, 'reputation.dry-run')
      deeds.push('cancelDryRun')
    },
    async recentDecisions(_actor, address) {
      if (covering(address).length === 0) return []
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
        listings: covering(request.ip),
        history: about(`delist-request:${id}`),
        waiting: [],
        case: caseId,
      }
    },
    countLetters: async () => ({
      queued: letters.filter(({ state }) => state === 'queued').length,
      dead: letters.filter(({ state }) => state === 'dead').length,
    }),
    listLetters: async (_actor, { state }) => ({
      letters: letters.filter((each) => state === undefined || each.state === state),
    }),
    showLetter: async (_actor, id) => readLetter(id, 'https://postmaster.provider.example/…'),
    async openLetter(actor, id) {
      permit(actor, 'letter.open')
      deeds.push(`openLetter:${id}`)
      return readLetter(id, 'https://postmaster.provider.example/confirm/abcdefgh')
    },
    async retryLetter(actor, id) {
      permit(actor, 'letter.retry')
      const letter = letters.find((each) => each.id === id)
      if (!letter) throw new Refusal('letter.not-found', { id })
      deeds.push(`retryLetter:${id}`)
      replace(letters, { ...letter, state: 'queued' })
    },
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
  }
  return { actions, deeds }
}

function newListing(
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
    sinceAt: testStart - 40 * hour,
    endsAt: testStart + 2 * day,
    recurrence: 1,
    note: '',
    url: null,
    test: null,
    evidence: [],
    actor: 'operator:ada',
    endedAt: null,
    endedBy: null,
    endedWhy: null,
    version: 1,
    ...more,
  }
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

function newLetter(name: string, more: Partial<ShownLetter>): ShownLetter {
  return {
    id: name.padEnd(26, '0'),
    kind: 'confirm-delisting',
    mailbox: 'postmaster@example.org',
    language: 'en',
    state: 'sent',
    nextAt: testStart,
    expiresAt: testStart + 3 * day,
    attempts: 1,
    lastError: null,
    createdAt: testStart - 5 * hour,
    sentAt: null,
    withheld: null,
    ...more,
  }
}

function tell({ text, empty }: TestConsoleOptions): Story {
  if (empty) return { listings: [], requests: [], letters: [], audit: [], text }
  const listings = [
    newListing('se1f', '192.0.2.45', 'spam', 'self-service', {
      note: text ?? 'Web form of the shop sends pills since Saturday.\nWrote to abuse@ of the network.',
      evidence: [
        { kind: text ?? 'messages', count: 412 },
        { kind: 'spam', count: 318 },
        { kind: 'complaints', count: 27 },
        { kind: 'traps', count: 4 },
      ],
    }),
    newListing('grave', '192.0.2.66', 'phish', 'investigate', {
      note: text ?? 'Fake parcel notices',
      actor: text ?? 'operator:alan',
      recurrence: 0,
    }),
    newListing('range', '198.51.100.0/24', 'complaints', 'self-service', {
      sinceAt: testStart - 6 * day,
      endsAt: testStart + 9 * hour,
      actor: 'program:feedback-loop',
    }),
    newListing('third', '198.51.100.7', 'manual', 'third-party', {
      url: text ?? 'https://lists.example.org/lookup',
      actor: 'import:q8w2',
    }),
    newListing('test', '192.0.2.80', 'manual', 'policy', { test: text ?? 'ptr-matches', actor: 'cli:root' }),
    newListing('carved', '198.51.100.9', 'complaints', 'self-service', {
      effect: 'pass',
      actor: 'operator:ada',
      note: 'carved out of 198.51.100.0/24',
    }),
    newListing('six', '2001:db8:1:2::/64', 'traps', 'self-service', { sinceAt: testStart - 12 * day }),
    newListing('w1de', '2001:db8::/32', 'spam', 'investigate', {
      state: 'proposed',
      sinceAt: testStart - 5 * minute,
      actor: 'operator:alan',
      note: 'Whole provider, after three weeks without an answer.',
    }),
    newListing('0ver', '192.0.2.45', 'spam', 'self-service', {
      state: 'ended',
      sinceAt: testStart - 20 * day,
      endsAt: testStart - 19 * day,
      endedAt: testStart - 19 * day - 3 * hour,
      endedBy: 'visitor:192.0.2.45/32',
      endedWhy: 'delist',
      actor: 'operator:ada',
    }),
  ]
  const requests = [
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
  const letters = [
    newLetter('new', {
      state: 'queued',
      nextAt: testStart + minute,
      attempts: 0,
      createdAt: testStart - minute,
    }),
    newLetter('kept', { state: 'kept', sentAt: testStart - hour, kind: 'delisting-done' }),
    newLetter('sent', {
      sentAt: testStart - 5 * hour + 4000,
      mailbox: text ?? 'it@example.com',
      language: 'zh-CN',
    }),
    newLetter('dead', {
      state: 'dead',
      attempts: 12,
      kind: 'delisting-reviewed',
      lastError:
        text ?? '452 4.2.2 The mailbox is full and keeps being full, please try again when it is not',
      createdAt: testStart - 4 * day,
      expiresAt: testStart + day,
    }),
    newLetter('back', {
      state: 'bounced',
      sentAt: testStart - day,
      lastError: '550 5.1.1 No such user here',
    }),
  ]
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
  const audit = happened
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
  return { listings, requests, letters, audit, text }
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

const testThresholds = thresholdNames.map((name) => ({ name, ...thresholds[name] }))

/** A replay that is done. */
const testDryRun: DryRunState = {
  id: 'dryrun0000',
  wish: { days: 7, changes: {} },
  by: 'operator:ada',
  startedAt: testStart - minute,
  endedAt: testStart,
  state: 'done',
  done: 12_400,
  result: {
    messages: 12_400,
    senders: 830,
    now: { passed: 11_000, deferred: 900, refused: 500 },
    tried: { passed: 10_950, deferred: 870, refused: 580 },
    hit: [
      {
        unit: '192.0.2.45/32',
        messages: 90,
        now: { passed: 80, deferred: 10, refused: 0 },
        tried: { passed: 10, deferred: 10, refused: 70 },
      },
    ],
    hitCount: 1,
    freed: [],
    freedCount: 0,
  },
}

/** A recipient's word for a sender. */
function sampleVouch(text: string | undefined): Vouch {
  return {
    id: '1'.repeat(26),
    mailbox: (text ?? 'ada@provider.example') as Vouch['mailbox'],
    recipientId: '0'.repeat(26),
    domain: text ?? 'shop.example',
    network: orThrow(parseListable('198.51.100.0/24')),
    hash: 'A'.repeat(22),
    ip: '198.51.100.7',
    reason: 'spam',
    sinceAt: testStart,
    endsAt: testStart + 30 * 24 * hour,
    endedAt: null,
    endedWhy: null,
    version: 1,
  }
}

/** A network that somebody has proven. */
function heldClaim(text: string | undefined) {
  const mailbox = (text ?? 'ada@example.org') as DelistRequest['mailbox']
  return {
    owner: { id: '0'.repeat(26), mailbox, language: 'en' },
    claim: {
      id: '1'.repeat(26),
      ownerId: '0'.repeat(26),
      prefix: orThrow(parseListable('198.51.100.0/24')),
      token: '',
      value: '',
      state: 'granted',
      proof: 'txt',
      parentId: null,
      createdAt: testStart,
      sinceAt: testStart,
      checkedAt: testStart,
      failedAt: null,
      expiresAt: testStart + 300 * 24 * hour,
      endedAt: null,
      endedWhy: null,
      contact: null,
      remindedAt: null,
      facts: { registered: null, holes: [] },
      version: 1,
    },
  } as const
}
