import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Prefix } from '../standards/prefix.ts'
import { Admission, admissionLimits, type AdmissionLimits } from './admission.ts'
import { delivery, type Incoming, type IntakeActions } from './deliver.ts'
import { refuseProbes } from './hear-probe.ts'
import { mailHosts, type MxLookup } from './mail-hosts.ts'
import { MailHold } from './mail-hold.ts'
import { paceLimits, type PaceLimits } from './pace.ts'
import { openParsePool, type ParsePool } from './parse-pool.ts'
import type { DnsLookup } from './question-budget.ts'
import { replyTo } from './reply.ts'
import type { ReportDesk } from './report.ts'
import type { Routes } from './route.ts'
import { IntakeServer } from './smtp.ts'

/** Where a door listens. */
export type Listen = { readonly host: string; readonly port: number } | { readonly path: string }

export interface IntakeOptions {
  /** SMTP and LMTP; either may be left out. */
  readonly smtp?: Listen | undefined
  readonly lmtp?: Listen | undefined
  /** Our name in the greeting. */
  readonly name: string
  /** Origin of the public site, without a slash at its end. */
  readonly site: string
  readonly routes: Routes
  /** Networks of our own relays (`intake.trust`). */
  readonly trust: readonly Prefix[]
  readonly desk: ReportDesk
  /** Our own networks. */
  readonly networks: readonly Prefix[]
  readonly actions: IntakeActions
  /** DNS for SPF, DKIM and DMARC. */
  readonly lookup: DnsLookup
  /** DNS for the names of our own mail servers. */
  readonly mx: MxLookup
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<
    AdmissionLimits & PaceLimits & { readonly mostBytes: number; readonly heldBytes: number }
  >
  /** Handed in by tests; else intake has its own. */
  readonly pool?: ParsePool
}

export interface Intake {
  readonly smtp: Listen | undefined
  readonly lmtp: Listen | undefined
  readonly pool: ParsePool
  /** Stops listening, lets messages in progress end (at most five seconds), ends the parsers. */
  close(): Promise<void>
}

/** Security 6.4. */
const mostBytes = 10 * 1024 * 1024
/** All messages on their way in together. */
const heldBytes = 64 * 1024 * 1024

export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const { actions, clock, log, site, limits = {} } = options
  const hosts = mailHosts(options.desk.domains, options.mx, clock)
  const networks = [...options.networks, ...options.trust]
  const ours = async () => ({ names: [...options.desk.domains, ...(await hosts())], networks })
  const pool = options.pool ?? openParsePool({ lookup: options.lookup, log, clock })
  const shared = {
    name: options.name,
    routes: options.routes,
    trust: options.trust,
    mostBytes: limits.mostBytes ?? mostBytes,
    pace: { ...paceLimits, ...limits },
    admission: new Admission({ ...admissionLimits, ...limits }, clock),
    hold: new MailHold(limits.heldBytes ?? heldBytes),
    deliver: delivery({
      actions,
      pool,
      clock,
      log,
      site,
      desk: options.desk,
      ours,
      replyDomain: options.routes.replyDomain,
    }),
    refuseProbes: async (incoming: Incoming) => await refuseProbes(actions, incoming, 'bare-newline'),
    isOurTag: actions.isOurTag,
    refusalOfCase: async (tag: string) => {
      const refusal = await actions.refusalOfCase(tag)
      return refusal && replyTo(refusal, site, clock.now())
    },
    clock,
    log,
  }
  const servers: IntakeServer[] = []
  const open = async (protocol: 'smtp' | 'lmtp', listen: Listen | undefined): Promise<Listen | undefined> => {
    if (!listen) return undefined
    const server = new IntakeServer({ ...shared, protocol })
    servers.push(server)
    return await listening(server, listen)
  }
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(resolve))))
    pool.close()
  }
  try {
    return { smtp: await open('smtp', options.smtp), lmtp: await open('lmtp', options.lmtp), pool, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Resolves with where it listens: port 0 has become a real one. A socket file that a dead process left is taken away. */
async function listening(server: IntakeServer, listen: Listen): Promise<Listen> {
  if ('path' in listen && (await isAbandoned(listen.path))) rmSync(listen.path, { force: true })
  return await new Promise((resolve, reject) => {
    const { server: socket } = server
    socket.once('error', reject)
    socket.listen(listen, () => {
      socket.off('error', reject)
      // Whoever may write to the folder's group may speak: an MTA of this machine.
      if ('path' in listen) chmodSync(listen.path, 0o660)
      const bound = socket.address()
      resolve(
        bound !== null && typeof bound === 'object' ? { host: bound.address, port: bound.port } : listen,
      )
    })
  })
}

/** A socket that nobody answers at. What is no socket stays, and so does the error of listening there. */
function isAbandoned(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return Promise.resolve(false)
  return new Promise((resolve) => {
    const probe = connect(path)
    const say = (answer: boolean): void => {
      probe.destroy()
      resolve(answer)
    }
    probe.once('connect', () => say(false))
    probe.once('error', (error: NodeJS.ErrnoException) => say(error.code === 'ECONNREFUSED'))
  })
}
