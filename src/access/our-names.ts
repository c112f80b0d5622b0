import { parseAddress } from '../standards/ip.ts'
import { Refusal } from '../base/refusal.ts'

/**
 * Names that only our own hosts may greet with: the domains whose mail we receive, and the host of the site. Lower case. What every host
 * calls itself is nobody's own: with a site on `localhost` or on a bare address nothing follows from a greeting with it.
 */
export function ourNames(providerDomains: readonly string[], site: string): ReadonlySet<string> {
  const names = [...providerDomains, new URL(site).hostname].map((name) => name.toLowerCase())
  return new Set(names.filter((name) => !isAnybodys(name)))
}

function isAnybodys(name: string): boolean {
  const isAddress = !(parseAddress(name.replaceAll(/^\[|\]$/g, '')) instanceof Refusal)
  return isAddress || name === 'localhost' || name.startsWith('localhost.') || name.endsWith('.localhost')
}
