import { importFormats, type ImportFormat } from '../../core/listings/import-line.ts'
import { bytesOf } from '../text-stream.ts'
import { places } from './places.ts'
import type { ConsoleRoute, OperatorVisit } from './route.ts'

/** Everything in force as a file, streamed: a million lines need no memory. */
export const exportRoute: ConsoleRoute = {
  method: 'GET',
  path: places.exportListings.pattern,
  permission: 'console.read',
  safe: true,
  fresh: true,
  handle: exportFile,
}

const types: Readonly<Record<ImportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  rbldnsd: 'text/plain; charset=utf-8',
}

async function exportFile({ query, actions, actor, view }: OperatorVisit): Promise<Response> {
  const format = importFormats.find((known) => known === query.get('format')) ?? 'ndjson'
  const day = new Date(view.now).toISOString().slice(0, 10)
  const lines = bytesOf(actions.exportListings(actor, format), format === 'csv' ? '\r\n' : '\n')
  return new Response(ReadableStream.from(lines), {
    headers: {
      'Content-Type': types[format],
      'Content-Disposition': `attachment; filename="listings-${day}.${format === 'rbldnsd' ? 'txt' : format}"`,
    },
  })
}
