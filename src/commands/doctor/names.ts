import type { Config } from '../../config/config.ts'
import { isLoopback } from '../../config/values.ts'
import { DnsFailure, type DnsResolver } from '../../net/resolver.ts'
import { Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { fault, ok, warning, type Finding } from './finding.ts'

/** Names that nobody can own (RFC 2606, RFC 6761): a first configuration, or a test. */
const reserved = /(?:^|\.)(?:test|example|invalid|localhost|example\.(?:com|net|org))$/

/** Whether the names in the configuration lead to us, and our letters look like ours. */
export async function judgeNames(
  config: Pick<Config, 'provider' | 'mail'>,
  resolver: Pick<DnsResolver, 'mx' | 'txt' | 'addresses' | 'lookup'>,
): Promise<readonly Finding[]> {
  const { provider, mail } = config
  const [from, host] = [domainOfText(mail.from), new URL(provider.site).hostname]
  const questions: readonly (readonly [name: string, judge: () => Promise<readonly Finding[]>])[] = [
    ...provider.domains.map(
      (domain) => [domain, async () => await judgeReceiving(resolver, domain, 'provider.domains')] as const,
    ),
    [mail.replyDomain, async () => await judgeReceiving(resolver, mail.replyDomain, 'mail.replyDomain')],
    [from, async () => await judgeSending(resolver, from)],
    ...(isLoopback(host) ? [] : [[host, async () => await judgeSite(resolver, host)] as const]),
  ]
  const real = questions.filter(([name]) => !reserved.test(name))
  const findings = (await Promise.all(real.map(async ([, judge]) => await judge()))).flat()
  const unreal = [...new Set(questions.filter((question) => !real.includes(question)).map(([name]) => name))]
  if (unreal.length === 0) return findings
  return [
    ...findings,
    warning(
      'dns',
      `${unreal.join(', ')}: names that nobody can own, so DNS was not asked`,
      'put your own into the configuration',
    ),
  ]
}

function domainOfText(mailbox: string): string {
  return mailbox.slice(mailbox.lastIndexOf('@') + 1)
}

type Asks = Pick<DnsResolver, 'mx' | 'txt' | 'addresses' | 'lookup'>

async function judgeReceiving(resolver: Asks, domain: string, key: string): Promise<readonly Finding[]> {
  const exchanges = await resolver.mx(domain)
  if (exchanges === 'temperror') return [unanswered(domain)]
  const [first] = exchanges
  if (first && first.exchange === '')
    return [
      fault(
        'dns',
        `${domain} says in DNS that it takes no mail (RFC 7505)`,
        `remove the null MX, or correct ${key}`,
      ),
    ]
  if (first)
    return [
      ok('dns', `${domain} has its mail at ${first.exchange}${exchanges.length > 1 ? ' and others' : ''}`),
    ]
  const addresses = await resolver.addresses(domain)
  if (addresses === 'temperror') return [unanswered(domain)]
  const todo =
    key === 'mail.replyDomain'
      ? 'give it an MX: bounces of our letters and proofs by mail come there'
      : 'give it an MX'
  // RFC 5321 §5.1: without MX the address itself counts.
  if (addresses.length > 0) return [warning('dns', `${domain} has no MX, only an address`, todo)]
  return [fault('dns', `${domain} (${key}) has no mail server in DNS`, todo)]
}

async function judgeSending(resolver: Asks, domain: string): Promise<readonly Finding[]> {
  const [texts, dmarc] = await Promise.all([resolver.txt(domain), resolver.txt(`_dmarc.${domain}`)])
  if (texts === 'temperror' || dmarc === 'temperror') return [unanswered(domain)]
  const policies = texts.filter((text) => /^v=spf1(?: |$)/i.test(text))
  const found: Finding[] = []
  if (policies.length === 0) {
    found.push(
      warning(
        'dns',
        `${domain} has no SPF record`,
        'publish one that names the servers of mail.smarthost: our letters are taken for junk without it',
      ),
    )
  }
  // RFC 7208 §4.5: more than one is a permanent error.
  if (policies.length > 1)
    found.push(fault('dns', `${domain} has ${policies.length} SPF records, so none counts`, 'leave one'))
  if (!(await hasKeys(resolver, domain))) {
    found.push(
      warning(
        'dns',
        `${domain} has no DKIM keys in DNS`,
        'have the smarthost sign our letters, and publish its key',
      ),
    )
  }
  if (!dmarc.some((text) => /^v=DMARC1\b/i.test(text))) {
    found.push(
      warning('dns', `${domain} has no DMARC record`, 'publish one: large receivers ask it of every sender'),
    )
  }
  return found.length > 0
    ? found
    : [ok('dns', `${domain} has SPF and DMARC records, and names for DKIM keys`)]
}

/** A name with something below it exists (RFC 8020); which selectors there are cannot be asked. */
async function hasKeys(resolver: Asks, domain: string): Promise<boolean> {
  try {
    await resolver.lookup(`_domainkey.${domain}`, 'TXT')
    return true
  } catch (error) {
    return !(error instanceof DnsFailure ? error.code === 'ENOTFOUND' : codeOf(error) === 'ENOTFOUND')
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

async function judgeSite(resolver: Asks, host: string): Promise<readonly Finding[]> {
  if (!(parseAddress(host.replaceAll(/[[\]]/g, '')) instanceof Refusal)) return []
  const addresses = await resolver.addresses(host)
  if (addresses === 'temperror') return [unanswered(host)]
  if (addresses.length > 0) return [ok('dns', `${host} has an address`)]
  return [
    fault(
      'dns',
      `${host} (provider.site) has no address: the link in every refusal leads nowhere`,
      'give it an A or AAAA record',
    ),
  ]
}

function unanswered(name: string): Finding {
  return warning(
    'dns',
    `the resolver did not answer for ${name}`,
    'see /etc/resolv.conf; proofs by TXT record need it too',
  )
}
