import { decide, type DecideSettings, type RateView, type Verdict } from '../../access/decide.ts'
import { exemptMailboxes } from '../../access/exempt.ts'
import { openCaseLink, type CaseFacts } from '../../access/case-link.ts'
import { decidingEntry, type ListingEntry } from '../../access/listing-entry.ts'
import { ourNames } from '../../access/our-names.ts'
import { isNamed } from '../../access/protected-names.ts'
import { orThrow } from '../../base/refusal.ts'
import type { Address } from '../../standards/ip.ts'
import { unitOf } from '../../standards/prefix.ts'
import type { Context } from '../context.ts'
import { decisionsAbout, findDecision, type Decision } from '../decisions/actions.ts'
import { hasPassedByVouch } from '../decisions/recipient-actions.ts'
import { coveringListings, listingEntry } from '../listings/actions.ts'
import { entryOf, type Listing } from '../listings/listing.ts'
import { heldRules } from '../reputation/brake-actions.ts'
import { knownSender } from '../reputation/explain-actions.ts'
import type { KnownSender } from '../reputation/known-sender.ts'
import { reputationSettings } from '../reputation/own-settings.ts'
import { countVouchesFor } from '../vouches/manage-actions.ts'
import { explanationOf, type Explanation, type Level } from './explanation.ts'

/** The decision about an address now, as far as the asker may see it. The same function that the edge answers from decides. */
export async function explain(ctx: Context, address: Address, level: Level): Promise<Explanation> {
  const listings = await coveringListings(ctx, address)
  const name = await protectedName(ctx, address, level === 'anyone' && listings.length === 0)
  if (level === 'anyone') {
    const verdict = judge(ctx, { address, name }, listings)
    return explanationOf(address, verdict, listings, ctx.settings, level)
  }
  const known = await knownSender(ctx, address)
  const confirmed = name ?? (known.name.kind === 'none' ? null : undefined)
  const rate = known.isHeld ? await rateOf(ctx, known) : undefined
  const verdict = judge(ctx, { address, name: confirmed }, listings, rate)
  const sender: KnownSender = name === undefined ? known : { ...known, grade: 'trusted' }
  const judged = { sender, now: ctx.clock.now() }
  const explanation = explanationOf(address, verdict, listings, ctx.settings, level, judged)
  if (level !== 'operator') return explanation
  return { ...explanation, vouches: await countVouchesFor(ctx, address) }
}

/** The forward-confirmed name that protects the address, by a look-up of our own; undefined when none does, or DNS does not say. */
async function protectedName(ctx: Context, address: Address, isIdle: boolean): Promise<string | undefined> {
  const guarded = ctx.settings.protected.names
  if (isIdle || guarded.length === 0) return undefined
  const names = await ctx.out.confirmedNames(address)
  return names === 'temperror' ? undefined : names.find((name) => isNamed(guarded, name))
}

/** What holds for the next message of a sender, as far as core knows: edges tell it of budgets, and what else they count stays theirs. */
async function rateOf(ctx: Context, { standing, passed, seenAt }: KnownSender): Promise<RateView> {
  const held = await heldRules(ctx)
  return {
    mode: ctx.settings.reputation.mode,
    rules: reputationSettings(ctx.settings).rules,
    isDoubted: held.some(({ why }) => why === 'filter'),
    standing,
    passed: Math.floor(passed),
    attempts: 0,
    triedMs: undefined,
    sincePassedMs: seenAt === null ? Infinity : ctx.clock.now() - seenAt,
  }
}

function judge(
  ctx: Context,
  client: { readonly address: Address; readonly name: string | null | undefined },
  listings: readonly Listing[],
  rate?: RateView,
): Verdict {
  const { provider, protected: guarded, addresses, mail, reputation } = ctx.settings
  const settings: DecideSettings = {
    protected: [...provider.networks, ...guarded.networks],
    protectedNames: guarded.names,
    exempt: exemptMailboxes(provider.domains, Object.values(addresses), mail.replyDomain),
    exemptPerHour: 0,
    ourNames: ourNames(provider.domains, provider.site),
  }
  const listing = decidingEntry(listings.map((each) => entryOf(each, reputation.mode)))
  return decide({ listing, spent: 0, rate }, client, settings, ctx.clock.now())
}

/** What a case link opens: the decision it was printed for, and what is true now. */
export interface Case {
  readonly facts: CaseFacts
  /** The link is fresh enough to count as proof of an SMTP session (7 days). */
  readonly proves: boolean
  /** Undefined until the edge has shipped it, or when it is older than we keep records. */
  readonly decision: Decision | undefined
  /** The listing that refused, in force or ended; null when none did, undefined when it is kept no longer. */
  readonly refusedBy: ListingEntry | null | undefined
  readonly explanation: Explanation
  /** Mail from the address has passed to a recipient who vouches for it. */
  readonly hasPassedByVouch: boolean
}

/** Opens the link of a refusal; the token alone is enough for 30 days. Throws `case-link.invalid` or `case-link.expired`. */
export async function openCase(ctx: Context, token: string): Promise<Case> {
  const { facts, proves } = orThrow(openCaseLink((edge) => ctx.keys.caseLink(edge), token, ctx.clock.now()))
  const unit = unitOf(facts.address)
  const [decision, explanation, refusedBy, vouched] = await Promise.all([
    findDecision(ctx, { ...facts, unit }),
    explain(ctx, facts.address, 'link'),
    facts.listing === null ? null : listingEntry(ctx, facts.listing),
    hasPassedByVouch(ctx, unit),
  ])
  return { facts, proves, decision, explanation, refusedBy, hasPassedByVouch: vouched }
}

/** What the edges said about an address lately; for operators. */
export async function recentDecisions(ctx: Context, address: Address): Promise<readonly Decision[]> {
  return await decisionsAbout(ctx, unitOf(address), 50)
}
