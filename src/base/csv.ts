/** A cell of CSV (RFC 4180): quoted, without line ends, and never taken for a formula by a spreadsheet (security CON-7). */
export function csvCell(value: string): string {
  const guarded = /^[=+\-@\t]/.test(value) ? `'${value}` : value
  return `"${guarded.replaceAll(/[\r\n]+/g, ' ').replaceAll('"', '""')}"`
}
