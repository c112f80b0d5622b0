/** One line of an operation's answer on `data/core.sock`. */
export type ControlLine =
  | { readonly value: object }
  | { readonly progress: readonly [done: number, all: number | null] }
  | { readonly refusal: { readonly code: string; readonly facts: Readonly<Record<string, string | number>> } }
  | { readonly fault: string }
  | { readonly done: true }

export function formatControlLine(line: ControlLine): string {
  return `${JSON.stringify(line)}\n`
}

/** Splits bytes into lines of UTF-8 text; a last line without its end counts. A line longer than 1 MiB ends the reading. */
export async function* readLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > 1 << 20) throw new Error('a line is longer than 1 MiB')
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}
