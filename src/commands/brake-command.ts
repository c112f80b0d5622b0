import { brakeRules } from '../access/brake.ts'
import { UsageError, type Command } from './command.ts'
import { line } from './output.ts'
import { withCore } from './with-core.ts'

const widths = { rule: 12, brake: 5 }

export const brakeCommand: Command = {
  name: 'brake',
  usage: `RULE on|off|show (RULE: ${brakeRules.join(', ')}), or show`,
  summary: 'Hold a rule of the judgement by hand, let it go, or show what is held and why.',
  words: [1, 2],
  run: async (invocation) => {
    const [first = '', deed = 'show'] = invocation.words
    const rule = brakeRules.find((name) => name === first)
    const isAll = first === 'show' && invocation.words.length === 1
    if ((rule === undefined && !isAll) || !['on', 'off', 'show'].includes(deed))
      throw new UsageError(
        `brake takes one of ${brakeRules.join(', ')} and then on, off or show; or only show`,
      )
    const isShown = deed === 'show'
    const operation = isShown ? 'brake.show' : 'brake.turn'
    const input = isShown ? { rule } : { rule, isOn: deed === 'on' }
    return await withCore(invocation, operation, input, (value, { say, note }) => {
      say(line(value, widths, ['why', 'by', 'since', 'asked', 'askedBy']))
      if ('asked' in value && !isShown)
        note('nobody judges at present: it is done by the engine when it runs next')
    })
  },
}
