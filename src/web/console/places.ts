import { route } from '../routes.ts'

/** The addresses of the console. */
export const places = {
  overview: route('/'),
  listings: route('/listings'),
  addListing: route('/listings/add'),
  importListings: route('/listings/import'),
  exportListings: route('/listings/export'),
  listing: route('/listings/:id'),
  endListing: route('/listings/:id/end'),
  agreeListing: route('/listings/:id/agree'),
  requests: route('/requests'),
  request: route('/requests/:id'),
  delist: route('/requests/:id/delist'),
  decline: route('/requests/:id/decline'),
  outbox: route('/outbox'),
  letter: route('/outbox/:id'),
  retryLetter: route('/outbox/:id/retry'),
  audit: route('/audit'),
  verifyAudit: route('/audit/verify'),
  account: route('/account'),
  signOutEverywhere: route('/account/sign-out-everywhere'),
  signIn: route('/sign-in'),
  signOut: route('/sign-out'),
  language: route('/language'),
  health: route('/healthz'),
  metrics: route('/metrics'),
} as const
