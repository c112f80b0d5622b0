import type { Command } from './command.ts'

export const demoCommand: Command = {
  name: 'demo',
  usage: '',
  summary: 'Run everything on a throw-away database with a story to look at; no mail leaves.',
  run: async (invocation) => await (await import('./demo.ts')).runDemo(invocation),
}
