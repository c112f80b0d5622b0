import { dnsListName, readListAnswer } from '../../standards/dns-list.ts'
import { recordsOf, type DnsQuestions } from '../../standards/dns-answer.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import type { Settings } from '../settings.ts'
import { finding, type Finding } from './finding.ts'

/** What DNS lists of others say about the address (RFC 5782). */
export async function checkLists(
  address: Address,
  lists: Settings['check']['lists'],
  dns: Pick<DnsQuestions, 'addresses' | 'txt'>,
): Promise<readonly Finding[]> {
  return await Promise.all(lists.map(async (list) => await checkList(address, list, dns)))
}

async function checkList(
  address: Address,
  { zone, name: list, url }: Settings['check']['lists'][number],
  dns: Pick<DnsQuestions, 'addresses' | 'txt'>,
): Promise<Finding> {
  const name = dnsListName(address, zone)
  const facts = { list, zone, url, ip: formatAddress(address) }
  const answers = recordsOf(await dns.addresses(name, 4))
  if (answers === undefined) return finding('lists.unknown', facts)
  const found = answers.map((each) => ({ name, type: 'A', text: formatAddress(each) }))
  const code = answers[0] === undefined ? '' : formatAddress(answers[0])
  switch (readListAnswer(answers)) {
    case 'not-listed':
      return finding('lists.clean', facts)
    case 'error':
      return finding('lists.refused-us', { ...facts, code }, { found })
    case 'no-list':
      return finding('lists.no-list', { ...facts, code }, { found })
    case 'listed': {
      const texts = recordsOf(await dns.txt(name)) ?? []
      return finding(
        'lists.listed',
        { ...facts, code },
        { found: [...found, ...texts.map((text) => ({ name, type: 'TXT', text }))] },
      )
    }
  }
}
