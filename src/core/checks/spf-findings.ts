import type { DnsQuestions } from '../../standards/dns-answer.ts'
import { formatAddress, type Address } from '../../standards/ip.ts'
import { parseSpf, type SpfRecord } from '../../standards/spf-record.ts'
import { evaluateSpf, mostLookups, type SpfEvaluation, type SpfTrouble } from '../../standards/spf.ts'
import { txtLine } from '../../standards/zone-line.ts'
import { finding, type Finding, type FoundRecord, type More } from './finding.ts'

/** An address that no sensible record names (RFC 1122 §3.2.1.3): with it every term is asked, as for mail from somewhere else. */
const nobody: Address = { family: 4, words: [0, 0, 0, 0] }

/** From so many look-ups on the next service that somebody adds may break the record. */
const manyLookups = 9
/** RFC 7208 §3.4: an answer of 512 octets passes everywhere; the rest of it needs room too. */
const longestRecord = 450

/** The SPF record of the domain for mail from the address; without an address whether it can be read to its end. */
export async function checkSpf(
  {
    domain,
    address,
    helo,
  }: { readonly domain: string; readonly address: Address | undefined; readonly helo: string },
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  const evaluation = await evaluateSpf({ domain, address: address ?? nobody, helo }, dns)
  const { record, result } = evaluation
  const found: readonly FoundRecord[] =
    record === undefined ? [] : [{ name: domain, type: 'TXT', text: record }]
  const more = { found, trace: evaluation.trace }
  if (evaluation.trouble !== undefined)
    return [troubleFinding(evaluation, evaluation.trouble, more), ...ofRecord(domain, record)]
  if (record === undefined)
    return [finding('spf.none', { domain }, { publish: [suggestion(domain, address)] })]
  // Mail from an address that nobody thought of is judged by the whole record, which may cost more than what leads to a match.
  const whole = address === undefined ? evaluation : await evaluateSpf({ domain, address: nobody, helo }, dns)
  return [
    ofResult(evaluation, { domain, address, record }, more),
    ...lookupFindings(whole, domain, result === 'pass'),
    ...ofRecord(domain, record),
  ]
}

/**
 * SPF of the HELO name (RFC 7208 §2.3): what a bounce or an automatic answer is judged by, for its MAIL FROM is empty. `helo`: a full name.
 */
export async function checkHeloSpf(
  helo: string,
  address: Address,
  dns: DnsQuestions,
): Promise<readonly Finding[]> {
  const { result, record, trace } = await evaluateSpf({ domain: helo, address, helo }, dns)
  const ip = formatAddress(address)
  const more = { found: record === undefined ? [] : [{ name: helo, type: 'TXT', text: record }], trace }
  const publish = [record === undefined ? txtLine(helo, 'v=spf1 a -all') : withAddress(helo, record, address)]
  switch (result) {
    case 'pass':
      return [finding('helo.spf-pass', { helo, ip }, more)]
    case 'none':
      return [finding('helo.spf-none', { helo }, { publish })]
    case 'fail':
    case 'softfail':
    case 'neutral':
      return [finding('helo.spf-fail', { helo, ip, result }, { ...more, publish })]
    case 'permerror':
      return [finding('helo.spf-broken', { helo }, more)]
    // Nobody answered, or the questions for this part were used up.
    case 'temperror':
      return []
  }
}

function ofResult(
  { result, lookups }: SpfEvaluation,
  {
    domain,
    address,
    record,
  }: { readonly domain: string; readonly address: Address | undefined; readonly record: string },
  more: More,
): Finding {
  if (address === undefined) return finding('spf.readable', { domain, lookups }, more)
  const facts = { domain, ip: formatAddress(address), lookups }
  const publish = [withAddress(domain, record, address)]
  switch (result) {
    case 'pass':
      return finding('spf.pass', facts, more)
    case 'softfail':
      return finding('spf.softfail', facts, { ...more, publish })
    case 'neutral':
      return finding('spf.neutral', facts, { ...more, publish })
    case 'fail':
    case 'none':
    case 'temperror':
    case 'permerror':
      return finding('spf.fail', facts, { ...more, publish })
  }
}

