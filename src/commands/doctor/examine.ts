import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hour } from '../../base/clock.ts'
import { adviseOn } from '../../config/checks.ts'
import type { Config } from '../../config/config.ts'
import { callCore } from '../../control/client.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { openDatabase, type Database } from '../../db/open.ts'
import { dnsResolver } from '../../net/resolver.ts'
import { judgeClock, keepers } from './clock.ts'
import { judgeDoors, type CoreSeen, type EdgeSeen } from './doors.ts'
import { judgeFiles } from './files.ts'
import { fault, ok, warning, type Finding } from './finding.ts'
import { judgeJudgement, type JudgementSeen } from './judgement.ts'
import { judgeNames } from './names.ts'
import { readPostconf } from './postconf.ts'
import { judgePostfix } from './postfix.ts'

/** Looks at everything that Postern rests on; reads and changes nothing. */
export async function examine(config: Config, now: number): Promise<readonly Finding[]> {
  const [{ findings: database, newestAt }, core, postfix, names] = await Promise.all([
    examineDatabase(config, now),
    lookForCore(config.data),
    examinePostfix(config),
    judgeNames(config, dnsResolver({ servers: config.dns.servers })),
  ])
  return [
    ...examineConfig(config),
    ...judgeFiles(config),
    ...judgeClock(now, newestAt, keepers.find(([path]) => existsSync(path))?.[1]),
    ...database,
    ...(await judgeDoors(config.listen, core)),
    ...postfix,
    ...names,
  ]
}

function examineConfig(config: Config): readonly Finding[] {
  const advice = adviseOn(config).map(({ path, sentence }) =>
    warning('configuration', `${path} ${sentence}`, `docs/configuration.md explains ${path}`),
  )
  return [ok('configuration', 'it can be used'), ...advice]
}

async function examineDatabase(
  config: Config,
  now: number,
): Promise<{ readonly findings: readonly Finding[]; readonly newestAt: number | undefined }> {
  const file = join(config.data, 'postern.sqlite')
  if (config.database === 'sqlite' && !existsSync(file)) {
    return {
      findings: [ok('database', 'it is not there yet: the first start makes it')],
      newestAt: undefined,
    }
  }
  try {
    const db = await openDatabase(config.database, { file })
    try {
      const pending = await pendingMigrations(db)
      const findings =
        pending.length === 0
          ? [ok('database', 'it answers and has this version’s tables')]
          : [
              warning(
                'database',
                `${pending.join(', ')} still to be applied`,
                'core does it on its next start; make a backup before',
              ),
            ]
      if (pending.length > 0) return { findings, newestAt: undefined }
      const newest = await db.queries
        .selectFrom('audit_records')
        .select('at')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      const judgement = judgeJudgement(await judgementIn(db, config, now), now)
      return { findings: [...findings, ...judgement], newestAt: newest?.at }
    } finally {
      await db.close()
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown'
    return {
      findings: [
        fault(
          'database',
          `it cannot be used: ${why}`,
          'see database in the configuration, and docs/operate/troubleshooting.md',
        ),
      ],
      newestAt: undefined,
    }
  }
}

/** What it rests on, of the last weeks at most. */
async function judgementIn(
  { queries }: Database,
  { reputation }: Config,
  now: number,
): Promise<JudgementSeen> {
  const [mode, heard, verdict] = await Promise.all([
    queries.selectFrom('heads').select(['seq', 'value']).where('name', '=', 'mode').executeTakeFirst(),
    queries
      .selectFrom('mail_events')
      .select('received_at')
      .where('backfill', '=', 0)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst(),
    queries
      .selectFrom('evidence_hours')
      .select((eb) => eb.fn.max('hour').as('hour'))
      .where('hour', '>', Math.floor(now / hour) - 7 * 24)
      .where((eb) =>
        eb.or((['ham', 'bulk', 'spam', 'phish', 'malware'] as const).map((kind) => eb(kind, '>', 0))),
      )
      .executeTakeFirst(),
  ])
  const last = verdict?.hour ?? undefined
  return {
    mode: reputation.mode,
    // Of a mode that is only in the file yet nobody knows; core notes the time when it starts with it.
    modeSince: mode?.value === reputation.mode && mode.seq > 0 ? mode.seq : undefined,
    heardAt: heard?.received_at,
    verdictAt: last === undefined ? undefined : Math.min(now, (Number(last) + 1) * hour),
  }
}

async function lookForCore(data: string): Promise<CoreSeen> {
  const edges: EdgeSeen[] = []
  const sink = { emit: (value: object) => void edges.push(value as EdgeSeen), progress: () => {} }
  try {
    const reached = await callCore(join(data, 'core.sock'), 'edges.list', {}, undefined, sink, 3000)
    if (reached === 'no-core') return { state: 'away' }
    return reached === 'done' ? { state: 'runs', edges } : { state: 'silent' }
  } catch {
    return { state: 'silent' }
  }
}

async function examinePostfix({ listen, mail, highVolume }: Config): Promise<readonly Finding[]> {
  const path = ['/usr/sbin/postconf', '/usr/local/sbin/postconf'].find((each) => existsSync(each))
  if (path === undefined) return [ok('postfix', 'there is none on this machine')]
  try {
    // -n: what is set; -x: with $names expanded. MAIL_CONFIG names another instance than the usual.
    const { stdout } = await promisify(execFile)(path, ['-nx'], { timeout: 10_000, maxBuffer: 1 << 22 })
    return judgePostfix(readPostconf(stdout), {
      policy: listen.policy,
      replyDomain: mail.replyDomain,
      refusesMessages: highVolume.mode === 'reject',
    })
  } catch (error) {
    return [
      warning(
        'postfix',
        'postconf -nx failed',
        error instanceof Error ? (error.message.split('\n')[0] ?? '') : '',
      ),
    ]
  }
}
