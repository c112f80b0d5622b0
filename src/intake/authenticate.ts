import { arc } from 'mailauth/lib/arc/index.js'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { evaluateDmarc } from 'mailauth/lib/dmarc/index.js'
import { spf } from 'mailauth/lib/spf/index.js'
import { getAlignment } from 'mailauth/lib/tools.js'
import type { ProbeFacts } from '../core/probes/facts.ts'
import type { Authentication, ParseRequest } from './parsed-message.ts'

/**
 * Who vouches for the From domain: SPF (RFC 7208), DKIM (RFC 6376) and whether they align with it (RFC 9989).
 * Without a DMARC record the organizational domain comes from the Public Suffix List, as RFC 7489 had it.
 */

/** A DNS question; rejects with an error whose `code` is that of `node:dns`. */
export type Lookup = (name: string, type: string) => Promise<string[] | string[][]>

/** What was found in detail, for whoever wants to mend it. */
export type Evaluation = Pick<ProbeFacts, 'spf' | 'dkim' | 'dmarc' | 'arc'>

/** `recipientsOf`: the mailboxes of the only field of this name, empty when there is none or more than one. */
export async function authenticate(
  raw: Buffer,
  request: ParseRequest,
  lookup: Lookup,
  recipientsOf: (field: 'to' | 'cc') => readonly string[],
): Promise<{
  readonly headerFrom: readonly string[]
  readonly authentication: Authentication
  /** Only for a probe. */
  readonly evaluation: Evaluation | undefined
}> {
  // SPF first, so that many signatures do not use up the questions that it needs.
  const [sender, signatures] = await Promise.all([
    checkSender(request, lookup),
    dkimVerify(raw, {
      resolver: lookup,
      sender: request.mailFrom,
      rejectRsaSha1: true,
      curTime: request.now,
    }),
  ])
  // With l= a stranger may have added to the body what he liked: such a signature vouches for nothing here.
  const whole = signatures.results.filter(({ status }) => status.result === 'pass' && !status.underSized)
  const dmarc = await evaluateDmarc({
    headerFrom: signatures.headerFrom,
    fromFields: signatures.fromFields,
    spfDomains: sender.domain === null ? [] : [sender.domain],
    dkimDomains: whole.map(({ signingDomain }) => ({ domain: signingDomain ?? '' })),
    resolver: lookup,
  })
  const result = dmarc.response === false ? 'none' : dmarcWord(dmarc.response.status.result)
  const isAligned = alignment(
    dmarc.response === false ? null : result,
    signatures.headerFrom,
    dmarc.dkimAligned,
  )
  const signers = whole.filter(
    ({ signingDomain }) => signingDomain !== undefined && isAligned.dkim(signingDomain),
  )
  const bySpf =
    result === 'pass' && dmarc.response !== false
      ? Boolean(dmarc.response.alignment.spf.result)
      : sender.domain !== null && isAligned.spf(sender.domain)
  const temporary = [sender.result, result, ...signatures.results.map(({ status }) => status.result)]
  const covered = (field: 'to' | 'cc'): readonly string[] =>
    signers.some(({ signingHeaders }) => namesIn(signingHeaders?.keys).includes(field))
      ? recipientsOf(field)
      : []
  const authentication: Authentication = {
    spf: sender.result,
    spfDomain: sender.domain,
    dkim: [
      ...new Set(whole.flatMap(({ signingDomain }) => signingDomain?.toLowerCase().slice(0, 253) ?? [])),
    ],
    dmarc: result,
    aligned: [...(bySpf ? (['spf'] as const) : []), ...(signers.length > 0 ? (['dkim'] as const) : [])],
    signedRecipients: [...new Set([...covered('to'), ...covered('cc')])].slice(0, 200),
    isUnsure: temporary.some((word) => word === 'temperror' || word === 'temperr'),
  }
  const evaluation = request.probe
    ? {
        spf: { ...spfOf(request, sender), isAligned: bySpf },
        dkim: dkimOf(signatures.results, signers),
        dmarc: dmarcOf(dmarc.response, result),
        arc: await arcOf(signatures, lookup),
      }
    : undefined
  return { headerFrom: signatures.headerFrom, authentication, evaluation }
}

interface Sender {
  readonly result: Authentication['spf']
  /** Set when SPF passed. */
  readonly domain: string | null
}

/** How long all questions of one SPF check may take together. */
const spfMs = 3000

