import { apiEndpoints, patternOf } from './api/api.ts'
import { declaredIn, type Declared, type Method } from './opening.ts'
import { routes } from './routes.ts'

/** Every address that the public server answers at: the pages of the site, and the endpoints of the API by what they ask of the caller. */
export const declaredPages: readonly Declared[] = [
  ...declaredIn(routes),
  ...apiEndpoints.map((endpoint) => ({
    method: endpoint.method.toUpperCase() as Method,
    pattern: patternOf(endpoint),
    opensTo: endpoint.permission,
  })),
]
