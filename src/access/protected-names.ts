/**
 * Whether a host name is one of these or below one of them. The names are lower case without a last dot. Only a forward-confirmed name may
 * be asked about: whoever owns an address writes what he likes into its reverse zone, and cannot make our sender's domain confirm it.
 */
export function isNamed(names: readonly string[], host: string | null | undefined): boolean {
  if (names.length === 0 || !host) return false
  const asked = host.toLowerCase().replace(/\.$/, '')
  return names.some((name) => asked === name || asked.endsWith(`.${name}`))
}
