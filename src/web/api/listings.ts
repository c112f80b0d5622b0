import { openCaseLink } from '../../access/case-link.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { as, transact } from '../../core/context.ts'
import { spend } from '../../core/limits/actions.ts'
import {
  addListing,
  endListing,
  previewImpact,
  searchListings,
  showListing,
} from '../../core/listings/actions.ts'
import type { Listing } from '../../core/listings/listing.ts'
import { explain } from '../../core/senders/actions.ts'
import type { Level } from '../../core/senders/explanation.ts'
import { parseAddress, type Address } from '../../standards/ip.ts'
import { covers, parseListable, showPrefix, unitOf } from '../../standards/prefix.ts'
import { isAbout, networkOf } from '../client.ts'
import { endpoint, readQuery, type Call, type Endpoint } from './endpoint.ts'
import * as schemas from './listing-schemas.ts'
import { explanation, senderQuery } from './sender-schemas.ts'

/** Look-up of a sender for anybody, and the list itself for programs with a token. */
export const listingEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/senders/{ip}',
    permission: 'anyone',
    safe: true,
    summary: 'The decision about an address now; how much it says depends on who asks',
    query: senderQuery,
    answer: explanation,
    status: 200,
    budget: (call) => {
      const address = parseAddress(call.parameters['ip'] ?? '')
      if (address instanceof Refusal || levelOf(call, address) !== 'anyone') return undefined
      return { name: 'lookup.client.day', key: networkOf(call.client) }
    },
    handle: async (call) => {
      const address = orThrow(parseAddress(call.parameters['ip'] ?? ''))
      const level = levelOf(call, address)
      if (level === 'anyone') {
        await transact(call.ctx, async (tx) => await spend(tx, 'lookup.client.day', networkOf(call.client)), {
          isLazy: true,
        })
      }
      return await explain(as(call.ctx, call.ctx.actor), address, level)
    },
  }),
  endpoint({
    method: 'get',
    path: '/listings',
    permission: 'console.read',
    safe: true,
    summary: 'Listings, newest first',
    query: schemas.listingQuery,
    answer: schemas.listingPage,
    status: 200,
    handle: async ({ ctx, query }) => {
      const { reason: cause, ...wanted } = readQuery(schemas.listingQuery, query)
      const page = await searchListings(ctx, { ...wanted, cause })
      return { ...page, listings: page.listings.map(listingOf) }
    },
  }),
  endpoint({
    method: 'post',
    path: '/listings',
    permission: 'listing.add',
    safe: false,
    summary: 'Put an address or prefix on the list; adding again keeps the graver class and the later end',
    creates: true,
    body: schemas.listingFields,
    answer: schemas.listing,
    status: 201,
    handle: async ({ ctx, body }) => {
      const { ip, reason, ...fields } = body
      const prefix = orThrow(parseListable(ip))
      const listing = await addListing(ctx, { ...fields, cause: reason, prefix })
      if (listing.state !== 'proposed') return listingOf(listing)
      return { ...listingOf(listing), impact: await previewImpact(ctx, prefix) }
    },
  }),
  endpoint({
    method: 'get',
    path: '/impact',
    permission: 'console.read',
    safe: true,
    summary: 'What listing an address or prefix would have hit in the last three days',
    query: schemas.impactQuery,
    answer: schemas.impact,
    status: 200,
    handle: async ({ ctx, query }) =>
      await previewImpact(ctx, orThrow(parseListable(readQuery(schemas.impactQuery, query).ip))),
  }),
  endpoint({
    method: 'get',
    path: '/listings/{id}',
    permission: 'console.read',
    safe: true,
    summary: 'One listing',
    answer: schemas.listing,
    status: 200,
    handle: async ({ ctx, parameters }) =>
      listingOf((await showListing(ctx, parameters['id'] ?? '')).listing),
  }),
  endpoint({
    method: 'post',
    path: '/listings/{id}/end',
    permission: 'listing.end',
    safe: false,
    summary: 'End a listing before its time',
    body: schemas.listingEnd,
    answer: schemas.listing,
    status: 200,
    handle: async ({ ctx, parameters, body }) =>
      listingOf(await endListing(ctx, { id: parameters['id'] ?? '', note: body.note })),
  }),
]

/** Contracts 6: a program with a token sees everything; a case link, or asking from the address itself, shows more than a stranger sees. */
function levelOf(call: Call<unknown>, address: Address): Level {
  if (call.isProgram) return 'operator'
  const token = call.query.get('case')
  if (token !== null) {
    const opened = openCaseLink((edge) => call.ctx.keys.caseLink(edge), token, call.ctx.clock.now())
    if (!(opened instanceof Refusal) && covers(unitOf(opened.facts.address), address)) return 'link'
  }
  return isAbout(call.client, address) ? 'link' : 'anyone'
}

function listingOf(listing: Listing): object {
  return {
    id: listing.id,
    ip: showPrefix(listing.prefix),
    reason: listing.cause,
    class: listing.class,
    effect: listing.effect,
    state: listing.state,
    since: rfc3339(listing.sinceAt),
    ends: rfc3339(listing.endsAt),
    recurrence: listing.recurrence,
    note: listing.note,
    url: listing.url,
    test: listing.test,
    evidence: listing.evidence,
    actor: listing.actor,
    endedAt: listing.endedAt === null ? null : rfc3339(listing.endedAt),
    endedWhy: listing.endedWhy,
  }
}

function rfc3339(at: number): string {
  return new Date(at).toISOString()
}
