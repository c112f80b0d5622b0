import { join } from 'node:path'
import { silentLog } from '../base/log.ts'
import type { Config } from '../config/load.ts'
import { callCore, type Sink } from '../control/client.ts'

/** The core is there but does not speak. */
export class CoreSilent extends Error {}

/**
 * Runs an operation in the running core; when none runs, takes the lock and acts as core for as long as it takes.
 * Throws the operation's refusal, or `CoreSilent` when the lock is held and nobody answers.
 */
export async function askCore(
  config: Config,
  name: string,
  input: unknown,
  sink: Sink,
  lines?: AsyncIterable<string>,
): Promise<void> {
  const reached = await callCore(join(config.data, 'core.sock'), name, input, lines, sink)
  if (reached === 'done') return
  if (reached === 'silent') {
    throw new CoreSilent(
      'the process that holds data/lock does not answer on core.sock: it is stopped or hung. Whether the change will be made is unknown: look before you try again',
    )
  }
  // A running core has answered by now: only who acts as core loads it.
  const { operations } = await import('../control/operations.ts')
  const { openCore } = await import('../app.ts')
  const { forgetConnections } = await import('../core/edges/actions.ts')
  const operation = operations.find((each) => each.name === name)
  if (!operation) throw new Error(`there is no operation ${name}`)
  const core = await openCore(config, { actor: 'cli', log: silentLog })
  if (core === 'locked') {
    throw new CoreSilent(
      'another process holds data/lock, but core.sock does not answer: wait until it has started, or stop it',
    )
  }
  try {
    // Whoever was connected when the last core was killed is not any more, and nobody waits for it.
    await forgetConnections(core.ctx)
    await operation.run(core.ctx, {
      input,
      lines: lines ?? noLines(),
      emit: sink.emit,
      flushed: async () => {},
      progress: sink.progress,
    })
  } finally {
    await core.close()
  }
}

async function* noLines(): AsyncGenerator<string> {}
