import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exemptMailboxes } from './access/exempt.ts'
import { systemClock } from './base/clock.ts'
import type { Log } from './base/log.ts'
import { keyFile, Secret } from './base/secret.ts'
import { CannotStart } from './cannot-start.ts'
import type { Config } from './config/config.ts'
import { startEdge } from './edge/edge.ts'
import { showEndpoint } from './endpoint.ts'
import { version } from './version.ts'

/** This machine's edge as the configuration has it. Beside a core of the same machine it follows that one's socket, else the feed over TLS. */
export async function startThisEdge(
  config: Config,
  log: Log,
): Promise<{ readonly addresses: Readonly<Record<string, string>>; close(): Promise<void> }> {
  const edge = await startEdge({
    name: config.edge.name,
    version,
    dataDir: config.data,
    listenPolicy: showEndpoint(config.listen.policy),
    listenLookup: showEndpoint(config.listen.lookup),
    policyAllow: config.policy.allow,
    lookupAllow: config.lookup.allow,
    feed: feedOf(config),
    site: config.provider.site,
    profile: config.codes,
    mode: config.policy.mode,
    exempt: exemptMailboxes(
      config.provider.domains,
      Object.values(config.addresses),
      config.mail.replyDomain,
    ),
    domains: config.provider.domains,
    exemptPerHour: config.edge.exemptPerHour,
    messageDoor: config.lookup.messageDoor,
    highVolume: {
      mode: config.highVolume.mode,
      messages: config.highVolume.messages,
      junkSince: config.highVolume.junkSince,
      rejectSince: config.highVolume.rejectSince,
      staysMs: config.highVolume.stays,
    },
    protected: [...config.provider.networks, ...config.protected.networks],
    protectedNames: config.protected.names,
    recordsKey: keyFile(join(config.data, 'keys', 'master')).derive('recipients'),
    clock: systemClock(),
    log,
  })
  return { addresses: { policy: edge.policy, lookup: edge.lookup }, close: async () => await edge.close() }
}

/** Core listens at `data/feed.sock` for an edge under the same supervisor, whatever else it listens on. */
function feedOf(config: Config): Parameters<typeof startEdge>[0]['feed'] {
  const { feed } = config.listen
  if ('path' in feed) return feed
  const isBesideCore = process.send !== undefined
  if (isBesideCore) return { path: join(config.data, 'feed.sock') }
  return { ...feed, key: readEdgeKey(config.edge.keyFile) }
}

/** The key as `postern token add edge NAME` printed it. */
function readEdgeKey(path: string): Secret {
  const digits = readFileSync(path, 'latin1')
    .trim()
    .replace(/^ptn_edge_/, '')
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new CannotStart(`${path} must hold the key that "postern token add edge" printed`)
  return new Secret(Buffer.from(digits, 'hex'))
}
