import type { Actor } from '../../core/actor.ts'
import { listAudit, verifyChain } from '../../core/audit/actions.ts'
import { as, type Context } from '../../core/context.ts'
import { countRefusals } from '../../core/decisions/actions.ts'
import { countReviews, decideReview, inspectRequest, listRequests } from '../../core/delisting/review-actions.ts'
import { feedHead, listEdges } from '../../core/edges/actions.ts'
import {
  addListing,
  countListings,
  coveringListings,
  endListing,
  searchListings,
  showListing,
} from '../../core/listings/actions.ts'
import { exportListings, importListings } from '../../core/listings/import-actions.ts'
import { findSession, signIn, signOut, signOutEverywhere } from '../../core/operators/actions.ts'
import { countLetters, listLetters, retryLetter, showLetter } from '../../core/outbox/actions.ts'
import { explain, recentDecisions } from '../../core/senders/actions.ts'
import type { ConsoleActions } from './actions.ts'

/** The core's own actions, each in the name of whoever asks. */
export function consoleActions(ctx: Context): ConsoleActions {
  /** The action with its context for an actor; its other parameters stay. */
  const by =
    <Rest extends readonly unknown[], Answer>(action: (ctx: Context, ...rest: Rest) => Answer) =>
    (actor: Actor, ...rest: Rest): Answer =>
      action(as(ctx, actor), ...rest)
  return {
    signIn: by(signIn),
    findSession: async (session) => await findSession(ctx, session),
    signOut: by(signOut),
    signOutEverywhere: by(signOutEverywhere),
    listEdges: by(listEdges),
    feedSeq: async (actor) => (await feedHead(as(ctx, actor))).seq,
    countListings: by(countListings),
    countRefusals: by(countRefusals),
    searchListings: by(searchListings),
    showListing: by(showListing),
    coveringListings: by(coveringListings),
    addListing: by(addListing),
    endListing: by(endListing),
    importListings: by(importListings),
    exportListings: by(exportListings),
    explain: async (actor, address) => await explain(as(ctx, actor), address, 'operator'),
    recentDecisions: by(recentDecisions),
    listRequests: by(listRequests),
    countReviews: by(countReviews),
    inspectRequest: by(inspectRequest),
    decideReview: by(decideReview),
    countLetters: by(countLetters),
    listLetters: by(listLetters),
    showLetter: by(showLetter),
    retryLetter: by(retryLetter),
    listAudit: by(listAudit),
    verifyChain: async (actor) => await verifyChain(as(ctx, actor)),
  }
}
