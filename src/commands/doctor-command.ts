import { systemClock } from '../base/clock.ts'
import type { Command } from './command.ts'
import { configOf } from './config-of.ts'
import { examine } from './doctor/examine.ts'
import { plain } from './output.ts'

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[--config FILE]',
  summary:
    'Look at configuration, files, clock, database, processes, Postfix and DNS, and say what would not work.',
  run: async (invocation) => {
    const { output, json } = invocation
    const findings = await examine(configOf(invocation), systemClock().now())
    for (const finding of findings) {
      if (json) {
        output.json(finding)
        continue
      }
      output.say(`${finding.state.padEnd(8)} ${finding.about.padEnd(13)} ${plain(finding.what)}`)
      if (finding.todo !== '') output.say(`${' '.repeat(23)}${plain(finding.todo)}`)
    }
    const count = (state: string): number => findings.filter((finding) => finding.state === state).length
    const faults = count('fault')
    if (!json) output.say(`\n${faults} ${faults === 1 ? 'fault' : 'faults'}, ${count('warning')} warnings`)
    return faults > 0 ? 1 : 0
  },
}
