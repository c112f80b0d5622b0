import { reputationSettings } from '../../../src/core/reputation/own-settings.ts'
import { Reputation } from '../../../src/core/reputation/reputation.ts'
import { settingsOf } from '../../../src/config/settings.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { ConfigMistakes } from '../../../src/config/mistake.ts'
import type { Decision, Judge } from '../judge.ts'

/** Postern's own judgement with its default settings, as the replay runs it. */
export function posternJudge(): Judge {
  const config = loadConfig({ file: undefined, env: {} })
  if (config instanceof ConfigMistakes) throw new Error('the built-in defaults are no configuration')
  const judge = new Reputation(reputationSettings(settingsOf(config)))
  return {
    decide: (glance) => {
      judge.tick(glance.at)
      const decision: Decision = judge.decide(glance)
      if (decision.action === 'pass') judge.passed(glance)
      judge.takeNotes()
      return decision
    },
    learn: (event) => {
      if (event.type === 'message') judge.learn(event)
    },
    attempt: (event) => judge.attempted(event),
    complain: (event) => void judge.complain(event),
    delist: (at, address) => {
      judge.tick(at)
      const answer = judge.delist(address, at)
      return answer === 'done' || answer === 'not-listed'
    },
  }
}
