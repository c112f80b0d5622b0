import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigMistakes } from '../config/mistake.ts'
import { messages } from '../web/messages/messages.ts'
import { askCore, CoreSilent } from './ask-core.ts'
import type { Invocation, Output } from './command.ts'

/** Thrown where the configuration cannot be used; exit status 2, all mistakes said. */
export class WrongConfig extends Error {
  readonly mistakes: ConfigMistakes

  constructor(mistakes: ConfigMistakes) {
    super('the configuration cannot be used')
    this.mistakes = mistakes
  }
}

/** The configuration that the command names. */
export function configOf({ configFile }: Pick<Invocation, 'configFile'>): Config {
  const config = loadConfig({ file: configFile })
  if (config instanceof ConfigMistakes) throw new WrongConfig(config)
  return config
}

/**
 * Asks core, prints what it answers, and gives the exit status. A refusal is said in words on stderr: status 1.
 * With `--wait` it waits for the edges afterwards.
 */
export async function withCore(
  invocation: Invocation,
  operation: string,
  input: unknown,
  print: (value: object, output: Output) => void,
  more: { readonly lines?: AsyncIterable<string>; readonly onValue?: (value: object) => void } = {},
): Promise<number> {
  const { output, json } = invocation
  const config = configOf(invocation)
  const sink = {
    emit: (value: object) => {
      more.onValue?.(value)
      if (json) output.json(value)
      else print(value, output)
    },
    progress: (done: number, all?: number) => output.progress('done', done, all),
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
  const { what, next } = messages.en.refusals[refusal.code](refusal.facts)
  output.note(`${what} ${next} (${refusal.code})`)
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
