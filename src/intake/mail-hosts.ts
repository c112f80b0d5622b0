import { hour, minute, type Clock } from '../base/clock.ts'

/** Asks for the MX records of a name. */
export type MxLookup = (name: string) => Promise<readonly { readonly exchange: string }[] | 'temperror'>

/** How long an answer holds, and how long until a resolver that failed is asked again. */
const heldMs = hour
const failedMs = minute

/**
 * Gives the names of the hosts that take mail for these domains, by DNS: they need not be within the domains. What was known stays
 * while DNS does not answer.
 */
export function mailHosts(
  domains: readonly string[],
  mx: MxLookup,
  clock: Clock,
): () => Promise<readonly string[]> {
  const known = new Map<string, readonly string[]>()
  let asked: { readonly whole: Promise<boolean>; until: number } | undefined
  const ask = async (): Promise<boolean> => {
    const answers = await Promise.all(domains.map(async (domain) => [domain, await mx(domain)] as const))
    for (const [domain, hosts] of answers) {
      if (hosts !== 'temperror')
        known.set(domain, hosts.map(({ exchange }) => nameOf(exchange)).filter(Boolean))
    }
    return answers.every(([, hosts]) => hosts !== 'temperror')
  }
  return async () => {
    const now = clock.elapsed()
    if (asked && now < asked.until) await asked.whole
    else {
      const asking = { whole: ask(), until: now + failedMs }
      asked = asking
      if (await asking.whole) asking.until = now + heldMs
    }
    return [...known.values()].flat()
  }
}

function nameOf(exchange: string): string {
  return exchange.toLowerCase().replace(/\.$/, '')
}
