import { setTimeout as sleep } from 'node:timers/promises'
import { reportsOfIncident } from '../../src/core/abuse/desk-actions.ts'
import type { Context } from '../../src/core/context.ts'
import { deskActions } from '../../src/core-desk-actions.ts'
import { listIncidents } from '../../src/core/incidents/actions.ts'
import { incidentStates } from '../../src/core/incidents/incident.ts'
import { testConsole } from './console.ts'

/** Somebody at the desk, over what is really in the database: the pages themselves, without the network. */
export interface DeskVisitor {
  /** Opens each page once; milliseconds of each. Throws when one is not there. */
  lookAround(): Promise<readonly number[]>
  /** Looks around again and again until it is stopped, and gives what each page took. */
  begin(): { stop(): Promise<readonly number[]> }
}

/** Between two pages, in milliseconds: nobody reads faster. */
const pauseMs = 50

export function deskVisitor(ctx: Context): DeskVisitor {
  const viewer = { view: async () => ({ failure: 'busy' }) as const }
  const { ask } = testConsole({ actions: deskActions(ctx, viewer) })
  const open = async (path: string): Promise<number> => {
    const begun = performance.now()
    const answer = await ask('reader', path)
    await answer.text()
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`)
    return performance.now() - begun
  }
  const lookAround = async (): Promise<readonly number[]> => {
    const took: number[] = []
    for (const path of [
      '/abuse',
      '/abuse?text=ann@provider.example',
      '/abuse/reports',
      '/abuse/figures',
      ...(await pathsOf(ctx)),
    ]) {
      took.push(await open(path))
      await sleep(pauseMs)
    }
    return took
  }
  return {
    lookAround,
    begin: () => {
      let isOver = false
      const looking = (async () => {
        const took: number[] = []
        while (!isOver) took.push(...(await lookAround()))
        return took
      })()
      // Whoever stops it hears of it.
      looking.catch(() => undefined)
      return {
        stop: async () => {
          isOver = true
          return await looking
        },
      }
    },
  }
}

/** The newest incident and a report of it, as far as there are some. */
async function pathsOf(ctx: Context): Promise<readonly string[]> {
  const [incident] = (await listIncidents(ctx, { states: incidentStates, limit: 1 })).incidents
  if (!incident) return []
  const { reports } = await reportsOfIncident(ctx, incident.id, { offset: 0, limit: 1 })
  const [report] = reports
  return [`/abuse/incidents/${incident.id}`, ...(report ? [`/abuse/reports/${report.id}`] : [])]
}
