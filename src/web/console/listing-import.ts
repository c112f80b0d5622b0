import { causeNames } from '../../access/reasons.ts'
import { importFormats } from '../../core/listings/import-line.ts'
import type { ImportAnswer } from '../../core/listings/import-actions.ts'
import {
  errorOf,
  errorSummary,
  hiddenField,
  select,
  submit,
  textArea,
  textField,
  type FieldError,
} from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import { count } from '../ui/moment.ts'
import { buttonLink, literal, notice, verbatim } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import type { View } from '../ui/view.ts'
import { postForm } from './frame.ts'
import {
  checkImport,
  importOptions,
  linesOf,
  readImportForm,
  type ImportCheck,
  type ImportValues,
} from './import-check.ts'
import { places } from './places.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { ConsolePage, ConsoleRoute, OperatorVisit, Visit } from './route.ts'

/** Importing a small file: its lines are checked first, and put in force when somebody has seen what they are. */
export const importRoutes: readonly ConsoleRoute[] = [
  {
    method: 'GET',
    path: places.importListings.pattern,
    permission: 'listing.import',
    safe: true,
    fresh: true,
    handle: showForm,
  },
  {
    method: 'POST',
    path: places.importListings.pattern,
    permission: 'listing.import',
    safe: false,
    fresh: true,
    handle: takeForm,
    upload: { tooLarge: tooLargePage },
  },
]

/** 1 MiB of text. More belongs on the command line, where there is a progress bar. */
const longestText = 1024 * 1024
const command = 'postern listing import blocked.ndjson --format ndjson --reason spam'

/** Lines shown of each kind. */
const shown = 20

async function showForm(visit: OperatorVisit): Promise<ConsolePage> {
  return formPage(visit, { text: '', format: 'csv', cause: '', ends: '' }, [])
}

async function takeForm(visit: OperatorVisit): Promise<ConsolePage> {
  const { view, form, deps, actions, actor } = visit
  const words = view.words.console.import
  const values = readImportForm(form)
  const problem = problemOf(values.text, words)
  if (problem !== undefined) return { ...formPage(visit, { ...values, text: '' }, [problem]), status: 422 }
  switch (form.get('step')) {
    case 'change':
      return formPage(visit, values, [])
    case 'confirm':
      return donePage(
        view,
        await actions.importListings(actor, { lines: linesOf(values.text), ...importOptions(values) }),
      )
    default:
      return checkPage(visit, values, checkImport(values, deps.settings, view.now))
  }
}

function problemOf(text: string, words: View['words']['console']['import']): FieldError | undefined {
  if (text.trim() === '') return { field: 'file', message: words.empty }
  if (Buffer.byteLength(text) > longestText)
    return { field: 'file', message: `${words.tooLarge} ${words.bigger} ${command}` }
  return undefined
}

function formPage(visit: OperatorVisit, values: ImportValues, errors: readonly FieldError[]): ConsolePage {
  const { view } = visit
  const { import: words, causes } = view.words.console
  const fileError = errorOf(errors, 'file')
  const body = html` ${select(view, { name: 'format', label: words.format, value: values.format, options: importFormats.map((format) => [format, words.formats[format]] as const) })}
    <div class="field ${fileError === undefined ? '' : 'wrong'}">
      <label for="f-file">${words.file}</label>
      <div class="hint" id="f-file-hint">${words.fileHint}</div>
      ${fileError === undefined ? '' : html`<p class="error" id="f-file-error"><span class="hidden">${view.words.common.error}</span> ${fileError}</p>`}
      <input
        id="f-file"
        type="file"
        name="file"
        aria-describedby="f-file-hint ${fileError === undefined ? '' : 'f-file-error'}"
      />
    </div>
    ${textArea(view, { name: 'text', label: words.text, value: values.text, rows: 8, verbatim: true })}
    <fieldset>
      <legend>${words.defaults}</legend>
      ${select(view, { name: 'cause', label: words.cause, value: values.cause, options: [['', words.causeNone], ...causeNames.map((name) => [name, causes[name]] as const)] })}
      ${textField(view, { name: 'ends', label: words.ends, hint: words.endsHint, value: values.ends, size: 'medium', maxlength: 40, autocomplete: 'off' })}
    </fieldset>
    ${submit(words.check)}`
  return {
    title: words.title,
    body: html`<div class="narrow">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${errorSummary(view, errors)} ${postForm(visit, places.importListings.href(), body, true)}
      <p class="hint">${words.bigger}</p>
      ${verbatim(command)}
    </div>`,
  }
}

