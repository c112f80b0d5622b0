import { recordsOf, type DnsQuestions } from '../../standards/dns-answer.ts'
import {
  isStsRecord,
  isTlsReport,
  matchesSts,
  parseStsPolicy,
  stsId,
  tlsReportUris,
  type StsPolicy,
} from '../../standards/mta-sts.ts'
import type { WaysOut } from '../ways-out.ts'
import { txtLine } from '../../standards/zone-line.ts'
import { checkDane } from './dane-findings.ts'
import { finding, type Finding } from './finding.ts'

/** Seconds; below a day a policy protects hardly anybody (RFC 8461 §3.2 speaks of weeks). */
const shortAge = 86_400

/** MTA-STS (RFC 8461), TLS reporting (RFC 8460) and DANE (RFC 7672): how safely what we write to the domain gets there. `hosts`: of its MX records. */
export async function checkTransport(
  domain: string,
  hosts: readonly string[],
  dns: Pick<DnsQuestions, 'txt' | 'tlsa'>,
  fetchText: WaysOut['fetchText'],
): Promise<readonly Finding[]> {
  const [sts, reports, dane] = await Promise.all([
    checkSts(domain, hosts, dns, fetchText),
    checkReports(domain, dns),
    checkDane(domain, hosts, dns),
  ])
  return [...sts, ...reports, ...dane]
}

async function checkSts(
  domain: string,
  hosts: readonly string[],
  dns: Pick<DnsQuestions, 'txt'>,
  fetchText: WaysOut['fetchText'],
): Promise<readonly Finding[]> {
  const name = `_mta-sts.${domain}`
  const texts = recordsOf(await dns.txt(name))
  if (texts === undefined) return [finding('transport.unknown', { domain, name })]
  const records = texts.filter(isStsRecord)
  const found = records.map((text) => ({ name, type: 'TXT', text }))
  const [record] = records
  if (record === undefined) return [finding('transport.none', { domain })]
  // §3.1: more than one counts as none.
  if (records.length > 1 || stsId(record) === undefined)
    return [
      finding(
        'transport.bad-record',
        { domain, name, count: records.length },
        { found, publish: [txtLine(name, 'v=STSv1; id=1')] },
      ),
    ]
  const host = `mta-sts.${domain}`
  const url = `https://${host}/.well-known/mta-sts.txt`
  const answer = await fetchText(host, '/.well-known/mta-sts.txt')
  switch (answer.kind) {
    case 'text': {
      const policy = parseStsPolicy(answer.text)
      const page = [...found, { name: url, type: 'HTTPS', text: answer.text.slice(0, 2000) }]
      if (typeof policy === 'string')
        return [finding('transport.bad-policy', { domain, url, line: policy }, { found: page })]
      return ofPolicy(domain, hosts, policy).map((each) => ({ ...each, found: page }))
    }
    case 'status':
      // §3.3: a redirect must not be followed.
      return answer.status >= 300 && answer.status < 400
        ? [finding('transport.redirect', { domain, url, status: answer.status }, { found })]
        : [finding('transport.unreachable', { domain, url, why: `status-${answer.status}` }, { found })]
    case 'certificate':
      return [finding('transport.certificate', { domain, host, why: answer.why }, { found })]
    case 'not-global':
      return [finding('transport.unreachable', { domain, url, why: 'not-global' }, { found })]
    case 'temperror':
    case 'busy':
      return [finding('transport.unknown', { domain, name: host }, { found })]
    case 'no-address':
    case 'too-large':
    case 'late':
    case 'unreachable':
      return [finding('transport.unreachable', { domain, url, why: answer.kind }, { found })]
  }
}

function ofPolicy(
  domain: string,
  hosts: readonly string[],
  { mode, maxAge, hosts: patterns }: StsPolicy,
): readonly Finding[] {
  if (mode === 'none') return [finding('transport.off', { domain })]
  const missing = hosts.filter((host) => !patterns.some((pattern) => matchesSts(host, pattern)))
  const short = maxAge < shortAge ? [finding('transport.short', { domain, seconds: maxAge })] : []
  const [first] = missing
  if (first !== undefined)
    return [
      finding(
        'transport.host-missing',
        { domain, host: missing.slice(0, 5).join(', '), mode },
        { publish: missing.slice(0, 5).map((host) => `mx: ${host}`) },
      ),
      ...short,
    ]
  return [finding(mode === 'enforce' ? 'transport.enforced' : 'transport.testing', { domain }), ...short]
}

async function checkReports(domain: string, dns: Pick<DnsQuestions, 'txt'>): Promise<readonly Finding[]> {
  const name = `_smtp._tls.${domain}`
  const texts = recordsOf(await dns.txt(name))
  if (texts === undefined) return []
  const records = texts.filter(isTlsReport)
  const found = records.map((text) => ({ name, type: 'TXT', text }))
  const [record] = records
  const publish = [txtLine(name, `v=TLSRPTv1; rua=mailto:tls-reports@${domain}`)]
  if (record === undefined) return [finding('transport.no-reports', { domain }, { publish })]
  const isGood = records.length === 1 && tlsReportUris(record).length > 0
  return [
    finding(
      isGood ? 'transport.reports' : 'transport.bad-reports',
      { domain, name },
      { found, ...(isGood ? {} : { publish }) },
    ),
  ]
}
