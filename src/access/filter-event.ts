import { createHash } from 'node:crypto'
import { Refusal } from '../base/refusal.ts'
import { parseDomain } from '../standards/domain.ts'
import { readMessageId } from '../standards/message-id.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { authorDomain, type RspamdMetadata, type RspamdSymbol } from '../standards/rspamd-metadata.ts'
import type { DmarcResult, MailVerdict, MessageEvent, SpfResult } from './mail-event.ts'

/**
 * The filter's part of a mail event (contracts 2, role `filter`): verdict and authentication. Recipients and outcome are the MTA's to tell,
 * the two meet by queue id or message id.
 *
 * `at`: when it was told, milliseconds since 1970; rspamd does not say when it looked. Undefined for mail of our own users, and where
 * the client's address is not known. The same message told again has the same id.
 */
export function filterEventOf(metadata: RspamdMetadata, at: number): MessageEvent | undefined {
  const address = parseAddress(metadata.ip ?? '')
  if (metadata.user !== undefined || address instanceof Refusal) return undefined
  const ip = formatAddress(address)
  return {
    type: 'message',
    id: idOf(metadata, ip),
    at,
    address,
    ip,
    mailFrom: envelopeDomain(metadata.from),
    from: authorDomain(metadata),
    spf: resultIn(metadata.symbols, spfSymbols),
    dkim: signersIn(metadata.symbols),
    dmarc: resultIn(metadata.symbols, dmarcSymbols),
    isOurs: false,
    verdict: verdictOf(metadata),
    size: metadata.size,
    messageId: readMessageId(printable(metadata.messageId, 998) ?? ''),
    queueId: printable(metadata.queueId, 64),
  }
}

/**
 * What rspamd's opinion is for the judgement. An action that refuses or marks the message is `spam`; more exactly `malware` when a
 * scanner found something, `phish` when a list or rule of phishing counted against it. Passed mail is `bulk` when it calls itself so, else
 * `ham`. `greylist` and `soft reject` wait for a second look, and what a rule of ours refused, or put into Junk, is no opinion of the filter's.
 */
export function verdictOf({ action, symbols }: RspamdMetadata): MailVerdict {
  const has = (name: RegExp, least: number): boolean =>
    symbols.some((symbol) => name.test(symbol.name) && symbol.score >= least)
  if (has(scannerFound, -Infinity)) return 'malware'
  if (action?.endsWith('reject') && has(/^POSTERN/, -Infinity)) return 'unknown'
  if (action === 'add header' && has(/^POSTERN_JUNK$/, -Infinity)) return 'unknown'
  switch (action) {
    case 'reject':
    case 'add header':
    case 'rewrite subject':
    case 'discard':
    case 'quarantine':
      if (has(/MALWARE/, 1)) return 'malware'
      return has(/PHISH|^PH_SURBL_MULTI$/, 1) ? 'phish' : 'spam'
    case 'no action':
    case 'accept':
      return has(/^(?:PRECEDENCE_)?BULK|_BULK$|^MAILLIST$/, -Infinity) ? 'bulk' : 'ham'
    default:
      return 'unknown'
  }
}

/** rspamd's antivirus module: `CLAM_VIRUS`, `SOPHOS_VIRUS`, …; with more behind it the scanner failed or the file was encrypted. */
const scannerFound = /(?:^|_)VIRUS$/

const spfSymbols: ReadonlyMap<string, SpfResult> = new Map([
  ['R_SPF_ALLOW', 'pass'],
  ['R_SPF_PLUSALL', 'pass'],
  ['R_SPF_FAIL', 'fail'],
  ['R_SPF_SOFTFAIL', 'softfail'],
  ['R_SPF_NEUTRAL', 'neutral'],
  ['R_SPF_NA', 'none'],
  ['R_SPF_DNSFAIL', 'temperror'],
  ['R_SPF_PERMFAIL', 'permerror'],
])

const dmarcSymbols: ReadonlyMap<string, DmarcResult> = new Map([
  ['DMARC_POLICY_ALLOW', 'pass'],
  ['DMARC_POLICY_ALLOW_WITH_FAILURES', 'pass'],
  ['DMARC_POLICY_REJECT', 'fail'],
  ['DMARC_POLICY_QUARANTINE', 'fail'],
  ['DMARC_POLICY_SOFTFAIL', 'fail'],
  ['DMARC_NA', 'none'],
  ['DMARC_DNSFAIL', 'temperror'],
  ['DMARC_BAD_POLICY', 'permerror'],
])

function resultIn<Result>(
  symbols: readonly RspamdSymbol[],
  results: ReadonlyMap<string, Result>,
): Result | undefined {
  return symbols.map(({ name }) => results.get(name)).find((result) => result !== undefined)
}

/**
 * `R_DKIM_ALLOW` has `example.org:s=selector`, `DKIM_TRACE` every signature with its result, `example.org:+`. Undefined when rspamd did not
 * look at signatures.
 */
function signersIn(symbols: readonly RspamdSymbol[]): readonly string[] | undefined {
  const about = symbols.filter(({ name }) => /^(?:R_DKIM_|DKIM_TRACE$)/.test(name))
  if (about.length === 0) return undefined
  const verified = about.flatMap(({ name, options }) => {
    if (name === 'R_DKIM_ALLOW') return options.map((option) => option.split(':', 1)[0] ?? '')
    const marked = name === 'DKIM_TRACE' ? options.filter((option) => option.endsWith(':+')) : []
    return marked.map((option) => option.slice(0, -2))
  })
  return [...new Set(verified.flatMap((name) => parseDomain(name) ?? []))].slice(0, 50)
}

function envelopeDomain(mailbox: string | undefined): string | undefined {
  if (mailbox === undefined || mailbox === '') return mailbox
  const at = mailbox.lastIndexOf('@')
  return at < 0 ? undefined : parseDomain(mailbox.slice(at + 1), 1)
}

function printable(text: string | undefined, longest: number): string | undefined {
  return text === undefined || text.length > longest || /[\x00-\x1f\x7f]/.test(text) ? undefined : text
}

/** Queue ids come again after some time, message ids when a message is sent to several people. */
function idOf({ queueId, messageId, from, recipients, date, size }: RspamdMetadata, ip: string): string {
  const facts = [ip, queueId, messageId, from, recipients, date, size]
  return `rspamd-${createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22)}`
}