/** The body was longer than a file of 1 MiB can be, so the form was not read. */
function tooLargePage({ view }: Visit): ConsolePage {
  const words = view.words.console.import
  return {
    title: words.tooLarge,
    status: 413,
    body: html`<div class="narrow">
      <h1>${words.tooLarge}</h1>
      <p class="lead">${words.bigger}</p>
      ${verbatim(command)}
      <p><a href="${places.importListings.href()}">${view.words.common.back}</a></p>
    </div>`,
  }
}

function checkPage(visit: OperatorVisit, values: ImportValues, found: ImportCheck): ConsolePage {
  const { view } = visit
  const words = view.words.console.import
  const number = (value: number): string => count(view.language, value)
  const kept = html`${hiddenField('text', values.text)}${hiddenField('format', values.format)}
  ${hiddenField('cause', values.cause)}${hiddenField('ends', values.ends)}`
  const confirm = html`<button class="button danger" name="step" value="confirm">
    ${words.confirm(number(found.usable))}
  </button>`
  const body = html`${kept}
    <div class="actions">
      ${found.usable > 0 ? confirm : ''}
      <button class="button quiet" name="step" value="change">${words.change}</button>
    </div>`
  return {
    title: words.checkTitle,
    body: html`<div class="narrow">
      <h1>${words.checkTitle}</h1>
      <p class="lead">
        ${words.read(number(found.lines))} · ${words.usable(number(found.usable))} ·
        ${words.refused(number(found.refused.length))}
      </p>
      ${found.usable === 0 ? notice('warning', words.none) : ''}
      ${postForm(visit, places.importListings.href(), body, true)}
      ${
        found.prefixes.length === 0
          ? ''
          : html`<h2>${words.sample}</h2>
              ${verbatim(found.prefixes.slice(0, shown).join('\n'))}`
      }
      ${refusedLines(
        view,
        found.refused
          .slice(0, shown)
          .map(({ line, refusal }) => [line, refusalSentence(view, refusal)] as const),
        found.refused.length,
      )}
    </div>`,
  }
}

function refusedLines(
  view: View,
  lines: readonly (readonly [line: number, why: string])[],
  all: number,
): Html | string {
  const words = view.words.console.import
  if (lines.length === 0) return ''
  return html`<h2>${words.refusedCaption}</h2>
    ${table({ caption: words.refusedCaption, quiet: true, head: [words.line, words.why], rows: lines.map(([line, why]) => [count(view.language, line), visible(why)]) })}
    ${all > lines.length ? html`<p class="hint">${words.firstRefused(lines.length)}</p>` : ''}`
}

function donePage(view: View, answer: ImportAnswer): ConsolePage {
  const words = view.words.console.import
  const { refused, refusedCount } = answer
  return {
    title: words.doneTitle,
    body: html`<div class="narrow">
      <h1>${words.doneTitle}</h1>
      ${notice('good', words.done(count(view.language, answer.added)), html`<p>${words.doneAudit} ${literal(answer.sha256)}</p>`)}
      <p>
        ${buttonLink(places.listings.href(), view.words.console.nav.listings)}
        <a href="${places.importListings.href()}">${words.another}</a>
      </p>
      ${refusedLines(
        view,
        refused
          .slice(0, shown)
          .map(({ line, code, facts }) => [line, refusalSentence(view, { code, facts })] as const),
        refusedCount,
      )}
    </div>`,
  }
}