function troubleFinding({ lookups, voids }: SpfEvaluation, trouble: SpfTrouble, more: More): Finding {
  const { domain } = trouble
  switch (trouble.kind) {
    case 'several-records':
      return finding('spf.several-records', { domain, count: trouble.count }, more)
    case 'syntax': {
      const { term, position, why } = trouble.mistake
      const found = [{ name: domain, type: 'TXT', text: trouble.record }]
      return finding('spf.syntax', { domain, term: term.slice(0, 120), position, why }, { ...more, found })
    }
    case 'too-many-lookups':
      return finding(
        'spf.too-many-lookups',
        { domain, term: trouble.term.slice(0, 120), most: mostLookups },
        more,
      )
    case 'too-many-voids':
      return finding('spf.too-many-voids', { domain, term: trouble.term.slice(0, 120), voids }, more)
    case 'too-many-hosts':
      return finding('spf.too-many-hosts', { domain, term: trouble.term.slice(0, 120) }, more)
    case 'no-record-there':
      return finding(
        'spf.no-record-there',
        { domain, term: trouble.term.slice(0, 120), target: trouble.target.slice(0, 120) },
        more,
      )
    case 'temperror':
      return finding('spf.unknown', { domain, name: trouble.name.slice(0, 120), lookups }, more)
    case 'unasked':
      return finding('spf.budget', { domain, name: trouble.name.slice(0, 120), lookups }, more)
  }
}

/** What the whole record costs. */
function lookupFindings(
  { lookups, trouble, trace }: SpfEvaluation,
  domain: string,
  isPass: boolean,
): readonly Finding[] {
  if (trouble?.kind === 'too-many-lookups')
    return [finding('spf.lookups-beyond', { domain, most: mostLookups }, { trace })]
  if (trouble !== undefined)
    return isPass
      ? [troubleFinding({ lookups, trouble, trace, voids: 0, result: 'permerror' }, trouble, { trace })]
      : []
  return [
    finding(lookups >= manyLookups ? 'spf.many-lookups' : 'spf.lookups', {
      domain,
      lookups,
      most: mostLookups,
    }),
  ]
}

/** What the text itself says, whoever sends. */
function ofRecord(domain: string, text: string | undefined): readonly Finding[] {
  const record = text === undefined ? undefined : parseSpf(text)
  if (text === undefined || record === undefined || !('mechanisms' in record)) return []
  return [...ofEnd(domain, record), ...ofTerms(domain, record, text)]
}

function ofEnd(domain: string, { mechanisms, redirect }: SpfRecord): readonly Finding[] {
  const place = mechanisms.findIndex(({ kind }) => kind === 'all')
  const all = mechanisms[place]
  if (all === undefined)
    return redirect === undefined ? [finding('spf.no-end', { domain }, { publish: ['~all'] })] : []
  const behind = mechanisms.slice(place + 1).map(({ term }) => term)
  if (redirect !== undefined) behind.push(`redirect=${redirect}`)
  return [
    ...(all.qualifier === '+' ? [finding('spf.everybody', { domain, term: all.term })] : []),
    ...(all.qualifier === '?' ? [finding('spf.no-opinion', { domain, term: all.term })] : []),
    ...(behind.length > 0
      ? [finding('spf.terms-after-all', { domain, terms: behind.join(' ').slice(0, 120) })]
      : []),
  ]
}

function ofTerms(domain: string, { mechanisms, unknown }: SpfRecord, text: string): readonly Finding[] {
  const ptr = mechanisms.find(({ kind }) => kind === 'ptr')
  return [
    ...(ptr === undefined ? [] : [finding('spf.ptr', { domain, term: ptr.term.slice(0, 120) })]),
    ...(text.length > longestRecord
      ? [finding('spf.long', { domain, length: text.length, most: longestRecord })]
      : []),
    ...(unknown.length > 0
      ? [finding('spf.modifiers', { domain, names: unknown.join(', ').slice(0, 120) })]
      : []),
  ]
}

function suggestion(domain: string, address: Address | undefined): string {
  return `${domain}. IN TXT "v=spf1 mx ${address === undefined ? '' : `${termFor(address)} `}~all"`
}

/** The record with the address in it, before the first term that ends it. */
function withAddress(domain: string, record: string, address: Address): string {
  const terms = record.split(/ +/)
  const end = terms.findIndex((term) => /^(?:[+?~-]?all|redirect=.*)$/i.test(term))
  return txtLine(domain, terms.toSpliced(end < 0 ? terms.length : end, 0, termFor(address)).join(' '))
}

function termFor(address: Address): string {
  return `ip${address.family}:${formatAddress(address)}`
}
