import { orThrow } from '../../src/base/refusal.ts'
import { reverseZoneName } from '../../src/standards/dns-list.ts'
import type { DnsAnswer, DnsQuestions } from '../../src/standards/dns-answer.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import type { TlsaRecord } from '../../src/standards/tlsa.ts'

type RecordType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'PTR' | 'CNAME' | 'TLSA'

/** What a name has; `silent` does not answer at all. */
export type Names = Readonly<
  Record<string, Readonly<Partial<Record<RecordType, readonly string[]>>> | 'silent'>
>

/** DNS made of a table, as rules ask it; `asked` gathers the questions. MX: `10 mx.example.org`; TLSA: `3 1 1 <hex>`. */
export function dnsOf(names: Names): DnsQuestions & { readonly asked: string[] } {
  const asked: string[] = []
  const ask = (name: string, type: RecordType): DnsAnswer<string> => {
    asked.push(`${type} ${name}`)
    const entry = names[name.toLowerCase()]
    if (entry === 'silent') return 'temperror'
    return entry === undefined ? 'no-name' : (entry[type] ?? [])
  }
  return {
    asked,
    txt: async (name) => ask(name, 'TXT'),
    addresses: async (name, family) => {
      const found = ask(name, family === 4 ? 'A' : 'AAAA')
      return typeof found === 'string' ? found : found.map((text) => orThrow(parseAddress(text)))
    },
    mx: async (name) => {
      const found = ask(name, 'MX')
      if (typeof found === 'string') return found
      return found.map((text) => ({
        preference: Number(text.split(' ')[0]),
        host: text.split(' ')[1]?.replace(/\.$/, '') ?? '',
      }))
    },
    ptr: async (address) => ask(reverseZoneName(address), 'PTR'),
    cname: async (name) => ask(name, 'CNAME'),
    tlsa: async (name) => {
      const found = ask(name, 'TLSA')
      return typeof found === 'string' ? found : found.map(readTlsa)
    },
  }
}

function readTlsa(text: string): TlsaRecord {
  const [usage = 0, selector = 0, matching = 0] = text.split(' ').map(Number)
  return { usage, selector, matching, data: Buffer.from(text.split(' ')[3] ?? '', 'hex') }
}
