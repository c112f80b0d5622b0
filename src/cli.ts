#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { CannotStart, cannotStartStatus, type CannotStartMessage } from './cannot-start.ts'
import { UsageError, type Command, type Output } from './commands/command.ts'
import { processOutput } from './commands/output.ts'
import { WrongConfig } from './commands/config-of.ts'
import { edgeCommand } from './commands/edge-command.ts'

/** An edge's process holds what an edge needs and nothing else. */
const commands: readonly Command[] =
  process.argv[2] === 'edge' ? [edgeCommand] : (await import('./commands/commands.ts')).commands

/** `postern`: finds the command, reads its options, runs it. Exit status: 0 done, 1 no, 2 wrong usage or configuration, 78 cannot start before something is changed. */
async function main(args: readonly string[]): Promise<number> {
  const output = processOutput()
  const command = findCommand(args)
  if (!command) {
    const isHelp = args.length === 0 || args.includes('--help') || args[0] === 'help'
    const text = overview(args[0])
    if (isHelp) output.say(text)
    else output.note(text)
    return isHelp ? 0 : 2
  }
  try {
    const { values, positionals } = readArguments(command, args)
    if (values['help'] === true) {
      output.say(help(command))
      return 0
    }
    const { config, json, help: _, ...options } = values
    return await command.run({
      words: positionals,
      options,
      configFile: typeof config === 'string' ? config : undefined,
      json: json === true,
      output,
    })
  } catch (error) {
    if (error instanceof UsageError) {
      output.note(`${error.message}\n\n${help(command)}`)
      return 2
    }
    if (error instanceof WrongConfig) {
      output.note(error.mistakes.toString())
      return 2
    }
    if (error instanceof CannotStart) return await sayCannotStart(error, output)
    output.note(`postern: ${describe(error)}`)
    return 1
  }
}

/** The command whose words stand first; `listing add` before `listing`. */
function findCommand(args: readonly string[]): Command | undefined {
  const [first = '', second = ''] = args
  return (
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first)
  )
}

function readArguments(command: Command, args: readonly string[]) {
  const options = {
    ...command.options,
    config: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    const parsed = parseArgs({
      args: args.slice(command.name.split(' ').length),
      options,
      allowPositionals: true,
    })
    const values: Record<string, string | boolean | undefined> = { ...parsed.values }
    const [least, most] = command.words ?? [0, 0]
    const count = parsed.positionals.length
    if (values['help'] !== true && (count < least || count > most)) {
      throw new UsageError(
        count < least ? 'something is missing' : `"${parsed.positionals[most] ?? ''}" is too much`,
      )
    }
    return { values, positionals: parsed.positionals }
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(error instanceof Error ? error.message : 'unreadable')
  }
}

function overview(wrong: string | undefined): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  const unknown =
    wrong !== undefined && !wrong.startsWith('-') && wrong !== 'help'
      ? `There is no command "${wrong.slice(0, 40)}".\n\n`
      : ''
  return `${unknown}postern COMMAND [--config FILE] [--json] [--help]\n\n${list.join('\n')}`
}

function help({ name, usage, summary, optionHelp = {} }: Command): string {
  const lines = Object.entries(optionHelp).map(([option, words]) => `  --${option.padEnd(12)} ${words}`)
  return `postern ${name} ${usage}\n\n${summary}${lines.length > 0 ? `\n\n${lines.join('\n')}` : ''}`
}

/** Under a supervisor it is said there, once for all of them. What was begun already (a door, a connection) ends with the process. */
async function sayCannotStart({ message }: CannotStart, output: Output): Promise<never> {
  const said: CannotStartMessage = { cannotStart: message }
  if (process.send === undefined) output.note(message)
  else await new Promise((resolve) => process.send?.(said, resolve))
  process.exit(cannotStartStatus)
}

/** What went wrong and, a line each, what was behind it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}\n  because: ${describe(error.cause)}`
}

process.exitCode = await main(process.argv.slice(2))
