import { Refusal } from '../../base/refusal.ts'
import { importFormats, isCause, readImportLine, type ImportFormat } from '../../core/listings/import-line.ts'
import { peopleNeeded, readWish, type ListingFields } from '../../core/listings/listing.ts'
import type { Settings } from '../../core/settings.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'

/** What the form of an import carries, and what the import would do with it. */
export interface ImportValues {
  readonly text: string
  readonly format: ImportFormat
  readonly cause: string
  readonly ends: string
}

/** A file that was chosen wins over what was pasted. */
export function readImportForm(form: Fields): ImportValues {
  const file = form.get('file') ?? ''
  return {
    text: file.trim() === '' ? (form.get('text') ?? '') : file,
    format: importFormats.find((format) => format === form.get('format')) ?? 'csv',
    cause: form.get('cause') ?? '',
    ends: (form.get('ends') ?? '').trim(),
  }
}

/** The same as core takes it. */
export function importOptions({ format, cause, ends }: ImportValues): {
  readonly format: ImportFormat
  readonly defaults: Partial<ListingFields>
} {
  return { format, defaults: { ...(isCause(cause) ? { cause } : {}), ...(ends === '' ? {} : { ends }) } }
}

/** The lines, as a file on disk would give them. */
export async function* linesOf(text: string): AsyncGenerator<string> {
  yield* splitLines(text)
}

/** A line end at the end begins no further line. */
function splitLines(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

export interface ImportCheck {
  readonly lines: number
  /** Prefixes that would be listed; adding one twice counts once. */
  readonly usable: number
  readonly prefixes: readonly string[]
  readonly refused: readonly { readonly line: number; readonly refusal: Refusal }[]
}

/** Reads every line as the import will, and changes nothing. */
export function checkImport(values: ImportValues, settings: Settings, now: number): ImportCheck {
  const { format, defaults } = importOptions(values)
  const lines = splitLines(values.text)
  const prefixes: string[] = []
  const refused: { line: number; refusal: Refusal }[] = []
  for (const [index, text] of lines.entries()) {
    const fields = readImportLine(text, format, defaults)
    if (fields === undefined) continue
    const wish = fields instanceof Refusal ? fields : readWish(fields, settings, now)
    if (wish instanceof Refusal) refused.push({ line: index + 1, refusal: wish })
    else if (wish.effect === 'refuse' && peopleNeeded(wish.prefix) === 2) {
      refused.push({
        line: index + 1,
        refusal: new Refusal('prefix.two-people', { prefix: formatPrefix(wish.prefix) }),
      })
    } else prefixes.push(formatPrefix(wish.prefix))
  }
  return { lines: lines.length, usable: new Set(prefixes).size, prefixes, refused }
}
