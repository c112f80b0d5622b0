import { Refusal } from '../../base/refusal.ts'
import { isWithin } from '../../standards/domain.ts'
import { domainOf, parseMailbox } from '../../standards/mail-address.ts'
import type { Tx } from '../context.ts'
import { meetReporter, organisationKey, reportersOf, type Reporter } from '../reporters/actions.ts'
import type { Envelope, Examination } from './examination.ts'
import type * as store from './store.ts'

export interface Teller {
  readonly reporter: Reporter | undefined
  readonly organisation: string
  /** It is shown that it is them. */
  readonly isVouched: boolean
  /** A feedback loop that was asked for: it speaks for many recipients. */
  readonly isTrusted: boolean
  readonly mayAnswer: boolean
  /** Which loop that is: its domain as configured, or the name of its token. */
  readonly source: string | null
}

/** Reporters that this transaction has met, by name: of a feedback loop it meets the same one for every report. */
export type Met = Map<string, Reporter>

/** Who reports: only whose From is vouched for, who confirmed, or who has a token counts as somebody. */
export async function meetTeller(
  tx: Tx,
  row: store.ReportRow,
  envelope: Envelope,
  { writer }: Examination,
  met: Met,
): Promise<Teller> {
  if (envelope.program !== undefined) {
    const reporter = await meetOnce(tx, met, { program: envelope.program })
    return {
      reporter,
      organisation: reporter.organisation,
      isVouched: true,
      isTrusted: true,
      mayAnswer: false,
      source: envelope.program,
    }
  }
  const named = writer?.mailbox ?? undefined
  const mailbox = named === undefined ? undefined : parseMailbox(named)
  if (mailbox !== undefined && !(mailbox instanceof Refusal) && writer?.isAligned) {
    const reporter = await meetOnce(tx, met, { mailbox })
    const source = tx.settings.abuse.trusted.find((domain) => isWithin(domainOf(mailbox), domain)) ?? null
    const isTrusted = source !== null
    return {
      reporter,
      organisation: reporter.organisation,
      isVouched: true,
      isTrusted,
      mayAnswer: !writer.isAutomatic && !isTrusted,
      source,
    }
  }
  const [known] = row.reporter === null ? [] : [...(await reportersOf(tx, [row.reporter])).values()]
  if (known && row.may_answer === 1)
    return {
      reporter: known,
      organisation: known.organisation,
      isVouched: true,
      isTrusted: false,
      mayAnswer: true,
      source: null,
    }
  return {
    reporter: known,
    organisation: organisationKey(tx, 'nobody.invalid'),
    isVouched: false,
    isTrusted: false,
    mayAnswer: false,
    source: null,
  }
}

async function meetOnce(tx: Tx, met: Met, who: Parameters<typeof meetReporter>[1]): Promise<Reporter> {
  const name = 'program' in who ? `program ${who.program}` : `mailbox ${who.mailbox}`
  const known = met.get(name)
  if (known) return known
  const reporter = await meetReporter(tx, who)
  met.set(name, reporter)
  return reporter
}
