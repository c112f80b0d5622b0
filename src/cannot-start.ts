import { lstatSync } from 'node:fs'
import type { Config } from './config/config.ts'
import { showEndpoint } from './endpoint.ts'

/** Exit status of a process that cannot start until somebody changes something: `EX_CONFIG` of sysexits.h. */
export const cannotStartStatus = 78

/** Only a person can help: to start again would end the same way. The message is one sentence or two for the operator. */
export class CannotStart extends Error {}

/** What a process says to its supervisor before it ends with that status. */
export interface CannotStartMessage {
  readonly cannotStart: string
}

/**
 * The error of a start, as `CannotStart` where a door's place is taken or forbidden; that of a listen by which setting.
 * Everything else comes back as it was: a database or an address that is not there yet may be there soon.
 */
export function explainStart(error: unknown, listen: Config['listen']): unknown {
  if (!isListenError(error)) return error
  const [name, endpoint] = doorAt(error, listen) ?? []
  if (name === undefined || endpoint === undefined) return error
  return new CannotStart(
    `listen.${name}: ${showEndpoint(endpoint)} ${whyNot(error, endpoint)}, or name another place in listen.${name} (POSTERN_LISTEN_${name.toUpperCase()})`,
    { cause: error },
  )
}

type Listen = Config['listen']
type Endpoint = Listen['site']

interface ListenError extends Error {
  readonly code: 'EADDRINUSE' | 'EACCES'
  /** The path, where it is a socket. */
  readonly address: string
  readonly port?: number
}

function isListenError(error: unknown): error is ListenError {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EADDRINUSE' || error.code === 'EACCES') &&
    'address' in error &&
    typeof error.address === 'string'
  )
}

function doorAt(
  { address, port }: ListenError,
  listen: Listen,
): [name: string, endpoint: Endpoint] | undefined {
  const at = Object.entries(listen).filter(([, endpoint]) =>
    'path' in endpoint ? endpoint.path === address : endpoint.port === port,
  )
  // The same port of two addresses; a host that was given by name is known by its port.
  return at.find(([, endpoint]) => 'host' in endpoint && endpoint.host === address) ?? at[0]
}

function whyNot({ code }: ListenError, endpoint: Endpoint): string {
  if (code === 'EACCES') return 'is not for this user to open: start it as one who may'
  if ('path' in endpoint && lstatSync(endpoint.path, { throwIfNoEntry: false })?.isSocket() === false)
    return 'is a file that is no socket: move it away'
  return 'is taken by another process: stop that one (ss -lxtnp shows it)'
}
