import { createHash } from 'node:crypto'
import type { AuditRow, FeedRow, Ledger, Letter, Listing, Request } from './ledger.ts'
import type { Entry } from './written-ahead.ts'

/**
 * The independent checker (security section 11): own code over own SQL. Gives every breach as a sentence:
 * I1 what was acknowledged is there; I2 and I3 nothing ended or began that nobody asked for; I7 each at most once;
 * I9 letters within the budget; I11 one audit record each, in a whole chain. What was never answered may be done or not,
 * but wholly.
 */
export function breachesIn(ledger: Ledger): readonly string[] {
  const audit = countActions(ledger.audit)
  const index = indexOf(ledger)
  return [
    ...brokenChain(ledger),
    ...brokenFeed(ledger),
    ...lost(ledger),
    ...ledger.listings.flatMap((listing) => wrongListing(listing, index, audit)),
    ...ledger.requests.flatMap((request) => wrongRequest(request, index, audit, ledger.watches)),
    ...wrongLetters(ledger, audit),
    ...ownerless(ledger),
  ]
}

/** What was asked and told by unit, changes by what they are about, removals by listing. */
interface Index {
  readonly entries: ReadonlyMap<string, readonly Entry[]>
  readonly changes: ReadonlyMap<string, readonly FeedRow[]>
  readonly removals: ReadonlyMap<string, readonly Request[]>
}

function indexOf({ entries, feed, requests }: Ledger): Index {
  return {
    entries: Map.groupBy(entries, ({ ip }) => unitOf(ip)),
    changes: Map.groupBy(feed, ({ kind, about }) => `${kind} ${about}`),
    removals: Map.groupBy(
      requests.filter(({ outcome }) => outcome === 'delisted'),
      ({ listing }) => listing,
    ),
  }
}

type Counts = (action: string, subject: string) => number

