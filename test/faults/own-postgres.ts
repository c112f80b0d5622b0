import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRows } from './rows.ts'
import { runPostgres, startPostgres } from '../support/postgres-server.ts'

/** A PostgreSQL server that nobody else uses, to be stopped and started again. */
export interface OwnPostgres {
  readonly url: string
  /** SIGINT is an orderly stop that throws everybody out; SIGKILL is a crash. */
  stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
  /** Starts it again; resolves when it answers. */
  start(): Promise<void>
  /** Stops it and removes what it had. */
  close(): Promise<void>
}

export async function ownPostgres(): Promise<OwnPostgres> {
  const root = mkdtempSync(join(tmpdir(), 'postern-own-postgres-'))
  const url = `postgres://postgres@/postgres?host=${encodeURIComponent(root)}`
  let server: ChildProcess | undefined = await startPostgres(root)
  await untilItAnswers(url)
  const stop: OwnPostgres['stop'] = async (signal) => {
    const last = server
    server = undefined
    if (!last || last.exitCode !== null || last.signalCode !== null) return
    const ended = new Promise((resolve) => last.once('exit', resolve))
    last.kill(signal)
    await ended
    rmSync(join(root, '.s.PGSQL.5432'), { force: true })
  }
  return {
    url,
    stop,
    start: async () => {
      // The children of a crashed server need a moment to notice; until then the next one refuses to start.
      for (let attempt = 0; ; attempt++) {
        server = await runPostgres(root).catch((error: unknown) => {
          if (attempt === 20) throw error
          return undefined
        })
        if (server && (await untilItAnswers(url))) return
        await sleep(100)
      }
    },
    close: async () => {
      await stop('SIGINT')
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** False when it does not within ten seconds. */
async function untilItAnswers(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const rows = await openRows(url).catch(() => undefined)
    await rows?.close()
    if (rows) return true
    await sleep(100)
  }
  return false
}
