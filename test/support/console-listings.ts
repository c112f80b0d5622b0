import type { Cause, ListingClass } from '../../src/access/reasons.ts'
import { day, hour, minute } from '../../src/base/clock.ts'
import { orThrow, Refusal, type RefusalCode } from '../../src/base/refusal.ts'
import { actorName, permit } from '../../src/core/actor.ts'
import { csvHeading, readImportLine, writeExportLine } from '../../src/core/listings/import-line.ts'
import { peopleNeeded, type Listing } from '../../src/core/listings/listing.ts'
import { covers, formatPrefix, parseListable, showPrefix } from '../../src/standards/prefix.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { covering, historyOf, noteIn, replace, type Story } from './console-story.ts'
import { testStart } from './context.ts'

/** Listings that somebody can search, add and end. */
export function testListings(story: Story) {
  const { listings, deeds } = story
  const listing = (id: string): Listing => {
    const found = listings.find((each) => each.id === id)
    if (!found) throw new Refusal('listing.not-found', { id: id.slice(0, 40) })
    return found
  }
  return {
    async countListings() {
      const active = listings.filter(({ state }) => state === 'active')
      return ['self-service', 'investigate', 'third-party', 'policy'].map((name) => ({
        class: name,
        count: active.filter((each) => each.class === name).length,
      }))
    },
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
    showListing: async (_actor, id) => ({ listing: listing(id), history: historyOf(story, `listing:${id}`) }),
    coveringListings: async (_actor, address) => covering(story, address),
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
      noteIn(story, actor, 'listing.added', `listing:${added.id}`, {
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
      noteIn(story, actor, 'listing.ended', `listing:${id}`, {
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
  } satisfies Partial<ConsoleActions>
}

export function theListings(text: string | undefined): Listing[] {
  return [
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
