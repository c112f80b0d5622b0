import { discoverDmarc, type DmarcFound } from '../../standards/dmarc-discovery.ts'
import { isDmarc, type DmarcPolicy, type DmarcRecord } from '../../standards/dmarc-record.ts'
import type { DnsQuestions } from '../../standards/dns-answer.ts'
import { isWithin } from '../../standards/domain.ts'
import { organisationOf } from '../../standards/organisation.ts'
import { txtLine } from '../../standards/zone-line.ts'
import { finding, type Finding, type FoundRecord } from './finding.ts'

/** Hosts of report mailboxes that are asked whether they take them. */
const mostReportHosts = 2

/** The DMARC record that counts for the domain (RFC 9989), found by walking up the tree, and what it says. */
export async function checkDmarc(
  domain: string,
  exists: boolean,
  dns: Pick<DnsQuestions, 'txt'>,
): Promise<readonly Finding[]> {
  const found = await discoverDmarc(domain, exists, dns)
  if (found === 'temperror' || found === 'unasked') return [finding('dmarc.unknown', { domain })]
  const voids = found.void.map(({ at, why, texts }) =>
    finding(
      why === 'several' ? 'dmarc.several-records' : 'dmarc.unreadable',
      { domain: at, count: texts.length },
      { found: recordsAt(at, texts) },
    ),
  )
  const { at, text, record, policy } = found
  const publish = [txtLine(`_dmarc.${domain}`, `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`)]
  if (at === undefined || text === undefined || record === undefined || policy === undefined) {
    return voids.length > 0
      ? voids
      : [finding('dmarc.none', { domain, asked: found.asked.join(', ') }, { publish })]
  }
  const records = recordsAt(at, [text])
  return [
    ...voids,
    ofPolicy(domain, policy, withoutRemoved(text, record), records),
    ...ofPlace(domain, at, found, record, records),
    ...ofTags(at, record, text),
    finding('dmarc.aligned', {
      domain,
      organization: found.organization,
      spf: record.spfAlignment,
      dkim: record.dkimAlignment,
    }),
    ...(await ofReports(at, record, dns)),
  ]
}

function ofPolicy(
  domain: string,
  policy: DmarcPolicy,
  mended: string,
  found: readonly FoundRecord[],
): Finding {
  if (policy !== 'none') return finding('dmarc.enforced', { domain, policy }, { found })
  const stronger = mended.replace(/(^|;)(\s*)p(\s*)=\s*none/i, '$1$2p$3=quarantine')
  return finding('dmarc.policy-none', { domain }, { found, publish: [txtLine(`_dmarc.${domain}`, stronger)] })
}

function ofPlace(
  domain: string,
  at: string,
  { organization }: DmarcFound,
  record: DmarcRecord,
  found: readonly FoundRecord[],
): readonly Finding[] {
  return [
    ...(at === domain ? [] : [finding('dmarc.inherited', { domain, at, organization }, { found })]),
    ...(record.publicSuffix === 'y' ? [finding('dmarc.suffix', { at })] : []),
  ]
}

function ofTags(at: string, record: DmarcRecord, text: string): readonly Finding[] {
  const without = withoutRemoved(text, record)
  const cut = (names: readonly string[]): string => names.join(', ').slice(0, 120)
  return [
    ...(record.isTesting ? [finding('dmarc.testing', { domain: at })] : []),
    ...(record.removed.length > 0
      ? [
          finding(
            'dmarc.removed-tags',
            { domain: at, tags: cut(record.removed) },
            { publish: [txtLine(`_dmarc.${at}`, without)] },
          ),
        ]
      : []),
    ...(record.unknown.length > 0
      ? [finding('dmarc.unknown-tags', { domain: at, tags: cut(record.unknown) })]
      : []),
    ...(record.wrong.length > 0
      ? [finding('dmarc.wrong-values', { domain: at, tags: cut(record.wrong) })]
      : []),
    ...(record.strangeUris.length > 0
      ? [finding('dmarc.strange-uri', { domain: at, uri: cut(record.strangeUris) })]
      : []),
  ]
}

function withoutRemoved(text: string, { removed }: DmarcRecord): string {
  return removed.reduce((rest, name) => rest.replace(new RegExp(`;\\s*${name}\\s*=[^;]*`, 'g'), ''), text)
}

/** RFC 9990 §4: whoever gets reports about somebody else’s domain must have said that they want them. */
async function ofReports(
  at: string,
  { reportsTo }: DmarcRecord,
  dns: Pick<DnsQuestions, 'txt'>,
): Promise<readonly Finding[]> {
  if (reportsTo.length === 0) return [finding('dmarc.no-reports', { domain: at })]
  const hosts = [
    ...new Set(reportsTo.map((mailbox) => mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase())),
  ]
  const outside = hosts.filter(
    (host) => !isWithin(host, at) && organisationOf(host) !== (organisationOf(at) ?? at),
  )
  const asked = await Promise.all(
    outside.slice(0, mostReportHosts).map(async (host) => {
      const name = `${at}._report._dmarc.${host}`
      const texts = await dns.txt(name)
      if (texts === 'temperror' || texts === 'unasked')
        return [finding('dmarc.reports-unknown', { domain: at, host })]
      if (texts !== 'no-name' && texts.some(isDmarc)) return []
      return [
        finding('dmarc.reports-refused', { domain: at, host }, { publish: [txtLine(name, 'v=DMARC1')] }),
      ]
    }),
  )
  return asked.flat()
}

function recordsAt(at: string, texts: readonly string[]): readonly FoundRecord[] {
  return texts.map((text) => ({ name: `_dmarc.${at}`, type: 'TXT', text }))
}
