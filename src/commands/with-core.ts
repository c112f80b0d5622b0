import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import { messages } from '../web/messages/messages.ts'
import { askCore, CoreSilent } from './ask-core.ts'
import type { Invocation, Output } from './command.ts'
import { configOf } from './config-of.ts'
import { plain } from './output.ts'

/**
 * Asks core, prints what it answers, and gives the exit status. A refusal is said in words on stderr: status 1.
 * With `--wait` it waits for the edges afterwards.
 */
export async function withCore(
  invocation: Invocation,
  operation: string,
  input: unknown,
  print: (value: object, output: Output) => void,
  more: {
    readonly lines?: AsyncIterable<string>
    readonly onValue?: (value: object) => void
    readonly onProgress?: (done: number, all?: number) => void
  } = {},
): Promise<number> {
  const { output, json } = invocation
  const config = configOf(invocation)
  const sink = {
    emit: (value: object) => {
      more.onValue?.(value)
      if (json) output.json(value)
      else print(value, output)
    },
    progress: more.onProgress ?? ((done: number, all?: number) => output.progress('done', done, all)),
  }
  try {
    await askCore(config, operation, input, sink, more.lines)
    if (invocation.options['wait'] === true) return await waitForEdges(config, output)
    return 0
  } catch (error) {
    if (error instanceof CoreSilent) {
      output.note(error.message)
      return 1
    }
    if (!(error instanceof Refusal)) throw error
    sayRefusal(output, error)
    return 1
  }
}

/** In English: commands are for administrators and scripts. */
export function sayRefusal(output: Output, refusal: Refusal): void {
  output.note(inWords(refusal))
}

/** What happened and what to do, in one line that a terminal can be given. */
export function inWords({ code, facts }: Pick<Refusal, 'code' | 'facts'>): string {
  const { what, next } = messages.en.refusals[code](facts)
  return plain(`${what} ${next} (${code})`)
}

async function waitForEdges(config: Config, output: Output): Promise<number> {
  let missing: readonly string[] = []
  await askCore(
    config,
    'edges.wait',
    {},
    {
      emit: (value) => {
        if ('missing' in value && Array.isArray(value.missing)) missing = value.missing.map(String)
      },
      progress: () => {},
    },
  )
  if (missing.length === 0) return 0
  output.note(`these edges have not acknowledged: ${missing.join(', ')}`)
  return 1
}
