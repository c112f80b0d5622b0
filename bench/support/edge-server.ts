import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { Secret } from '../../src/base/secret.ts'
import { exemptMailboxes } from '../../src/access/exempt.ts'
import { parsePrefix } from '../../src/standards/prefix.ts'
import { startEdge } from '../../src/edge/edge.ts'
import { measuredInput, serveMeasured } from './servers.ts'

/** The edge as it runs in production, from the files that the bench has made; core is away and records go to the spool. */
const { dataDir, name } = measuredInput() as { readonly dataDir: string; readonly name: string }

const edge = await startEdge({
  name,
  version: '0.1.0',
  dataDir,
  listenPolicy: '127.0.0.1:0',
  listenLookup: '127.0.0.1:0',
  policyAllow: [orThrow(parsePrefix('127.0.0.0/8'))],
  lookupAllow: [orThrow(parsePrefix('127.0.0.0/8'))],
  feed: { path: `${dataDir}/feed.sock` },
  site: 'https://postmaster.provider.example',
  profile: 'microsoft-like',
  mode: 'enforce',
  exempt: exemptMailboxes(['provider.example'], [], 'postern.provider.example'),
  domains: ['provider.example'],
  exemptPerHour: 20,
  protected: [],
  protectedNames: [],
  recordsKey: new Secret(Buffer.alloc(32, 7)),
  clock: systemClock(),
  log: silentLog,
})
serveMeasured(Number(edge.policy.slice(edge.policy.lastIndexOf(':') + 1)))
