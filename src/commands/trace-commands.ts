import { openKeys } from '../app.ts'
import { tracePseudonym } from '../standards/trace-header.ts'
import type { Command } from './command.ts'
import { configOf } from './config-of.ts'

/** The key of trace headers, for whoever sets up a submission server. It is derived from `keys/master`, so no core needs to run. */
export const traceCommands: readonly Command[] = [
  {
    name: 'trace key',
    usage: '',
    summary: 'The key that submission servers write trace headers with. Whoever has it can write them.',
    run: async (invocation) => {
      const key = openKeys(configOf(invocation).data).trace.reveal().toString('hex')
      if (invocation.json) invocation.output.json({ key })
      else invocation.output.say(key)
      return await Promise.resolve(0)
    },
  },
  {
    name: 'trace account',
    usage: 'LOGIN',
    summary: 'What stands for an account in trace headers.',
    words: [1, 1],
    run: async (invocation) => {
      const [login = ''] = invocation.words
      const pseudonym = tracePseudonym(openKeys(configOf(invocation).data).trace, login)
      if (invocation.json) invocation.output.json({ login, pseudonym })
      else invocation.output.say(pseudonym)
      return await Promise.resolve(0)
    },
  },
]
