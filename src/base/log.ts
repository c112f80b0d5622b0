/** One JSON object a line on stderr. No local parts of mailboxes, no secrets: a `Secret` prints as `[secret]`. */
export interface Log {
  info(event: string, fields?: Fields): void
  warn(event: string, fields?: Fields): void
  error(event: string, fields?: Fields & { readonly error?: unknown }): void
}

type Fields = Readonly<Record<string, unknown>>

/** A log that begins every line with `base` fields (process, version). */
export function jsonLog(
  base: Fields,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const line = (level: string, event: string, fields: Fields = {}): void =>
    write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...base, ...flat(fields) })}\n`)
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    error: (event, fields) => line('error', event, fields),
  }
}

/** A log that says nothing. */
export const silentLog: Log = { info() {}, warn() {}, error() {} }

function flat(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, describe(value)]))
}

function describe(value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const cause = value.cause === undefined ? {} : { cause: describe(value.cause) }
  return { name: value.name, message: value.message, stack: value.stack, ...cause }
}
