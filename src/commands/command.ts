import type { ParseArgsOptionsConfig } from 'node:util'

/** What a command's run is given. */
export interface Invocation {
  /** Words after the command's name. */
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** `--config`. */
  readonly configFile: string | undefined
  readonly json: boolean
  readonly output: Output
}

/** One command of `postern`. */
export interface Command {
  /** `listing add` */
  readonly name: string
  /** What follows the name: `ADDRESS|PREFIX --reason R`. */
  readonly usage: string
  /** One sentence for `--help`. */
  readonly summary: string
  readonly options?: ParseArgsOptionsConfig
  /** Explains each option for `--help`. */
  readonly optionHelp?: Readonly<Record<string, string>>
  /** How many words it takes, at least and at most. */
  readonly words?: readonly [least: number, most: number]
  /** Gives the exit status: 0 done, 1 the answer is no, 2 wrong usage or configuration. */
  run(invocation: Invocation): Promise<number>
}

/** stdout is for answers, stderr for progress and diagnostics (contracts 1). */
export interface Output {
  /** A line of the answer for people. */
  say(text: string): void
  /** One JSON object of the answer, with `--json`. */
  json(value: object): void
  /** A diagnostic. */
  note(text: string): void
  /** How far long work is; a bar where stderr is a terminal. */
  progress(label: string, done: number, all?: number): void
}

/** Wrong usage: said with the command's usage, exit status 2. */
export class UsageError extends Error {}
