/**
 * What a command of this machine hands to core of a file that it reads: `<number>\t<event>`, or `<number>\t!<sentence>` for a line that
 * the command could not read. Numbers are those of the file, for the answer.
 */
export type GivenLine =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly unusable: string }

/** What `readGiven` reads. */
export function formatGiven(line: number, event: string | { readonly unusable: string }): string {
  if (typeof event !== 'string') return `${line}\t!${event.unusable}`
  return `${line}\t${event.startsWith('!') ? ' ' : ''}${event}`
}

export function readGiven(text: string): GivenLine {
  const tab = text.indexOf('\t')
  const line = Number(text.slice(0, tab))
  return text[tab + 1] === '!' ? { line, unusable: text.slice(tab + 2) } : { line, text: text.slice(tab + 1) }
}
