import { isWithin } from '../../standards/domain.ts'
import { organisationOf } from '../../standards/organisation.ts'
import type { ProbeFacts, ProbeForm, ProbeSignature } from './facts.ts'
import { finding, type Finding } from './finding.ts'
import type { ProbeConnection } from './probe.ts'
import { hasInvisible, mixesScripts, namesAddress } from './display-name.ts'

/** What a message and its connection are worth, finding by finding, in the order of the report. Pure. */
export function judge(
  connection: ProbeConnection,
  facts: ProbeFacts,
  receivedAt: number,
): readonly Finding[] {
  return [
    ...ofConnection(connection),
    ...ofSpf(facts),
    ...ofDkim(facts),
    ...ofDmarc(facts),
    ...ofArc(facts),
    ...ofEnvelope(connection, facts),
    ...ofForm(facts.form, facts.header.from, receivedAt),
    ...ofList(facts.list),
  ]
}

function ofConnection(connection: ProbeConnection): readonly Finding[] {
  return [...ofName(connection), ...ofHelo(connection), ...ofTls(connection)]
}

function ofName({ ip, names, confirmed, isNameUnsure }: ProbeConnection): readonly Finding[] {
  if (ip === null) return [finding('client-unknown')]
  const [name] = confirmed
  if (name !== undefined) return [finding('reverse-good', { ip, name })]
  if (isNameUnsure) return [finding('reverse-unsure', { ip })]
  const [given] = names
  return given === undefined
    ? [finding('reverse-missing', { ip })]
    : [finding('reverse-unconfirmed', { ip, name: given })]
}

