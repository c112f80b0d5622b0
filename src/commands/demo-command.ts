import type { Command } from './command.ts'
export const demoCommand: Command = { name: 'demo', usage: '', summary: 'A story to look at.', run: async () => await Promise.resolve(0) }
