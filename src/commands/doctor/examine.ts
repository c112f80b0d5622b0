import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { adviseOn } from '../../config/checks.ts'
import type { Config } from '../../config/config.ts'
import { callCore } from '../../control/client.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { openDatabase } from '../../db/open.ts'
import { dnsResolver } from '../../net/resolver.ts'
import { judgeClock, keepers } from './clock.ts'
import { judgeDoors, type CoreSeen, type EdgeSeen } from './doors.ts'
import { judgeFiles } from './files.ts'
import { fault, ok, warning, type Finding } from './finding.ts'
import { judgeNames } from './names.ts'
import { readPostconf } from './postconf.ts'
import { judgePostfix } from './postfix.ts'

/** Looks at everything that Postern rests on; reads and changes nothing. */
export async function examine(config: Config, now: number): Promise<readonly Finding[]> {
  const [{ findings: database, newestAt }, core, postfix, names] = await Promise.all([
    examineDatabase(config),
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
      return { findings, newestAt: newest?.at }
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