async function checkSender({ client, helo, mailFrom }: ParseRequest, resolver: Lookup): Promise<Sender> {
  if (client === null) return { result: 'none', domain: null }
  const checked = await spf({
    ip: client,
    sender: mailFrom,
    mta: 'postern',
    resolver,
    maxElapsedTime: spfMs,
    ...(helo !== null && { helo }),
  })
  const result = spfWord(checked.status.result)
  return { result, domain: result === 'pass' ? checked.domain.slice(0, 253) : null }
}

type Signatures = Awaited<ReturnType<typeof dkimVerify>>
type Signature = Signatures['results'][number]

/** RFC 7208 §2.4: without an envelope sender the HELO name is asked about. */
function spfOf({ mailFrom, helo }: ParseRequest, { result }: Sender): Omit<Evaluation['spf'], 'isAligned'> {
  const identity = mailFrom === '' ? 'helo' : 'mailfrom'
  const domain = mailFrom === '' ? helo : mailFrom.slice(mailFrom.lastIndexOf('@') + 1)
  return { result, identity, domain: domain === null ? null : domain.toLowerCase().slice(0, 253) }
}

function dkimOf(results: readonly Signature[], signers: readonly Signature[]): Evaluation['dkim'] {
  return results.slice(0, 20).map((each) => ({
    domain: (each.signingDomain ?? '').toLowerCase().slice(0, 253),
    selector: (each.selector ?? '').slice(0, 200),
    result: dkimWord(each.status.result),
    why: (each.status.comment ?? '').slice(0, 200),
    algorithm: (each.algo ?? '').slice(0, 40),
    bits: each.modulusLength ?? null,
    signed: [...new Set(namesIn(each.signingHeaders?.keys))]
      .filter((name) => name !== '')
      .map((name) => name.slice(0, 80))
      .slice(0, 60),
    isWhole: !each.status.underSized,
    isAligned: signers.includes(each),
  }))
}

function dkimWord(word: string): Evaluation['dkim'][number]['result'] {
  switch (word) {
    case 'pass':
    case 'fail':
    case 'neutral':
    case 'permerror':
    case 'policy':
    case 'none':
      return word
    default:
      return 'temperror'
  }
}

function dmarcOf(
  response: Awaited<ReturnType<typeof evaluateDmarc>>['response'],
  result: Evaluation['dmarc']['result'],
): Evaluation['dmarc'] {
  if (response === false) return { result, domain: null, policy: null }
  return {
    result,
    domain: (response.policyDomain ?? response.domain ?? '').slice(0, 253) || null,
    policy: (response.policy ?? '').slice(0, 20) || null,
  }
}

async function arcOf(signatures: Signatures, resolver: Lookup): Promise<Evaluation['arc']> {
  const { chain, error, lastEntry } = signatures.arc ?? { chain: false as const }
  if (!chain && !error) return null
  const checked = await arc(
    { chain: chain || [], ...(lastEntry && { lastEntry }), ...(error && { error }) },
    { resolver },
  )
  const sealer: unknown = lastEntry?.['arc-seal']?.parsed?.['d']?.value
  return {
    result: dmarcWord(checked.status.result),
    instances: chain ? chain.length : 0,
    sealer: typeof sealer === 'string' ? sealer.toLowerCase().slice(0, 253) : null,
    why: checked.status.result === 'pass' ? '' : (checked.status.comment ?? '').slice(0, 200),
  }
}

interface Alignment {
  dkim(domain: string): boolean
  spf(domain: string): boolean
}

/** DMARC's own word where the domain has a record; the Public Suffix List where it has none; nothing where there is no one author. */
function alignment(
  result: Authentication['dmarc'] | null,
  from: readonly string[],
  dkim: Set<string> | undefined,
): Alignment {
  const never = { dkim: () => false, spf: () => false }
  if (result === null) return never
  if (result === 'pass')
    return { ...never, dkim: (domain) => dkim?.has(domain.toLowerCase().replace(/\.$/, '')) ?? false }
  if (result !== 'none') return never
  const author = from[0]?.split('@').at(-1) ?? ''
  const shares = (domain: string): boolean => author !== '' && getAlignment(author, [domain]) !== false
  return { dkim: shares, spf: shares }
}

function spfWord(word: string): Authentication['spf'] {
  switch (word) {
    case 'pass':
    case 'fail':
    case 'softfail':
    case 'neutral':
    case 'none':
    case 'permerror':
      return word
    default:
      return 'temperror'
  }
}

function dmarcWord(word: string): Authentication['dmarc'] {
  switch (word) {
    case 'pass':
    case 'fail':
    case 'none':
    case 'permerror':
      return word
    default:
      return 'temperror'
  }
}

/** `From: To: Subject` → names in lower case. */
function namesIn(keys: string | undefined): string[] {
  return (keys ?? '').toLowerCase().split(/[:\s]+/)
}
