import type { DnsQuestions } from '../../standards/dns-answer.ts'
import { parseDomain } from '../../standards/domain.ts'
import type { Settings } from '../settings.ts'
import type { WaysOut } from '../ways-out.ts'
import { checkDkim } from './dkim-findings.ts'
import { checkDmarc } from './dmarc-findings.ts'
import type { Finding } from './finding.ts'
import { checkLists } from './list-findings.ts'
import { checkMailHosts } from './mail-hosts.ts'
import { atMost } from './questions.ts'
import { checkHelo, checkReverseName, judgeAddress } from './reverse-name.ts'
import { checkHeloSpf, checkSpf } from './spf-findings.ts'
import type { Subject } from './subject.ts'
import { checkTransport } from './transport-findings.ts'

/** What a check asks the world with. */
export interface Means {
  readonly dns: DnsQuestions
  /** For lists, which the operator has chosen: they do not spend what a sender’s records may cost. */
  readonly lists: DnsQuestions
  readonly fetchText: WaysOut['fetchText']
  readonly settings: Pick<Settings, 'check' | 'provider'>
}

/** Questions that an SPF record may cause: ten terms and their hosts, and the same again for a term that asks for more. */
const mostForSpf = 18
/** A HELO name needs one, and one for its address; who gives it a whole record gets as far as this leads. */
const mostForHelo = 4

/** Looks at everything; `tell` gets the findings of each part when it is done. Gives them all. */
export async function performCheck(
  { domain, address, selector, helo }: Subject,
  { dns, lists, fetchText, settings }: Means,
  tell: (findings: readonly Finding[]) => void,
): Promise<readonly Finding[]> {
  const all: Finding[] = []
  const part = async (work: Promise<readonly Finding[]>): Promise<void> => {
    const findings = await work
    all.push(...findings)
    if (findings.length > 0) tell(findings)
  }
  const ofAddress = async (): Promise<readonly Finding[]> => {
    const first = judgeAddress(address, settings.provider.networks)
    if (address === undefined || first.result === 'fault')
      return [first, ...(await checkHelo(helo, undefined, [], dns))]
    const { findings, confirmed } = await checkReverseName(domain, address, dns)
    const said = helo ?? confirmed[0]
    const name = said === undefined ? undefined : parseDomain(said)
    const ofHelo = await Promise.all([
      checkHelo(said, address, confirmed, dns),
      // A name that is the domain has its SPF record looked at already.
      name === undefined || name === domain ? [] : checkHeloSpf(name, address, atMost(dns, mostForHelo)),
    ])
    return [first, ...findings, ...ofHelo.flat()]
  }
  const isPublic = address !== undefined && judgeAddress(address, []).result !== 'fault'
  const ofDomain = async (): Promise<void> => {
    const exists = (await dns.mx(domain)) !== 'no-name'
    const spf = exists
      ? checkSpf(
          { domain, address: isPublic ? address : undefined, helo: helo ?? domain },
          atMost(dns, mostForSpf),
        )
      : Promise.resolve([])
    // Shared services stand in both: SPF has its questions first, for it is what mail fails by.
    const hosts = spf.then(async () => await checkMailHosts(domain, dns))
    await Promise.all([
      part(spf),
      part(hosts.then(({ findings }) => findings)),
      part(exists ? checkDkim(domain, selector, dns) : Promise.resolve([])),
      part(checkDmarc(domain, exists, dns)),
      part(
        exists
          ? hosts.then(async (found) => await checkTransport(domain, found.hosts, dns, fetchText))
          : Promise.resolve([]),
      ),
    ])
  }
  await Promise.all([
    part(ofAddress()),
    ofDomain(),
    ...(isPublic ? [part(checkLists(address, settings.check.lists, lists))] : []),
  ])
  return all
}
