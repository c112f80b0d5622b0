import type { Config } from './config/config.ts'

type Endpoint = Config['listen']['site']

/** `127.0.0.1:8080`, `[::1]:8080`, or the path of a socket. */
export function showEndpoint(endpoint: Endpoint): string {
  if ('path' in endpoint) return endpoint.path
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`
}