function countActions(audit: readonly AuditRow[]): Counts {
  const counts = new Map<string, number>()
  for (const { action, subject } of audit) {
    const key = `${action} ${subject}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return (action, subject) => counts.get(`${action} ${subject}`) ?? 0
}

/** Every record carries the hash of the one before, and its own is SHA-256 over that and its canonical JSON. */
function brokenChain({ audit, auditHead }: Ledger): string[] {
  const breaches: string[] = []
  let before = { seq: 0, hash: '' }
  for (const row of audit) {
    const { seq, at, actor, action, subject, facts, previous, hash } = row
    const [a, b, c] = [action, actor, subject].map((word) => JSON.stringify(word))
    const json = `{"action":${a},"actor":${b},"at":${at},"facts":${facts},"seq":${seq},"subject":${c}}`
    const due = createHash('sha256')
      .update(previous + json)
      .digest('hex')
    if (seq !== before.seq + 1) breaches.push(`audit: ${seq} comes after ${before.seq}`)
    if (previous !== before.hash) breaches.push(`audit: record ${seq} does not follow the one before`)
    if (hash !== due) breaches.push(`audit: record ${seq} is not what was hashed`)
    before = { seq, hash }
  }
  if (auditHead.seq !== before.seq || auditHead.value !== before.hash)
    breaches.push('audit: the head names another record')
  return breaches
}

/** Changes for the edges are numbered without a gap; their put and drop alternate for each prefix and end as the listings are. */
function brokenFeed({ feed, feedSeq, listings }: Ledger): string[] {
  const breaches: string[] = []
  const isThere = new Map<string, boolean>()
  feed.forEach(({ seq, kind, about }, index) => {
    if (seq !== index + 1) breaches.push(`feed: ${seq} stands where ${index + 1} should`)
    if (kind === 'drop' && isThere.get(about) !== true)
      breaches.push(`feed: ${seq} drops ${about}, which is not there`)
    if (kind === 'put' || kind === 'drop') isThere.set(about, kind === 'put')
  })
  if (feedSeq !== feed.length)
    breaches.push(`feed: the head says ${feedSeq}, there are ${feed.length} changes`)
  const active = new Set(listings.filter(({ state }) => state === 'active').map(({ prefix }) => prefix))
  const put = new Set([...isThere].filter(([, is]) => is).map(([prefix]) => prefix))
  for (const prefix of active)
    if (!put.has(prefix)) breaches.push(`feed: ${prefix} is listed, and the edges were not told`)
  for (const prefix of put)
    if (!active.has(prefix)) breaches.push(`feed: ${prefix} is not listed, and the edges were told it is`)
  return breaches
}

/** I1: every acknowledgement is in the database, as it was told. */
function lost({ entries, listings, requests }: Ledger): string[] {
  const listingOf = new Map(listings.map((listing) => [listing.id, listing]))
  const requestOf = new Map(requests.map((request) => [request.id, request]))
  return entries.flatMap((entry) => {
    if (entry.kind === 'listed') {
      return listingOf.get(entry.id)?.prefix === unitOf(entry.ip)
        ? []
        : [`lost: acknowledged listing ${entry.id} of ${entry.ip}`]
    }
    if (entry.kind === 'requested') {
      const { ip, mailbox } = requestOf.get(entry.id) ?? {}
      return ip === entry.ip && mailbox === entry.mailbox
        ? []
        : [`lost: acknowledged request ${entry.id} for ${entry.ip}`]
    }
    if (entry.kind !== 'confirmed') return []
    const { state, outcome, listing } = requestOf.get(entry.id) ?? {}
    const isKept = state === 'done' && outcome === entry.outcome && listing === entry.listing
    const hasEnded = entry.outcome === 'delisted' && listingOf.get(entry.listing)?.state === 'ended'
    return isKept && hasEnded ? [] : [`lost: confirmation of ${entry.id} was answered ${entry.outcome}`]
  })
}

/** I2, I3, I7: it began once because it was asked for, and ended once because its time came or its request was confirmed. */
function wrongListing(
  listing: Listing,
  { entries, changes, removals: removed }: Index,
  audit: Counts,
): string[] {
  const { id, prefix, state, endedWhy, endedAt, endsAt } = listing
  const subject = `listing:${id}`
  const breaches: string[] = []
  const ofPrefix = entries.get(prefix) ?? []
  if (!ofPrefix.some(({ kind }) => kind === 'ask-listing')) breaches.push('nobody asked for it')
  if (audit('listing.added', subject) !== 1) breaches.push(`began ${audit('listing.added', subject)} times`)
  const ends = audit('listing.ended', subject)
  const drops = changes.get(`drop ${prefix}`)?.length ?? 0
  if (state !== 'active' && state !== 'ended') breaches.push(`is ${state}`)
  if (ends !== (state === 'ended' ? 1 : 0) || drops !== ends)
    breaches.push(`${state}, ended ${ends} times, dropped ${drops} times`)
  const removals = removed.get(id) ?? []
  if (removals.length > 1) breaches.push('was removed by two requests')
  const isAsked = removals.some((request) =>
    ofPrefix.some((entry) => entry.kind === 'ask-confirm' && entry.id === request.id),
  )
  const isExpired = endedWhy === 'expired' && endedAt >= endsAt
  if (state === 'ended' && !isExpired && !(isAsked && endedWhy === 'delist-unproven'))
    breaches.push(`ended by ${endedWhy}, unasked`)
  if (state === 'active' && removals.length > 0)
    breaches.push('is active, but a request says that it removed it')
  return breaches.map((breach) => `listing ${id} of ${prefix}: ${breach}`)
}

function wrongRequest(
  request: Request,
  { entries, changes }: Index,
  audit: Counts,
  watches: ReadonlySet<string>,
): string[] {
  const { id, ip, mailbox, state, outcome, unit, isLetThrough } = request
  const subject = `delist-request:${id}`
  const breaches: string[] = []
  const ofUnit = entries.get(unit) ?? []
  const isAsked = ofUnit.some(
    (entry) => entry.kind === 'ask-request' && entry.ip === ip && entry.mailbox === mailbox,
  )
  if (!isAsked) breaches.push('nobody made it')
  if (audit('delist-request.started', subject) !== 1) breaches.push('was not begun once')
  const confirmed = ofUnit.some((entry) => entry.kind === 'ask-confirm' && entry.id === id)
  if (state !== 'open' && !(state === 'done' && confirmed))
    breaches.push(`is ${state}, and was ${confirmed ? '' : 'not '}confirmed`)
  const removed = audit('delist-request.delisted', subject)
  if (removed !== (outcome === 'delisted' ? 1 : 0))
    breaches.push(`says ${outcome || 'nothing'}, removed ${removed} times`)
  if (outcome !== '' && outcome !== 'delisted') breaches.push(`ended as ${outcome}`)
  if (outcome === 'delisted') {
    const watched = changes.get(`watch ${unit}`)?.length ?? 0
    if (watched !== 1) breaches.push(`its sender was put under watch ${watched} times`)
    if (!watches.has(unit) && !isLetThrough) breaches.push('nobody watches for its first message')
  }
  return breaches.map((breach) => `request ${id} for ${ip}: ${breach}`)
}

/** I9 and I11 of letters: at most one for a request, at most three for a mailbox in a day (the series is shorter), each sent once. */
function wrongLetters({ letters, requests }: Ledger, audit: Counts): string[] {
  const breaches: string[] = []
  const known = new Set(requests.map(({ id }) => `confirm:${id}`))
  const perMailbox = new Map<string, number>()
  for (const { id, key, mailbox, state } of letters) {
    perMailbox.set(mailbox, (perMailbox.get(mailbox) ?? 0) + 1)
    if (!known.has(key)) breaches.push(`letter ${id}: belongs to no request (${key})`)
    if (state !== 'sent') breaches.push(`letter ${id}: is ${state}`)
    const [queued, sent] = ['letter.queued', 'letter.sent'].map((action) => audit(action, `letter:${id}`))
    if (queued !== 1 || sent !== 1) breaches.push(`letter ${id}: queued ${queued} times, sent ${sent} times`)
  }
  for (const [mailbox, count] of perMailbox) if (count > 3) breaches.push(`${count} letters to ${mailbox}`)
  const keys = new Set(letters.map(({ key }: Letter) => key))
  if (keys.size !== letters.length) breaches.push('two letters have one key')
  return breaches
}

/** Audit records about nothing that there is. */
function ownerless({ audit, listings, requests, letters }: Ledger): string[] {
  const owners = new Set([
    ...listings.map(({ id }) => `listing:${id}`),
    ...requests.map(({ id }) => `delist-request:${id}`),
    ...letters.map(({ id }) => `letter:${id}`),
  ])
  return audit
    .filter(
      ({ action, subject }) => /^(?:listing|delist-request|letter)\./.test(action) && !owners.has(subject),
    )
    .map(
      ({ seq, action, subject }) =>
        `audit: record ${seq} tells of ${action} of ${subject}, which is not there`,
    )
}

/** What an address is listed as: itself, or its /64. */
function unitOf(ip: string): string {
  return ip.includes(':') ? `${ip.slice(0, ip.indexOf('::'))}::/64` : `${ip}/32`
}
