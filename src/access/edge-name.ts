/** Whether a text can name an edge: up to 16 lower-case letters, digits, dots and hyphens, so that a case link can carry it. */
export function isEdgeName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]{0,14}[a-z0-9])?$/.test(text)
}
