import { csvCell } from '../../base/csv.ts'
import { begun, bytesOf } from '../text-stream.ts'
import { date } from './day-bars.ts'
import { places } from './places.ts'
import { part, type ConsoleRoute, type OperatorVisit } from './route.ts'

/** Files of the desk: incidents and figures for spreadsheets, an incident for another desk. */
export const deskExportRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.exportIncidents.pattern,
    permission: 'abuse.read',
    safe: true,
    fresh: true,
    handle: exportIncidents,
  },
  {
    method: 'GET',
    path: places.exportFigures.pattern,
    permission: 'abuse.read',
    safe: true,
    fresh: true,
    handle: exportFigures,
  },
  {
    method: 'GET',
    path: places.incidentXarf.pattern,
    permission: 'abuse.decide',
    safe: true,
    handle: exportXarf,
  },
]

const csv = 'text/csv; charset=utf-8; header=present'

async function exportIncidents({ actor, actions, view }: OperatorVisit): Promise<Response> {
  const lines = bytesOf(await begun(actions.exportIncidents(actor)), '\r\n')
  return file(ReadableStream.from(lines), csv, `incidents-${date(view.now)}.csv`)
}

async function exportFigures({ actor, actions, view }: OperatorVisit): Promise<Response> {
  const { days } = await actions.deskFigures(actor, { days: 90 })
  const lines = days.map(({ at, reports, loops, incidents, acted, medianMs }) =>
    [date(at), reports, loops, incidents, acted, medianMs === null ? '' : Math.round(medianMs / 1000)]
      .map((cell) => csvCell(String(cell)))
      .join(','),
  )
  const text = ['day,reports,of_loops,incidents,acted,median_seconds_to_act', ...lines, ''].join('\r\n')
  return file(text, csv, `abuse-${date(view.now)}.csv`)
}

async function exportXarf(visit: OperatorVisit): Promise<Response> {
  const id = part(visit, 'id')
  const report = await visit.actions.xarfOf(visit.actor, id)
  // The id was found, so it has the form of ours.
  return file(`${JSON.stringify(report, null, 2)}\n`, 'application/json', `incident-${id}.xarf.json`)
}

function file(body: ReadableStream | string, type: string, name: string): Response {
  return new Response(body, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` },
  })
}
