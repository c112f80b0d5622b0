import { incidentOutcomes } from '../../core/incidents/incident.ts'
import type { OperatorVisit } from './route.ts'

/** What people do about an incident. */
export const deeds = [
  'notify',
  'suspend',
  'release',
  'escalate',
  'note',
  'acted',
  'no-violation',
  'not-ours',
  'unproven',
] as const
export type Deed = (typeof deeds)[number]

/** Those that make sense for several at once: a note is about one. */
export const bulkDeeds = deeds.filter((deed) => deed !== 'note')

/** Does it, with the note of the form. Throws what the core refuses. */
export async function doDeed(
  { actor, actions, form }: OperatorVisit,
  incident: string,
  deed: Deed,
): Promise<void> {
  const note = (form.get('note') ?? '').trim()
  switch (deed) {
    case 'notify':
      return await actions.tellOwner(actor, incident)
    case 'suspend':
      return await actions.suspendAccount(actor, incident)
    case 'release':
      return await actions.releaseAccount(actor, incident)
    case 'escalate':
      return await actions.escalateIncident(actor, incident)
    case 'note':
      return await actions.noteIncident(actor, { incident, note })
    default: {
      const outcome = incidentOutcomes.find((each) => each === deed)
      if (outcome !== undefined)
        await actions.closeIncident(actor, { incident, outcome, ...(note && { note }) })
    }
  }
}
