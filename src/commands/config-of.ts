import { unknownLimits, unknownThresholds } from '../config/checks.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigMistakes } from '../config/mistake.ts'
import { limitNames } from '../core/limits/limits.ts'
import { thresholdNames } from '../core/reputation/tuning.ts'
import type { Invocation } from './command.ts'

/** Thrown where the configuration cannot be used; exit status 2, all mistakes said. */
export class WrongConfig extends Error {
  readonly mistakes: ConfigMistakes

  constructor(mistakes: ConfigMistakes) {
    super('the configuration cannot be used')
    this.mistakes = mistakes
  }
}

/** The configuration that the command names; throws `WrongConfig` with everything wrong in it. */
export function configOf({ configFile }: Pick<Invocation, 'configFile'>): Config {
  const config = loadConfig({ file: configFile })
  if (config instanceof ConfigMistakes) throw new WrongConfig(config)
  const strange = [
    ...unknownLimits(config, limitNames).map((each) => ({ ...each, where: 'limits' })),
    ...unknownThresholds(config, thresholdNames).map((each) => ({ ...each, where: 'reputation.tuning' })),
  ]
  if (strange.length === 0) return config
  throw new WrongConfig(new ConfigMistakes(strange))
}
