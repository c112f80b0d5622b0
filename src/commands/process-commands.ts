import { extname, join } from 'node:path'
import { jsonLog } from '../base/log.ts'
import { openCore } from '../app.ts'
import { startCore } from '../start-core.ts'
import { startThisEdge } from '../start-edge.ts'
import { supervise } from '../supervisor.ts'
import type { Command, Invocation } from './command.ts'
import { configOf } from './with-core.ts'

/** The program itself, as source or as build. */
export const entry = join(import.meta.dirname, '..', `cli${extname(import.meta.filename)}`)

/** Resolves on SIGTERM or SIGINT, or when the supervisor that forked this process has gone. */
export async function untilToldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    process.once('disconnect', () => resolve())
  })
}

/** The channel to the supervisor would keep an otherwise finished process alive. */
function leaveSupervisor(): void {
  if (process.connected) process.disconnect?.()
}

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
      if (doors)
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
      process.send?.({ ready: doors.addresses })
      await untilToldToStop()
      await doors.close()
      await core.close()
      leaveSupervisor()
      return 0
    },
  },
  {
    name: 'edge',
    usage: '[--config FILE]',
    summary: 'Run an edge alone: policy server and look-up, answering from memory.',
    run: async (invocation) => {
      const edge = await startThisEdge(configOf(invocation), jsonLog({ process: 'edge' }))
      process.send?.({ ready: edge.addresses })
      await untilToldToStop()
      await edge.close()
      leaveSupervisor()
      return 0
    },
  },
]

function configArguments({ configFile }: Invocation): readonly string[] {
  return configFile === undefined ? [] : ['--config', configFile]
}
