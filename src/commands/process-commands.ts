import { extname, join } from 'node:path'
import { jsonLog } from '../base/log.ts'
import { openCore } from '../app.ts'
import { startCore } from '../start-core.ts'
import { supervise } from '../supervisor.ts'
import type { Command, Invocation } from './command.ts'
import { configOf } from './config-of.ts'
import { edgeCommand } from './edge-command.ts'
import { leaveSupervisor, untilToldToStop } from './process-life.ts'

/** The program itself, as source or as build. */
export const entry = join(import.meta.dirname, '..', `cli${extname(import.meta.filename)}`)

export const processCommands: readonly Command[] = [
  {
    name: 'serve',
    usage: '[--config FILE]',
    summary: 'Run everything on this machine: one core and one edge, supervised.',
    run: async (invocation) => {
      configOf(invocation)
      const log = jsonLog({ process: 'supervisor' })
      const supervisor = supervise(entry, configArguments(invocation), log)
      const stopped = untilToldToStop()
      const doors = await Promise.race([supervisor.ready, stopped])
      if (doors && invocation.json) invocation.output.json(doors)
      else if (doors)
        for (const [name, address] of Object.entries(doors))
          invocation.output.say(`${name.padEnd(8)} ${address}`)
      await stopped
      await supervisor.stop()
      return 0
    },
  },
  {
    name: 'core',
    usage: '[--config FILE]',
    summary: 'Run core alone: site, portal, console, intake, jobs; the only writer of the database.',
    run: async (invocation) => {
      const config = configOf(invocation)
      const log = jsonLog({ process: 'core' })
      const core = await openCore(config, { actor: 'core', log })
      if (core === 'locked') {
        invocation.output.note(`another process holds ${config.data}/lock: is a core running already?`)
        return 1
      }
      const doors = await startCore(core)
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

function configArguments({ configFile }: Invocation): readonly string[] {
  return configFile === undefined ? [] : ['--config', configFile]
}
