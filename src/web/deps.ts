import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Settings } from '../core/settings.ts'
import type { Prefix } from '../standards/prefix.ts'
import type { Assets } from './assets.ts'
import type { Web } from './env.ts'
import type { Shelf } from './guide/shelf.ts'
import type { Declared } from './opening.ts'
import type { SiteActions } from './site/actions.ts'

/** What the public server is made of. */
export interface PublicDeps {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  readonly assets: Assets
  readonly trustedProxies: readonly Prefix[]
  readonly site: SiteActions
  /** The pages of the guide. */
  readonly shelf: Shelf
  /** Adds the routes of the portal and of the API. */
  readonly parts: readonly ((app: Web) => void)[]
  /** What the server may answer at: the addresses of `routes` and the endpoints of the API, unless said otherwise. */
  readonly declared?: readonly Declared[]
  /** Paths whose handler limits the body itself. */
  readonly largeBodies?: readonly string[]
}
