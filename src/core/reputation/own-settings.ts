import { day, hour } from '../../base/clock.ts'
import { exemptMailboxes } from '../../access/exempt.ts'
import { ourNames } from '../../access/our-names.ts'
import { isNamed } from '../../access/protected-names.ts'
import type { RateRules } from '../../access/standing.ts'
import { mayBeListed } from '../listings/listing.ts'
import type { Settings } from '../settings.ts'
import type { ReputationSettings } from './mind.ts'
import { tuningWith, type Tuning } from './tuning.ts'

/** What the judgement reads of the configuration. */
export function reputationSettings(settings: Settings): ReputationSettings {
  const { provider, addresses, mail, listing, reputation } = settings
  const tuning = tuningWith(reputation.tuning)
  return {
    tuning,
    rules: rateRules(tuning, reputation.recipientsPerMessage),
    mostSenders: reputation.mostSenders,
    termsMs: reputation.termsMs,
    recurrenceMs: listing.recurrenceMs,
    coolDownMs: settings.limits['delist.unit.day']?.windowMs ?? day,
    isProtected: (prefix, name) =>
      mayBeListed(prefix, settings) !== undefined || isNamed(settings.protected.names, name),
    decide: {
      protected: [...provider.networks, ...settings.protected.networks],
      protectedNames: settings.protected.names,
      exempt: exemptMailboxes(provider.domains, Object.values(addresses), mail.replyDomain),
      exemptPerHour: 0,
      ourNames: ourNames(provider.domains, provider.site),
    },
  }
}

/** The figures that the edges go by. */
function rateRules({ newBudget, greyHours, stormAttempts }: Tuning, recipientsPerMessage: number): RateRules {
  return { newPerHour: newBudget, greyKeptMs: greyHours * hour, stormAttempts, recipientsPerMessage }
}
