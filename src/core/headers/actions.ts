import { Refusal } from '../../base/refusal.ts'
import { longestHeader } from '../../standards/pasted-header.ts'
import type { OurServers } from '../../standards/received-chain.ts'
import { visitorNetwork } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { spend } from '../limits/actions.ts'
import type { HeaderReading } from './reading.ts'

/** Reads headers in a process that may be killed (security 6.4): the parse pool, as far as this noun knows it. */
export interface HeaderReader {
  /** Undefined when the text, in UTF-8, holds no header. */
  readHeader(
    text: Buffer,
    ours: OurServers,
  ): Promise<{ readonly reading: HeaderReading | undefined } | { readonly failure: Failure }>
}

type Failure = 'breach' | 'crash' | 'time' | 'memory' | 'busy'

/** No character takes more bytes. */
const mostBytes = 4 * longestHeader

/**
 * What a pasted header says. Spends a visitor's budget; nothing of it is kept. Throws `headers.none` when there is none in the text,
 * `headers.busy` and `headers.unread` when the process that reads had no time for it or gave up.
 */
export async function explainHeaders(
  ctx: Context,
  reader: HeaderReader,
  text: Buffer,
): Promise<HeaderReading> {
  const { actor } = ctx
  if (actor.kind === 'visitor') {
    const network = visitorNetwork(actor.client)
    await transact(ctx, async (tx) => await spend(tx, 'headers.client.hour', network))
  }
  const { provider, mail } = ctx.settings
  const names = [...provider.domains, mail.replyDomain, new URL(provider.site).hostname]
  const read = await reader.readHeader(text.subarray(0, mostBytes), { names, networks: provider.networks })
  if ('failure' in read) throw refusalOf(read.failure)
  if (read.reading === undefined) throw new Refusal('headers.none')
  return read.reading
}

function refusalOf(failure: Failure): Refusal {
  if (failure === 'busy') return new Refusal('headers.busy')
  return new Refusal('headers.unread', { why: failure === 'breach' ? 'budget' : failure })
}
