import { createServer, connect } from 'node:net'
import type { Config } from '../../config/config.ts'
import { showEndpoint } from '../../endpoint.ts'
import { fault, ok, warning, type Finding } from './finding.ts'

type Endpoint = Config['listen']['site']

/** How long a door of this machine may take. */
const patienceMs = 3000

/** An edge as core lists it. */
export interface EdgeSeen {
  readonly name: string
  readonly connected: boolean
  readonly behind: number
  readonly seenAt: string
}

/** Whether core answers its commands. `away`: nobody listens; `silent`: somebody does and says nothing. */
export type CoreSeen =
  | { readonly state: 'runs'; readonly edges: readonly EdgeSeen[] }
  | { readonly state: 'silent' }
  | { readonly state: 'away' }

/** Whether every door of this machine is served, or could be. */
export async function judgeDoors(listen: Config['listen'], core: CoreSeen): Promise<readonly Finding[]> {
  const ofCore = [
    judgeHttp('site', listen.site, '/readyz', core),
    judgeHttp('console', listen.console, '/healthz', core),
    judgeGreeting('intake', listen.intake, core),
    judgeGreeting('lmtp', listen.lmtp, core),
  ]
  const ofEdge = [judgePolicy(listen.policy, core), judgeHttp('lookup', listen.lookup, '/healthz', core)]
  return [...judgeCore(core), ...(await Promise.all([...ofCore, ...ofEdge])).flat()]
}

function judgeCore(core: CoreSeen): Finding[] {
  if (core.state === 'away')
    return [
      warning(
        'processes',
        'core does not run on this machine',
        'start it (postern serve), unless it runs on another',
      ),
    ]
  if (core.state === 'silent')
    return [fault('processes', 'core is there and does not answer', 'look at its log; restart it')]
  const found: Finding[] = [ok('processes', 'core runs and answers commands')]
  if (core.edges.length === 0)
    found.push(
      fault('processes', 'no edge has ever followed this core', 'start one: postern serve, or postern edge'),
    )
  for (const { name, connected, behind, seenAt } of core.edges) {
    if (!connected) {
      found.push(
        warning(
          'processes',
          `edge ${name} is not connected; last seen ${seenAt}`,
          'it answers from what it has; see its log, or remove it if it is gone',
        ),
      )
    } else if (behind > 0) {
      found.push(
        warning(
          'processes',
          `edge ${name} is ${behind} changes behind`,
          'look again in a minute; if it stays so, see its log',
        ),
      )
    } else found.push(ok('processes', `edge ${name} follows`))
  }
  return found
}

async function judgeHttp(
  door: string,
  endpoint: Endpoint,
  path: string,
  core: CoreSeen,
): Promise<readonly Finding[]> {
  const answer = await talk(
    endpoint,
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 (\d{3})/,
  )
  return await judge(door, endpoint, answer, (line) => line.endsWith(' 200'), core)
}

async function judgeGreeting(door: string, endpoint: Endpoint, core: CoreSeen): Promise<readonly Finding[]> {
  const answer = await talk(endpoint, '', /^(\d{3})[ -].*\r\n/)
  return await judge(door, endpoint, answer, (line) => line.startsWith('220'), core)
}

/** Asked as Postfix asks, about ourselves. */
async function judgePolicy(endpoint: Endpoint, core: CoreSeen): Promise<readonly Finding[]> {
  const request = 'request=smtpd_access_policy\nprotocol_state=CONNECT\nclient_address=127.0.0.1\n\n'
  const answer = await talk(endpoint, request, /^action=.*\n\n/)
  return await judge('policy', endpoint, answer, (line) => line === 'action=DUNNO\n\n', core)
}

/** What a door said first; `undefined` when nobody listens, `''` when it said nothing that was expected. */
type Said = string | undefined

async function judge(
  door: string,
  endpoint: Endpoint,
  said: Said,
  isGood: (line: string) => boolean,
  core: CoreSeen,
): Promise<readonly Finding[]> {
  const place = `${door} (${showEndpoint(endpoint)})`
  if (said !== undefined && core.state === 'away' && !isOfEdge(door)) {
    return [
      fault(
        'processes',
        `${place} is answered by another program: no core runs here`,
        'see what listens there (ss -ltnp); stop it, or move the door in listen',
      ),
    ]
  }
  if (said !== undefined && isGood(said)) return [ok('processes', `${place} answers`)]
  if (said !== undefined) {
    return [
      fault(
        'processes',
        `${place} is answered by something else, or wrongly`,
        'see what listens there (ss -ltnp); stop it, or move the door in listen',
      ),
    ]
  }
  if (isOfEdge(door) && core.state === 'runs' && core.edges.some(({ connected }) => connected)) {
    return [warning('processes', `nobody listens at ${place}`, 'fine where the edges run on other machines')]
  }
  if (core.state !== 'away')
    return [fault('processes', `nobody listens at ${place}`, 'see the log of core and edge; restart them')]
  const trouble = await troubleListening(endpoint)
  return trouble === undefined
    ? []
    : [
        fault(
          'processes',
          `${place} cannot be opened: ${trouble}`,
          'move the door in listen, or free the place',
        ),
      ]
}

function isOfEdge(door: string): boolean {
  return door === 'policy' || door === 'lookup'
}

/** Connects, says it, and gives the beginning of the answer as far as it was expected. */
async function talk(endpoint: Endpoint, say: string, expected: RegExp): Promise<Said> {
  return await new Promise((resolve) => {
    const socket = connect(endpoint)
    let heard = ''
    let isOpen = false
    const finish = (said: Said): void => {
      clearTimeout(late)
      socket.destroy()
      resolve(said)
    }
    const late = setTimeout(() => finish(isOpen ? '' : undefined), patienceMs)
    socket.once('connect', () => {
      isOpen = true
      socket.write(say)
    })
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
      const match = expected.exec(heard)
      if (match) finish(match[0])
      else if (heard.length > 4096) finish('')
    })
    socket.once('error', () => finish(isOpen ? '' : undefined))
    socket.once('close', () => finish(isOpen ? '' : undefined))
  })
}

/** Why a door could not be opened here; a socket's file that nobody listens at is replaced at the start. */
async function troubleListening(endpoint: Endpoint): Promise<string | undefined> {
  if ('path' in endpoint) return undefined
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message))
    server.listen(endpoint.port, endpoint.host, () => server.close(() => resolve(undefined)))
  })
}
