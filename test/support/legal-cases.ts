import { day } from '../../src/base/clock.ts'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import { listCases, showCase } from '../../src/core/cases/desk-actions.ts'
import { openReviewByMail } from '../../src/core/delisting/review-actions.ts'
import { addListing } from '../../src/core/listings/actions.ts'
import type { WaysOut } from '../../src/core/ways-out.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { mailboxKey, parseMailbox, type MailAddress } from '../../src/standards/mail-address.ts'
import { formatPrefix, parseListable, rangeKeys } from '../../src/standards/prefix.ts'
import { testContext, testSettings, testWaysOut, type TestContext } from './context.ts'

/** Works on cases, and may not look into restricted ones. */
export const agent = {
  kind: 'operator',
  name: 'ada',
  roles: ['case-agent', 'auditor', 'list-operator'],
} as const
export const counsel = { kind: 'operator', name: 'lex', roles: ['admin'] } as const
export const address = orThrow(parseAddress('192.0.2.66'))
export const stranger = orThrow(parseMailbox('hostmaster@example.org'))
export const ownerMailbox = orThrow(parseMailbox('noc@example.net'))
export const how = 'Called back at the number in the registry.'

/** `done`, or the code of the refusal. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

/** Somebody who has proven a network; gives their claim. */
export async function owner(ctx: TestContext, network: string, state = 'granted'): Promise<string> {
  const prefix = orThrow(parseListable(network))
  const { first, last } = rangeKeys(prefix)
  const id = `claim${formatPrefix(prefix).replaceAll(/\D/g, '')}`.padEnd(26, '0')
  const now = ctx.clock.now()
  const ownerId = `owner${id}`.slice(0, 26)
  await ctx.db.queries
    .insertInto('owners')
    .values({
      id: ownerId,
      mailbox: ownerMailbox,
      mailbox_key: `${mailboxKey(ownerMailbox)}${id}`,
      language: 'en',
      created_at: now,
      seen_at: now,
    })
    .execute()
  await ctx.db.queries
    .insertInto('owner_claims')
    .values({
      id,
      owner_id: ownerId,
      prefix: formatPrefix(prefix),
      first_key: first,
      last_key: last,
      token: id,
      value: id,
      state,
      proof: 'txt',
      facts: '{"registered":null,"holes":[]}',
      parent_id: null,
      created_at: now,
      since_at: now,
      checked_at: now - day,
      failed_at: null,
      expires_at: now + 90 * day,
      ended_at: null,
      ended_why: null,
      version: 1,
    })
    .execute()
  return id
}

/** A case that the stranger opened by mail about the listed address, and an owner of its network, whose claim it is. */
export async function legalWorld(db: TestContext['db'], out: Partial<WaysOut> = {}) {
  const settings = testSettings({ webhooks: [{ url: 'https://hooks.provider.example/', secret: 'x' }] })
  const ctx = testContext({ db, settings, out: testWaysOut({ confirmedNames: async () => [], ...out }) })
  await addListing(ctx, {
    prefix: orThrow(parseListable('192.0.2.66')),
    cause: 'manual',
    class: 'investigate',
    ends: '30d',
  })
  const write = async (mailbox: MailAddress, text: string) => {
    ctx.clock.advance(1)
    await openReviewByMail(ctx, {
      mailbox,
      language: 'en',
      address,
      note: text,
      mail: { raw: Buffer.from(text), content: { text }, client: address },
    })
  }
  await write(stranger, 'We mended it.')
  const [found] = await listCases(ctx, { states: ['open'], offset: 0, limit: 1 })
  const id = found?.id ?? ''
  const [first] = (await showCase(ctx, id)).participants
  const claim = await owner(ctx, '192.0.2.0/24')
  return { ctx, id, claim, write, first: first?.id ?? '' }
}
