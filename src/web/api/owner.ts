import { Refusal } from '../../base/refusal.ts'
import { transact, type Context } from '../../core/context.ts'
import { listedInside } from '../../core/delisting/owner-actions.ts'
import { spend } from '../../core/limits/actions.ts'
import { heldBy } from '../../core/owners/actions.ts'
import type { Owner } from '../../core/owners/claim.ts'
import { readFigures } from '../../core/programmes/actions.ts'
import { listOwnerCases } from '../../core/programmes/case-actions.ts'
import { parsePrefix, showPrefix } from '../../standards/prefix.ts'
import { endpoint, ownerOf, readQuery, type Call, type Endpoint } from './endpoint.ts'
import * as schemas from './owner-schemas.ts'

/** What programs of an owner of address space read: only what that owner holds when they ask. Nothing changes by it. */

const budget = ({ owner }: Call<unknown>) =>
  owner === undefined ? undefined : ({ name: 'owners.api.owner.hour', key: owner.id } as const)

/** Spends one call. */
async function paid({
  ctx,
  owner,
}: Call<unknown>): Promise<{ readonly ctx: Context; readonly owner: Owner }> {
  const caller = ownerOf({ owner })
  await transact(ctx, async (tx) => await spend(tx, 'owners.api.owner.hour', caller.id))
  return { ctx, owner: caller }
}

export const ownerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/owner/networks',
    permission: 'owner',
    safe: true,
    summary: 'Networks that the owner of the token holds now, and how they are proven',
    answer: schemas.ownerNetworks,
    status: 200,
    budget,
    handle: async (call) => {
      const { ctx, owner } = await paid(call)
      const held = await heldBy(ctx, owner)
      return {
        networks: held.map(({ prefix, proof, sinceAt, expiresAt }) => ({
          network: showPrefix(prefix),
          proof,
          since: sinceAt === null ? null : rfc3339(sinceAt),
          expires: rfc3339(expiresAt),
        })),
      }
    },
  }),
  endpoint({
    method: 'get',
    path: '/owner/listings',
    permission: 'owner',
    safe: true,
    summary: 'What is listed now inside the networks of the owner',
    answer: schemas.ownerListings,
    status: 200,
    budget,
    handle: async (call) => {
      const { ctx, owner } = await paid(call)
      const listings = await listedInside(ctx, owner)
      return {
        listings: listings.map((listing) => ({
          ip: showPrefix(listing.prefix),
          reason: listing.cause,
          class: listing.class,
          since: rfc3339(listing.sinceAt),
          ends: rfc3339(listing.endsAt),
          url: listing.url,
          test: listing.test,
        })),
      }
    },
  }),
  endpoint({
    method: 'get',
    path: '/owner/figures',
    permission: 'owner',
    safe: true,
    summary: 'Mail of the last month by address and day, in rounded figures, from one network of the owner',
    query: schemas.ownerFiguresQuery,
    answer: schemas.ownerFigures,
    status: 200,
    budget,
    handle: async (call) => {
      const asked = readQuery(schemas.ownerFiguresQuery, call.query)
      const { ctx, owner } = await paid(call)
      const { figures, next } = await readFigures(ctx, owner, asked)
      return {
        figures: figures.map(({ unit, at, ...rest }) => ({
          ip: shown(unit),
          day: rfc3339(at).slice(0, 10),
          ...rest,
        })),
        ...(next !== undefined && { next }),
      }
    },
  }),
  endpoint({
    method: 'get',
    path: '/owner/cases',
    permission: 'owner',
    safe: true,
    summary: 'Cases about addresses of the owner, newest first: how they stand, nothing of who is in them',
    answer: schemas.ownerCases,
    status: 200,
    budget,
    handle: async (call) => {
      const { ctx, owner } = await paid(call)
      const cases = await listOwnerCases(ctx, owner)
      return {
        cases: cases.map(({ id, about, state, outcome, openedAt, closedAt, page }) => ({
          id,
          ip: showPrefix(about),
          state,
          outcome,
          opened: rfc3339(openedAt),
          closed: closedAt === null ? null : rfc3339(closedAt),
          // No link to it: whoever has the link of a page can write there, and this token only reads.
          thread: page !== null,
        })),
      }
    },
  }),
]

function shown(unit: string): string {
  const prefix = parsePrefix(unit)
  return prefix instanceof Refusal ? unit : showPrefix(prefix)
}

function rfc3339(at: number): string {
  return new Date(at).toISOString()
}
