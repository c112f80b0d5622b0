import { createReadStream } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { settingsOf } from '../config/settings.ts'
import type { Replay } from '../core/reputation/replay.ts'
import { parseDuration } from '../standards/duration.ts'
import { UsageError, type Command, type Output } from './command.ts'
import { configOf } from './config-of.ts'
import { plain } from './output.ts'

/** Lines between two looks at whether the reader of our answer keeps up. */
const linesAtOnce = 256

export const replayCommand: Command = {
  name: 'replay',
  usage: 'FILE|-',
  summary:
    'Run recorded mail events through the judgement, without a database and without acting on anything.',
  options: { lag: { type: 'string' } },
  optionHelp: { lag: 'seconds after which what became of a message is known; 0' },
  words: [1, 1],
  run: async (invocation) => {
    const lag = typeof invocation.options.lag === 'string' ? invocation.options.lag : '0'
    const lagMs = /^\d{1,6}$/.test(lag) ? Number(lag) * 1000 : parseDuration(lag)
    if (lagMs === undefined) throw new UsageError('--lag takes seconds')
    const { reputationSettings } = await import('../core/reputation/own-settings.ts')
    const { Replay } = await import('../core/reputation/replay.ts')
    const replay = new Replay(reputationSettings(settingsOf(configOf(invocation))), lagMs)
    const [file = '-'] = invocation.words
    const input = file === '-' ? process.stdin : createReadStream(file)
    const { refused, read } = await run(input, replay, invocation.json, invocation.output)
    if (refused > 0) invocation.output.note(`${refused} of ${read} lines could not be used`)
    return refused > 0 ? 1 : 0
  },
}

async function run(
  input: NodeJS.ReadableStream,
  replay: Replay,
  asJson: boolean,
  output: Output,
): Promise<{ readonly refused: number; readonly read: number }> {
  let read = 0
  let refused = 0
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    read++
    if (line.trim() === '') continue
    const lines = push(replay, line)
    if (typeof lines === 'string') {
      refused++
      if (refused <= 100) output.note(`line ${read}: ${plain(lines)}`)
      continue
    }
    for (const each of lines) {
      if (asJson) output.json(each)
      else output.say(sentenceOf(each))
    }
    if (read % linesAtOnce !== 0) continue
    output.progress('replayed', read)
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  }
  return { refused, read }
}

function push(replay: Replay, line: string): readonly object[] | string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return 'not JSON'
  }
  return replay.push(value)
}

function sentenceOf(line: object): string {
  return Object.entries(line)
    .map(
      ([name, value]) =>
        `${name} ${plain(typeof value === 'object' ? JSON.stringify(value) : String(value))}`,
    )
    .join('  ')
}
