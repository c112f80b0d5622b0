import { jsonLog } from '../base/log.ts'
import { explainStart } from '../cannot-start.ts'
import type { Command } from './command.ts'
import { configOf } from './config-of.ts'
import { leaveSupervisor, untilToldToStop } from './process-life.ts'

/** Stands apart from the other commands so that the edge's process loads neither the database nor the web. */
export const edgeCommand: Command = {
  name: 'edge',
  usage: '[--config FILE]',
  summary: 'Run an edge alone: policy server and look-up, answering from memory.',
  run: async (invocation) => {
    const config = configOf(invocation)
    const { startThisEdge } = await import('../start-edge.ts')
    const edge = await startThisEdge(config, jsonLog({ process: 'edge' })).catch((error: unknown) => {
      throw explainStart(error, config.listen)
    })
    const stopped = untilToldToStop()
    process.send?.({ ready: edge.addresses })
    await stopped
    await edge.close()
    leaveSupervisor()
    return 0
  },
}
