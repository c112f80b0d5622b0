import { extname, join } from 'node:path'
import { jsonLog } from '../base/log.ts'
import { CannotStart, explainStart } from '../cannot-start.ts'
import { lockHolder, takeLock } from '../db/lock.ts'
import type { Command, Invocation } from './command.ts'
import { configOf } from './config-of.ts'
import { edgeCommand } from './edge-command.ts'
import { leaveSupervisor, runSupervised, untilToldToStop } from './process-life.ts'

/** The program itself, as source or as build. */
export const entry = join(import.meta.dirname, '..', `cli${extname(import.meta.filename)}`)

/** What they run is loaded when they run: other commands start in a fraction of the time. */
export const processCommands: readonly Command[] = [
  {
    name: 'serve',
    usage: '[--config FILE]',
    summary: 'Run everything on this machine: one core and one edge, supervised.',
    run: async (invocation) => {
      const { output, json } = invocation
      const { data } = configOf(invocation)
      // Before anything starts: an edge beside another of the same name would write in that one's files.
      const lock = takeLock(data)
      if (lock === undefined) {
        output.note(heldBy(data))
        return 1
      }
      lock.release()
      const { supervise } = await import('../supervisor.ts')
      const supervisor = supervise(entry, configArguments(invocation), jsonLog({ process: 'supervisor' }))
      return await runSupervised(supervisor, output, (doors) => {
        if (json) output.json(doors)
        else for (const [name, address] of Object.entries(doors)) output.say(`${name.padEnd(8)} ${address}`)
      })
    },
  },
  {
    name: 'core',
    usage: '[--config FILE]',
    summary: 'Run core alone: site, portal, console, intake, jobs; the only writer of the database.',
    run: async (invocation) => {
      const config = configOf(invocation)
      const log = jsonLog({ process: 'core' })
      const { openCore } = await import('../app.ts')
      const { startCore } = await import('../start-core.ts')
      const core = await openCore(config, { actor: 'core', log })
      if (core === 'locked') throw new CannotStart(heldBy(config.data))
      const doors = await startCore(core).catch(async (error: unknown) => {
        await core.close()
        throw explainStart(error, config.listen)
      })
      const stopped = untilToldToStop()
      process.send?.({ ready: doors.addresses })
      await stopped
      await doors.close()
      await core.close()
      leaveSupervisor()
      return 0
    },
  },
  edgeCommand,
]

/** For the operator: who has the data folder, and what to do. */
function heldBy(data: string): string {
  const pid = lockHolder(data)
  const who = pid === undefined ? 'another process' : `another process (${pid})`
  return `${who} holds ${data}/lock: a data folder has one core. Stop that one, or give this one a folder of its own (data)`
}

function configArguments({ configFile }: Invocation): readonly string[] {
  return configFile === undefined ? [] : ['--config', configFile]
}
