import { Refusal } from '../../base/refusal.ts'
import { visitorNetwork } from '../actor.ts'
import { transact, type Context } from '../context.ts'
import { spend } from '../limits/actions.ts'
import { readHeader, type HeaderReading } from './reading.ts'

/** What a pasted header says. Spends a visitor's budget; nothing of it is kept. Throws `headers.none` when there is none in the text. */
export async function explainHeaders(ctx: Context, text: string): Promise<HeaderReading> {
  const { actor } = ctx
  if (actor.kind === 'visitor') {
    const network = visitorNetwork(actor.client)
    await transact(ctx, async (tx) => await spend(tx, 'headers.client.hour', network))
  }
  const { provider, mail } = ctx.settings
  const names = [...provider.domains, mail.replyDomain, new URL(provider.site).hostname]
  const reading = readHeader(text, { names, networks: provider.networks })
  if (reading === undefined) throw new Refusal('headers.none')
  return reading
}
