import { systemClock } from '../base/clock.ts'
import { parseDuration } from '../standards/duration.ts'
import { UsageError, type Command } from './command.ts'
import { facts } from './output.ts'
import { withCore } from './with-core.ts'

export const voidCommand: Command = {
  name: 'void',
  usage: 'SOURCE --since TIME',
  summary: 'Take back everything that a source of mail events has said since a time, and what rests on it.',
  options: { since: { type: 'string' }, wait: { type: 'boolean' } },
  optionHelp: {
    since: 'an RFC 3339 time, or how long ago: 6h, 2d',
    wait: 'wait until every connected edge acts on it',
  },
  words: [1, 1],
  run: async (invocation) => {
    const since = readSince(invocation.options['since'], systemClock().now())
    if (since === undefined) throw new UsageError('--since is an RFC 3339 time, or how long ago: 6h, 2d')
    const [source = ''] = invocation.words
    return await withCore(invocation, 'evidence.void', { source, since }, (value, { say }) => {
      const { ended, ...rest } = value as { readonly ended: readonly object[] }
      say(facts(rest))
      if (ended.length === 0) say('every listing of the engine still stands')
      for (const each of ended) say(`\nended\n${facts(each)}`)
    })
  },
}

function readSince(text: string | boolean | undefined, now: number): number | undefined {
  if (typeof text !== 'string') return undefined
  const ago = parseDuration(text)
  if (ago !== undefined) return now - ago
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text)
  const at = isTime ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at
}
