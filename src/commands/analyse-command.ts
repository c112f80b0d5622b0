import type { Command } from './command.ts'

export const analyseCommand: Command = {
  name: 'analyse',
  usage: '[FILE|DIR …|-]',
  summary:
    'Reads bounces, SMTP replies, logs, header blocks, feedback reports and XARF: what happened, who must act, what to do next.',
  words: [0, 100_000],
  run: async (invocation) => await (await import('./analyse.ts')).analyseInputs(invocation),
}
