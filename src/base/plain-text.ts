/**
 * What somebody wrote, fit to be kept by any database and shown to people: no control characters but line ends and tabs, no half
 * characters, at most `longest` UTF-16 units.
 */
export function plainText(text: string, longest: number): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[\x00-\x08\x0b-\x1f\x7f]/g, ' ')
    .slice(0, longest)
    .toWellFormed()
}
