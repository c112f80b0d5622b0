import { accountRoutes } from './account.ts'
import { auditRoutes } from './audit.ts'
import { brakeRoutes } from './brake.ts'
import { languageRoutes } from './language-choice.ts'
import { addListingRoutes } from './listing-add.ts'
import { listingDeedRoutes } from './listing-end.ts'
import { deskRoutes } from './desk.ts'
import { deskExportRoutes } from './desk-export.ts'
import { deskFiguresRoute } from './desk-figures.ts'
import { deskReportRoutes } from './desk-report.ts'
import { restrictedRoute } from './desk-restricted.ts'
import { standingRoute } from './desk-standing.ts'
import { incidentRoutes } from './incident.ts'
import { caseRoutes } from './case.ts'
import { caseWarmUpRoutes } from './case-warm-up.ts'
import { caseAddressRoutes } from './case-addresses.ts'
import { caseDeedRoutes } from './case-deeds.ts'
import { caseLegalRoutes } from './case-legal.ts'
import { casesRoutes } from './cases.ts'
import { exportRoutes } from './listing-export.ts'
import { importRoutes } from './listing-import.ts'
import { stepUpRoutes } from './step-up.ts'
import { listingRoute } from './listing.ts'
import { listingsRoute } from './listings.ts'
import { machineRoutes } from './machines.ts'
import { outboxRoutes } from './outbox.ts'
import { dryRunRoutes } from './dry-run.ts'
import { highVolumeRoute } from './high-volume.ts'
import { observedRoute } from './observed.ts'
import { overviewRoute } from './overview.ts'
import { ownerRoutes } from './owners.ts'
import { vouchRoutes } from './vouches.ts'
import { requestRoute } from './request.ts'
import { requestsRoute } from './requests.ts'
import type { ConsoleRoute } from './route.ts'
import { enrolRoutes } from './enrol.ts'
import { oidcRoutes } from './oidc.ts'
import { passkeySignInRoutes } from './passkey-sign-in.ts'
import { peopleRoutes } from './people.ts'
import { personRoutes } from './person.ts'
import { passkeyRoutes } from './passkeys.ts'
import { signInRoutes } from './sign-in.ts'

/** Every door of the console. A fixed path comes before one with a parameter that would take it too. */
export const consoleRoutes: readonly ConsoleRoute[] = [
  overviewRoute,
  listingsRoute,
  ...addListingRoutes,
  ...importRoutes,
  ...exportRoutes,
  listingRoute,
  ...listingDeedRoutes,
  observedRoute,
  highVolumeRoute,
  ...dryRunRoutes,
  ...casesRoutes,
  ...caseDeedRoutes,
  ...caseLegalRoutes,
  ...caseAddressRoutes,
  ...caseWarmUpRoutes,
  ...caseRoutes,
  requestsRoute,
  requestRoute,
  ...brakeRoutes,
  ...deskExportRoutes,
  ...deskRoutes,
  ...deskReportRoutes,
  restrictedRoute,
  standingRoute,
  deskFiguresRoute,
  ...incidentRoutes,
  ...ownerRoutes,
  ...vouchRoutes,
  ...outboxRoutes,
  ...auditRoutes,
  ...peopleRoutes,
  ...personRoutes,
  ...accountRoutes,
  ...stepUpRoutes,
  ...passkeyRoutes,
  ...signInRoutes,
  ...passkeySignInRoutes,
  ...oidcRoutes,
  ...enrolRoutes,
  ...languageRoutes,
  ...machineRoutes,
]
