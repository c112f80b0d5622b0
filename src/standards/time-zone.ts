/** Whether this is a time zone of the IANA database (RFC 6557), as this machine has it: `Europe/Vienna`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
