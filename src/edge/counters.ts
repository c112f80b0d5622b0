/** What the edge has done since it started; printed by `/metrics`. Only numbers that grow. */
export interface Counters {
  /** Policy requests answered. */
  requests: number
  refused: number
  deferred: number
  /** Would have been refused or deferred, had `policy.mode` not been `observe`. */
  observed: number
  /** Listed, and let through: exempt mailbox or protected network. */
  spared: number
  /** Let through because the recipient vouches for the sender. */
  vouched: number
  /** Answered DUNNO without a look-up because they had waited too long. */
  shed: number
  /** Answered DUNNO because of the bypass, or because the table is too old. */
  open: number
  protocolErrors: number
  /** Connections closed: too many, too slow, idle for too long. */
  connectionsRefused: number
  connectionsTimedOut: number
  /** Connections closed at once, of peers that may not come to the door. */
  strangers: number
  lookups: number
  /** Questions answered at the message door; the refused and observed ones count as such too. */
  messages: number
  /** Let through with the header that asks for the junk folder. */
  junked: number
  changesApplied: number
  /** Changes and entries that the edge's own guards did not take. */
  guarded: number
  snapshotsLoaded: number
  snapshotsRefused: number
  feedConnections: number
  batchesShipped: number
  /** Batches that core would not take. */
  batchesGivenUp: number
  recordsLost: number
  letThroughs: number
}

export function newCounters(): Counters {
  return {
    requests: 0,
    refused: 0,
    deferred: 0,
    observed: 0,
    spared: 0,
    vouched: 0,
    shed: 0,
    open: 0,
    protocolErrors: 0,
    connectionsRefused: 0,
    connectionsTimedOut: 0,
    strangers: 0,
    lookups: 0,
    messages: 0,
    junked: 0,
    changesApplied: 0,
    guarded: 0,
    snapshotsLoaded: 0,
    snapshotsRefused: 0,
    feedConnections: 0,
    batchesShipped: 0,
    batchesGivenUp: 0,
    recordsLost: 0,
    letThroughs: 0,
  }
}

/** What is so now; for `/metrics` too. */
export interface Gauges {
  readonly listings: number
  readonly vouches: number
  readonly tableBytes: number
  readonly feedSeq: number
  readonly feedConnected: boolean
  /** Seconds since core was last heard; undefined if never. */
  readonly contactAge: number | undefined
  readonly bypass: boolean
  readonly stale: boolean
  readonly policyConnections: number
  /** Domains of which the message door asks more. */
  readonly highVolumeDomains: number
  readonly spoolBytes: number
  readonly spoolLostBytes: number
  /** Senders and ranges that core has said a standing of. */
  readonly standings: number
  readonly standingsBytes: number
  /** Whether they are acted on: core has confirmed them within a quarter of an hour. */
  readonly standingsHeld: boolean
}

/** Prometheus text exposition format 0.0.4. */
export function formatMetrics(edge: string, counters: Counters, gauges: Gauges): string {
  const label = `{edge="${edge}"}`
  const lines = Object.entries(counters).flatMap(([name, value]) =>
    metric(`${snake(name)}_total`, 'counter', Number(value)),
  )
  for (const [name, value] of Object.entries(gauges)) {
    if (value !== undefined) lines.push(...metric(snake(name), 'gauge', Number(value)))
  }
  return `${lines.join('\n')}\n`

  function metric(name: string, type: string, value: number): string[] {
    return [`# TYPE postern_edge_${name} ${type}`, `postern_edge_${name}${label} ${value}`]
  }
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
