import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { newId, randomFraction } from '../base/id.ts'
import type { Log } from '../base/log.ts'
import type { Secret } from '../base/secret.ts'
import { mostSpent } from '../access/spent-entry.ts'
import { isEdgeName } from '../access/edge-name.ts'
import type { ExemptMailboxes } from '../access/exempt.ts'
import { defaultHighVolume, type HighVolumeSettings } from '../access/high-volume.ts'
import type { CodeProfile } from '../access/reasons.ts'
import { ourNames } from '../access/our-names.ts'
import { ListingTable } from '../access/table.ts'
import type { Prefix } from '../standards/prefix.ts'
import { isBypassed, watchBypass } from './bypass.ts'
import { newCounters, type Gauges } from './counters.ts'
import { readEndpoint } from './endpoint.ts'
import { FeedClient, type FeedAddress } from './feed-client.ts'
import { Follower } from './follower.ts'
import { startLookupServer } from './lookup-server.ts'
import { readMemory, writeMemory } from './memory-file.ts'
import { answerPolicy, openDesk } from './policy-answer.ts'
import { startPolicyServer, type PolicyLimits } from './policy-server.ts'
import { Records } from './records.ts'
import { Shipper } from './shipper.ts'
import { Spool } from './spool.ts'
import { Standings } from './standings.ts'
import { isStale, type EdgeState } from './state.ts'
import { TableFiles } from './table-files.ts'
import { Volumes } from './volumes.ts'
import { readVolumes, writeVolumes } from './volumes-file.ts'

/**
 * The edge: answers the MTA from memory and follows core. No database; disk only behind the answers.
 * It starts from its files with core away, and core's death changes nothing but that nothing changes.
 */
export interface EdgeOptions {
  /** Up to 16 characters, in every case link; one of several edges on a data directory. */
  readonly name: string
  readonly version: string
  readonly dataDir: string
  /** `host:port`, or the path of a unix socket. */
  readonly listenPolicy: string
  readonly listenLookup: string
  /** Who may come to these doors over TCP, besides this machine from its own addresses. */
  readonly policyAllow: readonly Prefix[]
  readonly lookupAllow: readonly Prefix[]
  readonly feed: FeedAddress
  /** Origin of the public site, without a slash at its end. */
  readonly site: string
  readonly profile: CodeProfile
  /** `observe`: DUNNO to everything, with a record of what would have been said. */
  readonly mode: 'enforce' | 'observe'
  readonly exempt: ExemptMailboxes
  /** Domains whose mail we receive: nobody else greets with them. */
  readonly domains: readonly string[]
  /** Messages an hour that a listed unit may send to exempt mailboxes. */
  readonly exemptPerHour: number
  /** What is asked of domains that send much; observed by default. */
  readonly highVolume?: HighVolumeSettings
  /** Whether every message is asked about at the message door; `absent` when it is not said. */
  readonly messageDoor?: 'absent' | 'installed'
  /** Never refused, whatever core says: this machine's own list. */
  readonly protected: readonly Prefix[]
  /** Forward-confirmed names that are never refused, and everything below them; lower case. */
  readonly protectedNames: readonly string[]
  /** For keyed hashes of recipients: the mailbox itself never leaves the edge. */
  readonly recordsKey: Secret
  readonly clock: Clock
  readonly log: Log
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
  readonly policyLimits?: Partial<PolicyLimits>
}

export interface RunningEdge {
  /** Where the doors are, with the port that port 0 became. */
  readonly policy: string
  readonly lookup: string
  readonly state: EdgeState
  gauges(): Gauges
  /** Drains the policy door (10 s at most), ships what it can and flushes the files. */
  close(): Promise<void>
}

/** How often the files are looked after. */
const upkeepMs = 1000
/** How often core is told what passed of budgets; a burst at several edges at once gets past them for so long. */
const tellMs = 250
/** How often the time of the last contact is written down. */
const memoryMs = 60_000

