/** Names that only our own hosts may greet with: the domains whose mail we receive, and the host of the site. Lower case. */
export function ourNames(providerDomains: readonly string[], site: string): ReadonlySet<string> {
  return new Set([...providerDomains, new URL(site).hostname].map((name) => name.toLowerCase()))
}
