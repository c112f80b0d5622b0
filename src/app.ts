import { mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import { systemClock } from './base/clock.ts'
import type { Log } from './base/log.ts'
import { keyFile } from './base/secret.ts'
import { takeLock, type Lock } from './db/lock.ts'
import type { Config } from './config/config.ts'
import { settingsOf } from './config/settings.ts'
import type { Actor } from './core/actor.ts'
import type { Context, Keys } from './core/context.ts'
import { beginEpoch } from './core/edges/actions.ts'
import { Tally } from './core/tally.ts'
import { localWakes } from './core/wakes.ts'
import { coreId } from './core-id.ts'
import { openDatabase } from './db/open.ts'
import { migrate } from './db/migrate.ts'
import { readRegistries } from './net/registries.ts'
import { dnsResolver } from './net/resolver.ts'
import { waysOut, type Out } from './net/ways-out.ts'

/** The core without its doors: lock, keys, database, context. */
export interface Core {
  readonly ctx: Context
  readonly config: Config
  close(): Promise<void>
}

/** Opens the core as `actor`; `locked` while another process is core. Brings the database to this version's schema. */
export async function openCore(
  config: Config,
  { actor, log }: { readonly actor: 'cli' | 'core'; readonly log: Log },
): Promise<Core | 'locked'> {
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  const lock = takeLock(config.data)
  if (lock === undefined) return 'locked'
  try {
    return await openLocked(config, actor, log, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openLocked(config: Config, actor: 'cli' | 'core', log: Log, lock: Lock): Promise<Core> {
  const db = await openDatabase(config.database, { file: join(config.data, 'postern.sqlite') })
  const clock = systemClock()
  await migrate(db, { now: clock.now() })
  const ctx: Context = {
    db,
    clock,
    log,
    actor: actor === 'cli' ? cliActor() : { kind: 'system', name: 'core' },
    ...readFiles(config, actor),
    wakes: localWakes(),
    tally: new Tally(),
    core: coreId(config.data),
  }
  await beginEpoch(ctx)
  return {
    ctx,
    config,
    close: async () => {
      await db.close()
      lock.release()
    },
  }
}

/** What files beside the configuration hold. To start again does not mend one that holds something else. */
function readFiles(config: Config, actor: 'cli' | 'core'): Pick<Context, 'settings' | 'keys' | 'out'> {
  try {
    return { settings: settingsOf(config), keys: openKeys(config.data), out: outOf(config) }
  } catch (error) {
    const isOfSystem = !(error instanceof Error) || 'code' in error
    throw isOfSystem || actor === 'cli' ? error : new CannotStart(error.message, { cause: error })
  }
}

function outOf({ data, dns, owners }: Config): Out {
  const resolver = dnsResolver({ servers: dns.servers })
  const elsewhere = owners.resolvers.map((server) => dnsResolver({ servers: [server] }))
  if (owners.rdap === 'never') return waysOut({ resolver, elsewhere })
  const rdap = readRegistries({ files: owners.rdapFiles, hosts: owners.rdapHosts })
  const isRenewed = owners.rdapRenew === 'weekly' && owners.rdapFiles.length === 0
  return waysOut({
    resolver,
    elsewhere,
    rdap,
    rdapKept: isRenewed ? { folder: join(data, 'rdap'), now: systemClock().now } : undefined,
  })
}

function cliActor(): Actor {
  return { kind: 'cli', name: userInfo().username }
}

/** Keys are made on first start; each purpose has its own, derived from one file. */
export function openKeys(dataFolder: string): Keys {
  const master = keyFile(join(dataFolder, 'keys', 'master'))
  return {
    halves: master.derive('halves'),
    tags: master.derive('tags'),
    hashes: master.derive('hashes'),
    challenges: master.derive('challenges'),
    vault: master.derive('vault'),
    vouches: master.derive('vouches'),
    trace: master.derive('trace'),
    caseLink: (edge) => master.derive('case-link', edge),
    recipients: (edge) => master.derive('recipients-of', edge),
    edgeFeed: (edge, createdAt) => master.derive('edge-feed', `${edge}/${createdAt}`),
  }
}