export async function startEdge(options: EdgeOptions): Promise<RunningEdge> {
  const { name, clock, log } = options
  if (!isEdgeName(name)) throw new Error(`no edge can be called ${name}`)
  const dir = join(options.dataDir, 'edge')
  const elapsed = (): number => clock.elapsed()
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const files = new TableFiles({ dir, name, log, elapsed })
  const memoryPath = join(dir, `${name}.memory`)
  const state = await recall(options, files, memoryPath)
  const boot = newId()
  const spool = await Spool.open({ dir: join(dir, `${name}.spool`), log })
  const shipper = new Shipper(spool, (frame) => feed.send(frame), clock.now(), state.counters, log)
  const records = new Records({
    edge: name,
    boot,
    recipientsKey: options.recordsKey,
    ship: (batch, letThroughs) => void shipper.ship(batch, letThroughs),
    onLost: (count) => (state.counters.recordsLost += count),
  })
  if (state.recipientsKey) records.hashWith(state.recipientsKey)
  const desk = openDesk(state, records)
  const remember = async (): Promise<void> => {
    await writeMemory(memoryPath, state).catch((error: unknown) => log.error('memory-not-written', { error }))
  }
  const highVolume = options.highVolume ?? defaultHighVolume
  const volumesPath = join(dir, `${name}.volumes`)
  const volumes = new Volumes(highVolume.messages, highVolume.staysMs, await readVolumes(volumesPath))
  const keepVolumes = async (): Promise<void> => {
    await writeVolumes(volumesPath, volumes.keep()).catch((error: unknown) =>
      log.error('volumes-not-written', { error }),
    )
  }
  const follower = new Follower({
    state,
    files,
    networks: options.protected,
    version: options.version,
    boot,
    send: (frame) => feed.send(frame),
    onWelcome: () => {
      log.info('feed-connected', { epoch: state.epoch, seq: state.seq })
      void remember()
      if (state.recipientsKey) records.hashWith(state.recipientsKey)
      desk.budgets.tellAgain(clock.now())
      shipper.connected()
    },
    onStored: (batch) => void shipper.stored(batch),
    onElsewhere: (entries) => desk.budgets.takeElsewhere(entries),
  })
  const feed = new FeedClient({
    feed: options.feed,
    name,
    log,
    random: options.random ?? randomFraction,
    hello: () => follower.hello(),
    onFrames: async (frames) => await follower.take(frames),
    onEnd: () => {
      follower.ended()
      shipper.disconnected()
    },
  })
  const policy = await startPolicyServer({
    listen: readEndpoint(options.listenPolicy),
    allow: options.policyAllow,
    answer: (request) => answerPolicy(desk, request),
    clock,
    log,
    counters: state.counters,
    ...(options.policyLimits === undefined ? {} : { limits: options.policyLimits }),
  })
  const gauges = (): Gauges => gaugesOf(state, spool, policy.connections(), volumes.size)
  const lookup = await startLookupServer({
    listen: readEndpoint(options.listenLookup),
    allow: options.lookupAllow,
    state,
    gauges,
    messages: { state, records, volumes, highVolume },
  }).catch(async (error: unknown) => {
    await policy.close(0)
    throw error
  })
  const stopWatching = watchBypass(options.dataDir, log, (on) => {
    state.isBypassed = on
    sayBypass(state)
  })
  const upkeep = setInterval(() => {
    if (state.epoch === '') return
    files.compactWhenDue(() => ({ table: state.table, epoch: state.epoch, seq: state.seq, at: clock.now() }))
  }, upkeepMs)
  const telling = setInterval(() => {
    if (!state.isConnected || !state.tellsSpent) return
    const entries = desk.budgets.takeUntold(mostSpent)
    if (entries.length > 0) feed.send({ type: 'spent', entries })
  }, tellMs)
  const memory = setInterval(() => {
    if (state.isConnected) void remember()
    if (state.counters.messages > 0) void keepVolumes()
  }, memoryMs)
  feed.start()
  void follower.inspectTable()
  log.info('edge-started', {
    name,
    policy: policy.address,
    lookup: lookup.address,
    seq: state.seq,
    listings: state.table.size,
  })
  return {
    policy: policy.address,
    lookup: lookup.address,
    state,
    gauges,
    close: async () => {
      stopWatching()
      clearInterval(upkeep)
      clearInterval(telling)
      clearInterval(memory)
      await Promise.all([policy.close(), lookup.close()])
      records.close()
      feed.close()
      await spool.close()
      await files.close()
      if (state.contactAt !== undefined) await remember()
      if (state.counters.messages > 0) await keepVolumes()
      log.info('edge-stopped', { name })
    },
  }
}

/** The state that the files tell, and the switch on disk. */
async function recall(options: EdgeOptions, files: TableFiles, memoryPath: string): Promise<EdgeState> {
  const { name, site, profile, mode, exempt, exemptPerHour, clock, log } = options
  const [loaded, memory] = [await files.load(), await readMemory(memoryPath)]
  const state: EdgeState = {
    settings: {
      name,
      site,
      profile,
      mode,
      isDoorInstalled: options.messageDoor === 'installed',
      decide: {
        protected: options.protected,
        protectedNames: options.protectedNames,
        exempt,
        exemptPerHour,
        ourNames: ourNames(options.domains, site),
      },
    },
    clock,
    log,
    counters: newCounters(),
    table: loaded?.table ?? new ListingTable(),
    standings: new Standings(),
    epoch: loaded?.epoch ?? '',
    seq: loaded?.seq ?? 0,
    contactAt: memory.contactAt ?? loaded?.at,
    isConnected: false,
    caseLink: memory.caseLink,
    recipientsKey: memory.recipientsKey,
    vouchKey: memory.vouchKey,
    isBypassed: isBypassed(options.dataDir),
    tellsSpent: false,
  }
  if (loaded === undefined) log.warn('edge-starts-empty', { name })
  if (state.isBypassed) sayBypass(state)
  return state
}

function sayBypass({ isBypassed: isOn, log }: EdgeState): void {
  if (isOn) log.error('BYPASS IS ON: every message is let through. `postern bypass off` ends it.')
  else log.warn('bypass is off: listings act again')
}

function gaugesOf(
  state: EdgeState,
  spool: Spool,
  policyConnections: number,
  highVolumeDomains: number,
): Gauges {
  const now = state.clock.now()
  return {
    listings: state.table.size,
    vouches: state.table.vouches.size,
    tableBytes: state.table.bytes(),
    feedSeq: state.seq,
    feedConnected: state.isConnected,
    contactAge: state.contactAt === undefined ? undefined : (now - state.contactAt) / 1000,
    bypass: state.isBypassed,
    stale: isStale(state, now),
    policyConnections,
    highVolumeDomains,
    spoolBytes: spool.bytes,
    spoolLostBytes: spool.lostBytes,
    standings: state.standings.size,
    standingsBytes: state.standings.bytes,
    standingsHeld: state.standings.isHeld(now),
  }
}
