import { Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { covers, type Prefix } from '../../standards/prefix.ts'
import { isOurs, type OurServers } from '../../standards/received-chain.ts'
import type { ReportedMessage } from './examination.ts'
import type { Origin } from './origin.ts'

/** What of ours a reported message came from. Anything may be unknown, and then nothing acts on it. */

/** Where the name of an account may be taken from, the surest first. */
export const accountSources = ['log', 'trace', 'login'] as const
export type AccountSource = (typeof accountSources)[number]

export interface Attribution {
  readonly account: string | null
  readonly accountFrom: AccountSource | null
  /** A name of `abuse.connectors`. */
  readonly connector: string | null
  /** A name of `abuse.pools`. */
  readonly pool: string | null
  /** List-Id or Feedback-ID: mail of one campaign has the same. */
  readonly campaign: string | null
}

export interface NamedNetworks {
  readonly name: string
  readonly networks: readonly Prefix[]
}

export interface AttributionRules {
  /** Which of the sources are believed, in the order in which they are asked. */
  readonly accountFrom: readonly AccountSource[]
  readonly connectors: readonly NamedNetworks[]
  readonly pools: readonly NamedNetworks[]
  readonly servers: OurServers
}

/** `logged`: the account that our log has for the message. `traced`: the account whose pseudonym stands in the trace header. */
export function attributionOf(
  message: ReportedMessage,
  origin: Origin,
  known: { readonly logged: string | null; readonly traced: string | null },
  rules: AttributionRules,
): Attribution {
  const found: Readonly<Record<AccountSource, string | null>> = {
    log: known.logged,
    trace: known.traced,
    login: loginOf(message, origin),
  }
  const accountFrom = rules.accountFrom.find((source) => found[source] !== null) ?? null
  return {
    account: accountFrom && found[accountFrom],
    accountFrom,
    connector: connectorOf(message, rules),
    pool: namedBy(origin.deliveredBy, rules.pools),
    campaign: message.listId ?? message.feedbackId,
  }
}

/** A login in a copied or written trace field names anybody: it is taken only where something else says that the message is ours. */
function loginOf({ logins }: ReportedMessage, { grade }: Origin): string | null {
  return grade === 'D' ? null : (logins[0] ?? null)
}

/** The client of the oldest line that a server of ours wrote: the machine that gave us the message. */
function connectorOf({ hops }: ReportedMessage, { connectors, servers }: AttributionRules): string | null {
  const first = hops.findLast((hop) => hop.ip !== undefined && isOurs(hop, servers))
  return namedBy(first?.ip ?? null, connectors)
}

function namedBy(text: string | null, named: readonly NamedNetworks[]): string | null {
  const address = text === null ? undefined : parseAddress(text)
  if (address === undefined || address instanceof Refusal) return null
  return named.find(({ networks }) => networks.some((network) => covers(network, address)))?.name ?? null
}