/** RFC 5321 §4.1.1.1: the primary host name, or an address literal where there is none. */
function ofHelo({ helo, confirmed }: ProbeConnection): readonly Finding[] {
  if (helo === null) return [finding('helo-unknown')]
  const name = helo.toLowerCase().replace(/\.$/, '')
  if (!/^(?=.*[a-z])[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(name) || name.endsWith('.local'))
    return [finding('helo-no-name', { helo })]
  return [finding(confirmed.includes(name) ? 'helo-good' : 'helo-own', { helo: name })]
}

/** Versions that RFC 8996 retired. */
const oldTls = /^(?:SSL|TLSv?1(?:\.[01])?$)/i

function ofTls({ tls, cipher }: ProbeConnection): readonly Finding[] {
  if (tls === null) return [finding('tls-unknown')]
  if (tls === 'none') return [finding('tls-none')]
  return [finding(oldTls.test(tls) ? 'tls-old' : 'tls-good', { version: tls, cipher: cipher ?? '' })]
}

function ofSpf({ spf, header }: ProbeFacts): readonly Finding[] {
  const about = { domain: spf.domain ?? '', from: domainIn(header.from) }
  if (spf.result !== 'pass') return [finding(`spf-${spf.result}`, about)]
  return [finding(spf.isAligned ? 'spf-pass' : 'spf-pass-elsewhere', about)]
}

/** NIST SP 800-131A and RFC 8301 §3.2: below 1024 bits nobody verifies; 2048 is what signers should have. */
const leastBits = 1024
const goodBits = 2048

/** Fields that a reader sees, or that decide what is read (RFC 6376 §5.4.1). */
const worthSigning = ['from', 'to', 'subject', 'date', 'message-id'] as const

function ofDkim({ dkim, header }: ProbeFacts): readonly Finding[] {
  const signatures = dkim.filter(({ result }) => result !== 'none')
  if (signatures.length === 0) return [finding('dkim-none')]
  return signatures.flatMap((signature) => ofSignature(signature, domainIn(header.from)))
}

function ofSignature(signature: ProbeSignature, from: string): readonly Finding[] {
  const { domain, selector, result, why, bits, algorithm, signed } = signature
  const about = { domain, selector, from }
  if (result === 'temperror') return [finding('dkim-temperror', about)]
  if (/sha1/i.test(algorithm)) return [finding('dkim-sha1', about)]
  if (bits !== null && bits < leastBits) return [finding('dkim-weak-key', { ...about, bits })]
  if (result !== 'pass') return [finding('dkim-fail', { ...about, why })]
  const missing = worthSigning.filter((name) => !signed.includes(name))
  return [
    finding(signature.isAligned ? 'dkim-pass' : 'dkim-pass-elsewhere', {
      ...about,
      algorithm,
      bits: bits ?? 0,
    }),
    ...(bits !== null && bits < goodBits ? [finding('dkim-small-key', { ...about, bits })] : []),
    ...(signature.isWhole ? [] : [finding('dkim-part', about)]),
    ...(missing.length > 0 ? [finding('dkim-unsigned', { ...about, fields: missing.join(', ') })] : []),
  ]
}

function ofDmarc({ dmarc, spf, dkim, header }: ProbeFacts): readonly Finding[] {
  const about = { domain: dmarc.domain ?? domainIn(header.from), policy: dmarc.policy ?? '' }
  const isAligned = spf.isAligned || dkim.some((each) => each.isAligned && each.result === 'pass')
  if (dmarc.result === 'none')
    return [finding('dmarc-none', about), ...(isAligned ? [finding('dmarc-aligned', about)] : [])]
  return [
    finding(`dmarc-${dmarc.result}`, about),
    ...(dmarc.policy === 'none' ? [finding('dmarc-monitor', about)] : []),
  ]
}

function ofArc({ arc }: ProbeFacts): readonly Finding[] {
  if (arc === null || arc.result === 'none') return []
  const about = { sealer: arc.sealer ?? '', instances: arc.instances, why: arc.why }
  return [finding(arc.result === 'pass' ? 'arc-pass' : 'arc-broken', about)]
}

function ofEnvelope(
  { mailFrom, fromTakesMail }: ProbeConnection,
  { header }: ProbeFacts,
): readonly Finding[] {
  const from = domainIn(header.from)
  const found = [
    ...ofDisplayName(header.displayName, header.from),
    ...(fromTakesMail === false ? [finding('from-no-mail', { domain: from })] : []),
    ...elsewhere(header.replyTo, from).map((domain) => finding('reply-elsewhere', { domain, from })),
    ...(mailFrom === ''
      ? [finding('return-null')]
      : elsewhere([mailFrom], from).map((domain) => finding('return-elsewhere', { domain, from }))),
  ]
  return found.some(({ tone }) => tone !== 'info') ? found : [finding('envelope-good', { from }), ...found]
}

function ofDisplayName(name: string | null, from: string | null): readonly Finding[] {
  if (name === null) return []
  if (hasInvisible(name)) return [finding('name-invisible', { name })]
  const named = namesAddress(name)
  if (named !== undefined && named !== from?.toLowerCase())
    return [finding('name-address', { name: named, from: from ?? '' })]
  return mixesScripts(name) ? [finding('name-mixed', { name })] : []
}

/** The domains of mailboxes that are not of the author's organisation. */
function elsewhere(mailboxes: readonly string[], from: string): string[] {
  const own = organisationOf(from) ?? from
  const domains = mailboxes.map(domainIn).filter((domain) => domain !== '' && !isWithin(domain, own))
  return [...new Set(domains)].slice(0, 3)
}

/** A message is rarely older; a clock that is further ahead is wrong. */
const mostOldMs = 24 * 3_600_000
const mostAheadMs = 15 * 60_000

function ofForm(form: ProbeForm, from: string | null, receivedAt: number): readonly Finding[] {
  const found = [
    ...ofFrom(form, from),
    ...ofDate(form.date, receivedAt),
    ...(form.messageId.fields === 0
      ? [finding('message-id-missing')]
      : form.messageId.isValid
        ? []
        : [finding('message-id-invalid')]),
    ...(form.repeated.length > 0 ? [finding('fields-repeated', { fields: form.repeated.join(', ') })] : []),
    ...(form.brokenLines > 0 ? [finding('header-broken', { count: form.brokenLines })] : []),
    ...(form.hasNul ? [finding('nul')] : []),
    ...(form.isHeaderEightBit ? [finding('header-eight-bit')] : []),
    ...(form.longLines > 0
      ? [finding('lines-long', { count: form.longLines, longest: form.longestLine })]
      : []),
    ...form.mime.map((fault) => finding(`mime-${fault}`)),
    ...(form.hasSubject ? [] : [finding('subject-missing')]),
    ...(form.hasRecipients ? [] : [finding('recipients-missing')]),
  ]
  return found.some(({ tone }) => tone !== 'info') ? found : [finding('form-good'), ...found]
}

function ofFrom(
  { from: { fields, mailboxes, hasSender } }: ProbeForm,
  from: string | null,
): readonly Finding[] {
  if (fields === 0) return [finding('from-missing')]
  if (fields > 1) return [finding('from-repeated', { count: fields })]
  if (mailboxes === 0 || from === null) return [finding('from-invalid')]
  if (mailboxes === 1) return []
  // RFC 5322 §3.6.2: several authors need a Sender; DMARC evaluators refuse them all the same.
  return [finding('from-several', { count: mailboxes, sender: hasSender ? 1 : 0 })]
}

function ofDate({ fields, at }: ProbeForm['date'], receivedAt: number): readonly Finding[] {
  if (fields === 0) return [finding('date-missing')]
  if (at === null) return [finding('date-invalid')]
  const late = receivedAt - at
  return late > mostOldMs || -late > mostAheadMs ? [finding('date-off', { late })] : []
}

/** RFC 2369, RFC 8058: both fields, an https address, covered by a signature. */
function ofList({ ways, hasUnsubscribe, post, isSigned, isBulk }: ProbeFacts['list']): readonly Finding[] {
  if (!hasUnsubscribe) return [finding(isBulk ? 'list-bulk-none' : 'list-none')]
  const https = ways.find(({ scheme }) => scheme === 'https')
  if (post === 'invalid') return [finding('list-post-invalid')]
  if (post === 'absent') {
    return [finding(ways.every(({ scheme }) => scheme === 'mailto') ? 'list-mail-only' : 'list-no-post')]
  }
  if (https === undefined) return [finding('list-no-https')]
  if (!isSigned) return [finding('list-unsigned', { host: https.host })]
  return [finding('list-one-click', { host: https.host })]
}

function domainIn(mailbox: string | null): string {
  return mailbox === null ? '' : mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase()
}
