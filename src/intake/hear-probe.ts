import { createHash } from 'node:crypto'
import { mostProbeBytes, type ProbeRefused } from '../core/probes/probe.ts'
import type { ProbeArrival } from '../core/probes/actions.ts'
import { formatAddress } from '../standards/ip.ts'
import { handoverOf, type OurServers } from '../standards/received-chain.ts'
import type { Client } from './client.ts'
import type { ParsedMessage } from './parsed-message.ts'
import { reply, type Reply } from './reply.ts'
import type { Route } from './route.ts'
import { writerOf } from './writer.ts'

type ProbeRoute = Extract<Route, { kind: 'probe' }>

export interface ProbeActions {
  /** Keeps what was found about a message to a probe address. */
  receiveProbe(arrival: ProbeArrival): Promise<unknown>
}

/** A message as it came. */
interface Handed {
  readonly raw: Buffer
  readonly client: Client
  readonly mailFrom: string
}

/** What is known of the sending server: from the session, else from the lines that servers of ours wrote. */
export type ProbeClient = ProbeArrival['client']

/** The client that a relay of ours forwards, or the peer itself; nobody when a relay does not say for whom it speaks. */
export function sessionClient({ client, mailFrom }: Handed): ProbeClient {
  const isKnown = client.isSender && client.address !== undefined
  return {
    ip: isKnown && client.address ? formatAddress(client.address) : null,
    source: isKnown ? 'session' : 'nobody',
    helo: isKnown ? (client.helo?.slice(0, 300) ?? null) : null,
    mailFrom,
    tls: null,
    cipher: null,
  }
}

/** The same with what the trace fields say: the client where the session does not tell, and whether the session had TLS. */
export function tracedClient(
  client: ProbeClient,
  { hops, probe }: Pick<ParsedMessage, 'hops' | 'probe'>,
  ours: OurServers,
): ProbeClient {
  const hop = handoverOf(hops, ours)
  if (hop === undefined || (client.ip !== null && hop.ip !== client.ip)) return client
  const { version = null, cipher = null } = probe?.tls[hops.indexOf(hop)] ?? {}
  const known: ProbeClient =
    client.ip === null
      ? { ...client, ip: hop.ip ?? null, source: 'received', helo: hop.helo ?? hop.from ?? null }
      : client
  return { ...known, tls: version, cipher }
}

/** Takes the message of a probe: what was found is kept, and the sender's server is told that it arrived. */
export async function hearProbe(
  actions: ProbeActions,
  incoming: Handed,
  route: ProbeRoute,
  { client, parsed }: { readonly client: ProbeClient; readonly parsed: ParsedMessage },
): Promise<Reply> {
  if (incoming.raw.length > mostProbeBytes) {
    await refuseProbe(actions, incoming, route, 'too-large')
    return reply(552, '5.3.4 A test message may have 2 MiB at most')
  }
  if (parsed.probe === null) throw new Error('a probe was parsed without its facts')
  const writer = writerOf(parsed, { mailbox: route.mailbox, elsewhere: 'the page' })
  await actions.receiveProbe({
    tag: route.tag,
    digest: digestOf(incoming.raw),
    client,
    content: { facts: parsed.probe },
    writer: typeof writer === 'string' ? writer : undefined,
  })
  return reply(250, '2.0.0 Thank you, the report is on the page that gave you this address')
}

/** A message that is refused in the session all the same tells its sender why on the page. */
export async function refuseProbe(
  actions: ProbeActions,
  incoming: Handed,
  { tag }: ProbeRoute,
  refused: ProbeRefused,
): Promise<void> {
  const client = sessionClient(incoming)
  await actions.receiveProbe({
    tag,
    digest: digestOf(incoming.raw),
    client,
    content: { refused },
    writer: undefined,
  })
}

/** The same for every probe among its recipients. */
export async function refuseProbes(
  actions: ProbeActions,
  incoming: Handed & { readonly routes: readonly Route[] },
  refused: ProbeRefused,
): Promise<void> {
  for (const route of incoming.routes)
    if (route.kind === 'probe') await refuseProbe(actions, incoming, route, refused)
}

function digestOf(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('base64')
}
