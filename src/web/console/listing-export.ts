import { importFormats, type ImportFormat } from '../../core/listings/import-line.ts'
import { select, submit } from '../ui/form.ts'
import { html } from '../ui/html.ts'
import { begun, bytesOf } from '../text-stream.ts'
import { postForm } from './frame.ts'
import { places } from './places.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit } from './route.ts'

/** Everything in force as a file, streamed: a million lines need no memory. */
export const exportRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.exportListings.pattern,
    permission: 'console.read',
    safe: true,
    fresh: true,
    handle: exportPage,
  },
  // It is written down, so a link that a browser fetches ahead must not do it.
  {
    method: 'POST',
    path: places.exportListings.pattern,
    permission: 'console.read',
    safe: false,
    fresh: true,
    handle: exportFile,
  },
]

const types: Readonly<Record<ImportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  rbldnsd: 'text/plain; charset=utf-8',
}

async function exportPage(visit: OperatorVisit): Promise<ConsolePage> {
  const { view } = visit
  const { export: words, import: named } = view.words.console
  return await Promise.resolve({
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${postForm(
        visit,
        places.exportListings.href(),
        html`${select(view, { name: 'format', label: named.format, value: 'csv', options: importFormats.map((format) => [format, named.formats[format]] as const) })}
          <div class="actions">
            ${submit(words.button)} <a href="${places.listings.href()}">${view.words.common.back}</a>
          </div>`,
      )}
    </div>`,
  })
}

async function exportFile({ form, actions, actor, view }: OperatorVisit): Promise<Response> {
  const format = importFormats.find((known) => known === form.get('format')) ?? 'ndjson'
  const day = new Date(view.now).toISOString().slice(0, 10)
  const lines = await begun(actions.exportListings(actor, format))
  return new Response(ReadableStream.from(bytesOf(lines, format === 'csv' ? '\r\n' : '\n')), {
    headers: {
      'Content-Type': types[format],
      'Content-Disposition': `attachment; filename="listings-${day}.${format === 'rbldnsd' ? 'txt' : format}"`,
    },
  })
}
